"""Blasts: the list, one going out live, and its pause, resume and cancel."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from service.domain.approval import WAITS
from service.domain.errand import GO_ON
from service.domain.inbound_text import clean_field
from service.domain.manager import Role
from service.domain.message import BlastState
from service.planning.approving import approvers_of_blast
from service.planning.asking_again import second_asking
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import cancel_blast, known_blast, pause_blast, reschedule_blast, resume_blast
from service.planning.desk import BlastOnDesk, CampaignOnDesk, list_blasts
from service.planning.mending import stage_of, waits_for_words
from service.planning.steering import wording_standings
from service.reporting.live import Progress, progress_of, progress_of_each, what_cancelling_stopped
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import blast_or_404, campaign_or_404
from service.web.console.words import thousands
from service.web.moments import read_moment
from service.web.row_numbers import row_number

# Blasts on one page of the list.
A_PAGE = 25
# While one of these holds, the page asks again: after so many seconds, of a blast of so many messages at most.
_MOVING = frozenset({"scheduled", "opening", "running"})
_EVERY = ((100_000, 1), (1_000_000, 5), (float("inf"), 20))


@blueprint.get("/campaigns/<slug>/blasts/")
@needs(Role.VIEWER)
def blasts_page(slug: str) -> ResponseReturnValue:
    """The newest of them; `before` names the one after which an older page begins."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        found = list_blasts(session, campaign.id, before=request.args.get("before", type=row_number), limit=A_PAGE + 1)
        progress = progress_of_each(session, [blast.id for blast in found[:A_PAGE]])
    lines = [(blast, progress[blast.id]) for blast in found[:A_PAGE]]
    older = lines[-1][0].id if len(found) > A_PAGE else None
    return render_template("console/blasts.html", campaign=campaign, lines=lines, older=older)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/")
@needs(Role.VIEWER)
def blast_page(slug: str, blast_id: int) -> ResponseReturnValue:
    campaign, blast, progress = _look(slug, blast_id)
    return _page("console/blast.html", campaign, blast, progress, _steered(blast_id))


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/progress")
@needs(Role.VIEWER)
def blast_progress(slug: str, blast_id: int) -> ResponseReturnValue:
    """How far it has come: the part of the page that asks for itself again.

    `shown`: the state the page knows; where it is another by then, what can be done with the blast comes along.
    """
    campaign, blast, progress = _look(slug, blast_id)
    part = _page("console/progress.html", campaign, blast, progress)
    if request.args.get("shown", blast.state) == blast.state:
        return part
    steered = _steered(blast_id) | {"is_swapped": True}
    return part + _page("console/blast_steering.html", campaign, blast, progress, steered)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/wordings")
@needs(Role.VIEWER)
def blast_wordings(slug: str, blast_id: int) -> ResponseReturnValue:
    """How its two wordings do: the part of the page that asks for itself again until one is chosen."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        standings = wording_standings(session, blast.id)
    return render_template("console/trial.html", campaign=campaign, blast=blast, standings=standings)


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/<any(pause, resume, move, cancel):deed>")
@needs(Role.LAUNCHER)
def change_blast(slug: str, blast_id: int, deed: str) -> ResponseReturnValue:
    actor, now = access.manager().email, door.now()
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            blast = blast_or_404(session, campaign, blast_id)
            if deed == "pause":
                why = clean_field(request.form.get("why", ""))
                pause_blast(session, blast.id, actor=actor, now=now, why=why)
                said = "Paused. What was being handed over at that moment still arrives; nothing else goes out."
            elif deed == "resume":
                resume_blast(session, blast.id, actor=actor, now=now)
                said = "Going on from where it was."
            elif deed == "move":
                opens_at = read_moment(request.form.get("opens_at", ""), campaign.time_zone)
                really = request.form.get("really") == "yes"
                reschedule_blast(session, blast.id, opens_at=opens_at, actor=actor, now=now, really=really)
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
    about = "About " if done.is_estimate else ""
    said = f"Cancelled. {about}{thousands(done.already_gone)} had gone, {thousands(done.stopped)} were stopped"
    return said + (f", {thousands(done.under_way)} were being handed over." if done.under_way else ".")


def _look(slug: str, blast_id: int) -> tuple[CampaignOnDesk, BlastOnDesk, Progress]:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        return campaign, blast, progress_of(session, blast.id)


def _steered(blast_id: int) -> dict[str, object]:
    """What a blast's page shows beside its progress: its wordings, whether they wait to be mended, and its second asking."""
    with door.transaction() as session:
        mends = waits_for_words(session, blast_id)
        waits = known_blast(session, blast_id).paused_reason.startswith(WAITS)
        return {
            "approvers": approvers_of_blast(session, blast_id) if waits else (),
            "standings": wording_standings(session, blast_id),
            "again": second_asking(session, blast_id),
            "mends": mends,
            "stage_slug": stage_of(session, blast_id) if mends else "",
        }


def _page(
    template: str,
    campaign: CampaignOnDesk,
    blast: BlastOnDesk,
    progress: Progress,
    more: Mapping[str, object] = MappingProxyType({}),
) -> str:
    every = _seconds_between(blast, progress)
    return render_template(template, campaign=campaign, blast=blast, progress=progress, every=every, **more)


def _seconds_between(blast: BlastOnDesk, progress: Progress) -> int:
    """How often the page asks again: less often of a large blast, whose counting costs more; 0 for never."""
    settling = any(channel.in_doubt or channel.sent > channel.delivered for channel in progress.channels.values())
    is_closing = blast.state == BlastState.CANCELLED and progress.waiting > 0
    if blast.state in _MOVING or is_closing:
        return next(seconds for most, seconds in _EVERY if progress.audience <= most)
    return 5 if settling or blast.state == BlastState.PAUSED else 0
