"""Release a stage that somebody changed who may not launch: as it was seen, and not otherwise."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.audience import parse_rules
from service.domain.channel import Channel
from service.planning.fixtures import Effect, Moved
from service.planning.outlook import Outlook, outlook
from service.planning.showing import open_window
from service.planning.stage_changes import LookFirst, StageLook, hold_with_match, lot_of
from service.planning.stage_checks import AT_ONCE, Changer, NeedsLauncher
from service.planning.stage_facts import audit_details, differences, digest_of, facts_of, read_facts
from service.planning.stages import StageRefused, copies_of_stage
from service.sending.due import fixture_of
from service.sending.freeze import stage_words
from service.store import Session
from service.store.queries import blasts
from service.store.queries.house import write_audit


@dataclass(frozen=True, slots=True)
class Reach:
    """To how many a stage would go, and at what cost, by channel."""

    currency: str
    channels: tuple[Outlook, ...]


def look_at_release(session: Session, stage_id: int, *, now: datetime) -> StageLook:
    """Release it, to see what that comes to; for seeing only, roll the session back. Raises StageRefused."""
    known = blasts.stage(session, stage_id)
    if known is None:
        raise StageRefused("there is no such stage")
    stage, match = hold_with_match(session, known)
    if stage.fired_at is not None or stage.unreleased_at is None:
        raise StageRefused("nothing of this stage waits for a release; perhaps somebody else released it just now")
    facts = facts_of(session, stage)
    changed = differences(read_facts(stage.released_facts or {}), facts)
    stage.unreleased_at, stage.unreleased_by, stage.released_facts = None, "", None
    session.flush()
    lot = lot_of(stage, fixture_of(match), now=now)
    if lot.effect in AT_ONCE and lot.effect is not Effect.FIRES_NOW:
        raise StageRefused(f"{lot.effect}; give it another time first")
    seen = digest_of(facts, also=f"{lot.effect} {lot.after}")
    return StageLook(Moved(fixture_of(match), (lot,)), changed, asks=True, seen=seen)


def release_stage(session: Session, stage_id: int, *, seen: str, by: Changer, now: datetime) -> StageLook:
    """Release it for good. Raises LookFirst unless it is what was `seen`: the same words, time, limits and audience.

    Also raises StageRefused and NeedsLauncher. Whatever it raises, roll the session back.
    """
    if not by.may_launch:
        raise NeedsLauncher("to release a stage takes somebody who may launch")
    done = look_at_release(session, stage_id, now=now)
    if seen != done.seen:
        raise LookFirst
    details = {**audit_details(done.changed), "then": str(done.effect)}
    write_audit(session, at=now, actor=by.name, deed="stage released", subject=f"stage {stage_id}", details=details)
    return done


def reach_of(session: Session, stage_id: int, *, key: bytes, public_url: str) -> Reach:
    """To how many it would go, and at what cost. Ask it after the look is rolled back: it takes its time."""
    stage = blasts.stage(session, stage_id)
    if stage is None:
        raise StageRefused("there is no such stage")
    window = open_window(session, stage.campaign_id, key=key, public_url=public_url)
    channels = [Channel(channel) for channel in stage.channels]
    words = stage_words(copies_of_stage(session, stage_id))
    each = outlook(session, window, parse_rules(stage.audience), words, channels)
    return Reach(window.campaign.currency, each)
