"""Release a stage that somebody changed who may not launch: as it was seen, and not otherwise."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.approval import Verdict, with_tolerance
from service.domain.audience import parse_rules
from service.domain.channel import Channel
from service.planning.fixtures import Effect, Moved
from service.planning.outlook import Outlook, outlook
from service.planning.showing import open_window
from service.planning.stage_changes import LookFirst, StageLook, hold_with_match, lot_of
from service.planning.stage_checks import AT_ONCE, Changer, NeedsLauncher
from service.planning.stage_facts import audit_details, differences, digest_of, facts_of, read_facts
from service.planning.stages import StageRefused, copies_of_stage
from service.sending.approvals import launch_of_stage
from service.sending.due import fixture_of
from service.sending.freeze import stage_words
from service.store import Session
from service.store.queries import approvals, blasts
from service.store.queries.house import write_audit


@dataclass(frozen=True, slots=True)
class Reach:
    """To how many a stage would go, and at what cost, by channel."""

    currency: str
    channels: tuple[Outlook, ...]

    @property
    def people(self) -> int:
        """By each channel and together."""
        return sum(each.reckoned.people for each in self.channels)

    @property
    def price(self) -> int:
        """In ten-thousandths of the currency."""
        return sum(each.reckoned.price for each in self.channels)

    def seen_with(self, look: StageLook) -> str:
        """What a form sends back, so that no more is approved than was seen."""
        return f"{look.seen}.{self.people}.{self.price}"


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


def release_stage(
    session: Session, stage_id: int, *, seen: str, by: Changer, now: datetime, reach: Reach | None = None
) -> StageLook:
    """Release it for good. Raises LookFirst unless it is what was `seen`: the same words, time, limits and audience.

    `reach`: to how many it goes and at what cost, reckoned before anything is held; `seen` is then what its seen_with
    said. By whoever did not change it last the release is an approval too, of no more people and cost than were seen.

    Also raises StageRefused and NeedsLauncher. Whatever it raises, roll the session back.
    """
    if not by.may_launch:
        raise NeedsLauncher("to release a stage takes somebody who may launch")
    done = look_at_release(session, stage_id, now=now)
    words_seen, _, numbers_seen = seen.partition(".")
    if words_seen != done.seen:
        raise LookFirst
    details = {**audit_details(done.changed), "then": str(done.effect)}
    write_audit(session, at=now, actor=by.name, deed="stage released", subject=f"stage {stage_id}", details=details)
    if reach is not None:
        _approve(session, stage_id, reach, numbers_seen, by=by, now=now)
    return done


def _approve(session: Session, stage_id: int, reach: Reach, seen: str, *, by: Changer, now: datetime) -> None:
    stage = blasts.stage(session, stage_id)
    launch = None if stage is None else launch_of_stage(session, stage)
    if launch is None or approvals.limit(session, launch.campaign_id) is None or by.name.casefold() in launch.made_by:
        return
    people, price = _numbers(seen)
    if reach.people > with_tolerance(people) or reach.price > with_tolerance(price):
        raise LookFirst
    approvals.add(
        session,
        launch.thing,
        Verdict.APPROVED,
        digest=launch.digest,
        people=reach.people,
        cost_ceiling=0 if launch.is_rolling else with_tolerance(reach.price),
        said_by=by.name,
        now=now,
    )
    approvals.want_no_more(session, launch.thing)


def _numbers(seen: str) -> tuple[int, int]:
    people, _, price = seen.partition(".")
    if not (people.isascii() and people.isdecimal() and price.isascii() and price.isdecimal()):
        raise LookFirst
    return int(people[:18]), int(price[:18])


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
