"""Questions about what a second person said, and to how many something would go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, insert, select, update

from service.domain.approval import Verdict
from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.message import BlastState
from service.domain.stage import Anchor
from service.store import Session
from service.store.approval_limit import approval_above
from service.store.carried import carried
from service.store.queries.audiences import audience_select
from service.store.queries.writing import has_not_opened
from service.store.tables.approvals import Approval
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Copy, Fixture, Stage


@dataclass(frozen=True, slots=True)
class Thing:
    """What is approved: a blast, or a planned message; one of the two ids is set."""

    blast_id: int | None = None
    stage_id: int | None = None


def _is_of(thing: Thing) -> ColumnElement[bool]:
    if thing.blast_id is not None:
        return Approval.blast_id == thing.blast_id
    return Approval.stage_id == thing.stage_id


def newest(session: Session, thing: Thing) -> Approval | None:
    """What was said of it last (ix_approvals_blast_id, ix_approvals_stage_id); None where nobody said anything."""
    said = select(Approval).where(_is_of(thing)).order_by(Approval.id.desc()).limit(1)
    return session.scalars(said.execution_options(populate_existing=True)).one_or_none()


def add(
    session: Session,
    thing: Thing,
    verdict: Verdict,
    *,
    digest: str,
    people: int,
    cost_ceiling: int,
    said_by: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Keep what somebody said of it."""
    row = insert(Approval).values(
        blast_id=thing.blast_id,
        stage_id=thing.stage_id,
        verdict=verdict,
        digest=digest,
        people=people,
        cost_ceiling=cost_ceiling,
        said_by=said_by,
        said_at=now,
        reason=reason,
    )
    session.execute(row)


def void(session: Session, approval_id: int, *, reason: str) -> None:
    """Let an approval count no more, and say why."""
    gone = update(Approval).where(Approval.id == approval_id)
    session.execute(gone.values(verdict=Verdict.VOID, reason=reason))


def count_up_to(
    session: Session,
    campaign_id: int,
    channels: Sequence[Channel],
    audience: Audience,
    *,
    most: int,
    silent_of: int | None = None,
) -> int:
    """To how many a message would go now, by each channel and together; counting ends at `most` (pk_permissions).

    `silent_of`: only to those who got that blast and have not opened it.
    """
    people = 0
    for channel in channels:
        if channel not in carried(session) or people >= most:
            continue
        chosen = audience_select(campaign_id, channel, audience)
        if silent_of is not None:
            chosen = chosen.where(has_not_opened(silent_of, channel))
        some = chosen.limit(most - people).subquery()
        people += session.scalar(select(func.count()).select_from(some)) or 0
    return people


def is_asked(session: Session) -> bool:
    """Whether anybody's approval is asked for: by the settings, or by a campaign."""
    if approval_above(session) is not None:
        return True
    return bool(session.scalar(select(exists().where(Campaign.approval_above.is_not(None)))))


def limit(session: Session, campaign_id: int) -> int | None:
    """To how many of a campaign one person may launch alone: the campaign's number, or the settings' where that is less."""
    own = session.scalar(select(Campaign.approval_above).where(Campaign.id == campaign_id))
    return min((each for each in (own, approval_above(session)) if each is not None), default=None)


def campaign_and_fixture(session: Session, campaign_id: int) -> tuple[Campaign, Fixture]:
    """The campaign and its match as they are kept at this moment, for what goes out of them is approved too."""
    found = select(Campaign, Fixture).join(Fixture, Fixture.id == Campaign.fixture_id)
    return session.execute(found.where(Campaign.id == campaign_id).execution_options(populate_existing=True)).one()


def copies(session: Session, stage_id: int) -> list[tuple[str, str, str, str, str, str]]:
    """Everything a planned message says, as it is kept at this moment."""
    columns = (Copy.channel, Copy.language, Copy.variant, Copy.subject, Copy.preheader, Copy.body)
    said = select(*columns).where(Copy.stage_id == stage_id).order_by(Copy.channel, Copy.language, Copy.variant)
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in session.execute(said)]


def want(session: Session, thing: Thing, *, reason: str, now: datetime) -> None:
    """Let it wait for a second person, and a blast say why."""
    if thing.stage_id is not None:
        waits = update(Stage).where(Stage.id == thing.stage_id)
        session.execute(waits.values(approval_wanted_at=func.coalesce(Stage.approval_wanted_at, now)))
        return
    blast = update(Blast).where(Blast.id == thing.blast_id, Blast.state == BlastState.SCHEDULED)
    since = func.coalesce(Blast.approval_wanted_at, now)
    session.execute(blast.values(approval_wanted_at=since, paused_reason=reason))


def want_no_more(session: Session, thing: Thing) -> None:
    """Let it wait for nobody."""
    none = {"approval_wanted_at": None, "approval_asked_at": None}
    if thing.stage_id is not None:
        session.execute(update(Stage).where(Stage.id == thing.stage_id).values(**none))
        return
    blast = update(Blast).where(Blast.id == thing.blast_id, Blast.approval_wanted_at.is_not(None))
    session.execute(blast.where(Blast.state == BlastState.SCHEDULED).values(**none, paused_reason=""))


def note_waiting_words(session: Session, blast_id: int, reason: str) -> bool:
    """Let a welcome under way say why its words wait, or that they do not; whether it said otherwise before."""
    said = update(Blast).where(Blast.id == blast_id, Blast.state == BlastState.RUNNING, Blast.paused_reason != reason)
    return bool(session.execute(said.values(paused_reason=reason).returning(Blast.id)).all())


def waiting_count(session: Session) -> int:
    """How many blasts and planned messages wait (ix_blasts_approval_wanted, ix_stages_approval_wanted)."""
    blasts = select(func.count()).where(Blast.approval_wanted_at.is_not(None), Blast.state == BlastState.SCHEDULED)
    stages = select(func.count()).where(
        Stage.approval_wanted_at.is_not(None), Stage.fired_at.is_(None), Stage.removed_at.is_(None)
    )
    return (session.scalar(blasts) or 0) + (session.scalar(stages) or 0)


def stages_to_look_at(session: Session, *, before: datetime, looked_before: datetime) -> Sequence[Stage]:
    """Messages that come due before a moment and were not looked at lately, held by nobody (ix_stages_due_at).

    One that waits for a whistle is taken as coming with its kick-off, a welcome as coming now.
    """
    comes_at = func.coalesce(Stage.due_at, Fixture.kick_off_at)
    coming = (
        select(Stage)
        .join(Campaign, Campaign.id == Stage.campaign_id)
        .join(Fixture, Fixture.id == Campaign.fixture_id)
        .where(
            Stage.fired_at.is_(None),
            Stage.removed_at.is_(None),
            Stage.unreleased_at.is_(None),
            Stage.approval_wanted_at.is_(None),
            Stage.approval_looked_at.is_(None) | (Stage.approval_looked_at <= looked_before),
            (comes_at <= before) | (Stage.anchor == Anchor.SIGN_UP),
        )
    )
    return session.scalars(coming.order_by(Stage.id).limit(20)).all()


def note_looked(session: Session, stage_id: int, *, now: datetime) -> None:
    """It was looked at whether this message will need an approval."""
    session.execute(update(Stage).where(Stage.id == stage_id).values(approval_looked_at=now))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something of whose waiting nobody was told yet. `path`: of its page, below the campaigns."""

    thing: Blast | Stage
    path: str
    since: datetime


def take_wanted(session: Session, *, now: datetime) -> list[Wanted]:
    """What waits for a second person and of which nobody was told, each once, held.

    By ix_blasts_approval_wanted and ix_stages_approval_wanted.
    """
    blasts = (
        select(Blast, Campaign.slug)
        .join(Campaign, Campaign.id == Blast.campaign_id)
        .where(
            Blast.approval_wanted_at.is_not(None),
            Blast.state == BlastState.SCHEDULED,
            Blast.approval_asked_at.is_(None),
        )
        .order_by(Blast.id)
        .limit(100)
        .with_for_update(of=Blast, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    stages = (
        select(Stage, Campaign.slug)
        .join(Campaign, Campaign.id == Stage.campaign_id)
        .where(
            Stage.approval_wanted_at.is_not(None),
            Stage.fired_at.is_(None),
            Stage.removed_at.is_(None),
            Stage.approval_asked_at.is_(None),
        )
        .order_by(Stage.id)
        .limit(100)
        .with_for_update(of=Stage, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found = [
        Wanted(row, f"{slug}/blasts/{row.id}", row.approval_wanted_at or now) for row, slug in session.execute(blasts)
    ]
    found += [
        Wanted(row, f"{slug}/stages/{row.slug}", row.approval_wanted_at or now) for row, slug in session.execute(stages)
    ]
    for wanted in found:
        wanted.thing.approval_asked_at = now
    return found
