"""Which campaign, stage or blast an address is about; 404 where there is none."""

from flask import abort

from service.planning.desk import BlastOnDesk, CampaignOnDesk, find_blast, find_campaign
from service.planning.stages import StageView, find_stage
from service.store import Session


def campaign_or_404(session: Session, slug: str) -> CampaignOnDesk:
    """The campaign of this slug."""
    return find_campaign(session, slug) or abort(404)


def stage_or_404(session: Session, campaign: CampaignOnDesk, slug: str) -> StageView:
    """The campaign's stage of this slug; its audience is not counted."""
    return find_stage(session, campaign.id, slug) or abort(404)


def blast_or_404(session: Session, campaign: CampaignOnDesk, blast_id: int) -> BlastOnDesk:
    """The campaign's blast of this id."""
    return find_blast(session, campaign.id, blast_id) or abort(404)
