"""SendGrid's own lists tell of opt-outs that no webhook brought; they are read through the real package."""

import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from house_sandbox import Box, letter, until
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.consenting.consent import Evidence, give_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.providers.ports import ListedAddress, ListPage
from service.providers.sendgrid.lists import SendGridLists
from service.sending.suppression_lists import read_lists
from service.store.queries import suppression_lists
from tests import make

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def deaf(box: Box) -> Iterator[Box]:
    """A sandbox whose webhook reaches nobody."""
    box.ask("POST", "/control/reset")
    box.faults(events={"never": 1.0})
    yield box
    box.ask("POST", "/control/reset")
    box.ask("DELETE", "/control/faults")


def _people(sessions: sessionmaker[Session], *names: str) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        for name in names:
            make.supporter(session, name, campaign=campaign, joined_at=LONG_AGO)


def _read(sessions: sessionmaker[Session], box: Box) -> bool:
    return read_lists(sessions, SendGridLists(box.key, box.url), key=make.KEY, until=clock.monotonic() + 120)


def _left_alone(sessions: sessionmaker[Session]) -> dict[str, str]:
    with sessions() as session:
        rows = session.execute(
            text("""SELECT s.email, x.reason FROM suppressions x JOIN supporters s ON s.email_hash = x.address_hash""")
        )
        return {row.email: row.reason for row in rows}


def _happens(box: Box, address: str, what: str) -> None:
    box.mailer().send(letter(address))
    until(lambda: [each["landed"] for each in box.messages(address)] == ["delivered"])
    assert "error" not in box.ask("POST", "/control/act", {"to": address, "what": what})


def test_complaints_unsubscribes_and_dead_addresses_are_found_on_the_lists(
    deaf: Box, sessions: sessionmaker[Session]
) -> None:
    _people(sessions, "Ana", "Bilal", "Bounce", "Blocked", "Dev")
    _happens(deaf, "ana@example.org", "spam")
    _happens(deaf, "bilal@example.org", "unsubscribe")
    deaf.mailer().send(letter("bounce@example.org", "blocked@example.org", "dev@example.org"))
    until(lambda: {each["landed"] for each in deaf.messages("blocked@example.org")} == {"bounced"})

    more = _read(sessions, deaf)

    assert not more
    assert _left_alone(sessions) == {
        "ana@example.org": "complaint",
        "bilal@example.org": "left",
        "bounce@example.org": "hard_bounce",
    }
    with sessions() as session:
        assert {row.finished_at is not None for row in suppression_lists.standings(session)} == {True}
        assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'email'")) == 2


def test_an_address_nobody_here_has_is_left_alone_too(deaf: Box, sessions: sessionmaker[Session]) -> None:
    _happens(deaf, "stranger@example.org", "spam")

    _read(sessions, deaf)

    with sessions() as session:
        hashed = make.KEY.hash(Channel.EMAIL, "stranger@example.org")
        assert (
            session.scalar(text("SELECT reason FROM suppressions WHERE address_hash = :h"), {"h": hashed})
            == "complaint"
        )


def test_somebody_who_came_back_since_stays_and_a_complaint_does_not(
    deaf: Box, sessions: sessionmaker[Session]
) -> None:
    _people(sessions, "Ana", "Bilal")
    _happens(deaf, "ana@example.org", "unsubscribe")
    _happens(deaf, "bilal@example.org", "spam")
    later = datetime.now(UTC) + timedelta(seconds=5)
    with sessions.begin() as session:
        campaign_id = session.scalar(text("SELECT id FROM campaigns"))
        for supporter_id in session.scalars(text("SELECT id FROM supporters")).all():
            give_consent(
                session,
                campaign_id=campaign_id,
                channel=Channel.EMAIL,
                supporter_id=supporter_id,
                evidence=Evidence("Yes.", "page"),
                now=later,
            )

    _read(sessions, deaf)

    assert _left_alone(sessions) == {"bilal@example.org": "complaint"}


@pytest.mark.parametrize("fault", ["unauthorised", "too_many", "error_before", "reset_before", "truncated"])
def test_a_list_that_cannot_be_read_is_told_of_and_the_others_are_read(
    deaf: Box, sessions: sessionmaker[Session], fault: str
) -> None:
    _people(sessions, "Bilal")
    _happens(deaf, "bilal@example.org", "unsubscribe")
    deaf.faults(suppression_lists={fault: {"next": 1}})

    _read(sessions, deaf)

    with sessions() as session:
        troubled = [each for each in suppression_lists.standings(session) if each.trouble]
    assert [each.name for each in troubled] == ["spam_reports"]
    assert "@" not in troubled[0].trouble
    assert _left_alone(sessions) == {"bilal@example.org": "left"}


def test_a_list_read_whole_is_not_read_again_the_same_night(deaf: Box, sessions: sessionmaker[Session]) -> None:
    _read(sessions, deaf)
    _people(sessions, "Ana")
    _happens(deaf, "ana@example.org", "spam")

    _read(sessions, deaf)
    assert _left_alone(sessions) == {}
    with sessions.begin() as session:
        session.execute(text("UPDATE suppression_lists SET finished_at = finished_at - interval '21 hours'"))
    _read(sessions, deaf)

    assert _left_alone(sessions) == {"ana@example.org": "complaint"}


class _Long:
    """A list of many pages, one entry of which is no address."""

    names = ("spam_reports",)

    def __init__(self, addresses: list[str]) -> None:
        self.addresses, self.asked = addresses, list[int]()

    def page(self, name: str, *, since: datetime | None, upto: datetime, offset: int) -> ListPage:
        self.asked.append(offset)
        found = [ListedAddress(each, Suppressed.COMPLAINT, upto) for each in self.addresses[offset : offset + 2]]
        return ListPage(found, len(found), is_last=offset + 2 >= len(self.addresses))


def test_reading_goes_on_where_it_was_left_and_an_odd_entry_stops_nothing(sessions: sessionmaker[Session]) -> None:
    long = _Long(["ana@example.org", "not an address\0", "\udcff@", "bilal@example.org", "cora@example.org"])

    class Ends(Exception):
        pass

    def until_the_second_page(*, since: datetime | None, upto: datetime, offset: int) -> ListPage:
        if offset == 2:
            raise Ends
        return long.page("spam_reports", since=since, upto=upto, offset=offset)

    dying = _Long([])
    dying.page = lambda name, **asked: until_the_second_page(**asked)  # type: ignore[method-assign]  # a stand-in
    with pytest.raises(Ends):
        read_lists(sessions, dying, key=make.KEY, until=clock.monotonic() + 120)
    more = read_lists(sessions, long, key=make.KEY, until=clock.monotonic() + 120)

    assert not more
    assert long.asked == [0, 2, 4]
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions WHERE reason = 'complaint'")) == 3


def test_the_sandbox_forgets_an_address_as_sendgrid_does(deaf: Box) -> None:
    _happens(deaf, "ana@example.org", "spam")
    client = deaf.mailer().client

    answered = client.suppression.spam_reports.get(query_params={"limit": 500})
    removed = client.suppression.spam_reports._("ana@example.org").delete()

    assert b'"email":"ana@example.org"' in answered.body
    assert removed.status_code == 204
    assert client.suppression.spam_reports.get().body == b"[]"
    with pytest.raises(Exception, match="401"):
        urllib.request.urlopen(f"{deaf.url}/v3/suppression/bounces", timeout=60)
