"""A stage changed from its pages: what it does at once is shown first, and nothing typed is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.store.tables.campaign import Copy, Stage, StageFiring
from tests.console.conftest import Browser, C, hidden, kick_off_in, words

STAGE = f"{C}/stages/find-out-more"
Signing = Callable[[Role], Browser]
Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def match_in_a_week(campaign_id: int, sessions: Sessions) -> None:
    kick_off_in(sessions, timedelta(days=7))


def timing(count: int, unit: str, *, stale: str = "12", side: str = "before", **more: object) -> dict[str, object]:
    fields = {"offset_count": count, "offset_unit": unit, "side": side, "stale_count": stale, "stale_unit": "hours"}
    return fields | more


def due_in(sessions: Sessions) -> timedelta:
    with sessions() as session:
        due_at = session.query(Stage).filter_by(slug="find-out-more").one().due_at
    assert isinstance(due_at, datetime)
    return due_at - now()


def skip(sessions: Sessions) -> None:
    with sessions.begin() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        stage.fired_at = now()
        session.add(StageFiring(stage_id=stage.id, outcome="skipped_late", due_at=stage.due_at, fired_at=now()))


def bodies(sessions: Sessions) -> dict[str, str]:
    with sessions() as session:
        kept = session.query(Copy).join(Stage, Stage.id == Copy.stage_id).filter(Stage.slug == "find-out-more")
        return {copy.channel: copy.body.strip() for copy in kept}


def test_new_words_are_kept(signed_in: Signing, sessions: Sessions) -> None:
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
    signed_in: Signing, sessions: Sessions
) -> None:
    answer = signed_in(Role.AUTHOR).press(f"{STAGE}/edit", {"body-1": "Hello {frist_name}"})

    assert answer.status_code == 422
    assert "no such placeholder: {frist_name}; did you mean {first_name}?" in words(answer)
    assert "Hello {frist_name}" in answer.text
    with sessions() as session:
        assert not session.query(Copy).filter(Copy.body.contains("frist")).count()


def test_a_time_that_sends_it_is_shown_first_to_how_many_at_what_cost_and_done_with_the_button(
    signed_in: Signing, sessions: Sessions
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.press(f"{STAGE}/timing", timing(169, "hours"))
    before = due_in(sessions)
    done = words(launcher.press(f"{STAGE}/timing", hidden(page)))

    shown = words(page)
    assert "Goes out now Find out more : Email to 4 , about £0.00; Text to 2 , about £0.08" in shown
    assert "Was 2 days before kick-off Becomes 7 days 1 hour before kick-off" in shown
    assert "Send it now" in shown
    assert before > timedelta(days=4)
    assert "The timing is changed. It goes out now." in done
    assert due_in(sessions) < timedelta(0)


def test_a_time_that_leaves_it_out_is_asked_about(signed_in: Signing, sessions: Sessions) -> None:
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.press(f"{STAGE}/timing", timing(30, "days"))

    assert "Too late then: left out It can be put back with another time. Find out more" in words(page)
    assert due_in(sessions) > timedelta(days=4)
    assert "It is left out." in words(launcher.press(f"{STAGE}/timing", hidden(page)))


def test_what_is_no_longer_what_was_seen_is_shown_anew(signed_in: Signing, sessions: Sessions) -> None:
    launcher = signed_in(Role.LAUNCHER)

    again = launcher.press(f"{STAGE}/timing", timing(169, "hours", seen="something else"))

    assert again.status_code == 409
    assert "no longer what you saw" in words(again)
    assert due_in(sessions) > timedelta(days=4)


def test_an_author_is_told_that_it_takes_a_launcher_and_loses_nothing_typed(
    signed_in: Signing, sessions: Sessions
) -> None:
    answer = signed_in(Role.AUTHOR).press(f"{STAGE}/timing", timing(169, "hours", stale="9"))

    assert answer.status_code == 409
    assert "Nothing was changed. With that time it would go out at once, which takes somebody who may launch" in words(
        answer
    )
    assert 'name="offset_count" type="number" min="0" max="100000" value="169"' in answer.text
    assert 'name="stale_count" type="number" min="1" max="100000" value="9"' in answer.text
    assert due_in(sessions) > timedelta(days=4)


def test_a_stage_is_moved_against_its_anchor(signed_in: Signing, sessions: Sessions) -> None:
    fields = timing(3, "hours", stale="90") | {"stale_unit": "minutes"}

    assert "The timing is changed" in words(signed_in(Role.AUTHOR).press(f"{STAGE}/timing", fields))
    with sessions() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        assert stage.offset_span == timedelta(hours=-3)
        assert stage.stale_after == timedelta(minutes=90)


def test_a_time_that_is_no_number_changes_nothing_and_stays_as_typed(signed_in: Signing) -> None:
    answer = signed_in(Role.AUTHOR).press(f"{STAGE}/timing", timing(3, "hours") | {"offset_count": "soon"})

    assert "Nothing was changed. A time is a whole number of minutes, hours or days." in words(answer)
    assert 'value="soon"' in answer.text


def test_what_an_author_changed_waits_and_a_launcher_looks_and_releases(signed_in: Signing, sessions: Sessions) -> None:
    author, launcher = signed_in(Role.AUTHOR), signed_in(Role.LAUNCHER)

    said = words(author.press(f"{STAGE}/edit", {"body-1": "What the author wrote. STOP to end"}))
    line, desk = words(author.see(f"{C}/")), words(launcher.see("/console/"))
    page = launcher.see(f"{STAGE}/release")
    done = words(launcher.press(f"{STAGE}/release", hidden(page)))

    assert "The words are kept. It waits for a release by somebody who may launch." in said
    assert "Waits for a release : changed by author@example.org on" in line
    assert "Look and release" not in line
    assert "Waits for a release : changed by author@example.org" in desk
    assert "Email to 4 , about £0.00 Text to 2 , about £0.08" in words(page)
    assert "Sms, en: text Was {first_name|friend}, sign: {petition_link} Reply STOP to end Becomes What the author" in (
        words(page)
    )
    back = words(launcher.see(launcher.see(f"{STAGE}/release").headers["Location"]))
    assert "Nothing of this stage waits for a release" in back
    assert "Nothing was released" not in back
    assert "Released." in done
    assert "Waits for a release" not in done
    with sessions() as session:
        assert session.query(Stage).filter(Stage.unreleased_at.is_not(None)).count() == 0


def test_a_release_of_what_is_no_longer_as_seen_shows_it_anew(signed_in: Signing, sessions: Sessions) -> None:
    author, launcher = signed_in(Role.AUTHOR), signed_in(Role.LAUNCHER)
    author.press(f"{STAGE}/edit", {"body-1": "One. STOP to end"})
    seen = hidden(launcher.see(f"{STAGE}/release"))

    author.press(f"{STAGE}/edit", {"body-1": "Another. STOP to end"})
    again = launcher.press(f"{STAGE}/release", seen)

    assert again.status_code == 409
    assert "Nothing was released: it is no longer what you saw." in words(again)
    assert "Becomes Another. STOP to end" in words(again)
    assert author.press(f"{STAGE}/release", seen).status_code == 403


def test_what_waits_for_nothing_is_not_released(signed_in: Signing) -> None:
    assert "nothing of this stage waits for a release" in words(signed_in(Role.LAUNCHER).press(f"{STAGE}/release"))


def test_words_of_a_stage_that_went_out_are_frozen(signed_in: Signing, sessions: Sessions) -> None:
    skip(sessions)
    with sessions.begin() as session:
        session.query(StageFiring).one().outcome = "opened"
    author = signed_in(Role.AUTHOR)

    refused = author.press(f"{STAGE}/edit", {"body-1": "Too late, but typed"})

    assert refused.status_code == 409
    assert "Too late, but typed" in refused.text
    assert "Edit the words" not in words(author.see(f"{STAGE}/"))


def test_a_skipped_stage_is_mended_and_put_back_with_one_button(signed_in: Signing, sessions: Sessions) -> None:
    skip(sessions)
    launcher = signed_in(Role.LAUNCHER)
    page = launcher.see(f"{STAGE}/edit")
    fields = {"body-0": "Dear you", "body-1": "New. STOP to end"}

    done = words(launcher.press(f"{STAGE}/edit", hidden(page) | timing(30, "hours") | fields))

    assert "Keep the words and put it back" in words(page)
    assert "The words are kept. It is back on the timeline." in done
    assert bodies(sessions) == {"email": "Dear you", "sms": "New. STOP to end"}
    with sessions() as session:
        assert session.query(StageFiring).count() == 0


def test_what_is_put_back_and_due_is_asked_about_with_everything_typed(signed_in: Signing, sessions: Sessions) -> None:
    skip(sessions)
    launcher = signed_in(Role.LAUNCHER)
    fields = hidden(launcher.see(f"{STAGE}/edit")) | timing(169, "hours") | {"body-1": "A\nlonger\ntext. STOP to end"}

    page = launcher.press(f"{STAGE}/edit", fields)
    done = words(launcher.press(f"{STAGE}/edit", hidden(page)))

    assert "Goes out now" in words(page)
    assert "The words are kept. It goes out now." in done
    assert bodies(sessions)["sms"] == "A\nlonger\ntext. STOP to end"


def test_put_back_too_late_says_so_and_offers_another_time(signed_in: Signing, sessions: Sessions) -> None:
    kick_off_in(sessions, timedelta(days=1))
    skip(sessions)
    launcher = signed_in(Role.LAUNCHER)

    refused = launcher.press(f"{STAGE}/restore")
    back = words(launcher.press(f"{STAGE}/timing", timing(2, "hours", puts_back="yes")))

    assert refused.status_code == 409
    assert "It is too late for this stage; give it another time, or move the match." in words(refused)
    assert "Put it back with this timing" in words(refused)
    assert "The timing is changed. It is back on the timeline." in back


def test_the_later_of_two_sees_both_words_and_chooses(signed_in: Signing, sessions: Sessions) -> None:
    author, launcher = signed_in(Role.AUTHOR), signed_in(Role.LAUNCHER)
    opened = hidden(author.see(f"{STAGE}/edit"))

    launcher.press(f"{STAGE}/edit", opened | {"body-1": "What the launcher wrote. STOP to end"})
    told = author.press(f"{STAGE}/edit", opened | {"body-1": "What the author wrote. STOP to end"})
    kept = bodies(sessions)["sms"]
    done = words(author.press(f"{STAGE}/edit", hidden(told) | {"body-1": "What the author wrote. STOP to end"}))

    assert told.status_code == 409
    assert "somebody else has changed the words" in words(told)
    assert "What the launcher wrote" in words(told)
    assert "What the author wrote" in words(told)
    assert kept == "What the launcher wrote. STOP to end"
    assert "The words are kept" in done
    assert bodies(sessions)["sms"] == "What the author wrote. STOP to end"


def test_the_later_of_two_at_the_timing_is_told_how_it_stands(signed_in: Signing, sessions: Sessions) -> None:
    author, launcher = signed_in(Role.AUTHOR), signed_in(Role.LAUNCHER)
    opened = hidden(author.see(f"{STAGE}/"))

    first = launcher.press(f"{STAGE}/timing", timing(5, "hours", opened_with=opened["opened_with"]))
    told = author.press(f"{STAGE}/timing", timing(6, "hours", opened_with=opened["opened_with"]))

    assert "The timing is changed" in words(first)
    assert told.status_code == 409
    assert "somebody else has changed it" in words(told).lower()
    assert "due: 5 hours before kick-off" in words(told)
    assert 'value="6"' in told.text


def test_a_stage_s_hour_and_limit_are_set_from_the_console(signed_in: Signing) -> None:
    author = signed_in(Role.AUTHOR)

    said = words(author.press(f"{STAGE}/limits", {"local_time": "09:00", "cap_count": "3"}))
    wrong = words(author.press(f"{STAGE}/limits", {"local_time": "nine", "cap_count": "3"}))
    gone = words(author.press(f"{STAGE}/limits", {"local_time": "", "cap_count": ""}))

    assert "The limits are changed." in said
    assert "At 09:00 where each supporter is. Only to those who have had fewer than 3" in said
    assert "Nothing was changed. The local hour is a time" in wrong
    assert "where each supporter is. Only" not in gone


def test_a_subject_that_is_too_long_is_said_and_kept_as_it_was_typed(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    long = "x" * 201

    answer = signed_in(Role.AUTHOR).press(
        f"{C}/stages/find-out-more/edit", {"subject-0": long, "body-0": "Words", "body-1": "Words STOP"}
    )

    assert answer.status_code == 422
    assert "it has 201 characters; 200 at most" in words(answer)
    assert f'value="{long}"' in answer.text
