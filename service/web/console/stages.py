"""One stage: how it will look, to whom, and its words and timing while it has not fired."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress, channel_of
from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.mending import stage_waits_for_words
from service.planning.showing import send_test
from service.planning.stage_facts import Part, stage_digest
from service.planning.stages import CHANGEABLE, copies_of_stage, with_audience
from service.planning.testers import TesterRefused
from service.sending.freeze import stage_words, words_of_copy
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import (
    chosen_reader,
    letter_response,
    reckon_each,
    sent_copies,
    show_all,
    show_one,
    window_for,
    with_warnings,
)
from service.web.console.here import campaign_or_404, stage_or_404
from service.web.console.stage_forms import Typed, timing_fields
from service.web.console.words import sentence
from service.web.row_numbers import row_number
from service.wording.placeholders import CopyMistake, MissingFact


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/")
@needs(Role.VIEWER)
def stage_page(slug: str, stage_slug: str) -> ResponseReturnValue:
    return show_stage(slug, stage_slug)


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/letter/<int:number>")
@needs(Role.VIEWER)
def stage_letter(slug: str, stage_slug: str, number: int) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        copies = copies_of_stage(session, stage_or_404(session, campaign, stage_slug).id)
        if number >= len(copies):
            abort(404)
        window = window_for(session, campaign.id)
        one = show_one(window, number, words_of_copy(copies[number]), chosen_reader(session))
    return letter_response(one)


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/size/<int:number>")
@needs(Role.AUTHOR)
def stage_size(slug: str, stage_slug: str, number: int) -> ResponseReturnValue:
    """Count a text while it is being written."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = with_audience(session, campaign.id, stage_or_404(session, campaign, stage_slug))
        copies = sent_copies(copies_of_stage(session, stage.id), request.form)
        if number >= len(copies):
            abort(404)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        shown = show_all(window, stage_words(copies), reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
    one = with_warnings(window, shown[number], reckoned)
    return render_template("console/size.html", one=one, campaign=campaign, reckoned=reckoned.get(Channel.SMS))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/test")
@needs(Role.LAUNCHER)
def stage_test(slug: str, stage_slug: str) -> ResponseReturnValue:
    number = request.form.get("copy", type=row_number) or 0
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            copies = copies_of_stage(session, stage_or_404(session, campaign, stage_slug).id)
            if number >= len(copies):
                abort(404)
            window, reader = window_for(session, campaign.id), chosen_reader(session)
            to, words = request.form.get("to", ""), words_of_copy(copies[number])
            if channel_of(to) is not words.channel:
                chosen, fit = ("text", "mobile number") if words.channel is Channel.SMS else ("email", "email address")
                raise TesterRefused(f"you chose the {chosen}; choose a tester with {_a(fit)}, or other words")
            actor, key = access.manager().email, request.form.get("key", "")
            address = send_test(session, window, words, reader, to, actor=actor, now=door.now(), key=key)
    except (BadAddress, TesterRefused) as bad:
        flash(sentence(f"Not sent: {bad}"), "bad")
    except (CopyMistake, MissingFact) as wrong:
        flash(sentence(f"Not sent: {wrong}"), "bad")
    else:
        door.nudger().nudge(Errand.SEND_NOTICES)
        flash(f"A test is on its way to {address}. Its links open the pages and count for nobody.")
    reader_id = request.form.get("reader", type=row_number)
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug, reader=reader_id))


def _a(what: str) -> str:
    return f"{'an' if what[0] == 'e' else 'a'} {what}"


def show_stage(slug: str, stage_slug: str, *, typed: Typed | None = None) -> str:
    """The page of a stage; `typed` stands in its forms in place of what is kept."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = with_audience(session, campaign.id, stage_or_404(session, campaign, stage_slug))
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        shown = show_all(window, stage_words(copies_of_stage(session, stage.id)), reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
        can_mend = stage_waits_for_words(session, stage.id) and access.manager().role.may_act_as(Role.LAUNCHER)
        opened_with = {str(part): stage_digest(session, stage.id, part) for part in (Part.TIMING, Part.LIMITS)}
    return render_template(
        "console/stage.html",
        campaign=campaign,
        stage=stage,
        shown=[with_warnings(window, one, reckoned) for one in shown],
        reader=reader,
        reader_id=request.args.get("reader", type=row_number),
        can_change=stage.state in CHANGEABLE,
        can_mend=can_mend,
        can_put_back=stage.may_be_put_back and access.manager().role.may_act_as(Role.LAUNCHER),
        reckoned=reckoned,
        timing=timing_fields(stage, campaign.time_zone, typed),
        typed=typed,
        opened_with=opened_with,
    )
