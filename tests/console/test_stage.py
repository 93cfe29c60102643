"""One stage: seen as a supporter sees it, counted while it is written, tried on one address."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.blasts import cancel_blast
from service.sending.due import fire_due_stages
from service.store.carried import INFO
from service.store.tables.campaign import Stage
from service.store.tables.notices import Notice
from service.store.tables.people import Supporter
from tests import make
from tests.console.conftest import Browser, C, words

STAGE = f"{C}/stages/find-out-more"


def test_a_stage_is_shown_as_a_chosen_supporter_would_get_it(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        bilal = session.query(Supporter).filter_by(first_name="Bilal").one().id
    viewer = signed_in(Role.VIEWER)

    page = words(viewer.see(f"{STAGE}/?reader={bilal}"))
    letter = viewer.see(f"{STAGE}/letter/0?reader={bilal}")

    assert "How Bilal sees it" in page
    assert "Bilal, sign: http://127.0.0.1:8000/l/" in page
    assert "1 segment" in page
    assert "GSM-7" in page
    assert "Dear Bilal" in words(letter)
    assert letter.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_without_a_choice_it_is_shown_to_ana(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    assert "Dear Ana" in words(signed_in(Role.VIEWER).see(f"{STAGE}/letter/0"))


def test_half_time_words_are_shown_with_an_example_score(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    page = words(signed_in(Role.VIEWER).see(f"{C}/stages/half-time/"))

    assert "0-0 at half time." in page
    assert "with an example score" in page


def test_the_counter_counts_what_is_being_written(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    author = signed_in(Role.AUTHOR)

    plain = words(author.press(f"{STAGE}/size/1", {"body-1": "x" * 161}))
    dear = words(author.press(f"{STAGE}/size/1", {"body-1": "Goal ⚽"}))

    assert "2 segments · 161 characters · GSM-7 £0.16 to 2 people" in plain
    assert "UCS-2" in dear
    assert "⚽" in dear


def test_a_test_goes_to_one_address_and_its_links_are_nobodys(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.a_tester(session, "+447700900999")

    answer = words(signed_in(Role.LAUNCHER).press(f"{STAGE}/test", {"copy": "1", "to": "07700 900999"}))

    assert "on its way to +447700900999" in answer
    with sessions() as session:
        notice = session.query(Notice).one()
        assert (notice.kind, notice.to_address, notice.supporter_id) == ("test_sms", "+447700900999", None)
        assert notice.facts["body"].startswith("Ana, sign: http://127.0.0.1:8000/l/")


@pytest.mark.parametrize(
    ("copy", "to", "why"),
    [
        ("0", "+447700900999", "you chose the email; choose a tester with an email address, or other words"),
        ("1", "launcher@example.org", "you chose the text; choose a tester with a mobile number, or other words"),
    ],
)
def test_words_that_do_not_fit_the_tester_are_named(
    signed_in: Callable[[Role], Browser], campaign_id: int, copy: str, to: str, why: str
) -> None:
    assert why in words(signed_in(Role.LAUNCHER).press(f"{STAGE}/test", {"copy": copy, "to": to}))


def test_a_test_to_no_address_is_refused(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    assert "Not sent" in words(signed_in(Role.LAUNCHER).press(f"{STAGE}/test", {"copy": "0", "to": "nowhere"}))


def test_a_stage_whose_blast_was_cancelled_is_not_offered_to_be_put_back(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        due_at = session.query(Stage).filter_by(slug="find-out-more").one().due_at or now()
        fired = fire_due_stages(session, public_url="https://example.org", now=due_at)
        for blast_id in filter(None, (each.blast_id for each in fired)):
            cancel_blast(session, blast_id, actor="Dev", now=due_at)
    launcher = signed_in(Role.LAUNCHER)

    page, timeline = words(launcher.see(f"{STAGE}/")), words(launcher.see(f"{C}/timeline"))
    pressed = launcher.press(f"{STAGE}/restore")

    assert "cancelled" in page
    assert "ut it back" not in page
    assert "Put back" not in timeline
    assert pressed.status_code == 409
    assert "send it as a blast of its own" in words(pressed)


def test_a_stage_that_waits_because_nobody_carries_it_says_so(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.info[INFO] = frozenset()
        due_at = session.query(Stage).filter_by(slug="find-out-more").one().due_at or now()
        fire_due_stages(session, public_url="https://example.org", now=due_at)

    page = words(signed_in(Role.LAUNCHER).see(f"{STAGE}/"))

    assert "Nothing of it has gone. No emails are sent from this installation: EMAIL_PROVIDER is none" in page
    assert "then resume it." in page
    assert "could not be filled in" not in page
