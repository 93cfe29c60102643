"""A match that moves: to another hour, into no date at all, or by mistake into the past."""

from datetime import datetime
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.fixture import FixtureMoveRefused
from service.domain.manager import Role
from service.domain.whistle import Deed
from service.planning.fixtures import Effect, KickOffPassed
from service.planning.whistles import ChangedMeanwhile, FarFromTheClock, Wish, press
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.fixture import look_only
from service.web.console.here import campaign_or_404
from service.web.console.whistle_words import what_happened
from service.web.console.words import sentence
from service.web.moments import read_moment

_ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))


@blueprint.get("/campaigns/<slug>/fixture/move")
@needs(Role.LAUNCHER)
def move_page(slug: str) -> ResponseReturnValue:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
    return render_template("console/move.html", campaign=campaign, zones=_ZONES, zone=campaign.fixture.time_zone)


@blueprint.post("/campaigns/<slug>/fixture/move")
@needs(Role.LAUNCHER)
def move(slug: str) -> ResponseReturnValue:
    """Show what a move comes to; do it where it is sure and still what was seen."""
    try:
        return _move(slug, _wish())
    except ValueError:
        return _mistake(slug, "Give a day and a time, or say that there is no date yet.")
    except (KickOffPassed, FixtureMoveRefused) as refused:
        return _mistake(slug, sentence(str(refused)))


def _move(slug: str, wish: Wish) -> ResponseReturnValue:
    if request.form.get("sure") != "yes":
        return _shown(slug, wish)
    seen, really = request.form.get("seen", ""), request.form.get("really") == "yes"
    try:
        with door.transaction() as session:
            fixture = campaign_or_404(session, slug).fixture
            actor, now = access.manager().email, door.now()
            done = press(session, fixture.id, wish, seen=seen, really=really, actor=actor, now=now)
    except ChangedMeanwhile:
        return _shown(slug, wish, changed=bool(seen))
    except FarFromTheClock:
        return _shown(slug, wish, asked=True)
    door.nudger().nudge(Errand.OPEN_BLASTS)
    flash(what_happened(done))
    return redirect(url_for("console.timeline_page", slug=slug))


def _wish() -> Wish:
    if request.form.get("no_date") == "yes":
        return Wish(Deed.POSTPONE)
    return Wish(Deed.MOVE, kick_off_at=_moment(request.form.get("when", ""), request.form.get("zone", "UTC")))


def _moment(when: str, zone_name: str) -> datetime:
    if zone_name not in _ZONES and zone_name != "UTC":
        raise ValueError("no such time zone")
    return read_moment(when, zone_name)


def _shown(slug: str, wish: Wish, *, changed: bool = False, asked: bool = False) -> ResponseReturnValue:
    look, firing = look_only(slug, wish)
    page = _page(slug, look=look, firing=firing, effects=Effect, changed=changed, asked=asked)
    return page, 409 if changed or asked else 200


def _mistake(slug: str, mistake: str) -> ResponseReturnValue:
    return _page(slug, mistake=mistake), 422


def _page(slug: str, **shown: object) -> str:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
    return render_template(
        "console/move.html",
        campaign=campaign,
        zones=_ZONES,
        zone=request.form.get("zone", "UTC"),
        when=request.form.get("when", ""),
        no_date=request.form.get("no_date") == "yes",
        **shown,
    )
