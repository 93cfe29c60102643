"""One stage: seen as a supporter sees it, changed while it can be, tried on one address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.store.tables.campaign import Copy, Stage, StageFiring
from service.store.tables.people import Supporter
from service.store.tables.sending import Notice
from tests import make
from tests.console.conftest import Browser, C, words
from tests.make import KICK_OFF

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


def test_new_words_are_kept(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    fields: dict[str, object] = {
        "subject-0": "Read this",
        "body-0": "Dear {first_name|friend}",
        "body-1": "New text. STOP to end",
    }

    answer = words(signed_in(Role.AUTHOR).press(f"{STAGE}/edit", fields))

    assert "The words are kept" in answer
    with sessions() as session:
        kept = session.query(Copy).join(Stage, Stage.id == Copy.stage_id).filter(Stage.slug == "find-out-more")
        assert {copy.channel: copy.body.strip() for copy in kept} == {
            "email": "Dear {first_name|friend}",
            "sms": "New text. STOP to end",
        }


def test_an_unknown_placeholder_is_said_where_it_stands_and_nothing_typed_is_lost(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    answer = signed_in(Role.AUTHOR).press(f"{STAGE}/edit", {"body-1": "Hello {frist_name}"})

    assert answer.status_code == 422
    assert "no such placeholder: {frist_name}; did you mean {first_name}?" in words(answer)
    assert "Hello {frist_name}" in answer.text
    with sessions() as session:
        assert not session.query(Copy).filter(Copy.body.contains("frist")).count()


def test_words_of_a_stage_that_has_fired_are_frozen(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        stage.fired_at = KICK_OFF
        session.add(StageFiring(stage_id=stage.id, outcome="skipped_late", due_at=KICK_OFF, fired_at=KICK_OFF))
    author = signed_in(Role.AUTHOR)

    assert author.press(f"{STAGE}/edit", {"body-1": "Too late"}).status_code == 409
    assert "Edit the words" not in words(author.see(f"{STAGE}/"))


def test_a_stage_is_moved_against_its_anchor(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    fields: dict[str, object] = {
        "offset_count": "3",
        "offset_unit": "hours",
        "side": "before",
        "stale_count": "90",
        "stale_unit": "minutes",
    }

    assert "The timing is changed" in words(signed_in(Role.AUTHOR).press(f"{STAGE}/timing", fields))
    with sessions() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        assert stage.due_at == KICK_OFF - timedelta(hours=3)
        assert stage.stale_after == timedelta(minutes=90)


def test_a_time_that_is_no_number_changes_nothing(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    fields: dict[str, object] = {"offset_count": "soon", "offset_unit": "hours", "stale_count": "1"}

    assert "Nothing was changed" in words(signed_in(Role.AUTHOR).press(f"{STAGE}/timing", fields))


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


def test_a_stage_s_hour_and_limit_are_set_from_the_console(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    author = signed_in(Role.AUTHOR)

    said = words(author.press(f"{STAGE}/limits", {"local_time": "09:00", "cap_count": "3"}))
    wrong = words(author.press(f"{STAGE}/limits", {"local_time": "nine", "cap_count": "3"}))
    gone = words(author.press(f"{STAGE}/limits", {"local_time": "", "cap_count": ""}))

    assert "The limits are changed." in said
    assert "At 09:00 where each supporter is. Only to those who have had fewer than 3" in said
    assert "Nothing was changed: the local hour is a time" in wrong
    assert "where each supporter is. Only" not in gone
