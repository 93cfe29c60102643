"""A street of people who live through every crash, and the campaign that each crash meets."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from house_sandbox import Box
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker
from twilio.request_validator import RequestValidator

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.domain.sender import Allowance
from service.planning.steering import send_unknown_again
from service.sandbox_keys import NUMBER, TWILIO_ACCOUNT_SID
from service.sending.notices import NoticeRequest, ask_notice
from service.settings import load_settings
from service.store.engine import make_sessions
from service.store.queries.senders import limit_sender
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from service.web.app import create_app
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.emptying import empty_tables
from tests.faults.conftest import PostBox
from tests.faults.life import Life

PEOPLE = 7
_RUNS = itertools.count(1)
# The first request is accepted and its answer lost; some texts are never heard of, so that the list must tell.
_TROUBLE = {
    "seed": 7,
    "email": {"reset_after": {"next": 2}},
    "sms": {"reset_after": {"next": 2}},
    "statuses": {"never": 0.3, "duplicate": 0.3},
    "events": {"duplicate": 0.3, "shuffle": 0.5},
}


@dataclass(frozen=True)
class Street:
    """The people, the house's settings, its web door, and the sandbox."""

    sessions: sessionmaker[Session]
    people: dict[Channel, list[Supporter]]
    environ: dict[str, str]
    client: FlaskClient
    box: Box
    post_box: PostBox


@contextmanager
def people_live_here(engine: Engine, environ: dict[str, str], box: Box, post_box: PostBox) -> Iterator[Street]:
    """Seven with an address, seven with a number; all gone afterwards."""
    sessions = make_sessions(engine)
    with sessions.begin() as session:
        by_email = [make.supporter(session, f"Ana{place}") for place in range(PEOPLE)]
        by_text = [
            make.supporter(session, f"Bilal{place}", email=None, phone=f"+4477009001{place:02}")
            for place in range(PEOPLE)
        ]
        # So fast that nobody waits, and yet a sender whose turn has to be asked for.
        for channel, name in ((Channel.EMAIL, "example.org"), (Channel.SMS, NUMBER)):
            limit_sender(session, channel, name, Allowance(100_000.0, None, None))
    app = create_app(load_settings(environ))
    people = {Channel.EMAIL: by_email, Channel.SMS: by_text}
    yield Street(sessions, people, environ, app.test_client(), box, post_box)
    app.extensions["touchline"].sessions.kw["bind"].dispose()
    with engine.begin() as connection:
        empty_tables(connection)


@dataclass
class Town:
    """A campaign of one crash: a stage and a blast that are due, and the one who leaves after the crash."""

    street: Street
    channel: Channel
    number: int
    campaign_id: int
    people: list[int]
    leaver: Supporter
    ledger_from: int
    left_at: float = 0.0

    def life(self, point: str = "", how: str = "", *, is_first: bool = False) -> Life:
        return Life(self.street.environ, str(self.channel), point, how, self.number, is_first)

    def leave(self) -> None:
        """The leaver goes by the door a supporter has: a STOP, or the mailbox's own button."""
        client, environ = self.street.client, self.street.environ
        if self.channel is Channel.SMS:
            form = {"MessageSid": f"SM{self.number:032x}", "From": self.leaver.phone, "To": "+447700900000"}
            form |= {"Body": "Stop please", "AccountSid": TWILIO_ACCOUNT_SID}
            url = f"{environ['PUBLIC_URL']}/hooks/twilio/sms"
            signature = RequestValidator(self.street.box.token).compute_signature(url, form)
            answer = client.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})
        else:
            key = derive_key(environ["SECRET_KEY"], "links")
            token = sign(LinkKind.LEAVE, self.leaver.id, key=key, channel=Channel.EMAIL)
            answer = client.post(f"/leave/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        self.left_at = datetime.now(UTC).timestamp()

    def let_time_pass(self) -> None:
        """Leases of the dead run out."""
        with self.street.sessions.begin() as session:
            for table in ("batches", "notices"):
                session.execute(
                    text(f"UPDATE {table} SET lease_until = now() - interval '1 second' WHERE state = 'claimed'")
                )

    def send_unknown_again(self) -> int:
        """A text of which nobody knows is never tried again by a machine; a manager, who sees it counted, may."""
        unknown = text("""
            SELECT DISTINCT b.blast_id FROM batches b JOIN blasts ON blasts.id = b.blast_id
            WHERE b.state = 'unknown' AND blasts.campaign_id = :campaign_id AND EXISTS (
                SELECT FROM messages m WHERE m.batch_id = b.id AND m.blast_id = b.blast_id AND m.state IS NULL)""")
        with self.street.sessions.begin() as session:
            return sum(
                send_unknown_again(session, blast_id, actor="Cora", now=datetime.now(UTC))
                for blast_id in session.scalars(unknown, {"campaign_id": self.campaign_id}).all()
            )

    def open_another(self) -> None:
        """A blast after the crash: the webhook that tells of it is a webhook that is heard."""
        with self.street.sessions.begin() as session:
            campaign = session.get_one(Campaign, self.campaign_id)
            make.blast(session, campaign, channels=(self.channel,))

    def ledger(self) -> list[dict[str, object]]:
        rows = self.street.box.get(f"/control/ledger?after={self.ledger_from}&limit=10000")["rows"]
        assert isinstance(rows, list)
        return rows

    def states(self) -> dict[str, str]:
        """Every message by the name it travels under."""
        question = text("""
            SELECT m.blast_id, m.supporter_id, coalesce(m.state, b.state) AS state FROM messages m
            JOIN batches b ON b.id = m.batch_id JOIN blasts ON blasts.id = m.blast_id
            WHERE blasts.campaign_id = :campaign_id""")
        with self.street.sessions() as session:
            rows = session.execute(question, {"campaign_id": self.campaign_id})
            return {f"{row.blast_id}.{self.channel[0]}.{row.supporter_id}": row.state for row in rows}

    def blasts(self) -> list[int]:
        question = text("SELECT id FROM blasts WHERE campaign_id = :campaign_id ORDER BY id")
        with self.street.sessions() as session:
            return list(session.scalars(question, {"campaign_id": self.campaign_id}))


def found_town(street: Street, channel: Channel) -> Town:
    """A new campaign to everybody on the street and one more, with all that can be under way under way."""
    number = next(_RUNS)
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    by_text = channel is Channel.SMS
    with street.sessions.begin() as session:
        match = make.fixture(session, slug=f"match-{number}")
        campaign = make.campaign(session, slug=f"campaign-{number}", match=match)
        phone = f"+447700900{200 + number}" if by_text else None
        leaver = make.supporter(session, f"Cora{number}", email=None if by_text else "", phone=phone)
        people = [*street.people[channel], leaver]
        for who in people:
            make.consent(session, who, campaign, channel)
        make.stage(session, campaign, channels=(channel,), due_at=due_at)
        make.blast(session, campaign, channels=(channel,))
        if not by_text:
            ask_notice(session, _test_email(people[0], campaign.id), now=datetime.now(UTC))
        campaign_id = campaign.id
    box = street.box
    street.post_box.hooks.clear()
    box.ask("DELETE", "/control/faults")
    ledger_from = int(str(box.get("/control/ledger/summary")["last"]))
    if by_text:
        assert box.ask("POST", "/control/inbound", {"from": leaver.phone, "body": "SIGN"})["posted"]
    box.faults(**_TROUBLE)
    return Town(street, channel, number, campaign_id, [who.id for who in people], leaver, ledger_from)


def _test_email(who: Supporter, campaign_id: int) -> NoticeRequest:
    facts = {"subject": "A test", "html": "<p>A test</p>", "text": "A test"}
    key = f"test-{campaign_id}"
    return NoticeRequest(NoticeKind.TEST_EMAIL, Channel.EMAIL, who.email or "", key, facts, campaign_id)
