"""Steering a blast from its page: the wording chosen, silent readers asked again, the unknown sent by hand."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import GO_ON
from service.domain.manager import Role
from service.domain.wording_test import Arm
from service.planning.blast_checks import BlastRefused
from service.planning.desk import BlastOnDesk
from service.planning.idempotency import KeyRefused, KeyUsed
from service.planning.steering import (
    Repeat,
    choose_wording,
    failed_reasons,
    limit_spending,
    look_at_failed,
    look_at_unknown,
    send_failed_again,
    send_unknown_again,
    words_of_blast,
)
from service.store import Session
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.controls import read_money
from service.web.console.copy_forms import ANA, CopyShown, show_all, window_for
from service.web.console.here import blast_or_404, campaign_or_404
from service.web.console.words import thousands


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/<any(choose, limit, unknown, failed):deed>")
@needs(Role.LAUNCHER)
def steer_blast(slug: str, blast_id: int, deed: str) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            blast = blast_or_404(session, campaign, blast_id)
            if asked := _asked_before_sending_again(session, blast, deed):
                return asked
            if deed == "choose":
                said = _choose(session, blast)
            elif deed == "limit":
                said = _limit(session, blast)
            else:
                said = _send_again(session, blast, send_unknown_again if deed == "unknown" else send_failed_again)
    except (BlastRefused, KeyRefused, KeyUsed) as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    else:
        flash(said)
        for errand in GO_ON:
            door.nudger().nudge(errand)
    return redirect(url_for("console.blast_page", slug=slug, blast_id=blast_id))


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/unknown")
@needs(Role.LAUNCHER)
def unknown_page(slug: str, blast_id: int) -> ResponseReturnValue:
    """How many are unknown, for how much they go again, how they read and what that risks, before it is done."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        repeat = look_at_unknown(session, blast.id)
        copies = _words_of(session, campaign.id, blast.id, repeat)
    return render_template("console/unknown.html", campaign=campaign, blast=blast, repeat=repeat, copies=copies)


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/failed")
@needs(Role.LAUNCHER)
def failed_page(slug: str, blast_id: int) -> ResponseReturnValue:
    """How many failed that may go again, for how much, how they read and what that risks, before it is done."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        repeat, reasons = look_at_failed(session, blast.id), failed_reasons(session, blast.id)
        copies = _words_of(session, campaign.id, blast.id, repeat)
    shown = {"campaign": campaign, "blast": blast, "repeat": repeat, "reasons": reasons, "copies": copies}
    return render_template("console/failed.html", **shown)


def _words_of(session: Session, campaign_id: int, blast_id: int, repeat: Repeat) -> list[CopyShown]:
    """How what would go again reads, channel by channel and language by language."""
    if not repeat.count:
        return []
    own = [each for each in words_of_blast(session, blast_id) if each.channel in repeat.by_channel]
    return show_all(window_for(session, campaign_id), own, ANA)


def _choose(session: Session, blast: BlastOnDesk) -> str:
    wording = request.form.get("wording", "")
    if wording not in set(Arm):
        raise BlastRefused("choose the first wording or the second")
    count = choose_wording(session, blast.id, Arm(wording), actor=access.manager().email, now=door.now())
    return f"Chosen. {thousands(count)} messages go out in the {'first' if wording == Arm.A else 'second'} wording."


def _limit(session: Session, blast: BlastOnDesk) -> str:
    mistakes: list[str] = []
    cap = read_money(request.form.get("spend_cap", "").strip(), mistakes)
    if mistakes:
        raise BlastRefused("the spending limit is an amount such as 25 or 12.50")
    limit_spending(session, blast.id, cap, actor=access.manager().email, now=door.now())
    return "The spending limit is set." if cap else "There is no spending limit any more."


_LOOKS = {"unknown": look_at_unknown, "failed": look_at_failed}


def _asked_before_sending_again(session: Session, blast: BlastOnDesk, deed: str) -> ResponseReturnValue | None:
    look = _LOOKS.get(deed)
    return access.ask_for_proof_above(look(session, blast.id).count) if look else None


def _send_again(session: Session, blast: BlastOnDesk, send_again: Callable[..., int]) -> str:
    if request.form.get("knows") != "yes":
        raise BlastRefused("tick that you know what it risks")
    count = send_again(session, blast.id, actor=access.manager().email, now=door.now(), key=request.form.get("key", ""))
    return f"{thousands(count)} {'message is' if count == 1 else 'messages are'} queued again."
