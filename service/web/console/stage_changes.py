"""Changes to a stage: its words, timing and limits, and one that is put back; each shows first what it does at once."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.blasts import CopyRefused
from service.planning.desk import CampaignOnDesk
from service.planning.fixtures import Effect
from service.planning.stage_changes import ChangedByOther, LookFirst, StageLook, change_stage, look_at_change
from service.planning.stage_checks import Changer, StageChange
from service.planning.stage_facts import Part, stage_digest
from service.planning.stages import CHANGEABLE, CopyView, StageRefused, StageView, copies_of_stage, with_audience
from service.planning.whistles import firing_now
from service.sending.freeze import stage_words
from service.store import Session
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import (
    chosen_reader,
    reckon_each,
    sent_copies,
    show_all,
    window_for,
    with_warnings,
)
from service.web.console.here import campaign_or_404, stage_or_404
from service.web.console.stage_forms import Typed, has_timing, read_limits, read_timing, timing_fields
from service.web.console.stages import show_stage
from service.web.console.words import said, sentence
from service.wording.placeholders import PERSONAL, SHARED

Read = Callable[[Session, CampaignOnDesk, StageView], StageChange]
# What stands in the page that asks, beside the fields that are sent once more.
_NOT_AGAIN = frozenset({"csrf_token", "seen"})


@blueprint.get("/campaigns/<slug>/stages/<stage_slug>/edit")
@needs(Role.AUTHOR)
def edit_page(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _edit_page(slug, stage_slug)


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/edit")
@needs(Role.AUTHOR)
def edit_words(slug: str, stage_slug: str) -> ResponseReturnValue:
    """Keep the words, and where the form says so the time; whatever is wrong, nothing typed is lost."""
    try:
        return _press(slug, stage_slug, _read_words, "The words are kept.")
    except CopyRefused as refused:
        why = [sentence(f"{said(problem.channel)}, {problem.language}: {problem.why}") for problem in refused.problems]
        return _edit_page(slug, stage_slug, why=why), 422
    except ChangedByOther:
        return _edit_page(slug, stage_slug, shows_theirs=True), 409
    except StageRefused as refused:
        return _edit_page(slug, stage_slug, why=[sentence(str(refused))]), 409


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/timing")
@needs(Role.AUTHOR)
def edit_timing(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _press_on_page(slug, stage_slug, Part.TIMING, "The timing is changed.")


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/limits")
@needs(Role.AUTHOR)
def edit_limits(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _press_on_page(slug, stage_slug, Part.LIMITS, "The limits are changed.")


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/restore")
@needs(Role.LAUNCHER)
def restore_stage_now(slug: str, stage_slug: str) -> ResponseReturnValue:
    """Put a stage back as it is."""
    try:
        return _press(slug, stage_slug, lambda *_: StageChange(puts_back=True), "“{}” is back on the timeline.")
    except StageRefused as refused:
        return show_stage(slug, stage_slug, typed=Typed(Part.TIMING, str(refused))), 409


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/go-on")
@needs(Role.LAUNCHER)
def let_stage_go_on(slug: str, stage_slug: str) -> ResponseReturnValue:
    """Let a held message of an abandoned match go out all the same."""
    said = "“{}” goes out at its time, although the match was abandoned."
    try:
        return _press(slug, stage_slug, lambda *_: StageChange(goes_on=True), said)
    except StageRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
        return redirect(url_for("console.timeline_page", slug=slug))


def changer() -> Changer:
    """Who presses, and whether they may launch."""
    who = access.manager()
    return Changer(who.email, who.role.may_act_as(Role.LAUNCHER))


def _press_on_page(slug: str, stage_slug: str, part: Part, words: str) -> ResponseReturnValue:
    """Make a change from a form of the stage's page, which comes back as it was typed where it is refused."""
    try:
        return _press(slug, stage_slug, _read_timing if part is Part.TIMING else _read_limits, words)
    except ChangedByOther as other:
        now = "; ".join(f"{name}: {value}" for name, value in other.now[part].items())
        why = f"somebody else has changed it since you opened this page. It stands at: {now}. Press once more for yours"
        return show_stage(slug, stage_slug, typed=Typed(part, why, request.form)), 409
    except StageRefused as refused:
        return show_stage(slug, stage_slug, typed=Typed(part, str(refused), request.form)), 409


def _press(slug: str, stage_slug: str, read: Read, words: str) -> ResponseReturnValue:
    """Make a change; where it does something at once, show that first."""
    by, url = changer(), door.settings().public_url
    try:
        with door.transaction() as session:
            campaign = campaign_or_404(session, slug)
            stage = stage_or_404(session, campaign, stage_slug)
            change, seen = read(session, campaign, stage), request.form.get("seen", "")
            done = change_stage(session, stage.id, change, by=by, public_url=url, now=door.now(), seen=seen)
    except LookFirst:
        return _before_pressing(slug, stage_slug, read)
    door.nudger().nudge(Errand.OPEN_BLASTS)
    flash(" ".join(filter(None, (words.format(stage.title), _then(done, change)))))
    return redirect(url_for("console.stage_page", slug=slug, stage_slug=stage_slug))


def _then(done: StageLook, change: StageChange) -> str:
    if done.effect is Effect.AWAITS_RESUMING:
        return "Now resume its blast."
    if done.waits:
        return "It waits for a release by somebody who may launch."
    if done.effect is Effect.FIRES_NOW:
        return "It goes out now."
    if done.effect in {Effect.TOO_LATE, Effect.OTHER_RESULT}:
        return "It is left out."
    return "It is back on the timeline." if change.puts_back and change.parts else ""


def _before_pressing(slug: str, stage_slug: str, read: Read) -> ResponseReturnValue:
    """What a change would do at once, to how many and at what cost, with the button that does it."""
    by, url = changer(), door.settings().public_url
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = stage_or_404(session, campaign, stage_slug)
        change = read(session, campaign, stage)
        look = look_at_change(session, stage.id, change, by=by, public_url=url, now=door.now())
        session.rollback()
    with door.transaction() as session:
        words = {stage.id: change.copies} if change.copies else None
        firing = firing_now(session, look.moved, key=door.link_key(), public_url=url, said=words)
    page = render_template(
        "console/stage_look.html",
        campaign=campaign,
        stage=stage,
        look=look,
        firing=firing,
        effects=Effect,
        changed_meanwhile=bool(request.form.get("seen")),
        again=[(name, value) for name, value in request.form.items() if name not in _NOT_AGAIN],
    )
    return page, 409 if request.form.get("seen") else 200


def _read_words(session: Session, campaign: CampaignOnDesk, stage: StageView) -> StageChange:
    form = request.form
    return StageChange(
        copies=tuple(sent_copies(copies_of_stage(session, stage.id), form)),
        timing=read_timing(form, campaign.time_zone) if has_timing(form) else None,
        puts_back=stage.may_be_put_back and form.get("puts_back") == "yes",
        opened_with=form.get("opened_with", ""),
    )


def _read_timing(_: Session, campaign: CampaignOnDesk, stage: StageView) -> StageChange:
    form = request.form
    puts_back = stage.may_be_put_back and form.get("puts_back") == "yes"
    return StageChange(
        timing=read_timing(form, campaign.time_zone), puts_back=puts_back, opened_with=form.get("opened_with", "")
    )


def _read_limits(_: Session, __: CampaignOnDesk, ___: StageView) -> StageChange:
    return StageChange(limits=read_limits(request.form), opened_with=request.form.get("opened_with", ""))


def _edit_page(slug: str, stage_slug: str, *, why: Sequence[str] = (), shows_theirs: bool = False) -> str:
    """The words to be edited: as they were typed where a form came back, else as they are kept."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stage = with_audience(session, campaign.id, stage_or_404(session, campaign, stage_slug))
        window, reader = window_for(session, campaign.id), chosen_reader(session)
        kept = copies_of_stage(session, stage.id)
        copies = sent_copies(kept, request.form)
        shown = show_all(window, stage_words(copies), reader)
        reckoned = reckon_each(session, window, stage.rules, [one.words for one in shown], stage.audience)
        can_put_back = stage.may_be_put_back and changer().may_launch
        parts = (Part.WORDS, Part.TIMING) if can_put_back else (Part.WORDS,)
        opened_with = stage_digest(session, stage.id, *parts)
    return render_template(
        "console/edit.html",
        campaign=campaign,
        stage=stage,
        shown=[with_warnings(window, one, reckoned) for one in shown],
        theirs=_theirs(kept, copies) if shows_theirs else {},
        why=why,
        names=sorted(PERSONAL | SHARED),
        reckoned=reckoned,
        opened_with=opened_with if shows_theirs else request.form.get("opened_with", opened_with),
        can_change=stage.state in CHANGEABLE,
        can_put_back=can_put_back,
        timing=timing_fields(stage, campaign.time_zone, Typed(Part.TIMING, "", request.form)),
    )


def _theirs(kept: Sequence[CopyView], typed: Sequence[CopyView]) -> dict[int, CopyView]:
    """What somebody else has kept meanwhile, where it is not what was typed, by the number of the words."""
    return {number: copy for number, copy in enumerate(kept) if copy != typed[number]}
