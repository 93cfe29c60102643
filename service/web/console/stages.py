"""One stage: how it will look, to whom, and its words and timing while it has not fired."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress
from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.blasts import CopyRefused
from service.planning.showing import send_test
from service.planning.stages import (
    CopyView,
    StageRefused,
    StageView,
    change_copies,
    change_limits,
    change_timing,
    copies_of_stage,
)
from service.planning.testers import TesterRefused
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.controls import read_controls
from service.web.console.copy_forms import (
    chosen_reader,
    letter_response,
    reckon_each,
    sent_copies,
    show_all,
    show_one,
    window_for,
    with_warnings,
    words_of,
)
from service.web.console.here import campaign_or_404, stage_or_404
from service.web.console.words import said, sentence
from service.wording.placeholders import PERSONAL, SHARED, CopyMistake, MissingFact

_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
_CHANGEABLE = frozenset({"planned", "waiting", "held"})


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/")
@needs(Role.VIEWER)
def stage_page(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _stage_page(slug, stage_slug)


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
        one = show_one(window, number, words_of(copies[number]), chosen_reader(session))
    return letter_response(one)


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/edit")
@needs(Role.AUTHOR)
def edit_page(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _edit_page(slug, stage_slug)


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/edit")
@needs(Role.AUTHOR)
def edit_words(slug: str, stage_slug: str) -> ResponseReturnValue:
    """Keep the words, unless something is wrong with them: then nothing is kept and nothing typed is lost."""
    copies: list[CopyView] = []
    try:
        with door.transaction() as session:
            stage = stage_or_404(session, campaign_or_404(session, slug), stage_slug)
            copies = sent_copies(copies_of_stage(session, stage.id), request.form)
            url, actor = door.settings().public_url, access.manager().email
            change_copies(session, stage.id, copies, public_url=url, actor=actor, now=door.now())
    except CopyRefused as refused:
        why = [sentence(f"{said(problem.channel)}, {problem.language}: {problem.why}") for problem in refused.problems]
        return _edit_page(slug, stage_slug, copies=copies, why=why), 422
    except StageRefused as refused:
        return _edit_page(slug, stage_slug, copies=copies, why=[sentence(str(refused))]), 409
    flash("The words are kept.")
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/timing")
@needs(Role.AUTHOR)
def edit_timing(slug: str, stage_slug: str) -> ResponseReturnValue:
    try:
        offset = _span("offset") * (-1 if request.form.get("side") == "before" else 1)
        with door.transaction() as session:
            stage = stage_or_404(session, campaign_or_404(session, slug), stage_slug)
            actor, now = access.manager().email, door.now()
            change_timing(session, stage.id, offset=offset, stale_after=_span("stale"), actor=actor, now=now)
    except (ValueError, OverflowError):
        flash("Nothing was changed: a time is a whole number of minutes, hours or days.", "bad")
    except StageRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    else:
        flash("The timing is changed.")
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/limits")
@needs(Role.AUTHOR)
def edit_limits(slug: str, stage_slug: str) -> ResponseReturnValue:
    chosen = read_controls(request.form, "")
    try:
        if chosen.mistakes:
            raise StageRefused(chosen.mistakes[0][:1].lower() + chosen.mistakes[0][1:].rstrip("."))
        with door.transaction() as session:
            stage = stage_or_404(session, campaign_or_404(session, slug), stage_slug)
            hour, cap = chosen.local_time, chosen.cap_count
            actor, now = access.manager().email, door.now()
            change_limits(session, stage.id, local_time=hour, cap_count=cap, actor=actor, now=now)
    except StageRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    else:
        flash("The limits are changed.")
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/size/<int:number>")
@needs(Role.AUTHOR)
def stage_size(slug: str, stage_slug: str, number: int) -> ResponseReturnValue:
    """Count a text while it is being written."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = stage_or_404(session, campaign, stage_slug)
        copies = sent_copies(copies_of_stage(session, stage.id), request.form)
        if number >= len(copies):
            abort(404)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        shown = show_all(window, [words_of(copy) for copy in copies], reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
    one = with_warnings(window, shown[number], reckoned)
    return render_template("console/size.html", one=one, campaign=campaign, reckoned=reckoned.get(Channel.SMS))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/test")
@needs(Role.LAUNCHER)
def stage_test(slug: str, stage_slug: str) -> ResponseReturnValue:
    number = request.form.get("copy", type=int) or 0
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            copies = copies_of_stage(session, stage_or_404(session, campaign, stage_slug).id)
            if number >= len(copies):
                abort(404)
            window, reader = window_for(session, campaign.id), chosen_reader(session)
            to, words = request.form.get("to", ""), words_of(copies[number])
            if ("@" in to) is not (words.channel is Channel.EMAIL):
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
    reader_id = request.form.get("reader", type=int)
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug, reader=reader_id))


def _a(what: str) -> str:
    return f"{'an' if what[0] == 'e' else 'a'} {what}"


def _span(name: str) -> timedelta:
    return int(request.form.get(f"{name}_count", "")) * _UNITS.get(request.form.get(f"{name}_unit", ""), timedelta())


def _stage_page(slug: str, stage_slug: str) -> str:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = stage_or_404(session, campaign, stage_slug)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        shown = show_all(window, [words_of(copy) for copy in copies_of_stage(session, stage.id)], reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
    return render_template(
        "console/stage.html",
        campaign=campaign,
        stage=stage,
        shown=[with_warnings(window, one, reckoned) for one in shown],
        reader=reader,
        reader_id=request.args.get("reader", type=int),
        can_change=stage.state in _CHANGEABLE,
        reckoned=reckoned,
        parts=_parts_of(stage),
    )


def _parts_of(stage: StageView) -> dict[str, tuple[int, str]]:
    """Spans as a number and a unit, for the form."""
    return {"offset": _number_and_unit(abs(stage.offset)), "stale": _number_and_unit(stage.stale_after)}


def _number_and_unit(length: timedelta) -> tuple[int, str]:
    for unit in ("days", "hours"):
        if length and not length % _UNITS[unit]:
            return length // _UNITS[unit], unit
    return length // _UNITS["minutes"], "minutes"


def _edit_page(
    slug: str, stage_slug: str, *, copies: list[CopyView] | None = None, why: list[str] | None = None
) -> str:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = stage_or_404(session, campaign, stage_slug)
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        copies = copies or copies_of_stage(session, stage.id)
        shown = show_all(window, [words_of(copy) for copy in copies], reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
    return render_template(
        "console/edit.html",
        campaign=campaign,
        stage=stage,
        shown=[with_warnings(window, one, reckoned) for one in shown],
        why=why or [],
        names=sorted(PERSONAL | SHARED),
        reckoned=reckoned,
    )
