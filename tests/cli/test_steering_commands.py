"""A blast is limited, tried in two wordings and sent again from the command line; senders are kept to their rate."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign
from tests import make
from tests.cli.conftest import Touchline, said

# Always to come, and never so far off that it is asked about.
LATER = (datetime.now(UTC) + timedelta(days=200)).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def planned(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make.supporter(session, "Ana", campaign=make.campaign(session))


@pytest.fixture
def letter(tmp_path: Path) -> str:
    (tmp_path / "letter.md").write_text("Dear {first_name|friend}, sign: {petition_link}")
    return str(tmp_path / "letter.md")


def test_a_blast_is_scheduled_with_limits_and_another_subject(
    touchline: Touchline, planned: None, letter: str, sessions: sessionmaker[Session]
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "Now", "--email", letter)
    hourly = said(touchline(*words, "--local-time", "09:00", "--cap", "3", "--spend-cap", "25.5", "--json"))
    trial = said(touchline(*words, "--try-subject", "Will you?", "--decide-after", "2", "--json"))

    with sessions() as session:
        first, second = (session.get_one(Blast, made["blast"]) for made in (hourly, trial))
    assert (first.local_time, first.cap_count, first.spend_cap) == (time(9, 0), 3, 255_000)
    assert (second.test_share, second.test_metric, second.test_lasts) == (20, "signatures", timedelta(hours=2))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--local-time", "nine"), "an hour such as 09:00"),
        (("--cap", "0"), "one message or more"),
        (("--spend-cap", "0"), "more than nothing"),
        (("--try-subject", "Hm", "--try-share", "95"), "between 2 and 90 per cent"),
        (("--try-subject", "Hm", "--decide-after", "48"), "before the blast is too late"),
        (("--try-subject", "Hm", "--local-time", "09:00"), "not both"),
    ],
)
def test_limits_that_make_no_sense_are_refused_with_why(
    touchline: Touchline, planned: None, letter: str, options: tuple[str, ...], why: str
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "Now", "--email", letter)
    result = touchline(*words, *options)

    assert (result.exit_code, why in result.stderr) == (1, True)


def test_a_blast_is_moved_limited_chosen_for_and_sent_again(
    touchline: Touchline, planned: None, letter: str, sessions: sessionmaker[Session]
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "A", "--email", letter)
    made = str(said(touchline(*words, "--at", LATER.isoformat(), "--try-subject", "B", "--json"))["blast"])

    assert "is moved" in touchline("blast", "move", made, (LATER + timedelta(days=1)).isoformat()).output
    far = (LATER + timedelta(days=800)).isoformat()
    assert "say so if it is meant" in touchline("blast", "move", made, far).stderr
    assert "is moved" in touchline("blast", "move", made, far, "--really").output
    assert "is moved" in touchline("blast", "move", made, (LATER + timedelta(days=1)).isoformat()).output
    assert "may cost 12.00" in touchline("blast", "limit", made, "12").output
    assert "once the blast is under way" in touchline("blast", "choose", made, "b").stderr
    assert "only a blast that has gone out" in touchline("blast", "again", made, "--subject", "C", "--yes").stderr
    assert "nothing of this blast is unknown" in touchline("blast", "resend-unknown", made, "--yes").stderr
    assert "nothing of this blast failed" in touchline("blast", "resend-failed", made, "--yes").stderr
    with sessions.begin() as session:
        assert session.get_one(Blast, int(made)).opens_at == LATER + timedelta(days=1)
        session.execute(text("UPDATE blasts SET state = 'running', opened_at = now()"))
    assert "go out in wording b" in touchline("blast", "choose", made, "B").output


def test_a_sender_is_limited_listed_and_freed(touchline: Touchline, planned: None) -> None:
    touchline("sender", "limit", "email", "example.org", "--per-second", "50", "--ramp-from", "2026-11-01")

    listed = said(touchline("sender", "list", "--json"))
    shown = touchline("sender", "list").output
    touchline("sender", "limit", "email", "example.org")
    freed = touchline("sender", "list").output

    assert {"channel": "email", "name": "example.org"}.items() <= listed["senders"][0].items()  # type: ignore[index]  # a list
    assert "50 a second" in shown
    assert f"ramped up from {date(2026, 11, 1)}" in shown
    assert "as fast as it can" in freed
    assert "+447700900000" in freed


def test_a_limit_of_nothing_is_refused(touchline: Touchline, planned: None) -> None:
    assert "more than nothing" in touchline("sender", "limit", "sms", "+447700900000", "--per-second", "0").stderr
    assert "a day such as" in touchline("sender", "limit", "sms", "+447700900000", "--ramp-from", "soon").stderr


@pytest.mark.parametrize("many", ["0", "1000000001", f"1{'0' * 25}"])
def test_a_day_s_limit_that_is_none_is_refused_with_the_least_and_the_most(
    touchline: Touchline, planned: None, many: str
) -> None:
    refused = touchline("sender", "limit", "email", "example.org", "--per-day", many)

    assert "a day's limit is at least one message and at most 1,000,000,000" in refused.stderr


def test_there_is_no_second_road_unless_one_is_set(touchline: Touchline, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no second road" in touchline("road", "second").stderr

    monkeypatch.setenv("EMAIL_SECOND_PROVIDER", "smtp")
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:2525")

    assert "second road from now on" in touchline("road", "second").output
    assert "second road already" in touchline("road", "second").stderr
    assert "first road from now on" in touchline("road", "first").output


def test_one_command_with_one_key_schedules_one_blast(
    touchline: Touchline, planned: None, letter: str, sessions: sessionmaker[Session]
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "A", "--email", letter, "--key", "k1")

    first, second = said(touchline(*words, "--json")), said(touchline(*words, "--json"))
    other = touchline(*words, "--cap", "2")

    assert (first["blast"], first["is_new"], second["is_new"]) == (second["blast"], True, False)
    assert (other.exit_code, "has been used for another wish" in other.stderr) == (1, True)
    with sessions() as session:
        assert session.query(Blast).count() == 1


def test_a_blast_waits_as_long_as_the_command_says_before_it_goes(
    touchline: Touchline, planned: None, letter: str, sessions: sessionmaker[Session]
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "A", "--email", letter)
    seconds = {"30": (), "0": ("--take-back", "0"), "120": ("--take-back", "120")}

    for each, option in seconds.items():
        made = touchline(*words, *option)
        assert (f"It goes in {each} seconds" in made.output) == (each != "0")
    with sessions() as session:
        waits = [row.opens_at - row.created_at for row in session.query(Blast).order_by(Blast.id)]
    assert waits == [timedelta(seconds=int(each)) for each in seconds]
    assert "nothing and an hour" in touchline(*words, "--take-back", "7200").stderr
    assert "--take-back: a number of seconds such as 30" in touchline(*words, "--take-back", "9" * 20).stderr


def test_the_list_says_how_each_blast_stands_and_why(
    touchline: Touchline, planned: None, letter: str, sessions: sessionmaker[Session]
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "A", "--email", letter)
    made = str(said(touchline(*words, "--json"))["blast"])
    with sessions.begin() as session:
        session.query(Campaign).update({"quiet_hours": {"email": {"from": "21:00", "until": "08:00"}}})
        open_scheduled_blasts(session, public_url="http://localhost", now=datetime.now(UTC) + timedelta(minutes=1))
    with sessions.begin() as session:
        write_next_span(session)

    paused = touchline("blast", "pause", made, "--why", "the score is wrong")
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET reason = 'quiet hours', not_before = now() + interval '3 hours'"))

    assert (paused.exit_code, paused.output) == (0, f"Blast {made} is paused.\n")
    listed = touchline("blast", "list", "fair-trials").output
    assert f"{made}  Now: paused (paused by command line: the score is wrong), 0 gone, 1 waiting" in listed
    why = "1 email waits until 08:00 where each supporter is: emails keep quiet hours. The next go at"
    assert why in listed
    assert why in touchline("blast", "status", made).output
    plain = json.loads(touchline("blast", "list", "fair-trials", "--json").output)
    assert [(each["state"], each["waits"][0]["what"]) for each in plain] == [("paused", "quiet")]


def test_silent_readers_are_counted_before_they_are_asked_again(
    touchline: Touchline, planned: None, letter: str, sessions: sessionmaker[Session]
) -> None:
    words = ("blast", "schedule", "fair-trials", "--title", "Now", "--subject", "A", "--email", letter)
    made = str(said(touchline(*words, "--json"))["blast"])
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url="http://localhost", now=datetime.now(UTC) + timedelta(minutes=1))
    with sessions.begin() as session:
        write_next_span(session)
    nobody = touchline("blast", "again", made, "--subject", "C", "--yes")
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'accepted', finished_at = now()"))

    asked = touchline("blast", "again", made, "--subject", "C")
    refused = touchline("blast", "again", made, "--subject", "{nobody}", "--yes")
    too_long = touchline("blast", "again", made, "--subject", "C", "--yes", "--take-back", "-5")
    sent = touchline("blast", "again", made, "--subject", "C", "--yes")

    assert "between nothing and an hour" in too_long.stderr
    assert "It goes in 30 seconds; touchline blast cancel 2 takes it back." in sent.output
    assert "nobody who got this blast's email is left" in nobody.stderr
    assert (asked.exit_code, "“C” goes to 1 by email, for about £0.00." in asked.output) == (1, True)
    assert "Dear Ana" in asked.output
    assert "no such placeholder" in refused.stderr
    assert "Blast 2 is scheduled." in sent.output


@pytest.mark.parametrize("number", ["0", "-3", "9223372036854775808", "99999999999999999999"])
def test_a_number_that_no_blast_has_is_said_by_every_command(touchline: Touchline, number: str) -> None:
    for command in (["status"], ["pause"], ["resume"], ["cancel"], ["choose"], ["limit"], ["resend-failed", "--yes"]):
        asked = touchline("blast", *command, "--", number)

        assert (asked.exit_code, asked.stderr) == (1, f"touchline: there is no blast {number}\n")
    undone = touchline("supporters", "undo-import", "--yes", "--", number)
    assert (undone.exit_code, undone.stderr) == (1, f"touchline: there is no import {number}\n")


@pytest.mark.parametrize("most", ["-3", "0", "1001", "99999999999999999999"])
def test_a_list_is_of_one_to_a_thousand_lines(touchline: Touchline, most: str) -> None:
    asked = touchline("blast", "list", "fair-trials", "--most", most)

    assert asked.exit_code == 2
    assert "is not in the range 1<=x<=1000" in asked.stderr


def test_titles_and_subjects_that_are_too_long_are_refused(touchline: Touchline, planned: None, letter: str) -> None:
    asked = ("blast", "schedule", "fair-trials", "--email", letter)

    title = touchline(*asked, "--subject", "Now", "--title", "x" * 121)
    subject = touchline(*asked, "--subject", "x" * 201, "--title", "Now")

    assert (title.exit_code, subject.exit_code) == (1, 1)
    assert title.stderr == "touchline: the title is too long: it has 121 characters; 120 at most\n"
    assert "subject: it has 201 characters; 200 at most" in subject.stderr
