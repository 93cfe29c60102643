"""An undoing that stops says so, and goes on as an undoing: it brings nobody in."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.imports_here import begin_here
from tests.console.conftest import Browser, words
from tests.console.test_files import work
from tests.console.test_imports import begin, fans, may_email, when_counted

BREAKS = "RAISE EXCEPTION 'no such thing' USING ERRCODE = 'raise_exception';"


@pytest.fixture
def admin(signed_in: Callable[[Role], Browser], campaign_id: int) -> Browser:
    return signed_in(Role.ADMIN)


@pytest.fixture(params=["file gone", "file kept"])
def address(request: pytest.FixtureRequest, admin: Browser, sessions: sessionmaker[Session]) -> str:
    """The page of an import whose undoing came to its first hundred and stopped.

    Its file is gone since it was done, or kept since it stopped before its end.
    """
    stops_at = "false" if request.param == "file gone" else "NEW.state = 'done'"
    address = begin(admin, *fans(150))
    with when_counted(sessions, stops_at, BREAKS):
        work(admin)
    admin.press(f"{address}/undo", {"sure": "yes"})
    with when_counted(sessions, "NEW.undone_through > OLD.undone_through AND OLD.undone_through > 0", BREAKS):
        work(admin)
    return address


def test_its_page_says_how_far_it_came_and_offers_to_go_on_with_the_undoing(admin: Browser, address: str) -> None:
    page = words(admin.see(address))

    assert "Its undoing stopped: it could not go on: " in page
    assert "The consents of 100 people are withdrawn so far." in page
    assert "Go on with the undoing" in page
    assert "Undo this import…" not in page


def test_it_goes_on_as_an_undoing(admin: Browser, sessions: sessionmaker[Session], address: str) -> None:
    admin.press(f"{address}/again")
    work(admin)

    assert "the consents it had given to 150 people are withdrawn" in words(admin.see(address))
    assert not {name for name in may_email(sessions) if name.startswith("Fan")}


def test_an_import_of_a_command_that_ended_half_way_is_offered_for_undoing_and_not_for_going_on(
    admin: Browser, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    with sessions.begin() as session:
        begun = begin_here(session, campaign_id=campaign_id, name="a.csv", source="x", actor="c", now=now())
        session.execute(text("UPDATE imports SET lease_until = now() - interval '1 second'"))
    work(admin)

    page = words(admin.see(f"/console/supporters/imports/{begun.id}"))

    assert "the command that brought it in ended before it was done" in page
    assert "Undo this import…" in page
    assert "Go on with" not in page
