"""The match: its whistles, each looked at before it is pressed, and what was done last taken back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.fixture import FixtureMoveRefused, Score
from service.domain.manager import Role
from service.domain.whistle import WITH_SCORE, Deed
from service.planning.fixtures import Effect, KickOffPassed
from service.planning.undoing import CannotUndo, last_deed
from service.planning.whistles import (
    ChangedMeanwhile,
    FarFromTheClock,
    FiringNow,
    Look,
    Wish,
    firing_now,
    gone_in_words,
    look,
    press,
)
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404
from service.web.console.whistle_words import WHISTLES, what_happened
from service.web.row_numbers import row_number

_DEEDS = "'kick-off', 'half-time', 'second-half', 'full-time', 'abandon', 'correct', 'undo'"
REFUSALS = (FixtureMoveRefused, KickOffPassed, CannotUndo)


@blueprint.get(f"/campaigns/<slug>/fixture/<any({_DEEDS}):deed>")
@needs(Role.LAUNCHER)
def look_at_whistle(slug: str, deed: str) -> ResponseReturnValue:
    """What a whistle would set off. Changes nothing."""
    return _look(slug, Deed(deed))


@blueprint.post(f"/campaigns/<slug>/fixture/<any({_DEEDS}):deed>")
@needs(Role.LAUNCHER)
def press_whistle(slug: str, deed: str) -> ResponseReturnValue:
    """Press it for good, where it is still what was seen."""
    try:
        wish = _wish(Deed(deed))
        with door.transaction() as session:
            fixture = campaign_or_404(session, slug).fixture
            seen, really = request.form.get("seen", ""), request.form.get("really") == "yes"
            actor, now = access.manager().email, door.now()
            done = press(session, fixture.id, wish, seen=seen, really=really, actor=actor, now=now)
    except ChangedMeanwhile:
        return _look(slug, Deed(deed), changed=bool(request.form.get("seen")))
    except FarFromTheClock:
        return _look(slug, Deed(deed), asked=True)
    except REFUSALS as refused:
        return _refused(slug, refused)
    except ValueError:
        return _no_score(slug)
    door.nudger().nudge(Errand.OPEN_BLASTS)
    flash(what_happened(done))
    return redirect(url_for("console.timeline_page", slug=slug))


def look_only(slug: str, wish: Wish) -> tuple[Look, tuple[FiringNow, ...]]:
    """What a wish would come to, and what goes out at once by it: counted after everything is let go again."""
    actor, now = access.manager().email, door.now()
    with door.transaction() as session:
        fixture = campaign_or_404(session, slug).fixture
        seen = look(session, fixture.id, wish, actor=actor, now=now)
        session.rollback()
    with door.transaction() as session:
        firing = firing_now(session, seen.moved, key=door.link_key(), public_url=door.settings().public_url)
    return seen, firing


def _look(slug: str, deed: Deed, *, changed: bool = False, asked: bool = False) -> ResponseReturnValue:
    try:
        seen, firing = look_only(slug, _wish(deed))
    except REFUSALS as refused:
        return _refused(slug, refused)
    except ValueError:
        return _no_score(slug)
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        undone = last_deed(session, campaign.fixture, now=door.now()) if deed is Deed.UNDO else None
    page = render_template(
        "console/whistle_look.html",
        campaign=campaign,
        deed=deed,
        says=WHISTLES[deed],
        undone=undone,
        whistles=WHISTLES,
        look=seen,
        firing=firing,
        effects=Effect,
        gone=gone_in_words(seen.moved.recalled),
        changed=changed,
        asked=asked,
    )
    return page, 409 if changed or asked else 200


def _wish(deed: Deed) -> Wish:
    score = None
    if deed in WITH_SCORE:
        score = Score(int(request.values.get("home", "")), int(request.values.get("away", "")))
    return Wish(deed, score, change_id=request.values.get("change", 0, type=row_number))


def _refused(slug: str, refused: Exception) -> ResponseReturnValue:
    flash(f"Nothing was changed: {refused}. Perhaps somebody else pressed it just now.", "bad")
    return redirect(url_for("console.timeline_page", slug=slug))


def _no_score(slug: str) -> ResponseReturnValue:
    flash("Nothing was changed: the score is two numbers from 0 to 99.", "bad")
    return redirect(url_for("console.timeline_page", slug=slug))
