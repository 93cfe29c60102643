"""A new blast: written, counted, looked at, and only then scheduled.

The form that is looked at is kept under an address of its own: reload and back show it again and ask for nothing, and
an author can send that address to a launcher.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from service.domain.channel import Channel
from service.domain.manager import Role
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import TAKE_BACK, CopyRefused, schedule_blast
from service.planning.idempotency import KeyRefused, KeyUsed, Made, made_under
from service.planning.looks import KEPT_FOR, find_look, keep_look
from service.store import Session
from service.store.queries.approvals import limit
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blast_form import Form, Sketch, mistakes_of, planned_from, quiet_of, sketch_of
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import letter_response
from service.web.console.here import campaign_or_404
from service.web.console.wishes import new_key, sent_key
from service.web.console.words import sentence
from service.wording.placeholders import PERSONAL, SHARED

# What is made with each page, and is no part of what was written.
_NOT_KEPT = frozenset({"csrf_token", "test_key", "look", "really"})


@blueprint.get("/campaigns/<slug>/blasts/new")
@needs(Role.AUTHOR)
def new_blast_page(slug: str) -> ResponseReturnValue:
    """The empty form; with `look`, that form as it was looked at, to be changed."""
    with door.transaction() as session:
        look_id = request.args.get("look", "")
        form = _kept_form(session, slug, look_id) if look_id else MultiDict[str, str]()
        if made_under(session, form.get("key", ""), kind="blast") is not None:
            form.setlist("key", [new_key()])
        return blast_form_page(sketch_of(session, slug, form), [])


@blueprint.post("/campaigns/<slug>/blasts/new")
@needs(Role.AUTHOR)
def look_at_blast(slug: str) -> ResponseReturnValue:
    """Check it and keep it, then show it at an address of its own; where something is wrong, nothing typed is lost."""
    with door.transaction() as session:
        sketch = sketch_of(session, slug, request.form)
        why = mistakes_of(session, sketch)
        look_id = "" if why else _keep(session, sketch, key=sent_key())
    if why:
        return blast_form_page(sketch, why), 422
    return redirect(url_for("console.blast_look_page", slug=slug, look_id=look_id), 303)


@blueprint.get("/campaigns/<slug>/blasts/looks/<look_id>")
@needs(Role.AUTHOR)
def blast_look_page(slug: str, look_id: str) -> ResponseReturnValue:
    """What would go, to how many, for how much: counted anew each time. Changes nothing."""
    with door.transaction() as session:
        form = _kept_form(session, slug, look_id)
        made = made_under(session, form.get("key", ""), kind="blast")
        sketch = sketch_of(session, slug, form)
        why = [] if made is not None else mistakes_of(session, sketch)
        if why:
            return blast_form_page(sketch, why), 422
        return _last_look(session, sketch, look_id, key=form.get("key", ""), made=made)


@blueprint.get("/campaigns/<slug>/blasts/looks/<look_id>/letter")
@needs(Role.AUTHOR)
def blast_look_letter(slug: str, look_id: str) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    with door.transaction() as session:
        return letter_response(sketch_of(session, slug, _kept_form(session, slug, look_id)).shown[Channel.EMAIL])


@blueprint.post("/campaigns/<slug>/blasts/schedule")
@needs(Role.LAUNCHER)
def schedule(slug: str) -> ResponseReturnValue:
    """Schedule it, once for each form: pressed twice, also from two tabs, it is one blast."""
    key, look_id = request.form.get("key", ""), request.form.get("look", "")
    with door.transaction() as session:
        sketch = sketch_of(session, slug, _kept_form(session, slug, look_id) if look_id else request.form)
        why = [] if key else ["This form had grown old. Nothing was sent; look at it once more."]
        # Of what was looked at and is scheduled already nothing is asked again, however late it is pressed once more.
        if not look_id or made_under(session, key, kind="blast") is None:
            why = why or mistakes_of(session, sketch)
    if why:
        return blast_form_page(sketch, why), 422
    if asked := access.ask_for_proof_above(sum(sketch.counts.values())):
        return asked
    try:
        made = _schedule(slug, sketch, key)
    except KeyUsed as used:
        with door.transaction() as session:
            fresh = new_key()
            look_id = _keep(session, sketch, key=fresh)
            return _last_look(session, sketch, look_id, key=fresh, used=used.made), 409
    except (CopyRefused, BlastRefused, KeyRefused) as refused:
        return blast_form_page(sketch, [sentence(str(refused))]), 422
    flash("Scheduled." if made.is_new else "It was scheduled already, once: this is it.")
    return redirect(url_for("console.blast_page", slug=slug, blast_id=made.id), 303)


def _schedule(slug: str, sketch: Sketch, key: str) -> Made:
    with door.transaction() as session:
        return schedule_blast(
            session,
            campaign_or_404(session, slug).id,
            planned_from(sketch),
            public_url=door.settings().public_url,
            actor=access.manager().email,
            now=door.now(),
            key=key,
            really=request.form.get("really") == "yes",
        )


def _keep(session: Session, sketch: Sketch, *, key: str) -> str:
    """Keep the form; the id it is found by."""
    form = {name: typed for name, typed in sketch.form.lists() if name not in _NOT_KEPT} | {"key": [key]}
    look_id, who = new_key(), access.manager()
    keep_look(session, look_id, form, campaign_id=sketch.campaign.id, manager_id=who.id, now=door.now())
    return look_id


def _kept_form(session: Session, slug: str, look_id: str) -> Form:
    campaign = campaign_or_404(session, slug)
    found = find_look(session, look_id, campaign_id=campaign.id, now=door.now())
    if found is None:
        abort(410, f"What was looked at here was kept for {KEPT_FOR.days} days, and is gone. Nothing was sent by it.")
    return MultiDict(found)


def _last_look(
    session: Session, sketch: Sketch, look_id: str, *, key: str, made: int | None = None, used: int | None = None
) -> str:
    """What would go, once more. `made`: the blast it has become; `used`: what the same form, then other, has become."""
    return render_template(
        "console/blast_sure.html",
        quiet=quiet_of(session, sketch),
        sketch=sketch,
        campaign=sketch.campaign,
        form=sketch.form,
        opens_at=sketch.opens_at,
        is_far_ahead=sketch.is_far_ahead(door.now()),
        look_id=look_id,
        key=key,
        made=made,
        used=used,
        take_back=TAKE_BACK,
        above=limit(session, sketch.campaign.id),
        kept_for=KEPT_FOR,
    )


def blast_form_page(sketch: Sketch, why: list[str]) -> str:
    """The form as it stands, with what is wrong above it."""
    return render_template(
        "console/new_blast.html",
        sketch=sketch,
        campaign=sketch.campaign,
        form=sketch.form,
        channels=sketch.audience.channels if sketch.form else tuple(filter(door.is_carried, Channel)),
        why=why,
        names=sorted(PERSONAL | SHARED),
    )
