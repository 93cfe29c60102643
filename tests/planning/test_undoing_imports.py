"""Undo an import a few people at a time, however few of them it is undone for."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.planning.imports import undo_size
from service.store.queries import imports
from service.store.tables.bringing_in import Import
from service.store.tables.people import Permission, Supporter
from tests import make

NOW = make.KICK_OFF


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture
def undoing(session: Session, owner: UUID) -> Import:
    """An import that is being undone: six people, of whom all but the last have clicked since."""
    campaign = make.campaign(session)
    row = Import(
        campaign_id=campaign.id,
        manager_id=0,
        name="people.csv",
        source="stall",
        state="undoing",
        lease_owner=owner,
        created_by="cora",
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    for name in ("Ana", "Bella", "Cem", "Dilara", "Elif", "Farid"):
        make.supporter(session, name, campaign=campaign)
    session.execute(text("UPDATE supporters SET import_id = :id"), {"id": row.id})
    session.execute(text("UPDATE consents SET import_id = :id"), {"id": row.id})
    session.execute(
        text("""INSERT INTO actions (campaign_id, supporter_id, kind, detail, at)
                SELECT :campaign, id, 'clicked', '/', :now FROM supporters WHERE first_name <> 'Farid'"""),
        {"campaign": campaign.id, "now": NOW},
    )
    return row


Step = Callable[[], bool]


@pytest.fixture
def step(session: Session, undoing: Import, owner: UUID) -> Step:
    def once() -> bool:
        more = imports.take_back(session, undoing.id, owner=owner, source="undone", now=NOW, limit=2)
        session.refresh(undoing)
        return more

    return once


def test_each_step_looks_at_so_many_whether_it_is_undone_for_them_or_not(
    session: Session, undoing: Import, step: Step
) -> None:
    ids = session.scalars(select(Supporter.id).order_by(Supporter.id)).all()

    assert step()
    first = undoing.undone_through
    assert step()

    assert (first, undoing.undone_through, undoing.undone_count) == (ids[1], ids[3], 0)


def test_it_comes_to_the_last_and_ends(session: Session, undoing: Import, step: Step) -> None:
    steps = [step() for _ in range(4)]

    assert steps == [True, True, True, False]
    assert undoing.undone_count == 1
    last = session.scalar(select(func.max(Supporter.id)))
    assert last not in session.scalars(select(Permission.supporter_id)).all()


def test_whoever_is_asked_whether_to_undo_it_is_told_of_the_first_so_many(session: Session, undoing: Import) -> None:
    few, all_of_them = undo_size(session, undoing.id, most=5), undo_size(session, undoing.id, most=7)

    assert (few.undoable, few.added, few.is_whole) == (0, 5, False)
    assert (all_of_them.undoable, all_of_them.added, all_of_them.is_whole) == (1, 6, True)
