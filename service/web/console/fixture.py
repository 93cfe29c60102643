"""The match: its whistle, its score, and its kick-off, which may move."""

from datetime import datetime
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.fixture import FixtureMoveRefused, Score
from service.domain.manager import Role
from service.planning import fixtures
from service.planning.fixtures import Effect, KickOffPassed, Moved
from service.store import Session
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404
from service.web.console.words import read_field

_DEEDS = "'kick-off', 'half-time', 'second-half', 'full-time', 'abandon', 'score'"
_ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))


@blueprint.post(f"/campaigns/<slug>/fixture/<any({_DEEDS}):deed>")
@needs(Role.LAUNCHER)
def press(slug: str, deed: str) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            moved = _press(session, campaign_or_404(session, slug).fixture.id, deed)
    except FixtureMoveRefused as refused:
        flash(f"Nothing was changed: {refused}. Perhaps somebody else pressed it just now.", "bad")
        return redirect(url_for("console.timeline_page", slug=slug))
    except ValueError:
        flash("Nothing was changed: the score is two numbers from 0 to 99.", "bad")
        return redirect(url_for("console.timeline_page", slug=slug))
    flash(_what_happened(deed, moved))
    return redirect(url_for("console.timeline_page", slug=slug))


@blueprint.get("/campaigns/<slug>/fixture/move")
@needs(Role.LAUNCHER)
def move_page(slug: str) -> ResponseReturnValue:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
    return render_template(
        "console/move.html", campaign=campaign, zones=_ZONES, zone=campaign.fixture.time_zone, moved=None
    )


@blueprint.post("/campaigns/<slug>/fixture/move")
@needs(Role.LAUNCHER)
def move(slug: str) -> ResponseReturnValue:
    sure = request.form.get("sure") == "yes"
    when, zone_name = request.form.get("when", ""), request.form.get("zone", "UTC")
    no_date = request.form.get("no_date") == "yes"
    mistake, moved = "", None
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        try:
            until = None if no_date else _moment(when, zone_name)
            moved = _move(session, campaign.fixture.id, until, no_date=no_date)
        except ValueError:
            mistake = "Give a day and a time, or say that there is no date yet."
        except (KickOffPassed, FixtureMoveRefused) as refused:
            mistake = f"{str(refused)[:1].upper()}{str(refused)[1:]}."
        if not sure or mistake:
            session.rollback()
    if sure and moved and not mistake:
        flash(_what_happened("move", moved))
        return redirect(url_for("console.timeline_page", slug=slug))
    page = render_template(
        "console/move.html",
        campaign=campaign,
        zones=_ZONES,
        zone=zone_name,
        when=when,
        no_date=no_date,
        mistake=mistake,
        moved=moved,
    )
    return page, 422 if mistake else 200


def _moment(when: str, zone_name: str) -> datetime:
    if zone_name not in _ZONES and zone_name != "UTC":
        raise ValueError("no such time zone")
    return read_field(when, zone_name)


def _move(session: Session, fixture_id: int, until: datetime | None, *, no_date: bool) -> Moved:
    actor, now = access.manager().email, door.now()
    if no_date or until is None:
        return fixtures.postpone(session, fixture_id, until=None, actor=actor, now=now)
    return fixtures.move_kick_off(session, fixture_id, kick_off_at=until, actor=actor, now=now)


def _press(session: Session, fixture_id: int, deed: str) -> Moved:
    actor, now = access.manager().email, door.now()
    if deed == "kick-off":
        return fixtures.press_kick_off(session, fixture_id, actor=actor, now=now)
    if deed == "second-half":
        return fixtures.press_second_half(session, fixture_id, actor=actor, now=now)
    if deed == "abandon":
        return fixtures.abandon(session, fixture_id, actor=actor, now=now)
    score = Score(int(request.form.get("home", "")), int(request.form.get("away", "")))
    if deed == "half-time":
        return fixtures.press_half_time(session, fixture_id, score=score, actor=actor, now=now)
    if deed == "full-time":
        return fixtures.press_full_time(session, fixture_id, score=score, actor=actor, now=now)
    return fixtures.correct_score(session, fixture_id, score=score, actor=actor, now=now)


def _what_happened(deed: str, moved: Moved) -> str:
    fixture = moved.fixture
    said = {
        "kick-off": "The match is on.",
        "half-time": f"Half time, {fixture.home} {fixture.score} {fixture.away}.",
        "second-half": "The second half is on.",
        "full-time": f"Full time, {fixture.home} {fixture.score} {fixture.away}.",
        "score": f"The score is {fixture.score}.",
        "abandon": "The match is abandoned.",
        "move": "The match was moved.",
    }[deed]
    firing = [stage.title for stage in moved.stages if stage.effect is Effect.FIRES_NOW]
    if firing:
        said += f" Going out now: {', '.join(firing)}."
    held = sum(stage.effect is Effect.HELD for stage in moved.stages)
    if held:
        said += f" {held} message{'' if held == 1 else 's'} held until there is a date."
    return said
