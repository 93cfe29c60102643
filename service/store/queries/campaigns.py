"""Questions about campaigns and their pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Briefing, Campaign, Link
from service.store.tables.people import Action, Permission


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign and its match, as pages show them."""

    id: int
    slug: str
    title: str
    organisation: str
    summary: str
    language: str
    postal_address: str
    privacy_url: str
    reply_to: str
    consent_wordings: Mapping[str, Mapping[str, str]]
    keywords: Mapping[str, str]
    reply_receipt: str
    fixture_id: int
    fixture_slug: str
    home: str
    away: str
    venue: str
    competition: str
    time_zone: str
    state: str
    kick_off_at: datetime
    home_score: int | None
    away_score: int | None
    # Where its texts may go; empty for where its numbers are.
    countries: Sequence[str]

    def wordings(self, language: str) -> Mapping[str, str]:
        """The words beside each channel's box."""
        return self.consent_wordings.get(language) or self.consent_wordings.get(self.language) or {}

    @property
    def score(self) -> str:
        known = self.home_score is not None and self.away_score is not None
        return f"{self.home_score}–{self.away_score}" if known else ""


# Every page of the site asks this first, so it is read as it is, without rows of the tables.
_VIEW = """
    SELECT c.id, c.slug, c.title, c.organisation, c.summary, c.language, c.postal_address, c.privacy_url, c.reply_to,
        c.consent_wordings, c.keywords, c.reply_receipt, f.id AS fixture_id, f.slug AS fixture_slug, f.home, f.away, f.venue,
        f.competition, f.time_zone, f.state, f.kick_off_at, f.home_score, f.away_score, c.countries
    FROM campaigns c JOIN fixtures f ON f.id = c.fixture_id {where} ORDER BY c.id DESC
"""
_BY_SLUG = text(_VIEW.format(where="WHERE c.slug = :slug"))
_BY_ID = text(_VIEW.format(where="WHERE c.id = :id"))
_CURRENT = text(_VIEW.format(where="WHERE c.is_current"))
_EVERY = text(_VIEW.format(where=""))


def _views(session: Session, question: TextClause, **asked: object) -> list[CampaignView]:
    return [CampaignView(**row._mapping) for row in session.execute(question, asked)]


def by_slug(session: Session, slug: str) -> CampaignView | None:
    """The campaign at this address."""
    return next(iter(_views(session, _BY_SLUG, slug=slug)), None)


def by_id(session: Session, campaign_id: int) -> CampaignView | None:
    """One campaign."""
    return next(iter(_views(session, _BY_ID, id=campaign_id)), None)


def current(session: Session) -> CampaignView | None:
    """The campaign that answers at `/`."""
    return next(iter(_views(session, _CURRENT)), None)


def every(session: Session) -> Sequence[CampaignView]:
    """All campaigns, newest first."""
    return _views(session, _EVERY)


def of_blast(session: Session, blast_id: int) -> int | None:
    """The campaign a blast belongs to."""
    return session.scalar(select(Blast.campaign_id).where(Blast.id == blast_id)) if blast_id else None


def of_supporter(session: Session, supporter_id: int) -> int | None:
    """The campaign a supporter consented to last, else the current one."""
    last = (
        select(Permission.campaign_id)
        .where(Permission.supporter_id == supporter_id)
        .order_by(Permission.given_at.desc())
        .limit(1)
    )
    return session.scalar(last) or session.scalar(select(Campaign.id).where(Campaign.is_current))


def consent_wording(session: Session, campaign_id: int, channel: Channel) -> str:
    """The words beside a channel's box, in the campaign's own language."""
    found = by_id(session, campaign_id)
    return found.wordings(found.language).get(str(channel), "") if found else ""


@dataclass(frozen=True, slots=True)
class BriefingView:
    """A "find out more" page."""

    slug: str
    title: str
    summary: str
    body: str
    source: str


def briefings(session: Session, campaign_id: int, language: str) -> list[BriefingView]:
    """A campaign's briefings in order, each in this language where it is written in it."""
    rows = session.scalars(
        select(Briefing).where(Briefing.campaign_id == campaign_id).order_by(Briefing.position, Briefing.id)
    )
    chosen: dict[str, Briefing] = {}
    for row in rows:
        if row.slug not in chosen or row.language == language:
            chosen[row.slug] = row
    return [BriefingView(row.slug, row.title, row.summary, row.body, row.source) for row in chosen.values()]


@dataclass(frozen=True, slots=True)
class TrackedLink:
    """Where a tracked link leads, and the campaign whose it is."""

    campaign_id: int
    target: str


def tracked_link(session: Session, link_id: int) -> TrackedLink | None:
    """A tracked link (pk_links)."""
    row = session.execute(select(Link.campaign_id, Link.target).where(Link.id == link_id)).one_or_none()
    return TrackedLink(row.campaign_id, row.target) if row else None


def note_action(
    session: Session,
    *,
    campaign_id: int,
    supporter_id: int | None,
    kind: str,
    detail: str,
    blast_id: int | None,
    now: datetime,
) -> None:
    """Something a supporter did."""
    row = upsert(Action).values(
        campaign_id=campaign_id, supporter_id=supporter_id, kind=kind, detail=detail, blast_id=blast_id, at=now
    )
    session.execute(row)


def make_current(session: Session, campaign_id: int) -> None:
    """Have this campaign answer at `/`, and no other."""
    session.execute(update(Campaign).where(Campaign.is_current, Campaign.id != campaign_id).values(is_current=False))
    session.execute(update(Campaign).where(Campaign.id == campaign_id).values(is_current=True))
