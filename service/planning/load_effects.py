"""What loading a campaign's files sends or leaves out at once, and to how many that goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.audience import parse_rules
from service.planning.fixtures import Effect, MovedStage
from service.planning.outlook import outlook
from service.planning.showing import open_window
from service.planning.stage_changes import lot_of
from service.planning.stage_checks import AT_ONCE
from service.planning.whistles import FiringNow
from service.sending.due import fixture_of
from service.sending.freeze import stage_words
from service.store import Session
from service.store.queries import loading
from service.store.tables import campaign as rows
from service.wording.campaign_files import CampaignFiles


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A stage that goes out or is left out as soon as its files are loaded."""

    slug: str
    lot: MovedStage


def lots_of(session: Session, campaign_id: int, fixture: rows.Fixture, *, now: datetime) -> Mapping[str, MovedStage]:
    """What each unsent stage of a campaign will do as it stands; they are held until the transaction ends."""
    return {
        stage.slug: lot_of(stage, fixture_of(fixture), now=now)
        for stage in loading.unfired_stages(session, fixture.id)
        if stage.campaign_id == campaign_id
    }


def at_once(before: Mapping[str, MovedStage], after: Mapping[str, MovedStage]) -> tuple[AtOnce, ...]:
    """What goes out or is left out now, and did not before. Of new stages only what goes out is news."""
    return tuple(AtOnce(slug, lot) for slug, lot in after.items() if _is_news(before.get(slug), lot))


def _is_news(before: MovedStage | None, after: MovedStage) -> bool:
    if before is None:
        return after.effect is Effect.FIRES_NOW
    return after.effect in AT_ONCE and after.effect is not before.effect


def reckon_loaded(
    session: Session, campaign_id: int, files: CampaignFiles, found: Sequence[AtOnce], *, key: bytes, public_url: str
) -> tuple[FiringNow, ...]:
    """To how many that goes, and at what cost, with the files' words and audience. Ask it after the load is rolled back."""
    window = open_window(session, campaign_id, key=key, public_url=public_url)
    going = {each.slug: each.lot for each in found if each.lot.effect is Effect.FIRES_NOW}
    told = []
    for stage in files.stages:
        if (lot := going.get(stage.slug)) is None:
            continue
        each = outlook(session, window, parse_rules(stage.audience), stage_words(stage.copies), stage.channels)
        told.append(FiringNow(lot.stage_id, stage.title, window.campaign.currency, each))
    return tuple(told)
