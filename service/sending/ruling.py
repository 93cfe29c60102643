"""What is ruled of all that has come due, before any of it is held; one that cannot be ruled on keeps nothing behind it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import InterfaceError, OperationalError

from service.sending.approvals import Launch, Ruling, launch_of_blast, launch_of_stage, rule
from service.store import Session
from service.store.queries import approvals, opening
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Stage

log = logging.getLogger(__name__)

UNREADABLE = "whom it goes to, or what it says, cannot be read; the log says why"

# By blast or stage: what was ruled of it; one that could not be ruled on is left out.
Rulings = Mapping[int, Ruling]


def rule_on_stages(session: Session, *, now: datetime) -> Rulings:
    """Of each stage that is due; it counts people, so ask it before any of them is held."""
    return _rule_on(session, lambda: opening.look_at_due_stages(session, now=now))


def rule_on_blasts(session: Session, *, now: datetime) -> Rulings:
    """Of each manager's blast whose time has come; it counts people, so ask it before any of them is held."""
    return _rule_on(session, lambda: opening.look_at_scheduled(session, now=now))


def _rule_on(session: Session, due: Callable[[], Sequence[Blast | Stage]]) -> Rulings:
    if not approvals.is_asked(session):
        return {}
    found = {each.id: rule_apart(session, each, is_wanted=each.approval_wanted_at is not None) for each in list(due())}
    return {number: ruled[1] for number, ruled in found.items() if ruled is not None}


def rule_apart(session: Session, thing: Blast | Stage, *, is_wanted: bool = False) -> tuple[Launch, Ruling] | None:
    """What is to go out and what is ruled of it; None where it cannot be ruled on, which is logged."""
    name, number = type(thing).__name__.lower(), thing.id
    try:
        with session.begin_nested():
            launch = launch_of_blast(session, thing) if isinstance(thing, Blast) else launch_of_stage(session, thing)
            return launch, rule(session, launch, is_wanted=is_wanted)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("it cannot be ruled whether this needs an approval", extra={name: number})
        return None


def why_words_wait(session: Session, stage: Stage) -> str:
    """Why the words of a welcome under way are not taken as they stand; '' where they are as approved, or nobody is asked."""
    ruled = rule_apart(session, stage)
    return ruled[1].why if ruled is not None else UNREADABLE
