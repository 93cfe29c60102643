"""The timeline, the whistle, and a match that moves."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.domain.message import BlastState
from service.store.tables.campaign import Campaign, Fixture, Stage, StageFiring
from tests import make
from tests.console.conftest import SLUG, Browser, C, kick_off_in, seen_on, words

STAGE = f"{C}/stages/find-out-more"


def test_without_a_campaign_the_console_says_how_to_load_one(signed_in: Callable[[Role], Browser]) -> None:
    assert "touchline campaign load" in words(signed_in(Role.VIEWER).see("/console/"))


def test_the_desk_shows_what_comes_next_and_who_is_asking(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(sessions, timedelta(days=3, hours=1, minutes=1))

    desk = words(signed_in(Role.VIEWER).see("/console/"))

    assert "Find out more in 1 day 1 hour" in desk
    assert "Email 4, Text 2" in desk
    assert "0 texts waiting for an answer" in desk
    assert "The ticker has not been heard from" in desk


def test_the_desk_counts_no_messages(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.blast(session, session.get_one(make.Campaign, campaign_id), state=BlastState.DONE)
    viewer = signed_in(Role.VIEWER)

    with sessions.begin() as other:
        other.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        desk = viewer.see("/console/")

    assert (desk.status_code, "May get email 4" in words(desk)) == (200, True)


def test_the_timeline_stands_around_kick_off(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(sessions, timedelta(days=3))

    line = words(signed_in(Role.VIEWER).see(f"{C}/"))

    assert "2 days before kick-off" in line
    assert line.index("Around the match") < line.index("Now") < line.index("2 days before kick-off")
    assert line.rindex("Half time when the referee whistles") < line.rindex("At half time")


def test_a_viewer_sees_no_buttons_that_would_be_refused(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    page = signed_in(Role.VIEWER).see(f"{C}/")

    assert "The whistle" not in words(page)
    assert "/cancel" not in page.text


def test_moving_the_match_shows_what_will_move_before_it_does(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(sessions, timedelta(days=3))
    launcher = signed_in(Role.LAUNCHER)
    fields: dict[str, object] = {"when": "2099-06-01T20:00", "zone": "Asia/Baku"}

    page = launcher.press(f"{C}/fixture/move", fields)
    asked = launcher.press(f"{C}/fixture/move", fields | {"sure": "yes"} | seen_on(page))
    preview = words(page)
    with sessions() as session:
        before = session.query(Stage).filter_by(slug="find-out-more").one().due_at
    answer = words(launcher.press(f"{C}/fixture/move", fields | {"sure": "yes"} | seen_on(asked)))

    assert "1 message will wait for a new time" in preview
    assert "Sat 30 May 2099, 20:00" in preview
    assert "look at the year. Really move it there?" in words(asked)
    assert before is not None
    assert before.year < 2099
    assert "The match was moved." in answer
    with sessions() as session:
        after = session.query(Stage).filter_by(slug="find-out-more").one().due_at
    assert after is not None
    assert after.isoformat().startswith("2099-05-30T16:00")


def test_a_match_without_a_date_holds_its_messages(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    launcher = signed_in(Role.LAUNCHER)
    page = launcher.press(f"{C}/fixture/move", {"no_date": "yes"})
    answer = words(launcher.press(f"{C}/fixture/move", {"no_date": "yes", "sure": "yes"} | seen_on(page)))

    assert "Held until there is a date Find out more" in words(page)
    assert "held until there is a date" in answer
    assert "held until the match has a date" in answer


def test_a_time_that_cannot_be_read_is_said_beside_the_box(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    answer = signed_in(Role.LAUNCHER).press(f"{C}/fixture/move", {"when": "tomorrow", "zone": "Asia/Baku"})

    assert answer.status_code == 422
    assert "Give a day and a time" in words(answer)
    assert 'value="tomorrow"' in answer.text


def test_a_cancelled_message_can_be_put_back(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    kick_off_in(sessions, timedelta(days=3))
    launcher = signed_in(Role.LAUNCHER)

    cancelled = words(launcher.press(f"{STAGE}/cancel"))
    back = words(launcher.press(f"{STAGE}/restore"))

    assert "“Find out more” will not be sent" in cancelled
    assert "Put back" in cancelled
    assert "is back on the timeline" in back
    with sessions() as session:
        assert session.query(StageFiring).count() == 0


def test_another_campaigns_address_is_not_found(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    assert signed_in(Role.ADMIN).see("/console/campaigns/no-such/").status_code == 404


def test_another_campaigns_stage_is_not_reached_through_this_one(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make.campaign(session, slug="other", match=session.query(Fixture).one())
        make.stage(session, other, slug="theirs")

    assert signed_in(Role.ADMIN).press(f"/console/campaigns/{SLUG}/stages/theirs/cancel").status_code == 404


def test_a_stage_that_is_done_says_so_once(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        stage = session.query(Stage).filter_by(slug="find-out-more").one()
        stage.fired_at = now()
        session.add(StageFiring(stage_id=stage.id, due_at=now(), fired_at=now(), outcome="opened"))
        blast = make.blast(session, session.query(Campaign).one(), state="done")
        blast.stage_id = stage.id

    page = signed_in(Role.VIEWER).see(f"{C}/").text

    assert page.count('<span class="chip done">done</span>') == 1
