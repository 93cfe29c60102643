"""What lies on a manager's desk: campaigns with their matches, and lists of blasts."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.domain.approval import WAITS
from service.domain.channel import Channel
from service.domain.fixture import Fixture
from service.domain.message import BlastState
from service.sending.due import fixture_of
from service.store import Session
from service.store.queries import blasts, desk
from service.store.tables import campaign as rows
from service.store.tables.blasts import Blast


@dataclass(frozen=True, slots=True)
class CampaignOnDesk:
    """A campaign and its match. Prices are ten-thousandths of a unit of `currency`."""

    id: int
    slug: str
    title: str
    organisation: str
    summary: str
    language: str
    currency: str
    segment_price: int
    email_price_per_thousand: int
    is_current: bool
    fixture: Fixture

    @property
    def time_zone(self) -> str:
        return self.fixture.time_zone


@dataclass(frozen=True, slots=True)
class BlastOnDesk:
    """A blast in a list."""

    id: int
    campaign_id: int
    stage_id: int | None
    title: str
    state: str
    channels: tuple[Channel, ...]
    is_rolling: bool
    paused_reason: str
    opens_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    created_by: str
    draft: dict[str, dict[str, dict[str, str]]]
    # Its limits: the local hour, messages to one supporter, cost in ten-thousandths of the currency.
    local_time: time | None
    cap_count: int | None
    spend_cap: int | None
    # Its trial of two wordings: per cent of the audience (0 for none), what the second says, and the chosen one.
    test_share: int
    test_metric: str
    test_lasts: timedelta | None
    test_draft: dict[str, dict[str, dict[str, str]]]
    test_winner: str
    # The blast whose silent readers it asks again.
    resend_of: int | None
    # Whether it waits for a second person's approval.
    waits_for_approval: bool


def list_campaigns(session: Session) -> list[CampaignOnDesk]:
    """Every campaign: the current one first, then the newest."""
    return [_campaign(campaign, fixture) for campaign, fixture in desk.campaigns_with_fixtures(session)]


def find_campaign(session: Session, slug: str) -> CampaignOnDesk | None:
    """The campaign of this slug."""
    return next((found for found in list_campaigns(session) if found.slug == slug), None)


def list_blasts(
    session: Session, campaign_id: int, *, before: int | None = None, limit: int | None = None
) -> list[BlastOnDesk]:
    """A campaign's blasts, the newest first: those older than `before`, at most `limit`."""
    return [_blast(row) for row in blasts.blasts_of(session, campaign_id, before=before, limit=limit)]


def find_blast(session: Session, campaign_id: int, blast_id: int) -> BlastOnDesk | None:
    """One blast of this campaign."""
    row = blasts.blast(session, blast_id)
    return _blast(row) if row and row.campaign_id == campaign_id else None


def _campaign(row: rows.Campaign, fixture: rows.Fixture) -> CampaignOnDesk:
    return CampaignOnDesk(
        id=row.id,
        slug=row.slug,
        title=row.title,
        organisation=row.organisation,
        summary=row.summary,
        language=row.language,
        currency=row.currency,
        segment_price=row.segment_price,
        email_price_per_thousand=row.email_price_per_thousand,
        is_current=row.is_current,
        fixture=fixture_of(fixture),
    )


def _blast(row: Blast) -> BlastOnDesk:
    return BlastOnDesk(
        id=row.id,
        campaign_id=row.campaign_id,
        stage_id=row.stage_id,
        title=row.title,
        state=row.state,
        channels=tuple(Channel(channel) for channel in row.channels),
        is_rolling=row.is_rolling,
        paused_reason=row.paused_reason,
        opens_at=row.opens_at,
        expires_at=row.expires_at,
        finished_at=row.finished_at,
        created_by=row.created_by,
        draft=row.draft,
        local_time=row.local_time,
        cap_count=row.cap_count,
        spend_cap=row.spend_cap,
        test_share=row.test_share,
        test_metric=row.test_metric,
        test_lasts=row.test_lasts,
        test_draft=row.test_draft,
        test_winner=row.test_winner,
        resend_of=row.resend_of,
        waits_for_approval=row.state in {BlastState.SCHEDULED, BlastState.RUNNING}
        and row.paused_reason.startswith(WAITS),
    )
