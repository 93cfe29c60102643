"""What an import gave and its undoing took back is no consent: a START, or a manager's undo, brings none of it."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.joining.leave import leave, undo_leaving
from service.listening.opt_outs import opt_out, undo_opt_out
from service.store.queries import conversations, imports
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from tests import make
from tests.listening.texting import NOW, minutes, permissions, text_in


@pytest.fixture
def imported(session: Session, ana: Supporter, campaign: Campaign) -> int:
    """The import that brought Ana, with all that she allowed."""
    owner = uuid4()
    session.execute(
        text("""INSERT INTO imports (id, campaign_id, manager_id, name, source, state, lease_owner, created_by, created_at)
                VALUES (1, :campaign, 0, 'people.csv', 'stall', 'undoing', :owner, 'cora', :now)"""),
        {"campaign": campaign.id, "owner": owner, "now": NOW},
    )
    session.execute(text("UPDATE supporters SET import_id = 1"))
    session.execute(text("UPDATE consents SET import_id = 1"))
    imports.take_back(session, 1, owner=owner, source="import undone: stall", now=NOW, limit=10)
    assert permissions(session) == 0
    return 1


@pytest.mark.parametrize("said", [("START",), ("STOP", "START")])
def test_a_start_brings_no_consent_that_was_never_given(session: Session, imported: int, said: tuple[str, ...]) -> None:
    for minute, body in enumerate(said, 1):
        text_in(session, body, at=NOW + minutes(minute))

    assert permissions(session) == 0


def test_a_manager_s_undo_of_the_same_moment_brings_none_either(session: Session, imported: int) -> None:
    reply_id = text_in(session, "Who are you?", at=NOW)
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW)

    undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))

    assert permissions(session) == 0


def test_undoing_a_leaving_of_the_same_moment_brings_none(session: Session, ana: Supporter, imported: int) -> None:
    leave(session, supporter_id=ana.id, channels=frozenset({Channel.SMS}), source="link", ip="", now=NOW)

    undo_leaving(
        session, supporter_id=ana.id, channel=Channel.SMS, left_at=NOW, wording="", source="undo", ip="", now=NOW
    )

    assert permissions(session) == 0


def test_an_undoing_since_is_no_stop_of_their_own(session: Session, ana: Supporter, imported: int) -> None:
    assert not conversations.withdrew_after(session, ana.id, NOW - minutes(1))
