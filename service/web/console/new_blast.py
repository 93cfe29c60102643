"""A new blast: written, counted, looked at, and only then scheduled."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress
from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.blasts import (
    TAKE_BACK,
    BlastRefused,
    CopyRefused,
    NewBlast,
    check_controls,
    check_copy,
    check_opening,
    schedule_blast,
)
from service.planning.copy_checks import mistakes_in
from service.planning.desk import CampaignOnDesk
from service.planning.idempotency import KeyRefused, KeyUsed
from service.planning.quiet import QuietShare, quiet_shares
from service.planning.reckoning import Reckoned
from service.planning.showing import Window, audience_counts, send_test
from service.planning.stages import StageView, timeline
from service.planning.testers import TesterRefused
from service.sending.freeze import Words, words_of_draft, words_of_test
from service.store import Session
from service.store.queries import audiences
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.audience_forms import AudienceForm, Known, hints_for, read_audience
from service.web.console.blueprint import blueprint
from service.web.console.controls import FIELDS, Controls, read_controls
from service.web.console.copy_forms import (
    CopyShown,
    chosen_reader,
    letter_response,
    reckon_each,
    show_one,
    window_for,
    with_warnings,
)
from service.web.console.here import campaign_or_404
from service.web.console.wishes import new_key, sent_key
from service.web.console.words import read_field, said, sentence
from service.wording.placeholders import PERSONAL, SHARED, CopyMistake, MissingFact


@dataclass(frozen=True, slots=True)
class Sketch:
    """A blast as it stands in the form."""

    campaign: CampaignOnDesk
    stages: list[StageView]
    window: Window
    audience: AudienceForm
    # What each channel costs, over the people it goes to: the one number that every part of the page shows.
    reckoned: dict[Channel, Reckoned]
    shown: dict[Channel, CopyShown]
    controls: Controls
    known: Known
    hints: tuple[str, ...]

    @property
    def counts(self) -> dict[Channel, int]:
        return {channel: reckoned.people for channel, reckoned in self.reckoned.items()}

    @property
    def prices(self) -> dict[Channel, int]:
        return {channel: reckoned.price for channel, reckoned in self.reckoned.items()}

    @property
    def draft(self) -> dict[str, dict[str, dict[str, str]]]:
        """The words by language and channel, as blasts keep them."""
        words = {str(channel): _plain(self.shown[channel].words) for channel in self.audience.channels}
        return {self.campaign.language: words}


@blueprint.get("/campaigns/<slug>/blasts/new")
@needs(Role.AUTHOR)
def new_blast_page(slug: str) -> ResponseReturnValue:
    with door.transaction() as session:
        return _form(_sketch(session, slug), [])


@blueprint.post("/campaigns/<slug>/blasts/new")
@needs(Role.AUTHOR)
def look_at_blast(slug: str) -> ResponseReturnValue:
    """Check it and show what would be sent to how many; or, coming back from there, let it be changed."""
    with door.transaction() as session:
        sketch = _sketch(session, slug)
        if request.form.get("step") == "change":
            return _form(sketch, [])
        why = _mistakes(session, sketch)
        quiet = {} if why else _quiet(session, sketch)
    if why:
        return _form(sketch, why), 422
    return _last_look(sketch, quiet, key=sent_key())


@blueprint.post("/campaigns/<slug>/blasts/schedule")
@needs(Role.LAUNCHER)
def schedule(slug: str) -> ResponseReturnValue:
    """Schedule it, once for each form: pressed twice, also from two tabs, it is one blast."""
    key = request.form.get("key", "")
    try:
        with door.transaction() as session:
            sketch = _sketch(session, slug)
            why = [] if key else ["This form had grown old. Nothing was sent; look at it once more."]
            why = why or _mistakes(session, sketch)
            if why:
                return _form(sketch, why), 422
            url, actor = door.settings().public_url, access.manager().email
            new, now = _planned(sketch), door.now()
            made = schedule_blast(session, sketch.campaign.id, new, public_url=url, actor=actor, now=now, key=key)
    except KeyUsed as used:
        with door.transaction() as session:
            sketch = _sketch(session, slug)
            return _last_look(sketch, _quiet(session, sketch), key=new_key(), used=used.made), 409
    except (CopyRefused, BlastRefused, KeyRefused) as refused:
        with door.transaction() as session:
            return _form(_sketch(session, slug), [sentence(str(refused))]), 422
    flash("Scheduled." if made.is_new else "It was scheduled already, once: this is it.")
    return redirect(url_for("console.blast_page", slug=slug, blast_id=made.id))


@blueprint.post("/campaigns/<slug>/blasts/reach")
@needs(Role.AUTHOR)
def reach(slug: str) -> ResponseReturnValue:
    """How many it would reach, and for how much, while it is being put together."""
    with door.transaction() as session:
        sketch = _sketch(session, slug)
    return render_template("console/reach.html", sketch=sketch, campaign=sketch.campaign)


@blueprint.post("/campaigns/<slug>/blasts/size")
@needs(Role.AUTHOR)
def blast_size(slug: str) -> ResponseReturnValue:
    """Count the text while it is being written, and say anew what all of it costs."""
    with door.transaction() as session:
        sketch = _sketch(session, slug)
    return render_template(
        "console/blast_size.html",
        sketch=sketch,
        campaign=sketch.campaign,
        one=sketch.shown[Channel.SMS],
        reckoned=sketch.reckoned.get(Channel.SMS),
    )


@blueprint.post("/campaigns/<slug>/blasts/letter")
@needs(Role.AUTHOR)
def blast_letter(slug: str) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    with door.transaction() as session:
        return letter_response(_sketch(session, slug).shown[Channel.EMAIL])


@blueprint.post("/campaigns/<slug>/blasts/test")
@needs(Role.LAUNCHER)
def blast_test(slug: str) -> ResponseReturnValue:
    """Send it to one address for trial; the form comes back as it was."""
    why, sent_to = "", ""
    with door.transaction() as session:
        sketch = _sketch(session, slug)
        to = request.form.get("to", "")
        words = sketch.shown[Channel.EMAIL if "@" in to else Channel.SMS].words
        try:
            reader, actor = chosen_reader(session), access.manager().email
            key = request.form.get("test_key", "")
            sent_to = send_test(session, sketch.window, words, reader, to, actor=actor, now=door.now(), key=key)
        except (BadAddress, TesterRefused, CopyMistake, MissingFact) as wrong:
            why = sentence(f"The test was not sent: {wrong}")
    if why:
        return _form(sketch, [why]), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash(f"A test is on its way to {sent_to}.")
    return _form(sketch, [])


def _sketch(session: Session, slug: str) -> Sketch:
    campaign = campaign_or_404(session, slug)
    stages = timeline(session, campaign.id)
    audience = read_audience(request.form, [stage.slug for stage in stages], zone=campaign.time_zone)
    window, reader = window_for(session, campaign.id), chosen_reader(session)
    counts = {} if audience.mistake else audience_counts(session, campaign.id, audience.channels, audience.audience)
    shown = {channel: show_one(window, 0, _words(channel, campaign.language), reader) for channel in Channel}
    controls = read_controls(request.form, campaign.language)
    # The second wording of a trial counts as the words for one more result: the dearer one is reckoned with.
    second = words_of_draft(controls.test.copy, "b") if controls.test else []
    words = [*(one.words for one in shown.values()), *(replace(each, variant=each.arm) for each in second)]
    reckoned = reckon_each(session, window, audience.audience, words, counts)
    shown = {channel: with_warnings(window, one, reckoned) for channel, one in shown.items()}
    sources, locales = audiences.known_sources(session), audiences.known_locales(session)
    known = Known(tuple(sources), tuple(locales))
    hints = hints_for(request.form, known, has_source=lambda source: audiences.has_source(session, source))
    return Sketch(campaign, stages, window, audience, reckoned, shown, controls, known, hints)


def _quiet(session: Session, sketch: Sketch) -> dict[Channel, QuietShare]:
    planned = _planned(sketch)
    opens_at = planned.opens_at or door.now()
    return quiet_shares(
        session,
        sketch.campaign.id,
        sketch.counts,
        planned.audience,
        quiet_hours=sketch.window.campaign.quiet_hours,
        opens_at=opens_at,
        expires_at=opens_at + planned.stale_after,
    )


def _planned(sketch: Sketch) -> NewBlast:
    return NewBlast(
        title=request.form.get("title", ""),
        channels=sketch.audience.channels,
        audience=sketch.audience.audience,
        copy=sketch.draft,
        opens_at=_opens_at(sketch.campaign),
        stale_after=timedelta(hours=int(request.form.get("stale_hours", "24"))),
        local_time=sketch.controls.local_time,
        cap_count=sketch.controls.cap_count,
        spend_cap=sketch.controls.spend_cap,
        test=sketch.controls.test,
    )


def _words(channel: Channel, language: str) -> Words:
    def sent(name: str) -> str:
        return request.form.get(f"{channel}_{name}", "").replace("\r\n", "\n").strip()

    return Words(
        channel, language, "", " ".join(sent("subject").split()), " ".join(sent("preheader").split()), sent("body")
    )


def _plain(words: Words) -> dict[str, str]:
    return {"subject": words.subject, "preheader": words.preheader, "body": words.body}


def _mistakes(session: Session, sketch: Sketch) -> list[str]:
    why = [] if request.form.get("title", "").strip() else ["Give it a title, so that it can be found again."]
    if not sketch.audience.channels:
        why.append("Choose email, texts or both.")
    if sketch.audience.mistake:
        why.append(sketch.audience.mistake)
    for channel in sketch.audience.channels:
        one = sketch.shown[channel]
        name = "Email" if channel is Channel.EMAIL else "Text"
        if one.mistake:
            why += [sentence(f"{name}: {wrong}") for wrong in mistakes_in(one.words) or [one.mistake]]
    why += [*_time_mistakes(sketch.campaign), *sketch.controls.mistakes]
    if why:
        return why
    try:
        planned = _planned(sketch)
        check_controls(planned)
        check_opening(planned.opens_at or door.now(), planned.stale_after, now=door.now())
        test = sketch.controls.test
        words, url = words_of_test(sketch.draft, test.copy if test else {}), door.settings().public_url
        check_copy(session, sketch.campaign.id, words, sketch.audience.channels, public_url=url)
    except CopyRefused as refused:
        return [sentence(f"{said(problem.channel)}: {problem.why}") for problem in refused.problems]
    except BlastRefused as refused:
        return [sentence(str(refused))]
    return []


def _time_mistakes(campaign: CampaignOnDesk) -> list[str]:
    hours = request.form.get("stale_hours", "24")
    if not (hours.isdigit() and 1 <= int(hours) <= 720):
        return ["It is too late after 1 to 720 hours."]
    try:
        _opens_at(campaign)
    except ValueError:
        return ["Say when it opens: a day and a time."]
    return []


def _opens_at(campaign: CampaignOnDesk) -> datetime | None:
    """When it opens; None where it opens at once. Raises ValueError."""
    if request.form.get("when", "now") == "now":
        return None
    return read_field(request.form.get("opens_at", ""), campaign.time_zone)


def _last_look(sketch: Sketch, quiet: dict[Channel, QuietShare], *, key: str, used: int | None = None) -> str:
    """What would go, once more. `used`: the blast that this form has made already."""
    return render_template(
        "console/blast_sure.html",
        quiet=quiet,
        sketch=sketch,
        campaign=sketch.campaign,
        form=request.form,
        opens_at=_opens_at(sketch.campaign),
        control_fields=FIELDS,
        key=key,
        used=used,
        take_back=TAKE_BACK,
    )


def _form(sketch: Sketch, why: list[str]) -> str:
    return render_template(
        "console/new_blast.html",
        sketch=sketch,
        campaign=sketch.campaign,
        form=request.form,
        channels=sketch.audience.channels if request.method == "POST" else tuple(Channel),
        why=why,
        names=sorted(PERSONAL | SHARED),
    )
