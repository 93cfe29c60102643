"""What a kept form would do: of what, and where that can be looked at before it is sent once more."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from service.planning.desk import CampaignOnDesk, find_blast, find_campaign
from service.planning.looks import find_look
from service.planning.stages import find_stage
from service.store import Session
from service.web import door
from service.web.console.kept_forms import KeptForm
from service.web.console.words import day_and_time, read_field


@dataclass(frozen=True, slots=True)
class KeptDeed:
    """In words, what the form would do; and the address of the page about it, '' where there is none."""

    words: str
    href: str = ""


def deed_of(kept: KeptForm) -> KeptDeed | None:
    """What a kept form would do; None where nothing on its way says it."""
    try:
        place = current_app.url_map.bind_to_environ(request.environ)
        endpoint, values = place.match(kept.path.partition("?")[0], method="POST")
    except HTTPException:
        return None
    with door.transaction() as session:
        campaign = find_campaign(session, str(values.get("slug", "")))
        if campaign is None:
            return None
        if endpoint == "console.schedule":
            return _of_new_blast(session, campaign, MultiDict(kept.fields))
        return _of_known(session, campaign, values, kept.path)


def _of_new_blast(session: Session, campaign: CampaignOnDesk, form: MultiDict[str, str]) -> KeptDeed:
    look_id = form.get("look", "")
    found = find_look(session, look_id, campaign_id=campaign.id, now=door.now()) if look_id else None
    if found is not None:
        form = MultiDict(found)
    name = f"the blast “{form.get('title', '')}” of {campaign.title}"
    href = url_for("console.blast_look_page", slug=campaign.slug, look_id=look_id) if found is not None else ""
    if form.get("when", "now") == "now":
        return KeptDeed(f"Send {name} now", href)
    try:
        opens_at = day_and_time(read_field(form.get("opens_at", ""), campaign.time_zone), campaign.time_zone)
    except ValueError:
        return KeptDeed(f"Schedule {name}", href)
    return KeptDeed(f"Schedule {name} for {opens_at}", href)


def _of_known(session: Session, campaign: CampaignOnDesk, values: Mapping[str, object], path: str) -> KeptDeed | None:
    """The deed by the last word of its address, and what it is done to."""
    deed = path.partition("?")[0].rstrip("/").rpartition("/")[2].replace("-", " ").capitalize()
    if isinstance(blast_id := values.get("blast_id"), int):
        blast = find_blast(session, campaign.id, blast_id)
        href = url_for("console.blast_page", slug=campaign.slug, blast_id=blast_id)
        return KeptDeed(f"{deed}: the blast “{blast.title}” of {campaign.title}", href) if blast else None
    if "stage_slug" in values:
        stage = find_stage(session, campaign.id, str(values["stage_slug"]))
        href = url_for("console.stage_page", slug=campaign.slug, stage_slug=values["stage_slug"])
        return KeptDeed(f"{deed}: the message “{stage.title}” of {campaign.title}", href) if stage else None
    return KeptDeed(f"{deed}: {campaign.title}", url_for("console.timeline_page", slug=campaign.slug))
