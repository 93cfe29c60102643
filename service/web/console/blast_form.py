"""A blast as it stands in its form: read, reckoned, and checked before anything is made of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict

from service.domain.channel import Channel
from service.planning.blast_checks import (
    BlastRefused,
    check_audience,
    check_carried,
    check_opening,
    check_title,
    is_far_ahead,
)
from service.planning.blasts import CopyRefused, NewBlast, check_controls, check_copy
from service.planning.copy_checks import mistakes_in
from service.planning.desk import CampaignOnDesk
from service.planning.quiet import QuietShare, quiet_shares
from service.planning.reckoning import Reckoned
from service.planning.showing import Window, audience_counts
from service.sending.freeze import Words, words_of_draft, words_of_test
from service.store import Session
from service.store.queries import audiences, blasts
from service.web import door
from service.web.console.audience_forms import AudienceForm, Known, hints_for, read_audience
from service.web.console.controls import Controls, read_controls
from service.web.console.copy_forms import CopyShown, chosen_reader, reckon_each, show_one, window_for, with_warnings
from service.web.console.here import campaign_or_404
from service.web.console.masking import as_seen
from service.web.console.words import said, sentence
from service.web.moments import read_moment
from service.web.numbers import whole_number, whole_number_within

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A blast as it stands in the form."""

    form: Form
    campaign: CampaignOnDesk
    # The timeline's messages: slug to title.
    stages: dict[str, str]
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

    @property
    def opens_at(self) -> datetime | None:
        """When it opens; None where it opens at once. Raises ValueError."""
        if self.form.get("when", "now") == "now":
            return None
        return read_moment(self.form.get("opens_at", ""), self.campaign.time_zone)

    def is_far_ahead(self, now: datetime) -> bool:
        """Whether it opens in more than a year, which has to be meant."""
        return self.opens_at is not None and is_far_ahead(self.opens_at, now=now)


def sketch_of(session: Session, slug: str, form: Form) -> Sketch:
    """What a form comes to at this moment."""
    campaign = campaign_or_404(session, slug)
    stages = blasts.stage_titles(session, campaign.id)
    audience = read_audience(form, list(stages), zone=campaign.time_zone)
    window, reader = window_for(session, campaign.id), chosen_reader(session)
    counts = {} if audience.mistake else audience_counts(session, campaign.id, audience.channels, audience.audience)
    shown = {channel: show_one(window, 0, _words(form, channel, campaign.language), reader) for channel in Channel}
    controls = read_controls(form, campaign.language)
    # The second wording of a trial counts as the words for one more result: the dearer one is reckoned with.
    second = words_of_draft(controls.test.copy, "b") if controls.test else []
    words = [*(one.words for one in shown.values()), *(replace(each, variant=each.arm) for each in second)]
    reckoned = reckon_each(session, window, audience.audience, words, counts)
    shown = {channel: with_warnings(window, one, reckoned) for channel, one in shown.items()}
    # A source that somebody typed an address into is suggested to nobody who may not see that.
    sources = [each for each in audiences.known_sources(session) if as_seen(each) == each]
    locales = audiences.known_locales(session)
    known = Known(tuple(sources), tuple(locales))
    hints = hints_for(form, known, has_source=lambda source: audiences.has_source(session, source))
    return Sketch(form, campaign, stages, window, audience, reckoned, shown, controls, known, hints)


def quiet_of(session: Session, sketch: Sketch) -> dict[Channel, QuietShare]:
    """What quiet hours would do to it."""
    planned = planned_from(sketch)
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


def planned_from(sketch: Sketch) -> NewBlast:
    """The blast it asks for. Raises ValueError for a time that cannot be read."""
    return NewBlast(
        title=sketch.form.get("title", ""),
        channels=sketch.audience.channels,
        audience=sketch.audience.audience,
        copy=sketch.draft,
        opens_at=sketch.opens_at,
        stale_after=timedelta(hours=whole_number(sketch.form.get("stale_hours", "24"))),
        local_time=sketch.controls.local_time,
        cap_count=sketch.controls.cap_count,
        spend_cap=sketch.controls.spend_cap,
        test=sketch.controls.test,
    )


def mistakes_of(session: Session, sketch: Sketch) -> list[str]:
    """What is wrong with it, as sentences: what the form alone can tell, then what scheduling would refuse."""
    why = [] if sketch.form.get("title", "").strip() else ["Give it a title, so that it can be found again."]
    if not sketch.audience.channels:
        why.append("Choose email, texts or both.")
    if sketch.audience.mistake:
        why.append(sketch.audience.mistake)
    for channel in sketch.audience.channels:
        one = sketch.shown[channel]
        name = "Email" if channel is Channel.EMAIL else "Text"
        if one.mistake:
            why += [sentence(f"{name}: {wrong}") for wrong in mistakes_in(one.words) or [one.mistake]]
    why += [*_time_mistakes(sketch), *sketch.controls.mistakes]
    return why or _refusals(session, sketch)


def _refusals(session: Session, sketch: Sketch) -> list[str]:
    try:
        planned, now = planned_from(sketch), door.now()
        check_title(planned.title)
        check_carried(session, planned.channels)
        check_controls(planned)
        # A time far ahead is asked about where it is looked at.
        check_opening(planned.opens_at or now, planned.stale_after, now=now, really=True)
        check_audience(session, sketch.campaign.id, planned.audience)
        test = sketch.controls.test
        words, url = words_of_test(sketch.draft, test.copy if test else {}), door.settings().public_url
        check_copy(session, sketch.campaign.id, words, sketch.audience.channels, public_url=url)
    except CopyRefused as refused:
        return [sentence(f"{said(problem.channel)}: {problem.why}") for problem in refused.problems]
    except BlastRefused as refused:
        return [sentence(str(refused))]
    return []


def _time_mistakes(sketch: Sketch) -> list[str]:
    if whole_number_within(sketch.form.get("stale_hours", "24"), 1, 720) is None:
        return ["It is too late after 1 to 720 hours."]
    try:
        _ = sketch.opens_at
    except ValueError:
        return ["Say when it opens: a day and a time."]
    return []


def _words(form: Form, channel: Channel, language: str) -> Words:
    def sent(name: str) -> str:
        return form.get(f"{channel}_{name}", "").replace("\r\n", "\n").strip()

    return Words(
        channel, language, "", " ".join(sent("subject").split()), " ".join(sent("preheader").split()), sent("body")
    )


def _plain(words: Words) -> dict[str, str]:
    return {"subject": words.subject, "preheader": words.preheader, "body": words.body}
