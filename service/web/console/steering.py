"""Steering a blast from its page: the wording chosen, silent readers asked again, the unknown sent by hand."""

from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import GO_ON
from service.domain.manager import Role
from service.domain.wording_test import Arm
from service.planning.blasts import BlastRefused
from service.planning.desk import BlastOnDesk, CampaignOnDesk
from service.planning.idempotency import KeyRefused, KeyUsed
from service.planning.steering import (
    ask_silent_again,
    choose_wording,
    failed_count,
    failed_reasons,
    limit_spending,
    send_failed_again,
    send_unknown_again,
)
from service.reporting.live import progress_of
from service.store import Session
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.controls import read_money
from service.web.console.here import blast_or_404, campaign_or_404
from service.web.console.words import read_field, thousands


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/<any(choose, again, limit, unknown, failed):deed>")
@needs(Role.LAUNCHER)
def steer_blast(slug: str, blast_id: int, deed: str) -> ResponseReturnValue:
    shown = blast_id
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            blast = blast_or_404(session, campaign, blast_id)
            if deed == "choose":
                said = _choose(session, blast)
            elif deed == "again":
                shown, said = _again(session, campaign, blast)
            elif deed == "limit":
                said = _limit(session, blast)
            else:
                said = _send_again(session, blast, send_unknown_again if deed == "unknown" else send_failed_again)
    except (BlastRefused, KeyRefused, KeyUsed) as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    except ValueError:
        flash("Nothing was changed: give a day and a time.", "bad")
    else:
        flash(said)
        for errand in GO_ON:
            door.nudger().nudge(errand)
    return redirect(url_for("console.blast_page", slug=slug, blast_id=shown))


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/unknown")
@needs(Role.LAUNCHER)
def unknown_page(slug: str, blast_id: int) -> ResponseReturnValue:
    """What sending the unknown again risks, before it is done."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        progress = progress_of(session, blast.id)
    return render_template("console/unknown.html", campaign=campaign, blast=blast, progress=progress)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/failed")
@needs(Role.LAUNCHER)
def failed_page(slug: str, blast_id: int) -> ResponseReturnValue:
    """How many failed that may go again, and what that risks, before it is done."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        count, reasons = failed_count(session, blast.id), failed_reasons(session, blast.id)
    return render_template("console/failed.html", campaign=campaign, blast=blast, count=count, reasons=reasons)


def _choose(session: Session, blast: BlastOnDesk) -> str:
    wording = request.form.get("wording", "")
    if wording not in set(Arm):
        raise BlastRefused("choose the first wording or the second")
    count = choose_wording(session, blast.id, Arm(wording), actor=access.manager().email, now=door.now())
    return f"Chosen. {thousands(count)} messages go out in the {'first' if wording == Arm.A else 'second'} wording."


def _again(session: Session, campaign: CampaignOnDesk, blast: BlastOnDesk) -> tuple[int, str]:
    cap = request.form.get("cap_count", "").strip()
    if cap and not (cap.isdecimal() and 1 <= int(cap) <= 1000):
        raise BlastRefused("the limit for each supporter is a number from 1 to 1,000")
    when = request.form.get("opens_at", "").strip()
    made = ask_silent_again(
        session,
        blast.id,
        subject=request.form.get("subject", ""),
        opens_at=read_field(when, campaign.time_zone) if when else None,
        stale_after=timedelta(hours=24),
        cap_count=int(cap) if cap else None,
        actor=access.manager().email,
        now=door.now(),
        key=request.form.get("key", ""),
    )
    said = "Scheduled, to those who got the first and have not opened it."
    return made.id, said if made.is_new else "It was scheduled already, once: this is it."


def _limit(session: Session, blast: BlastOnDesk) -> str:
    mistakes: list[str] = []
    cap = read_money(request.form.get("spend_cap", "").strip(), mistakes)
    if mistakes:
        raise BlastRefused("the spending limit is an amount such as 25 or 12.50")
    limit_spending(session, blast.id, cap, actor=access.manager().email, now=door.now())
    return "The spending limit is set." if cap else "There is no spending limit any more."


def _send_again(session: Session, blast: BlastOnDesk, send_again: Callable[..., int]) -> str:
    if request.form.get("knows") != "yes":
        raise BlastRefused("tick that you know what it risks")
    count = send_again(session, blast.id, actor=access.manager().email, now=door.now(), key=request.form.get("key", ""))
    return f"{thousands(count)} {'message is' if count == 1 else 'messages are'} queued again."
