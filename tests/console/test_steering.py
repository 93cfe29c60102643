"""Limits, trials of two wordings, second askings and senders, from the browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST
from tests.console.test_wishes import key_on

SignedIn = Callable[[Role], Browser]
EMAIL: dict[str, object] = BLAST | {"channels": ["email"], "signed": ""}


def only_blast(sessions: sessionmaker[Session]) -> Blast:
    with sessions() as session:
        return session.query(Blast).order_by(Blast.id.desc()).first() or pytest.fail("there is no blast")


def go_out(sessions: sessionmaker[Session]) -> None:
    """Open what is scheduled, and have it all accepted."""
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url="http://localhost", now=datetime.now(UTC) + timedelta(minutes=1))
    with sessions.begin() as session:
        write_next_span(session)
        session.execute(
            text("UPDATE batches SET state = 'accepted', intent_at = now(), finished_at = now() WHERE arm <> 'rest'")
        )


@pytest.mark.at_any_hour
def test_limits_are_said_before_it_goes_and_kept(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    form = EMAIL | {"local_time": "09:00", "cap_count": "3", "spend_cap": "12.50"}
    launcher = signed_in(Role.LAUNCHER)

    page = words(launcher.press(f"{C}/blasts/new", form))
    launcher.press(f"{C}/blasts/schedule", form)

    assert "Each supporter gets it at 09:00 where they are" in page
    assert "whoever has had 3 of our messages" in page
    assert "pauses before it costs more than £12.50" in page
    made = only_blast(sessions)
    assert (made.local_time, made.cap_count, made.spend_cap) == (time(9, 0), 3, 125_000)
    shown = words(launcher.see(f"{C}/blasts/{made.id}/"))
    assert "At 09:00 where each supporter is." in shown
    assert "£12.50" in shown


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("spend_cap", "a lot", "The spending limit is an amount"),
        ("cap_count", "0", "The limit for each supporter is a number from 1"),
        ("local_time", "25:00", "The local hour is a time"),
        ("try_share", "1", "between 2 and 90 per cent"),
        ("try_hours", "12", "before the blast is too late"),
        ("try_email", "Dear {nobody}", "no such placeholder"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_scheduled(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session], field: str, value: str, why: str
) -> None:
    form = EMAIL | {"try_subject": "Will you sign?", field: value}

    answer = signed_in(Role.LAUNCHER).press(f"{C}/blasts/schedule", form)

    assert answer.status_code == 422
    assert why in words(answer)
    # Nothing typed is lost.
    assert f'value="{value}"' in answer.text or value in answer.text
    with sessions() as session:
        assert session.query(Blast).count() == 0


@pytest.mark.at_any_hour
def test_two_wordings_are_tried_and_a_launcher_chooses(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    form = EMAIL | {"try_subject": "Will you sign?", "try_share": "50", "try_metric": "clicks"}
    assert "Two wordings are tried on 50%" in words(launcher.press(f"{C}/blasts/new", form))
    launcher.press(f"{C}/blasts/schedule", form)
    go_out(sessions)
    here = f"{C}/blasts/{only_blast(sessions).id}"

    page = launcher.see(f"{here}/")
    before = words(page)
    with sessions.begin() as session:
        session.execute(
            text("""UPDATE messages SET clicked_at = now() FROM batches
            WHERE batches.id = messages.batch_id AND batches.arm IN ('a', 'b')""")
        )
        clicked = session.scalar(text("SELECT count(*) FROM messages WHERE clicked_at IS NOT NULL")) or 0
    part = launcher.see(f"{here}/wordings")
    launcher.press(f"{here}/choose", {"wording": "b"})
    after = words(launcher.see(f"{here}/"))

    assert f'hx-get="{here}/wordings" hx-trigger="every 10s"' in page.text
    assert sum(int(found) for found in re.findall(r"<td>(\d+) <span", part.text)) == clicked > 0
    assert "every 10s" not in launcher.see(f"{here}/wordings").text

    assert "The rest wait until you choose" in before
    assert "Will you sign?" in before
    assert "The second was chosen, and the rest get it." in after
    assert only_blast(sessions).test_winner == "b"
    again = words(launcher.press(f"{here}/choose", {"wording": "a"}))
    assert "the wording has been chosen already" in again


def test_the_unknown_go_again_only_after_reading_what_that_risks(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", EMAIL)
    go_out(sessions)
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'unknown'"))
    here = f"{C}/blasts/{only_blast(sessions).id}"

    assert "4 of unknown outcome" in words(launcher.see(f"{here}/"))
    before = words(launcher.see(f"{here}/unknown"))
    assert "gets it a second time" in before
    assert "4 by email, for about £0.00" in before
    assert "Email, en Last call" in before
    assert "Dear Ana, sign" in before
    unticked = words(launcher.press(f"{here}/unknown", {}))
    ticked = words(launcher.press(f"{here}/unknown", {"knows": "yes"}))

    assert "tick that you know what it risks" in unticked
    assert "4 messages are queued again" in ticked


def test_a_spending_limit_is_changed_while_it_runs(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", EMAIL)
    here = f"{C}/blasts/{only_blast(sessions).id}"

    launcher.press(f"{here}/limit", {"spend_cap": "30"})
    assert only_blast(sessions).spend_cap == 300_000
    assert "amount such as" in words(launcher.press(f"{here}/limit", {"spend_cap": "-1"}))
    launcher.press(f"{here}/limit", {"spend_cap": ""})
    assert only_blast(sessions).spend_cap is None


def test_an_admin_limits_a_sender_and_sees_what_it_sent(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    admin = signed_in(Role.ADMIN)
    assert "example.org" in words(admin.see("/console/senders/"))

    form = {"channel": "email", "name": "example.org", "per_second": "50", "per_day": "1000", "ramp_began_on": ""}
    said = words(admin.press("/console/senders/limit", form))

    assert "The limits hold from now on." in said
    assert "0 of 1,000 sent today" in said
    wrong = words(admin.press("/console/senders/limit", form | {"per_second": "fast"}))
    assert "rates and limits are numbers" in wrong
    freed = words(admin.press("/console/senders/limit", {"channel": "email", "name": "example.org"}))
    assert "It goes as fast as it can." in freed


def test_without_a_second_road_there_is_none_to_take(signed_in: SignedIn, campaign_id: int) -> None:
    said = words(signed_in(Role.ADMIN).press("/console/senders/road", {"road": "second"}))

    assert "there is no second road" in said


def test_the_failed_go_again_once_and_only_after_reading_what_that_risks(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", EMAIL)
    go_out(sessions)
    with sessions.begin() as session:
        session.execute(text("UPDATE batches SET state = 'failed', reason = '400: refused'"))
    here = f"{C}/blasts/{only_blast(sessions).id}"

    assert "4 failed. Send the failed again" in words(launcher.see(f"{here}/"))
    assert "Send the failed again" not in words(signed_in(Role.AUTHOR).see(f"{here}/"))
    page = launcher.see(f"{here}/failed")
    unticked = words(launcher.press(f"{here}/failed", {}))
    form = {"knows": "yes", "key": key_on(page.text)}
    pressed = [words(launcher.press(f"{here}/failed", form)) for _ in range(2)]

    assert "4 messages failed, and not because of whom they were for" in words(page)
    assert "What was said 4 400: refused" in words(page)
    assert "4 by email, for about £0.00" in words(page)
    assert "Dear Ana, sign" in words(page)
    assert "tick that you know what it risks" in unticked
    assert all("4 messages are queued again" in each for each in pressed)
    with sessions() as session:
        assert session.scalar(text("SELECT sum(size) FROM batches WHERE state = 'queued'")) == 4
    assert "Nothing of this blast failed that could go again" in words(launcher.see(f"{here}/failed"))
