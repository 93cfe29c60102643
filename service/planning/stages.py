"""A campaign's stages around the kick-off: what each is for, when, and how it stands."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from service.domain.audience import Audience, parse_rules
from service.domain.chain import was_becomes
from service.domain.channel import Channel
from service.domain.fixture import FixtureState
from service.domain.message import BlastState
from service.domain.stage import Anchor, Firing
from service.planning.showing import audience_counts
from service.sending.approvals import launch_of_stage, rule
from service.store import Session
from service.store.queries import approvals, blasts, blasts_life, loading, opening
from service.store.queries.house import write_audit
from service.store.tables import campaign as rows
from service.store.tables.blasts import Blast


class StageState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    HELD = "held"
    OPEN = "open"
    ROLLING = "rolling"
    DONE = "done"
    SKIPPED_LATE = "skipped_late"
    SKIPPED_RESULT = "skipped_result"
    # Too late, because a change to it waited for a release.
    SKIPPED_UNRELEASED = "skipped_unreleased"
    # Too late, because no second person had approved it.
    SKIPPED_UNAPPROVED = "skipped_unapproved"
    CANCELLED = "cancelled"


# Its time, limits and words can be changed; it did not go out and may be put back.
CHANGEABLE = frozenset({StageState.PLANNED, StageState.WAITING, StageState.HELD})
PUT_BACK = frozenset(
    {
        StageState.CANCELLED,
        StageState.SKIPPED_LATE,
        StageState.SKIPPED_RESULT,
        StageState.SKIPPED_UNRELEASED,
        StageState.SKIPPED_UNAPPROVED,
    }
)


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
    # Its moment where it has a fixed one.
    at: datetime | None = None
    # Since when a change to it waits for a release, and whose change; None where none waits.
    unreleased_at: datetime | None = None
    unreleased_by: str = ""
    # The hour each supporter gets it at, where they are; and a limit of its own in place of the campaign's.
    local_time: time | None = None
    cap_count: int | None = None
    rules: Audience = field(default_factory=Audience)
    # Whether those for whom it is night wait or do without it.
    quiet_hours: str = "defer"
    # Why its blast is paused, or ended; '' where neither.
    paused_reason: str = ""
    # Why it waits for a second person's approval, or will; '' where it does not.
    approval: str = ""

    @property
    def may_be_put_back(self) -> bool:
        """Whether it was cancelled or left out before it opened; a blast that was cancelled stays so."""
        return self.state in PUT_BACK and self.blast_id is None


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
    found = [_view(*each, fixture) for each in blasts.stages_with_firings(session, campaign.id)]
    views = [with_audience(session, campaign.id, view) for view in found]
    return sorted(views, key=lambda view: _place(view, fixture.kick_off_at))


def find_stage(session: Session, campaign_id: int, slug: str) -> StageView | None:
    """One stage of a campaign; its audience is not counted, and empty. None where there is none of this name."""
    found = blasts.stage_with_firing(session, campaign_id, slug)
    if found is None:
        return None
    _, fixture = blasts_life.campaign_and_fixture(session, campaign_id)
    return _view(*found, fixture)


def with_audience(session: Session, campaign_id: int, view: StageView) -> StageView:
    """The stage with its audience counted: how many it would reach now, or reached."""
    if view.blast_id is None:
        counts = audience_counts(session, campaign_id, view.channels, view.rules)
        return replace(view, audience=counts, approval=_approval(session, campaign_id, view, sum(counts.values())))
    reached = {channel: opening.message_count(session, view.blast_id, channel) for channel in view.channels}
    return replace(view, audience=reached)


def _approval(session: Session, campaign_id: int, view: StageView, people: int) -> str:
    if view.state not in CHANGEABLE or view.unreleased_at is not None or approvals.limit(session, campaign_id) is None:
        return ""
    stage = blasts.stage(session, view.id)
    if stage is None:
        return ""
    is_wanted = stage.approval_wanted_at is not None
    return rule(session, launch_of_stage(session, stage), is_wanted=is_wanted, people=people).why


def _view(stage: rows.Stage, firing: rows.StageFiring | None, blast: Blast | None, fixture: rows.Fixture) -> StageView:
    return StageView(
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
        state=_state(stage, firing, blast, fixture),
        audience={},
        blast_id=blast.id if blast else None,
        blast_state=blast.state if blast else None,
        paused_reason=blast.paused_reason if blast else "",
        at=stage.at,
        unreleased_at=stage.unreleased_at,
        unreleased_by=stage.unreleased_by,
        local_time=stage.local_time,
        cap_count=stage.cap_count,
        rules=parse_rules(stage.audience),
        quiet_hours=stage.quiet_hours,
    )


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
    if firing.outcome == Firing.SKIPPED_LATE and stage.unreleased_at is not None:
        return StageState.SKIPPED_UNRELEASED
    if firing.outcome == Firing.SKIPPED_LATE and stage.approval_wanted_at is not None:
        return StageState.SKIPPED_UNAPPROVED
    if firing.outcome != Firing.OPENED or blast is None:
        return StageState(firing.outcome) if firing.outcome != Firing.OPENED else StageState.DONE
    if blast.is_rolling and blast.state == BlastState.RUNNING:
        return StageState.ROLLING
    if blast.state == BlastState.CANCELLED:
        return StageState.CANCELLED
    return StageState.DONE if blast.state == BlastState.DONE else StageState.OPEN


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
    details = {"state": was_becomes("planned", Firing.CANCELLED)}
    write_audit(session, at=now, actor=actor, deed="stage cancelled", subject=f"stage {stage_id}", details=details)
