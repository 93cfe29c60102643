"""I10: words and audience are frozen when a blast opens: everybody gets the same ones, whatever is changed later."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from service.domain.doubt import DoubtPolicy
from service.providers.ports import EmailOutcome, Outcome
from tests import make
from tests.sending.conftest import Desk

_AT_ONCE = DoubtPolicy(doubtful_after=timedelta(0))


def _open_stage(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for name in ("Ana", "Bilal"):
            make.supporter(session, name, campaign=campaign)
        make.stage(session, campaign, due_at=datetime.now(UTC) - timedelta(minutes=1))
    desk.tick(_AT_ONCE)
    desk.open()


def test_i10_words_changed_in_the_middle_of_a_blast_reach_nobody(desk: Desk) -> None:
    _open_stage(desk)
    desk.email.answer = lambda _: EmailOutcome(Outcome.BUSY, retry_after=0.0)
    desk.deliver()

    with desk.sessions.begin() as session:
        session.execute(text("UPDATE copies SET subject = 'Another', body = 'Another'"))
        session.execute(text("UPDATE fixtures SET home = 'Another'"))
        session.execute(text("UPDATE batches SET not_before = now()"))
    desk.email.answer = lambda _: EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")
    desk.deliver()

    first, last = desk.email.batches[0], desk.email.batches[-1]
    assert len(desk.email.batches) >= 2
    assert (first.subject, first.text, first.html) == (last.subject, last.text, last.html)
    assert "Another" not in last.subject + last.text


def test_i10_who_joins_after_the_opening_is_not_in_the_audience(desk: Desk) -> None:
    _open_stage(desk)

    with desk.sessions.begin() as session:
        make.supporter(session, "Cora", campaign=session.get_one(make.Campaign, 1))
    desk.open()
    desk.deliver()

    assert sorted(desk.email.addresses) == ["ana@example.org", "bilal@example.org"]
