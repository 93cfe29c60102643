"""Take back what was done to a match last: for everything of it that has not been handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.fixture import Fixture, Score
from service.domain.message import BlastState
from service.domain.stage import Firing, Timing
from service.domain.whistle import UNDO_FOR, Deed
from service.planning.fixtures import Kept, Moved, Recalled, RecalledBlast, changes_of, hold, kept, retime
from service.sending.due import fixture_of, timing_of
from service.store import Session
from service.store.queries import blasts, fixture_changes, loading, progress
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows

# A ticker on another machine may be so much behind the clock of whoever pressed.
_SKEW = timedelta(minutes=1)
_OVER = {BlastState.DONE: Recalled.GONE, BlastState.CANCELLED: Recalled.CANCELLED}


class CannotUndo(Exception):
    """There is nothing to take back, or not any more; the message says why."""


@dataclass(frozen=True, slots=True)
class LastDeed:
    """What was done to a match last and can be taken back: what, the score it brought, by whom and when."""

    id: int
    deed: Deed
    actor: str
    at: datetime
    score: Score | None


def last_deed(session: Session, fixture: Fixture, *, now: datetime) -> LastDeed | None:
    """What can be taken back; None where there is nothing, it is too long ago, or the match was changed otherwise."""
    change = fixture_changes.last(session, fixture.id)
    if change is None or _why_not(change, fixture, change.id, now=now):
        return None
    return LastDeed(change.id, Deed(change.deed), change.actor, change.at, fixture.score)


def undo(session: Session, fixture_id: int, change_id: int, *, actor: str, now: datetime) -> Moved:
    """Take back one deed, the last: the match, its stages' times and what they opened go back to what they were.

    A blast of which nothing has gone is cancelled and its stage may fire again; where something has gone the rest is
    stopped and the stage never fires again. Raises CannotUndo.
    """
    row = hold(session, fixture_id)
    change, wrong = fixture_changes.last(session, fixture_id), fixture_of(row)
    if change is None:
        raise CannotUndo("nothing was done to this match that could be taken back")
    if why := _why_not(change, wrong, change_id, now=now):
        raise CannotUndo(why)
    _put_back(row, change.before)
    right = fixture_of(row)
    recalled = _recall(session, wrong, right, since=change.at - _SKEW, actor=actor, now=now)
    session.flush()
    stages = retime(session, wrong, right, now=now)
    change.undone_at, change.undone_by = now, actor
    details = {f"blast {one.blast_id}": f"{one.recalled}; gone: {dict(one.gone)}" for one in recalled}
    details |= {"deed": change.deed, "pressed": change.at.isoformat(), **changes_of(wrong, right)}
    write_audit(session, at=now, actor=actor, deed="whistle undone", subject=f"fixture {row.id}", details=details)
    session.flush()
    return Moved(right, stages, recalled)


def _why_not(change: rows.FixtureChange, fixture: Fixture, change_id: int, *, now: datetime) -> str:
    if change.id != change_id:
        return "something else has been done to the match since, or it was taken back already"
    if now - change.at > UNDO_FOR:
        hours = UNDO_FOR // timedelta(hours=1)
        return f"that was more than {hours} hours ago; move the match or correct its score instead"
    if kept(fixture) != change.after:
        return "the match has been changed since, by its campaign's files or by an older program"
    return ""


def _put_back(row: rows.Fixture, before: Kept) -> None:
    for name, value in before.items():
        is_moment = name.endswith("_at") and isinstance(value, str)
        setattr(row, name, datetime.fromisoformat(str(value)) if is_moment else value)


def _recall(
    session: Session, wrong: Fixture, right: Fixture, *, since: datetime, actor: str, now: datetime
) -> tuple[RecalledBlast, ...]:
    """Unfire what fired only because of the deed, and take back the blasts that it opened."""
    recalled = []
    for stage, firing in fixture_changes.fired_since(session, wrong.id, since):
        timing = timing_of(stage)
        # Nothing measured from a sign-up is the whistle's; nor what was cancelled, or was due by what came before.
        if firing.outcome == Firing.CANCELLED or firing.due_at is None or firing.due_at != timing.due_at(wrong):
            continue
        if timing.due_at(right) == firing.due_at and not _says_otherwise(session, stage, timing, wrong, right):
            continue
        blast_id = fixture_changes.blast_of(session, stage.id) if firing.outcome == Firing.OPENED else None
        found = _recall_blast(session, stage, blast_id, actor=actor, now=now) if blast_id is not None else None
        if found is None or found.recalled is Recalled.TAKEN_BACK:
            fixture_changes.unfire(session, stage.id)
        if found is not None:
            recalled.append(found)
    return tuple(recalled)


def _says_otherwise(session: Session, stage: rows.Stage, timing: Timing, wrong: Fixture, right: Fixture) -> bool:
    """Whether a stage of the same hour goes to others, or says something else, with the score as it was."""
    if wrong.score == right.score:
        return False
    if timing.only_result is not None:
        return wrong.result is not right.result
    copies = loading.copies_of(session, stage.id)
    said = " ".join(copy.subject + copy.preheader + copy.body for copy in copies)
    has_results = any(copy.variant for copy in copies) and wrong.result is not right.result
    return has_results or "{score" in said or "{result" in said


def _recall_blast(
    session: Session, stage: rows.Stage, blast_id: int, *, actor: str, now: datetime
) -> RecalledBlast | None:
    # Whoever hands over finishes first, and looks at the blast's state before it begins again.
    blast = blasts.hold_blast(session, blast_id)
    if blast is None:
        return None
    gone: Mapping[str, int] = fixture_changes.perhaps_gone(session, blast_id)
    state = BlastState(blast.state)
    recalled = Recalled.STOPPED if gone else Recalled.TAKEN_BACK
    if state is BlastState.CANCELLED or (gone and state in _OVER):
        # What somebody cancelled does not come back by itself.
        return RecalledBlast(blast_id, stage.id, stage.title, gone, _OVER[state])
    progress.cancel_batches(session, blast_id)
    blast.state, blast.finished_at = BlastState.CANCELLED, now
    blast.paused_reason = f"{'stopped' if gone else 'taken back'} with the whistle by {actor}"
    if not gone:
        blast.stage_id, blast.taken_back_from = None, stage.id
    deed, details = "blast taken back" if not gone else "blast stopped", {"stage": stage.slug}
    write_audit(session, at=now, actor=actor, deed=deed, subject=f"blast {blast_id}", details=details)
    return RecalledBlast(blast_id, stage.id, stage.title, gone, recalled)
