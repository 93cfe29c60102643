"""An undoing that stops says so, and goes on as an undoing: it brings nobody in."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
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
