"""A stage that an author changed, looked at and released by somebody who may launch."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.fixtures import Effect
from service.planning.releasing import look_at_release, reach_of, release_stage
from service.planning.stage_changes import LookFirst
from service.planning.stages import StageRefused, copies_of_stage, with_audience
from service.sending.freeze import stage_words
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import chosen_reader, reckon_each, show_all, window_for, with_warnings
from service.web.console.here import campaign_or_404, stage_or_404
from service.web.console.stage_changes import changer
from service.web.console.words import sentence


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/release")
@needs(Role.LAUNCHER)
def release_page(slug: str, stage_slug: str) -> ResponseReturnValue:
    """What was changed, and what a release comes to. Changes nothing."""
    return _look(slug, stage_slug)


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/release")
@needs(Role.LAUNCHER)
def release(slug: str, stage_slug: str) -> ResponseReturnValue:
    """Release it, where it is still what was seen."""
    try:
        with door.transaction() as session:
            stage = stage_or_404(session, campaign_or_404(session, slug), stage_slug)
            if asked := access.ask_for_proof_above(sum(stage.audience.values())):
                return asked
            seen = request.form.get("seen", "")
            # Reckoned before the stage is held, for it takes its time.
            reach = reach_of(session, stage.id, key=door.link_key(), public_url=door.settings().public_url)
            done = release_stage(session, stage.id, seen=seen, by=changer(), now=door.now(), reach=reach)
    except LookFirst:
        return _look(slug, stage_slug, changed_meanwhile=True)
    except StageRefused as refused:
        return _refused(slug, stage_slug, refused)
    door.nudger().nudge(Errand.OPEN_BLASTS)
    flash("Released." + (" It goes out now." if done.effect is Effect.FIRES_NOW else ""))
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug))


def _look(slug: str, stage_slug: str, *, changed_meanwhile: bool = False) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            stage = stage_or_404(session, campaign_or_404(session, slug), stage_slug)
            look = look_at_release(session, stage.id, now=door.now())
            session.rollback()
    except StageRefused as refused:
        return _refused(slug, stage_slug, refused)
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = with_audience(session, campaign.id, stage)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        shown = show_all(window, stage_words(copies_of_stage(session, stage.id)), reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
        reach = reach_of(session, stage.id, key=door.link_key(), public_url=door.settings().public_url)
    page = render_template(
        "console/stage_release_look.html",
        campaign=campaign,
        stage=stage,
        look=look,
        effects=Effect,
        reach=reach,
        seen=reach.seen_with(look),
        reader=reader,
        reader_id=None,
        shown=[with_warnings(window, one, reckoned) for one in shown],
        reckoned=reckoned,
        changed_meanwhile=changed_meanwhile,
    )
    return page, 409 if changed_meanwhile else 200


def _refused(slug: str, stage_slug: str, refused: StageRefused) -> ResponseReturnValue:
    """Back to the stage, with why; whoever only looked, or went back to what they released, is told no more than that."""
    if request.method == "GET":
        flash(sentence(str(refused)))
    else:
        flash(f"Nothing was released: {refused}.", "bad")
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug))
