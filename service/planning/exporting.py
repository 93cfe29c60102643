"""A campaign, back as files."""

from service.domain.channel import Channel
from service.domain.petition import Asks
from service.domain.quiet import parse_quiet_hours
from service.domain.stage import CatchUp, QuietHoursPolicy
from service.sending.due import timing_of
from service.store import Session
from service.store.queries import blasts_life, loading
from service.wording.campaign_files import (
    BriefingFile,
    CampaignFiles,
    CopyFile,
    FixtureFile,
    FrequencyCap,
    PetitionFile,
    PetitionWording,
    Prices,
    Sender,
    StageFile,
)


class CampaignMissing(Exception):
    """There is no such campaign."""


def export_campaign(session: Session, slug: str) -> CampaignFiles:
    """The campaign as it stands, ready to be written as files. Raises CampaignMissing."""
    row = loading.campaign_named(session, slug)
    if row is None:
        raise CampaignMissing(f"there is no campaign {slug!r}")
    _, match = blasts_life.campaign_and_fixture(session, row.id)
    quiet = {Channel(channel): parse_quiet_hours(hours) for channel, hours in row.quiet_hours.items()}
    return CampaignFiles(
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        organisation=row.organisation,
        language=row.language,
        postal_address=row.postal_address,
        privacy_url=row.privacy_url,
        sender=Sender(row.sender_email, row.sender_name, row.reply_to),
        fixture=FixtureFile(
            slug=match.slug,
            home=match.home,
            away=match.away,
            venue=match.venue,
            competition=match.competition,
            time_zone=match.time_zone,
            kick_off=match.kick_off_at,
        ),
        consents={
            language: {Channel(channel): words for channel, words in wordings.items()}
            for language, wordings in row.consent_wordings.items()
        },
        keywords=dict(row.keywords),
        quiet_hours={channel: hours for channel, hours in quiet.items() if hours is not None},
        prices=Prices(row.currency, row.segment_price, row.email_price_per_thousand),
        stages=tuple(_stages(session, row.id)),
        briefings=tuple(
            BriefingFile(page.slug, page.language, page.position, page.title, page.summary, page.body, page.source)
            for page in loading.briefings_of(session, row.id)
        ),
        petition=_petition(session, row.id),
        countries=tuple(row.countries),
        approval_above=row.approval_above,
        frequency_cap=None if row.cap_count is None else FrequencyCap(row.cap_count, row.cap_window),
        receipt=row.reply_receipt,
    )


def _stages(session: Session, campaign_id: int) -> list[StageFile]:
    return [
        StageFile(
            slug=stage.slug,
            title=stage.title,
            position=stage.position,
            timing=timing_of(stage),
            channels=tuple(Channel(channel) for channel in stage.channels),
            catch_up=CatchUp(stage.catch_up),
            quiet_hours=QuietHoursPolicy(stage.quiet_hours),
            audience=list(stage.audience),
            local_time=stage.local_time,
            cap=stage.cap_count,
            copies=tuple(
                CopyFile(Channel(copy.channel), copy.language, copy.variant, copy.subject, copy.preheader, copy.body)
                for copy in loading.copies_of(session, stage.id)
            ),
        )
        for stage in loading.stages_of(session, campaign_id)
        if stage.removed_at is None
    ]


def _petition(session: Session, campaign_id: int) -> PetitionFile | None:
    row = loading.petition_row(session, campaign_id)
    if row is None:
        return None
    wordings = tuple(
        PetitionWording(language, words.get("title", ""), words.get("body", ""))
        for language, words in row.wordings.items()
    )
    return PetitionFile(row.addressee, row.goal, wordings, Asks(row.asks))
