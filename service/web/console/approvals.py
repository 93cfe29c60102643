"""What goes to many, looked at by a second person: approved as it was seen, or sent back with a reason."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.inbound_text import clean_field
from service.domain.manager import Role
from service.planning.approving import ApprovalLook, SeenOther, approve, look_at_blast, look_at_stage, send_back
from service.planning.blast_checks import BlastRefused
from service.planning.desk import CampaignOnDesk
from service.planning.showing import Window
from service.store import Session
from service.web import door
from service.web.console.access import ask_for_proof_above, needs
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import (
    chosen_reader,
    letter_response,
    show_all,
    window_for,
    with_warnings,
)
from service.web.console.here import blast_or_404, campaign_or_404, stage_or_404
from service.web.console.stage_changes import changer
from service.web.console.words import sentence


@dataclass(frozen=True, slots=True)
class _Place:
    """Which page it is: of a blast, or of a planned message."""

    slug: str
    blast_id: int | None = None
    stage_slug: str = ""

    @property
    def is_blast(self) -> bool:
        return self.blast_id is not None

    def look(self, session: Session, campaign: CampaignOnDesk, window: Window) -> ApprovalLook:
        """What would be approved. Raises BlastRefused."""
        if self.blast_id is not None:
            return look_at_blast(session, blast_or_404(session, campaign, self.blast_id).id, window)
        return look_at_stage(session, stage_or_404(session, campaign, self.stage_slug).id, window)

    @property
    def back(self) -> str:
        """The page it is about."""
        if self.blast_id is not None:
            return url_for("console.blast_page", slug=self.slug, blast_id=self.blast_id)
        return url_for("console.stage_page", slug=self.slug, stage_slug=self.stage_slug)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/approval")
@needs(Role.LAUNCHER)
def blast_approval_page(slug: str, blast_id: int) -> ResponseReturnValue:
    """A blast as it would be approved. Changes nothing."""
    return _show(_Place(slug, blast_id))


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/approval")
@needs(Role.LAUNCHER)
def approve_blast(slug: str, blast_id: int) -> ResponseReturnValue:
    return _answer(_Place(slug, blast_id))


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/approval")
@needs(Role.LAUNCHER)
def stage_approval_page(slug: str, stage_slug: str) -> ResponseReturnValue:
    """A planned message as it would be approved. Changes nothing."""
    return _show(_Place(slug, stage_slug=stage_slug))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/approval")
@needs(Role.LAUNCHER)
def approve_stage(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _answer(_Place(slug, stage_slug=stage_slug))


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/approval/letter/<int:number>")
@needs(Role.LAUNCHER)
def blast_approval_letter(slug: str, blast_id: int, number: int) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    return _letter(_Place(slug, blast_id), number)


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/approval/letter/<int:number>")
@needs(Role.LAUNCHER)
def stage_approval_letter(slug: str, stage_slug: str, number: int) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    return _letter(_Place(slug, stage_slug=stage_slug), number)


def _letter(place: _Place, number: int) -> ResponseReturnValue:
    with door.transaction() as session:
        campaign = campaign_or_404(session, place.slug)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        try:
            look = place.look(session, campaign, window)
        except BlastRefused:
            abort(404)
        shown = show_all(window, list(look.words), reader)
        if number >= len(shown) or shown[number].words.channel is not Channel.EMAIL:
            abort(404)
        return letter_response(shown[number])


def _answer(place: _Place) -> ResponseReturnValue:
    """Approve it or send it back, where it is still what was seen."""
    seen, goes_back = request.form.get("seen", ""), request.form.get("answer") == "back"
    reason = clean_field(request.form.get("reason", ""))
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, place.slug)
            look = place.look(session, campaign, window_for(session, campaign.id))
            # To stop it takes no proof.
            if not goes_back and (asked := ask_for_proof_above(look.people)):
                return asked
            if goes_back:
                send_back(session, look, reason=reason, by=changer(), now=door.now())
            else:
                approve(session, look, seen=seen, by=changer(), now=door.now())
    except SeenOther:
        return _show(place, mistake="Nothing was approved: it is no longer what you saw. This is how it is now.")
    except BlastRefused as refused:
        return _show(place, mistake=sentence(f"Nothing was changed: {refused}"), reason=reason)
    for errand in (Errand.OPEN_BLASTS, Errand.SEND_NOTICES):
        door.nudger().nudge(errand)
    flash("Sent back; whoever made it is told why." if goes_back else "Approved, exactly as you saw it.")
    return redirect(place.back, 303)


def _show(place: _Place, *, mistake: str = "", reason: str = "") -> ResponseReturnValue:
    with door.transaction() as session:
        campaign = campaign_or_404(session, place.slug)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        try:
            look = place.look(session, campaign, window)
        except BlastRefused as refused:
            flash(sentence(str(refused)))
            return redirect(place.back)
        reckoned = {each.channel: each.reckoned for each in look.channels}
        shown = [with_warnings(window, one, reckoned) for one in show_all(window, list(look.words), reader)]
        session.rollback()
    page = render_template(
        "console/approval.html",
        campaign=campaign,
        place=place,
        look=look,
        shown=shown,
        reader=reader,
        is_own=changer().name.casefold() in look.launch.made_by,
        mistake=mistake,
        reason=reason,
    )
    return page, 409 if mistake else 200
