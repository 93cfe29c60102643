"""I25: whoever cannot be written to fails alone; a batch that raises is set aside; a webhook's odd event is passed by."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service import clock
from service.domain.channel import Channel, Pace
from service.domain.doubt import STANDARD
from service.providers.sendgrid.events import parse_events
from service.sending.carriers import Words, _Thawed, email_carrier
from service.sending.hand_over import deliver
from service.sending.personal import Person, PersonalWords
from service.sending.receipts import apply_receipts
from service.store import Session
from service.store.queries.batches import ClaimedBatch
from tests import make
from tests.sending.conftest import URL, Desk

Blasting = Callable[..., list[object]]


class Poison(PersonalWords):
    """Words that cannot be filled in for Bilal."""

    def filler(self, names: Sequence[str], supporter_ids: Sequence[int]) -> Callable[[Person], dict[str, str]]:
        fill = super().filler(names, supporter_ids)

        def filled(person: Person) -> dict[str, str]:
            if person.first_name == "Bilal":
                raise ZeroDivisionError("no words for this one")
            return fill(person)

        return filled


class PoisonedWords(Words):
    """A shelf of words with poison in them."""

    def personal(self, claimed: ClaimedBatch, thawed: _Thawed) -> PersonalWords:
        good = super().personal(claimed, thawed)
        return Poison(**{each.name: getattr(good, each.name) for each in fields(good)})


@dataclass
class PoisonedDesk(Desk):
    """A desk with a poisoned shelf."""

    @property
    def words(self) -> Words:
        return PoisonedWords(b"a key", URL)


@pytest.mark.parametrize("channel", list(Channel))
def test_i25_one_whose_words_cannot_be_filled_in_fails_alone(desk: Desk, blast_to: Blasting, channel: Channel) -> None:
    blast_to("Ana", "Bilal", "Cora", channels=(channel,))
    poisoned = PoisonedDesk(desk.sessions, desk.email, desk.sms)

    poisoned.deliver(channel)

    assert len(desk.email.refs) + len(desk.sms.texts) == 2
    assert desk.states(channel) == {"Ana": "accepted", "Bilal": "failed", "Cora": "accepted"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT reason FROM messages WHERE state = 'failed'")) == "unrenderable"


def test_i25_a_batch_of_nothing_but_poison_calls_nobody(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Bilal")

    PoisonedDesk(desk.sessions, desk.email, desk.sms).deliver()

    assert desk.email.batches == []
    assert desk.states() == {"Bilal": "failed"}


def test_i25_a_batch_that_raises_each_time_is_parked_and_blocks_no_other(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    with desk.sessions.begin() as session:
        campaign = session.get_one(make.Campaign, 1)
        make.supporter(session, "Bilal", campaign=campaign)
        make.blast(session, campaign)
    desk.open()
    carrier = email_carrier(desk.email, desk.words)

    def prepare(session: Session, claimed: ClaimedBatch) -> None:
        if claimed.blast_id == 1:
            raise LookupError("the rendering is gone")
        carrier.prepare(session, claimed)

    waits = []
    for _ in range(7):
        deliver(desk.sessions, replace(carrier, prepare=prepare), Pace.BULK, until=clock.monotonic() + 120)
        with desk.sessions.begin() as session:
            waits += session.scalars(
                text("SELECT not_before > clock_timestamp() FROM batches WHERE blast_id = 1")
            ).all()
            session.execute(text("UPDATE batches SET not_before = clock_timestamp() WHERE state = 'queued'"))

    assert {ref.partition(".")[0] for ref in desk.email.refs} == {"2"}
    assert waits[0] is True
    with desk.sessions() as session:
        parked = session.execute(text("SELECT state, reason FROM batches WHERE blast_id = 1")).one()
        stopped = session.scalar(text("SELECT state FROM blasts WHERE id = 1"))
    # Nothing else of its blast is taken: the blast waits for a person, and nobody of it is lost.
    assert tuple(parked) == ("queued", "raised 5 times: LookupError")
    assert stopped == "paused"


def test_i25_an_odd_event_does_not_hold_back_the_others_of_its_post(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal")
    desk.deliver()
    good = {"event": "delivered", "timestamp": 1795449058, "email": "ana@example.org", "attempt": "a"}
    odd: list[object] = [
        None,
        7,
        "delivered",
        {},
        {"event": "telepathy", "sg_event_id": "x1", "ref": "1.e.1"},
        good | {"sg_event_id": "x2", "timestamp": "soon", "ref": "1.e.1"},
        good | {"sg_event_id": "x3", "timestamp": 10**18, "ref": "1.e.1"},
        good | {"sg_event_id": "x4", "ref": {"a": 1}},
        good | {"sg_event_id": "x5", "ref": "1.e.99999999999999999999999"},
        good | {"sg_event_id": "x6", "ref": "999.e.999", "reason": "a \x00 byte"},
        good | {"sg_event_id": "\x00\x00", "ref": "1.e.1"},
        good | {"sg_event_id": "x8", "ref": "999.e.999", "url": "half a letter \ud800"},
        good | {"sg_event_id": "x7", "event": "bounce", "ref": "999.e.999", "reason": ["a", "list"]},
    ]
    post = [good | {"sg_event_id": "g1", "ref": "1.e.1"}, *odd, good | {"sg_event_id": "g2", "ref": "1.e.2"}]

    receipts = parse_events(json.dumps(post).encode(), now=datetime.now(UTC))
    with desk.sessions.begin() as session:
        apply_receipts(session, "sendgrid", receipts, now=datetime.now(UTC))

    assert desk.states() == {"Ana": "delivered", "Bilal": "delivered"}


def test_i25_a_stage_and_a_blast_that_raise_hold_back_none_behind_them(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign)
        due_at = datetime.now(UTC) - timedelta(minutes=1)
        bad = make.stage(session, campaign, slug="bad", due_at=due_at - timedelta(minutes=1))
        make.stage(session, campaign, slug="good", due_at=due_at)
        make.blast(session, campaign, audience=[{"shoe_size": 44}], opens_at=due_at - timedelta(minutes=2))
        make.blast(session, campaign).draft = {"en": {"email": 7, "sms": 7}}  # type: ignore[dict-item]  # as typed in
        session.execute(text("UPDATE stages SET channels = '{pigeon}' WHERE id = :id"), {"id": bad.id})
        session.execute(
            text(
                "INSERT INTO copies (stage_id, channel, language, subject, body) "
                "SELECT stage_id, 'pigeon', language, 'Coo', 'Coo' FROM copies WHERE stage_id = 1 LIMIT 1"
            )
        )

    desk.tick(STANDARD)
    desk.open()
    desk.tick(STANDARD)
    desk.deliver()

    with desk.sessions() as session:
        fired = session.scalars(text("SELECT slug FROM stage_firings JOIN stages ON id = stage_id")).all()
        blasts = dict(session.execute(text("SELECT id, state FROM blasts WHERE stage_id IS NULL")).all())
    assert fired == ["good"]
    assert blasts == {1: "paused", 2: "paused"}
    assert len(desk.email.refs) == 1
