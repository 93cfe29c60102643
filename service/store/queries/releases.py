"""Questions about planned messages that wait for a release."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from service.domain.stage import Anchor
from service.store import Session
from service.store.tables.campaign import Campaign, Fixture, Stage


@dataclass(frozen=True, slots=True)
class Unreleased:
    """A planned message that waits for a release. `due_at` is None where a whistle or a sign-up brings it."""

    stage_id: int
    stage_slug: str
    title: str
    campaign_id: int
    campaign_slug: str
    time_zone: str
    changed_by: str
    changed_at: datetime
    due_at: datetime | None
    anchor: str


def take_unreleased(session: Session, *, before: datetime, now: datetime) -> list[Unreleased]:
    """Messages that wait for a release, come before a moment, and of which nobody was told, each once.

    By ix_stages_unreleased. One that waits for a whistle is taken as coming with its kick-off, a welcome as coming now.
    """
    comes_at = func.coalesce(Stage.due_at, Fixture.kick_off_at)
    question = (
        select(Stage, Campaign.slug, Fixture.time_zone)
        .join(Campaign, Campaign.id == Stage.campaign_id)
        .join(Fixture, Fixture.id == Campaign.fixture_id)
        .where(
            Stage.unreleased_at.is_not(None),
            Stage.fired_at.is_(None),
            Stage.removed_at.is_(None),
            Stage.release_asked_at.is_(None),
            (comes_at <= before) | (Stage.anchor == Anchor.SIGN_UP),
        )
        .order_by(Stage.id)
        .limit(100)
        .with_for_update(of=Stage, skip_locked=True)
    )
    found = [
        Unreleased(
            stage_id=stage.id,
            stage_slug=stage.slug,
            title=stage.title,
            campaign_id=stage.campaign_id,
            campaign_slug=slug,
            time_zone=time_zone,
            changed_by=stage.unreleased_by,
            changed_at=stage.unreleased_at or now,
            due_at=stage.due_at,
            anchor=stage.anchor,
        )
        for stage, slug, time_zone in session.execute(question)
    ]
    told = update(Stage).where(Stage.id.in_([each.stage_id for each in found]))
    if found:
        session.execute(told.values(release_asked_at=now))
    return found


# No campaign plans as many; beyond it "or more" says enough.
COUNTED_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class WaitingForRelease:
    """How many planned messages wait for a release, at most COUNTED_AT_MOST, and how many of those are due already."""

    count: int
    due_count: int


def waiting_for_release(session: Session, *, now: datetime) -> WaitingForRelease:
    """How many planned messages wait for a release, read by ix_stages_unreleased and no further than is counted."""
    waiting = select(Stage.due_at).where(
        Stage.unreleased_at.is_not(None), Stage.fired_at.is_(None), Stage.removed_at.is_(None)
    )
    some = waiting.limit(COUNTED_AT_MOST).subquery()
    row = session.execute(select(func.count(), func.count().filter(some.c.due_at <= now)).select_from(some)).one()
    return WaitingForRelease(*row)
