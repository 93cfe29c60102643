"""Questions about frozen words and the links in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.campaign import Briefing, Campaign, Copy, Fixture, Link, Petition
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch, Message
from service.store.tables.signatures import SignatureCount


def copies_for(session: Session, stage_id: int) -> Sequence[Copy]:
    """Everything a stage says."""
    return session.scalars(select(Copy).where(Copy.stage_id == stage_id)).all()


def link_to(session: Session, campaign_id: int, target: str) -> int:
    """The row a tracked link to this target names; written the first time it is asked for."""
    asked = select(Link.id).where(Link.campaign_id == campaign_id, Link.target == target)
    # Read first: all answers of a campaign share two or three links, and one that is written anew is a lock they share.
    if (known := session.scalar(asked)) is not None:
        return known
    row = upsert(Link).values(campaign_id=campaign_id, target=target)
    added = row.on_conflict_do_nothing(constraint="uq_links_campaign_id_target").returning(Link.id)
    if (made := session.scalar(added)) is not None:
        return made
    return session.scalars(asked).one()


def briefing_slugs(session: Session, campaign_id: int) -> frozenset[str]:
    """The briefings a campaign has pages for."""
    return frozenset(session.scalars(select(Briefing.slug).where(Briefing.campaign_id == campaign_id)))


def signature_count(session: Session, campaign_id: int) -> int:
    """How many signatures the campaign's petition has (pk_signature_counts)."""
    signed = select(func.sum(SignatureCount.count)).join(Petition, Petition.id == SignatureCount.petition_id)
    return int(session.scalar(signed.where(Petition.campaign_id == campaign_id)) or 0)


def add_rendering(
    session: Session,
    *,
    blast_id: int,
    channel: Channel,
    language: str,
    arm: str,
    words: Mapping[str, str],
    slots: Sequence[Sequence[object]],
    links: Mapping[str, int],
) -> None:
    """Freeze one rendering; what was frozen first stands. `words`: subject, text, html, fingerprint."""
    row = upsert(Rendering).values(
        blast_id=blast_id,
        channel=channel,
        language=language,
        arm=arm,
        subject=words["subject"],
        text=words["text"],
        html=words["html"],
        fingerprint=words["fingerprint"],
        slots=[list(slot) for slot in slots],
        links=dict(links),
    )
    session.execute(row.on_conflict_do_nothing())


def arms_by_channel(session: Session, blast_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    """By which channel which wordings of these blasts are frozen (uq_renderings_blast_id_channel_language_arm)."""
    asked = select(Rendering.blast_id, Rendering.channel, Rendering.arm).where(Rendering.blast_id.in_(blast_ids))
    arms: dict[int, set[tuple[str, str]]] = {}
    for blast_id, channel, arm in session.execute(asked.distinct()):
        arms.setdefault(blast_id, set()).add((channel, arm))
    return arms


def rendering(session: Session, rendering_id: int) -> Rendering:
    """One frozen rendering."""
    return session.scalars(select(Rendering).where(Rendering.id == rendering_id)).one()


@dataclass(frozen=True, slots=True)
class OwnRendering:
    """What one supporter was sent: the frozen words, and what is known of them and of the match."""

    rendering: Rendering
    campaign_id: int
    first_name: str
    time_zone: str
    kick_off_at: datetime


def own_rendering(session: Session, *, blast_id: int, channel: Channel, supporter_id: int) -> OwnRendering | None:
    """The words of a supporter's own message (pk_messages); None where they have none, or are forgotten."""
    found = session.execute(
        select(Rendering, Campaign.id, Supporter.first_name, Supporter.time_zone, Fixture.kick_off_at)
        .select_from(Message)
        .join(Batch, Batch.id == Message.batch_id)
        .join(Rendering, Rendering.id == Batch.rendering_id)
        .join(Blast, Blast.id == Message.blast_id)
        .join(Campaign, Campaign.id == Blast.campaign_id)
        .join(Fixture, Fixture.id == Campaign.fixture_id)
        .join(Supporter, Supporter.id == Message.supporter_id)
        .where(
            Message.blast_id == blast_id,
            Message.channel == str(channel),
            Message.supporter_id == supporter_id,
            Supporter.erased_at.is_(None),
        )
    ).one_or_none()
    return OwnRendering(*found) if found else None


def current_campaign_id(session: Session) -> int | None:
    """The campaign that answers at `/`."""
    return session.scalar(select(Campaign.id).where(Campaign.is_current))


def has_petition(session: Session, campaign_id: int) -> bool:
    """Whether a campaign has a petition, open or closed (uq_petitions_campaign_id)."""
    return session.scalar(select(Petition.id).where(Petition.campaign_id == campaign_id)) is not None


def has_open_petition(session: Session, campaign_id: int) -> bool:
    """Whether a campaign has a petition that can still be signed (uq_petitions_campaign_id)."""
    found = select(Petition.id).where(Petition.campaign_id == campaign_id, Petition.closed_at.is_(None))
    return session.scalar(found) is not None


def has_closed_petition(session: Session, campaign_id: int) -> bool:
    """Whether a campaign's petition takes no more names (uq_petitions_campaign_id)."""
    found = select(Petition.id).where(Petition.campaign_id == campaign_id, Petition.closed_at.is_not(None))
    return session.scalar(found) is not None


def petition_words(session: Session, campaign_id: int, language: str) -> tuple[str, str]:
    """The petition's title in a language, and whom it is addressed to; empty where there is no petition."""
    petition = session.scalars(select(Petition).where(Petition.campaign_id == campaign_id)).one_or_none()
    if petition is None:
        return "", ""
    wording = petition.wordings.get(language) or next(iter(petition.wordings.values()), {})
    return wording.get("title", ""), petition.addressee
