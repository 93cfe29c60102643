"""The report's page counts no table of millions: it says which of its figures are estimated."""

from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.store.tables.sending import Batch
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST, open_blasts


def test_a_blast_too_large_to_count_is_estimated_and_said_to_be(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"signed": ""})
    open_blasts(sessions)
    with sessions.begin() as session:
        session.query(Batch).filter_by(channel="email").update({"state": "accepted", "size": 2_000_000})

    page, table = words(launcher.see(f"{C}/report/")), launcher.see(f"{C}/report.csv")

    assert "about" in page
    assert "went to too many people to count each time" in page
    assert table.text.splitlines()[0].endswith(",is_estimate")
    assert table.text.splitlines()[1].endswith(",yes")


def test_a_blast_of_an_ordinary_size_is_counted(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"signed": ""})
    open_blasts(sessions)

    page, table = words(launcher.see(f"{C}/report/")), launcher.see(f"{C}/report.csv")

    assert "too many people" not in page
    assert table.text.splitlines()[1].endswith(",no")
