"""A wish is as unique as the sending: what is asked for twice under one key is made once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import CopyRefused, NewBlast, schedule_blast
from service.planning.idempotency import KEPT_FOR, KeyRefused, KeyUsed, Made, make_once
from service.store.tables.blasts import Blast
from service.store.tables.idempotency import IdempotencyKey
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
NEW = NewBlast("Last call", (Channel.SMS,), Audience(), {"en": {"sms": {"body": "Sign. STOP to end"}}}, opens_at=None)
Ask = Callable[[NewBlast, str], Made]


@pytest.fixture
def ask(sessions: sessionmaker[Session]) -> Ask:
    """A manager who asks for a blast, in a transaction of its own."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign, phone="+447700900100")
        campaign_id = campaign.id

    def one(new: NewBlast, key: str) -> Made:
        with sessions.begin() as session:
            return schedule_blast(session, campaign_id, new, public_url="", actor="Dev", now=NOW, key=key)

    return one


def count(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Blast)) or 0


def test_the_same_wish_under_one_key_is_one_blast(ask: Ask, sessions: sessionmaker[Session]) -> None:
    first = ask(NEW, "a form")

    assert ask(NEW, "a form") == Made(first.id, is_new=False)
    assert count(sessions) == 1


def test_eight_presses_at_once_are_one_blast(ask: Ask, sessions: sessionmaker[Session]) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ask(NEW, "a slow line"), range(8)))

    assert (len({each.id for each in made}), sum(each.is_new for each in made)) == (1, 1)
    assert count(sessions) == 1


def test_two_honest_wishes_are_two_blasts(ask: Ask, sessions: sessionmaker[Session]) -> None:
    for key in ("one form", "another form", "", ""):
        assert ask(NEW, key).is_new
    assert count(sessions) == 4


@pytest.mark.parametrize(
    "changed",
    [
        replace(NEW, title="Last call, again"),
        replace(NEW, copy={"en": {"sms": {"body": "Sign now. STOP to end"}}}),
        replace(NEW, opens_at=NOW + timedelta(hours=1)),
        replace(NEW, stale_after=timedelta(hours=2)),
        replace(NEW, cap_count=1),
    ],
)
def test_another_wish_under_a_used_key_is_refused_and_told_what_was_made(
    ask: Ask, sessions: sessionmaker[Session], changed: NewBlast
) -> None:
    first = ask(NEW, "a form")

    with pytest.raises(KeyUsed) as used:
        ask(changed, "a form")

    assert used.value.made == first.id
    assert count(sessions) == 1


def test_a_refused_wish_leaves_its_key_free(ask: Ask) -> None:
    with pytest.raises(CopyRefused):
        ask(replace(NEW, copy={"en": {"sms": {"body": "{nobody}"}}}), "a form")
    with pytest.raises(BlastRefused):
        ask(replace(NEW, cap_count=0), "a form")

    assert ask(NEW, "a form").is_new


def test_what_was_made_is_found_again_long_after_its_time(ask: Ask, sessions: sessionmaker[Session]) -> None:
    at = replace(NEW, opens_at=NOW + timedelta(hours=1))
    first = ask(at, "a form")

    with sessions.begin() as session:
        campaign_id = session.get_one(Blast, first.id).campaign_id
        later = NOW + timedelta(days=7)
        again = schedule_blast(session, campaign_id, at, public_url="", actor="Dev", now=later, key="a form")

    assert again == Made(first.id, is_new=False)


@pytest.mark.parametrize("key", ["k" * 101, "a\nb", "clé"])
def test_a_key_that_cannot_be_kept_is_refused(ask: Ask, sessions: sessionmaker[Session], key: str) -> None:
    with pytest.raises(KeyRefused, match="at most 100"):
        ask(NEW, key)
    assert count(sessions) == 0


def test_keys_are_let_go_when_no_page_can_hold_them_any_more(session: Session) -> None:
    make_once(session, "old", kind="blast", asked={}, make=lambda: 1, now=NOW)

    make_once(session, "new", kind="blast", asked={}, make=lambda: 2, now=NOW + KEPT_FOR + timedelta(days=1))

    assert session.scalars(select(IdempotencyKey.key)).all() == ["new"]


def test_a_blast_that_goes_now_can_be_taken_back_for_half_a_minute(ask: Ask, sessions: sessionmaker[Session]) -> None:
    soon = ask(replace(NEW, opens_at=NOW + timedelta(seconds=5)), "soon")
    at_once, later = ask(NEW, "now"), ask(replace(NEW, opens_at=NOW + timedelta(hours=1)), "later")

    with sessions() as session:
        opens = [session.get_one(Blast, made.id).opens_at - NOW for made in (soon, at_once, later)]
    assert opens == [timedelta(seconds=30), timedelta(seconds=30), timedelta(hours=1)]
