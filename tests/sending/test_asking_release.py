"""Whoever may launch is told, once and in time, that a planned message waits for their release."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service import clock
from service.domain.doubt import STANDARD
from service.domain.manager import Role
from service.planning import fixtures
from service.planning.managers import add_manager
from service.planning.stage_changes import change_stage
from service.planning.stage_checks import Changer, NewLimits, NewTiming, StageChange
from service.sending.asking_release import ask_for_releases
from service.sending.notice_hand_over import NoticeDesk
from service.sending.notice_words import NoticeWriter
from service.store.tables.campaign import Stage
from tests import make
from tests.sending.conftest import URL, Desk
from tests.sending.notebook import EmailNotebook, SmsNotebook

NOW = datetime.now(UTC)
AUTHOR, LAUNCHER = Changer("dev@example.org", may_launch=False), Changer("cora@example.org", may_launch=True)


@pytest.fixture
def campaign(desk: Desk) -> int:
    """A match in a week; Cora may launch, Ana is an admin, Dev only writes. The id of its campaign."""
    with desk.sessions.begin() as session:
        for name, role in (("cora", Role.LAUNCHER), ("ana", Role.ADMIN), ("dev", Role.AUTHOR)):
            add_manager(session, f"{name}@example.org", role, actor="", now=NOW)
        match = make.fixture(session, kick_off_at=NOW + timedelta(days=7))
        return make.campaign(session, match=match).id


def planned(desk: Desk, campaign: int, before: timedelta, **how: object) -> None:
    """A message so long before kick-off that an author has just changed."""
    with desk.sessions.begin() as session:
        row = session.get_one(make.Campaign, campaign)
        stage = make.stage(session, row, offset=-before, **how)  # type: ignore[arg-type]  # as the builder takes
        limit(stage.id, 3, session)


def limit(stage_id: int, count: int, session: object, by: Changer = AUTHOR) -> None:
    asked = StageChange(limits=NewLimits(None, count))
    change_stage(session, stage_id, asked, by=by, public_url=URL, now=datetime.now(UTC))  # type: ignore[arg-type]  # a session


def tell(desk: Desk) -> int:
    with desk.sessions.begin() as session:
        return ask_for_releases(session, public_url=URL, now=NOW)


def test_they_are_told_by_email_who_changed_it_when_it_goes_and_where_to_look(desk: Desk, campaign: int) -> None:
    planned(desk, campaign, timedelta(days=6, hours=12))
    writer = NoticeWriter(b"a key", URL, "campaigns@example.org")
    notices = NoticeDesk(desk.sessions, EmailNotebook(), SmsNotebook(), writer, make.KEY, URL)

    desk.tick(STANDARD)
    desk.tick(STANDARD)
    notices.send_due(until=clock.monotonic() + 20)

    assert isinstance(notices.email, EmailNotebook)
    assert sorted(notices.email.addresses) == ["ana@example.org", "cora@example.org"]
    letter = notices.email.batches[0]
    assert letter.subject == "“Find out more” waits for your release"
    assert "dev@example.org has changed" in letter.text
    assert f"{URL}/console/campaigns/fair-trials/stages/find-out-more/release" in letter.text
    assert f"{URL}/console/campaigns/fair-trials/stages/find-out-more/release" in letter.html


def test_what_is_far_off_waits_to_be_told_until_the_day_before(desk: Desk, campaign: int) -> None:
    planned(desk, campaign, timedelta(days=2))

    far = tell(desk)
    with desk.sessions.begin() as session:
        near = ask_for_releases(session, public_url=URL, now=NOW + timedelta(days=4, hours=1))

    assert (far, near) == (0, 2)


def test_a_welcome_is_told_at_once_and_half_time_with_its_kick_off(desk: Desk, campaign: int) -> None:
    planned(desk, campaign, timedelta(0), slug="welcome", anchor="sign_up")
    planned(desk, campaign, timedelta(0), slug="half-time", anchor="half_time")

    at_once = tell(desk)
    with desk.sessions.begin() as session:
        on_the_day = ask_for_releases(session, public_url=URL, now=NOW + timedelta(days=6, hours=1))

    assert (at_once, on_the_day) == (2, 2)


def test_another_edit_is_not_told_again_but_another_hour_is_and_so_is_a_change_after_a_release(
    desk: Desk, campaign: int
) -> None:
    planned(desk, campaign, timedelta(days=6, hours=12))
    counts = [tell(desk)]

    with desk.sessions.begin() as session:
        limit(1, 4, session)
    counts.append(tell(desk))
    with desk.sessions.begin() as session:
        later = StageChange(timing=NewTiming(timedelta(days=-6, hours=-11), timedelta(hours=12)))
        change_stage(session, 1, later, by=AUTHOR, public_url=URL, now=datetime.now(UTC))
    counts.append(tell(desk))
    with desk.sessions.begin() as session:
        moved = NOW + timedelta(days=7, minutes=5)
        fixtures.move_kick_off(session, 1, kick_off_at=moved, actor="Cora", now=datetime.now(UTC))
    counts.append(tell(desk))
    with desk.sessions.begin() as session:
        stage = session.get_one(Stage, 1)
        stage.unreleased_at, stage.unreleased_by, stage.released_facts = None, "", None
    with desk.sessions.begin() as session:
        limit(1, 5, session)
    counts.append(tell(desk))

    assert counts == [2, 0, 2, 2, 2]


def test_nobody_is_told_of_what_a_launcher_changed_or_what_has_been_released(desk: Desk, campaign: int) -> None:
    planned(desk, campaign, timedelta(days=6, hours=12))
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE stages SET unreleased_at = NULL, unreleased_by = '', released_facts = NULL"))
        limit(1, 9, session, by=LAUNCHER)

    assert tell(desk) == 0
