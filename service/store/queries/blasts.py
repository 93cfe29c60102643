"""Questions managers ask of blasts and stages."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update

from service.domain.message import BlastState
from service.domain.stage import Firing
from service.store import Session, locks
from service.store.locks import BlastLock
from service.store.queries import blasts_life
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Copy, Stage, StageFiring


def add_blast(session: Session, values: Mapping[str, object]) -> int:
    """A manager's blast, scheduled."""
    return session.scalars(insert(Blast).values(state=BlastState.SCHEDULED, **values).returning(Blast.id)).one()


def hold_blast(session: Session, blast_id: int) -> Blast | None:
    """A blast, held: its intents under way finish first, and none of its begins until the transaction ends.

    Its row first, then its lock, as an intent with a spending limit does. Other blasts and opt-outs wait for nothing.
    """
    held = select(Blast).where(Blast.id == blast_id).with_for_update(key_share=True)
    found = session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    locks.take_blast(session, BlastLock.STEERING, blast_id)
    return found


def hold_unopened_of_stage(session: Session, stage_id: int) -> Blast | None:
    """The blast of a stage that was paused before it opened, held: it is not resumed until the transaction ends."""
    blast_id = blasts_life.unopened_of_stage(session, stage_id)
    held = hold_blast(session, blast_id) if blast_id is not None else None
    # It may have been resumed, and opened, while it was waited for.
    is_unopened = held is not None and held.state == BlastState.PAUSED and held.opened_at is None
    return held if is_unopened else None


def blast(session: Session, blast_id: int) -> Blast | None:
    """A blast as it stands."""
    return session.scalars(select(Blast).where(Blast.id == blast_id)).one_or_none()


def blasts_named(session: Session, blast_ids: Sequence[int]) -> Sequence[Blast]:
    """These blasts as they stand."""
    return session.scalars(select(Blast).where(Blast.id.in_(blast_ids)).order_by(Blast.id)).all()


def blasts_of(
    session: Session, campaign_id: int, *, before: int | None = None, limit: int | None = None
) -> Sequence[Blast]:
    """Blasts of a campaign, newest first (ix_blasts_campaign_id): those older than `before`, at most `limit`."""
    asked = select(Blast).where(Blast.campaign_id == campaign_id).order_by(Blast.id.desc()).limit(limit)
    return session.scalars(asked if before is None else asked.where(Blast.id < before)).all()


def stages_with_firings(session: Session, campaign_id: int) -> list[tuple[Stage, StageFiring | None, Blast | None]]:
    """A campaign's stages in plan order, what became of each, and its blast."""
    question = _with_firings(campaign_id).order_by(Stage.position, Stage.id)
    return [(stage, firing, opened) for stage, firing, opened in session.execute(question)]


def stage_with_firing(
    session: Session, campaign_id: int, slug: str
) -> tuple[Stage, StageFiring | None, Blast | None] | None:
    """The same of one stage (uq_stages_campaign_id_slug); None where the campaign has none of this name."""
    found = session.execute(_with_firings(campaign_id).where(Stage.slug == slug)).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def _with_firings(campaign_id: int) -> Select[Stage, StageFiring, Blast]:
    return (
        select(Stage, StageFiring, Blast)
        .outerjoin(StageFiring, StageFiring.stage_id == Stage.id)
        .outerjoin(Blast, Blast.stage_id == Stage.id)
        .where(Stage.campaign_id == campaign_id, Stage.removed_at.is_(None))
    )


def stage_titles(session: Session, campaign_id: int) -> dict[str, str]:
    """The messages on a campaign's timeline, in plan order: the name rules know them by, and their title."""
    named = select(Stage.slug, Stage.title).where(Stage.campaign_id == campaign_id, Stage.removed_at.is_(None))
    return {row.slug: row.title for row in session.execute(named.order_by(Stage.position, Stage.id))}


def stage_slugs(session: Session, campaign_id: int) -> Sequence[str]:
    """The same by their names in rules, those taken off the timeline among them."""
    return session.scalars(select(Stage.slug).where(Stage.campaign_id == campaign_id).order_by(Stage.slug)).all()


def stage_slug_of(session: Session, blast_id: int) -> str | None:
    """The slug of the stage a blast is of; None for a manager's own."""
    return session.scalar(select(Stage.slug).join(Blast, Blast.stage_id == Stage.id).where(Blast.id == blast_id))


def stage(session: Session, stage_id: int) -> Stage | None:
    """A stage as it stands."""
    return session.scalars(select(Stage).where(Stage.id == stage_id)).one_or_none()


def hold_stage(session: Session, stage_id: int) -> Stage | None:
    """A stage, held: it does not fire until the transaction ends."""
    held = select(Stage).where(Stage.id == stage_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def unfire(session: Session, stage_id: int) -> bool:
    """Take back a firing that sent nothing: a cancellation or a skip; False where there is none."""
    gone = delete(StageFiring).where(StageFiring.stage_id == stage_id, StageFiring.outcome != Firing.OPENED)
    if session.scalars(gone.returning(StageFiring.stage_id)).one_or_none() is None:
        return False
    session.execute(update(Stage).where(Stage.id == stage_id).values(fired_at=None))
    return True


def set_opens_at(session: Session, blast_id: int, opens_at: datetime, expires_at: datetime) -> None:
    """Move a scheduled blast."""
    session.execute(update(Blast).where(Blast.id == blast_id).values(opens_at=opens_at, expires_at=expires_at))


def words_of(session: Session, row: Blast) -> dict[str, dict[str, dict[str, str]]]:
    """A blast's words as they were written, by language and channel: a manager's draft, or those of its stage and result."""
    words: dict[str, dict[str, dict[str, str]]] = {}
    if row.stage_id is None:
        other = row.test_draft if row.test_winner == "b" else {}
        for language, channels in row.draft.items():
            second = other.get(language, {})
            words[language] = {channel: copy | second.get(channel, {}) for channel, copy in channels.items()}
        return words
    said = select(Copy).where(Copy.stage_id == row.stage_id, Copy.variant.in_(["", row.variant]))
    for copy in session.scalars(said.order_by(Copy.variant)):
        fields = {"subject": copy.subject, "preheader": copy.preheader, "body": copy.body}
        words.setdefault(copy.language, {})[copy.channel] = fields
    return words


def email_words(session: Session, row: Blast) -> dict[str, dict[str, dict[str, str]]]:
    """A blast's email as it was written, by language."""
    every = words_of(session, row)
    return {language: {"email": words["email"]} for language, words in every.items() if "email" in words}
