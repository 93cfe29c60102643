"""Senders and roads: how fast each sender may go, and which road emails take."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.sender import RAMP, Allowance
from service.planning.senders import SenderRefused, email_road, limit_sender, list_senders, take_road
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.moments import read_day
from service.web.numbers import amount, whole_number


@blueprint.get("/senders/")
@needs(Role.ADMIN)
def senders_page() -> ResponseReturnValue:
    with door.transaction() as session:
        views = list_senders(session, door.settings().pool)
        road = email_road(session)
    has_second = door.settings().email_second_road is not None
    return render_template("console/senders.html", senders=views, road=road, has_second=has_second, ramp=RAMP)


@blueprint.post("/senders/limit")
@needs(Role.ADMIN)
def limit_one() -> ResponseReturnValue:
    form = request.form
    try:
        channel = Channel(form.get("channel", ""))
        allowance = Allowance(
            per_second=_number(form.get("per_second", "")),
            per_day=_whole(form.get("per_day", "")),
            ramp_began_on=_day(form.get("ramp_began_on", "")),
        )
        with door.transaction() as session:
            actor, now = access.manager().email, door.now()
            limit_sender(session, channel, form.get("name", "").strip().lower(), allowance, actor=actor, now=now)
    except SenderRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    except ValueError:
        flash("Nothing was changed: rates and limits are numbers, the first day is a date.", "bad")
    else:
        flash("It goes as fast as it can." if allowance == Allowance() else "The limits hold from now on.")
    return redirect(url_for("console.senders_page"))


@blueprint.post("/senders/road")
@needs(Role.ADMIN)
def change_road() -> ResponseReturnValue:
    road = request.form.get("road", "")
    has_second = door.settings().email_second_road is not None
    try:
        with door.transaction() as session:
            actor, now = access.manager().email, door.now()
            take_road(session, road, has_second_road=has_second, actor=actor, now=now)
    except SenderRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    else:
        flash(f"Emails take the {road} road from now on. What is in doubt stays where it is.")
    return redirect(url_for("console.senders_page"))


def _number(words: str) -> float | None:
    return float(amount(words)) if words.strip() else None


def _whole(words: str) -> int | None:
    return whole_number(words) if words.strip() else None


def _day(words: str) -> date | None:
    return read_day(words) if words.strip() else None
