"""Blasts: the list, one going out live, and its pause, resume and cancel."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from service.domain.errand import GO_ON
from service.domain.manager import Role
from service.domain.message import BlastState
from service.planning.blasts import (
    BlastRefused,
    cancel_blast,
    pause_blast,
    reschedule_blast,
    resume_blast,
    what_cancelling_stopped,
)
from service.planning.desk import BlastOnDesk, CampaignOnDesk, list_blasts
from service.planning.steering import second_asking, wording_standings
from service.reporting.live import Progress, progress_of
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import blast_or_404, campaign_or_404
from service.web.console.words import read_field, thousands

# While one of these holds, the page asks again each second.
_MOVING = frozenset({"scheduled", "opening", "running"})


@blueprint.get("/campaigns/<slug>/blasts/")
@needs(Role.VIEWER)
def blasts_page(slug: str) -> ResponseReturnValue:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        lines = [(blast, progress_of(session, blast.id)) for blast in list_blasts(session, campaign.id)]
    return render_template("console/blasts.html", campaign=campaign, lines=lines)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/")
@needs(Role.VIEWER)
def blast_page(slug: str, blast_id: int) -> ResponseReturnValue:
    campaign, blast, progress = _look(slug, blast_id)
    with door.transaction() as session:
        standings, again = wording_standings(session, blast_id), second_asking(session, blast_id)
    return _page("console/blast.html", campaign, blast, progress, standings=standings, again=again)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/progress")
@needs(Role.VIEWER)
def blast_progress(slug: str, blast_id: int) -> ResponseReturnValue:
    """How far it has come: the part of the page that asks for itself again."""
    campaign, blast, progress = _look(slug, blast_id)
    return _page("console/progress.html", campaign, blast, progress)


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/<any(pause, resume, move, cancel):deed>")
@needs(Role.LAUNCHER)
def change_blast(slug: str, blast_id: int, deed: str) -> ResponseReturnValue:
    actor, now = access.manager().email, door.now()
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            blast = blast_or_404(session, campaign, blast_id)
            if deed == "pause":
                pause_blast(session, blast.id, actor=actor, now=now)
                said = "Paused. What was being handed over at that moment still arrives; nothing else goes out."
            elif deed == "resume":
                resume_blast(session, blast.id, actor=actor, now=now)
                said = "Going on from where it was."
            elif deed == "move":
                opens_at = read_field(request.form.get("opens_at", ""), campaign.time_zone)
                reschedule_blast(session, blast.id, opens_at=opens_at, actor=actor, now=now)
                said = "Moved."
            else:
                cancel_blast(session, blast.id, actor=actor, now=now)
                was_scheduled = blast.state == BlastState.SCHEDULED
                said = "Taken back: nothing of it was sent." if was_scheduled else ""
    except BlastRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    except ValueError:
        flash("Nothing was changed: give a day and a time.", "bad")
    else:
        flash(said or _what_stopped(blast_id))
        if deed == "resume":
            for errand in GO_ON:
                door.nudger().nudge(errand)
    return redirect(url_for("console.blast_page", slug=slug, blast_id=blast_id))


def _what_stopped(blast_id: int) -> str:
    """What cancelling came to; counting a very large blast may take longer than a page has."""
    try:
        with door.transaction() as session:
            done = what_cancelling_stopped(session, blast_id)
    except OperationalError:
        return "Cancelled. Nothing more goes out; what had gone by then is being counted."
    said = f"Cancelled. {thousands(done.already_gone)} had gone, {thousands(done.stopped)} were stopped"
    return said + (f", {thousands(done.under_way)} were being handed over." if done.under_way else ".")


def _look(slug: str, blast_id: int) -> tuple[CampaignOnDesk, BlastOnDesk, Progress]:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        return campaign, blast, progress_of(session, blast.id)


def _page(template: str, campaign: CampaignOnDesk, blast: BlastOnDesk, progress: Progress, **more: object) -> str:
    settling = any(channel.in_doubt or channel.sent > channel.delivered for channel in progress.channels.values())
    is_closing = blast.state == BlastState.CANCELLED and progress.waiting > 0
    every = 1 if blast.state in _MOVING or is_closing else 5 if settling else 0
    return render_template(template, campaign=campaign, blast=blast, progress=progress, every=every, **more)
