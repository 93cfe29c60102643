"""A campaign's stages around the kick-off: what each is for, when, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from service.domain.audience import Audience, parse_rules
from service.domain.channel import Channel
from service.domain.fixture import FixtureState
from service.domain.message import BlastState
from service.domain.stage import Anchor, Firing
from service.planning.blasts import check_copy
from service.planning.showing import audience_counts
from service.sending.due import fixture_of, timing_of
from service.sending.freeze import Words
from service.store import Session
from service.store.queries import blasts, blasts_life, loading, opening
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows
from service.store.tables.sending import Blast


class StageState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    HELD = "held"
    OPEN = "open"
    ROLLING = "rolling"
    DONE = "done"
    SKIPPED_LATE = "skipped_late"
    SKIPPED_RESULT = "skipped_result"
    CANCELLED = "cancelled"


class StageRefused(Exception):
    """The stage cannot be changed as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as managers see it. `audience`: channel to how many it would reach now, or reached."""

    id: int
    slug: str
    title: str
    anchor: Anchor
    offset: timedelta
    due_at: datetime | None
    stale_after: timedelta
    channels: tuple[Channel, ...]
    only_result: str | None
    catch_up: str
    state: StageState
    audience: dict[Channel, int]
    blast_id: int | None
    blast_state: str | None
    # The hour each supporter gets it at, where they are; and a limit of its own in place of the campaign's.
    local_time: time | None = None
    cap_count: int | None = None
    rules: Audience = field(default_factory=Audience)


@dataclass(frozen=True, slots=True)
class CopyView:
    """What a stage says on one channel, in one language, for one result."""

    channel: Channel
    language: str
    variant: str
    subject: str
    preheader: str
    body: str


def timeline(session: Session, campaign_id: int) -> list[StageView]:
    """Every stage, by when it comes due; those that wait for the referee stand where they are planned."""
    campaign, fixture = blasts_life.campaign_and_fixture(session, campaign_id)
    views = []
    for stage, firing, blast in blasts.stages_with_firings(session, campaign.id):
        state = _state(stage, firing, blast, fixture)
        views.append(
            StageView(
                id=stage.id,
                slug=stage.slug,
                title=stage.title,
                anchor=Anchor(stage.anchor),
                offset=stage.offset_span,
                due_at=stage.due_at,
                stale_after=stage.stale_after,
                channels=tuple(Channel(channel) for channel in stage.channels),
                only_result=stage.only_result,
                catch_up=stage.catch_up,
                state=state,
                audience=_audience(session, stage, blast),
                blast_id=blast.id if blast else None,
                blast_state=blast.state if blast else None,
                local_time=stage.local_time,
                cap_count=stage.cap_count,
                rules=parse_rules(stage.audience),
            )
        )
    kick_off_at = fixture.kick_off_at
    return sorted(views, key=lambda view: _place(view, kick_off_at))


def _place(view: StageView, kick_off_at: datetime) -> tuple[int, datetime]:
    if view.anchor is Anchor.SIGN_UP:
        return 0, kick_off_at
    guess = {Anchor.HALF_TIME: timedelta(minutes=47), Anchor.FULL_TIME: timedelta(minutes=112)}
    return 1, view.due_at or kick_off_at + guess.get(view.anchor, timedelta()) + view.offset


def _state(
    stage: rows.Stage, firing: rows.StageFiring | None, blast: Blast | None, fixture: rows.Fixture
) -> StageState:
    if firing is None:
        if stage.due_at is not None or stage.anchor == Anchor.SIGN_UP:
            return StageState.PLANNED
        is_held = stage.anchor == Anchor.KICK_OFF or fixture.state == FixtureState.ABANDONED
        return StageState.HELD if is_held else StageState.WAITING
    if firing.outcome != Firing.OPENED or blast is None:
        return StageState(firing.outcome) if firing.outcome != Firing.OPENED else StageState.DONE
    if blast.is_rolling and blast.state == BlastState.RUNNING:
        return StageState.ROLLING
    if blast.state == BlastState.CANCELLED:
        return StageState.CANCELLED
    return StageState.DONE if blast.state == BlastState.DONE else StageState.OPEN


def _audience(session: Session, stage: rows.Stage, blast: Blast | None) -> dict[Channel, int]:
    rules = parse_rules(stage.audience)
    if blast is not None:
        return {Channel(channel): opening.message_count(session, blast.id, channel) for channel in stage.channels}
    return audience_counts(session, stage.campaign_id, [Channel(channel) for channel in stage.channels], rules)


def copies_of_stage(session: Session, stage_id: int) -> list[CopyView]:
    """Everything a stage says."""
    return [
        CopyView(Channel(copy.channel), copy.language, copy.variant, copy.subject, copy.preheader, copy.body)
        for copy in sorted(loading.copies_of(session, stage_id), key=lambda c: (c.channel, c.language, c.variant))
    ]


def cancel_stage(session: Session, stage_id: int, *, actor: str, now: datetime) -> None:
    """Decide that an unfired stage will not be sent. Raises StageRefused once it has fired."""
    stage = blasts.hold_stage(session, stage_id)
    if stage is None or not opening.fire(session, stage, outcome=Firing.CANCELLED, now=now):
        raise StageRefused("this stage has fired already; cancel its blast instead")
    write_audit(session, at=now, actor=actor, deed="stage cancelled", subject=f"stage {stage_id}")


def restore_stage(session: Session, stage_id: int, *, actor: str, now: datetime) -> None:
    """Put back a stage that was cancelled or skipped, at the time its match has now. Raises StageRefused.

    After a score is put right, the stage written for the true result goes out this way; one that opened never does.
    """
    known = blasts.stage(session, stage_id)
    if known is None:
        raise StageRefused("there is no such stage")
    # The match first, as whoever moves it does: a stage put back must not miss a move that is being made.
    _, match = blasts_life.campaign_and_fixture(session, known.campaign_id)
    row = loading.hold_fixture(session, match.id)
    stage = blasts.hold_stage(session, stage_id)
    if row is None or stage is None or not blasts.unfire(session, stage_id):
        raise StageRefused("only a stage that was cancelled or skipped can be put back")
    fixture, timing = fixture_of(row), timing_of(stage)
    if timing.is_stale(fixture, now=now):
        raise StageRefused("it is too late for this stage, unless the match moves")
    if fixture.result and timing.firing(fixture, now=now) is Firing.SKIPPED_RESULT:
        raise StageRefused("this stage is for another result than the one the match has")
    stage.due_at = timing.due_at(fixture)
    write_audit(session, at=now, actor=actor, deed="stage restored", subject=f"stage {stage_id}")
    session.flush()


def change_timing(
    session: Session, stage_id: int, *, offset: timedelta, stale_after: timedelta, actor: str, now: datetime
) -> None:
    """Move an unfired stage against its anchor. Raises StageRefused."""
    stage = blasts.hold_stage(session, stage_id)
    if stage is None or stage.fired_at is not None:
        raise StageRefused("this stage has fired; its time cannot be changed")
    if stale_after <= timedelta(0):
        raise StageRefused("the time after which it is too late must be longer than nothing")
    _, fixture = blasts_life.campaign_and_fixture(session, stage.campaign_id)
    stage.offset_span, stage.stale_after = offset, stale_after
    stage.due_at = timing_of(stage).due_at(fixture_of(fixture))
    write_audit(session, at=now, actor=actor, deed="stage moved", subject=f"stage {stage_id}")
    session.flush()


def change_limits(
    session: Session, stage_id: int, *, local_time: time | None, cap_count: int | None, actor: str, now: datetime
) -> None:
    """Set the local hour and the limit for each supporter of an unfired stage. Raises StageRefused."""
    stage = blasts.hold_stage(session, stage_id)
    if stage is None or stage.fired_at is not None:
        raise StageRefused("this stage has fired; its limits cannot be changed")
    if local_time is not None and stage.anchor == Anchor.SIGN_UP:
        raise StageRefused("a welcome goes out at once, not at a later hour")
    if cap_count is not None and cap_count < 1:
        raise StageRefused("a limit for each supporter is one message or more")
    stage.local_time, stage.cap_count = local_time, cap_count
    details = {"local_time": str(local_time or "none"), "cap": str(cap_count or "none")}
    write_audit(session, at=now, actor=actor, deed="stage limited", subject=f"stage {stage_id}", details=details)
    session.flush()


def change_copies(
    session: Session, stage_id: int, copies: Sequence[CopyView], *, public_url: str, actor: str, now: datetime
) -> None:
    """Change what an unfired stage says. Raises StageRefused or CopyRefused."""
    stage = blasts.hold_stage(session, stage_id)
    if stage is None or stage.fired_at is not None:
        raise StageRefused("this stage has fired; its words are frozen")
    waits = stage.anchor in {Anchor.HALF_TIME, Anchor.FULL_TIME}
    words = [
        Words(each.channel, each.language, each.variant, each.subject, each.preheader, each.body) for each in copies
    ]
    channels = [Channel(channel) for channel in stage.channels]
    check_copy(session, stage.campaign_id, words, channels, public_url=public_url, knows_score=waits)
    loading.put_copies(
        session,
        stage_id,
        [
            {
                "channel": str(each.channel),
                "language": each.language,
                "variant": each.variant,
                "subject": each.subject,
                "preheader": each.preheader,
                "body": each.body,
            }
            for each in copies
        ],
    )
    write_audit(session, at=now, actor=actor, deed="stage reworded", subject=f"stage {stage_id}")
