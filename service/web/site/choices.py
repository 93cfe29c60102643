"""A supporter's own page: what it shows, and what its form changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import render_template, request

from service.domain.channel import Channel
from service.joining.leave import come_back, leave
from service.joining.preferences import Preferences, campaign_of, change_details, preferences_of
from service.joining.sign_up import SignUpMistakes
from service.store import Session
from service.store.queries import campaigns, consents, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.site.public import our_number
from service.web.site.signature import SignatureShown, signatures_shown
from service.wording.links import LinkFacts

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_DETAILS = ("first_name", "locale", "time_zone")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page shows: the campaign, the supporter masked, and the number their texts come from."""

    campaign: CampaignView
    seen: Preferences
    token: str
    number: str
    signatures: Sequence[SignatureShown]


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of the form: channels we may not write to again, and what was mistyped."""

    refused: frozenset[Channel] = frozenset()
    # Left after the page was shown: what was said later stands.
    outdated: frozenset[Channel] = frozenset()
    mistakes: Mapping[str, str] = field(default_factory=dict)


def choices_of(session: Session, facts: LinkFacts, token: str) -> Choices | None:
    """What this supporter's page shows; None for one who is gone, or never was."""
    campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
    view = campaigns.by_id(session, campaign_id) if campaign_id else None
    seen = preferences_of(session, facts.supporter_id, campaign_id=view.id) if view else None
    if view is None or seen is None:
        return None
    return Choices(
        view,
        seen,
        token,
        our_number(supporters.sender_of(session, facts.supporter_id)),
        signatures_shown(session, facts.supporter_id),
    )


def save_choices(session: Session, facts: LinkFacts, shown: Choices) -> Changed:
    """Do what the form says. Leaving holds even where the rest of the form is mistyped.

    Details come first: whoever forgets this supporter holds their row while waiting for the lock of opt-outs.
    """
    typed = {name: request.form.get(name, "")[:400] for name in _DETAILS}
    mistakes: Mapping[str, str] = {}
    try:
        change_details(session, facts.supporter_id, **typed)
    except SignUpMistakes as wrong:
        mistakes = wrong.by_field()
    before = shown.seen.channels
    wanted = frozenset(channel for channel in Channel if request.form.get(str(channel)))
    _leave(session, facts, before - wanted)
    refused = frozenset(
        channel for channel in sorted(wanted - before) if not _come_back(session, facts, shown.campaign.id, channel)
    )
    outdated = frozenset(
        channel
        for channel in refused
        if consents.left_at(session, channel=channel, supporter_id=facts.supporter_id) is not None
    )
    return Changed(refused - outdated, outdated, mistakes)


def _leave(session: Session, facts: LinkFacts, channels: frozenset[Channel]) -> None:
    leave(
        session,
        supporter_id=facts.supporter_id,
        channels=channels,
        source="preferences page",
        ip=door.ip(),
        now=door.now(),
        blast_id=facts.blast_id,
    )


def _come_back(session: Session, facts: LinkFacts, campaign_id: int, channel: Channel) -> bool:
    return come_back(
        session,
        supporter_id=facts.supporter_id,
        campaign_id=campaign_id,
        channel=channel,
        source="preferences page",
        ip=door.ip(),
        now=door.now(),
        shown_at=_shown_at(),
        link_channel=facts.channel,
    )


def _shown_at() -> datetime:
    """When the page that was sent was shown: what was said since is not undone by it."""
    try:
        shown_at = datetime.fromisoformat(request.form.get("shown_at", ""))
    except ValueError:
        return _LONG_AGO
    return shown_at if shown_at.tzinfo else _LONG_AGO


def render_choices(shown: Choices, changed: Changed | None = None) -> str:
    """The page; after a change with what came of it."""
    mistakes = changed.mistakes if changed else {}
    typed = {"time_zone": shown.seen.time_zone}
    if mistakes:
        typed |= {name: request.form.get(name, "")[:400] for name in ("first_name", "time_zone")}
    return render_template(
        "site/preferences.html",
        campaign=shown.campaign,
        seen=shown.seen,
        token=shown.token,
        number=shown.number,
        signatures=shown.signatures,
        saved=changed is not None and not mistakes,
        refused=changed.refused if changed else frozenset(),
        outdated=changed.outdated if changed else frozenset(),
        mistakes=mistakes,
        typed=typed,
        shown_at=door.now().isoformat(),
        wordings=shown.campaign.wordings(shown.campaign.language),
    )
