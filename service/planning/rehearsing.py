"""Walk through a campaign before it runs: each stage to come, when, for how many, at what price, and what looks wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.fixture import FixtureState, Result
from service.domain.quiet import parse_quiet_hours
from service.domain.stage import Anchor, QuietHoursPolicy
from service.domain.variant import read_variant
from service.planning.copy_checks import mistakes_in
from service.planning.quiet import quiet_zones
from service.planning.reckoning import reckon
from service.planning.showing import Reader, Window, audience_counts, open_window, show
from service.planning.stages import CopyView, StageState, StageView, copies_of_stage, timeline
from service.planning.warnings import gap, greets_nobody
from service.sending.freeze import stage_words, words_of_copy
from service.store import Session
from service.store.carried import carried, not_carried
from service.wording.placeholders import CopyMistake, MissingFact
from service.wording.sms import Encoding

_TO_COME = frozenset({StageState.PLANNED, StageState.WAITING, StageState.HELD})
# A name of middling length: what a text costs depends on it.
_READER = Reader("Alexandra")
# When the whistles are about blown, from kick-off; and how many of an audience's zones are named.
_HALF_TIME, _FULL_TIME = timedelta(minutes=47), timedelta(minutes=112)
_ZONES_NAMED = 3
_TO_BE_PLAYED = frozenset({FixtureState.SCHEDULED, FixtureState.LIVE, FixtureState.HALF_TIME})


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel of a stage. `segments` is of its longest text; `price` in ten-thousandths of a unit of currency."""

    channel: Channel
    people: int
    languages: tuple[str, ...]
    segments: int
    price: int


@dataclass(frozen=True, slots=True)
class RehearsedStage:
    """A stage to come. `due_at` is None while it waits for the referee, a date or a sign-up."""

    slug: str
    title: str
    anchor: Anchor
    offset: timedelta
    due_at: datetime | None
    only_result: str | None
    legs: tuple[Leg, ...]
    warnings: tuple[str, ...]

    @property
    def price(self) -> int:
        return sum(leg.price for leg in self.legs)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The whole walk. `price` takes the dearest result where stages hang on how the match ends."""

    title: str
    time_zone: str
    currency: str
    stages: tuple[RehearsedStage, ...]
    price: int

    @property
    def warning_count(self) -> int:
        return sum(len(stage.warnings) for stage in self.stages)


def rehearse(session: Session, campaign_id: int, *, key: bytes, public_url: str, now: datetime) -> Rehearsal:
    """Every stage to come, with its audience as it is now. Changes nothing."""
    window = open_window(session, campaign_id, key=key, public_url=public_url)
    anyone = any(audience_counts(session, campaign_id, tuple(Channel), Audience()).values())
    stages = tuple(
        _rehearsed(session, window, stage, copies_of_stage(session, stage.id), anyone=anyone, now=now)
        for stage in timeline(session, campaign_id)
        if stage.state in _TO_COME
    )
    campaign = window.campaign
    return Rehearsal(campaign.title, window.fixture.time_zone, campaign.currency, stages, _price(stages))


def _price(stages: Sequence[RehearsedStage]) -> int:
    either_way = sum(stage.price for stage in stages if stage.only_result is None)
    by_result = (sum(stage.price for stage in stages if stage.only_result == result) for result in Result)
    return either_way + max(by_result)


def _rehearsed(
    session: Session, window: Window, stage: StageView, copies: Sequence[CopyView], *, anyone: bool, now: datetime
) -> RehearsedStage:
    legs, warnings = [], [*_late(window, stage, now=now), *_asleep(session, window, stage)]
    for channel in stage.channels:
        own = [copy for copy in copies if copy.channel is channel and copy.body.strip()]
        segments, found = _words(window, own)
        if channel not in carried(session):
            found.insert(0, not_carried(channel))
        warnings += [f"{channel}: {warning}" for warning in (*_missing(window, stage, own), *found)]
        # A welcome goes to whoever joins from now on: how many that is, nobody knows.
        people = 0 if stage.anchor is Anchor.SIGN_UP else stage.audience[channel]
        languages = tuple(sorted({copy.language for copy in own}))
        spoken = stage_words(own)
        reckoned = reckon(session, window, stage.rules, spoken, channel=channel, people=people)
        if reckoned.nameless and any(greets_nobody(each) for each in spoken):
            warnings.append(f"{channel}: {gap(reckoned)}".rstrip("."))
        legs.append(Leg(channel, people, languages, segments, reckoned.price))
    # Before the first supporter has joined it goes without saying.
    if anyone and stage.anchor is not Anchor.SIGN_UP and not any(leg.people for leg in legs):
        warnings.append("it would reach nobody")
    return RehearsedStage(
        slug=stage.slug,
        title=stage.title,
        anchor=stage.anchor,
        offset=stage.offset,
        due_at=stage.due_at,
        only_result=stage.only_result,
        legs=tuple(legs),
        warnings=tuple(warnings),
    )


def _late(window: Window, stage: StageView, *, now: datetime) -> Iterator[str]:
    if stage.state is StageState.HELD:
        yield "held: the match has no date"
    if stage.unreleased_at is not None:
        yield f"waits for a release: changed by {stage.unreleased_by}"
    if stage.due_at is None:
        return
    if now >= stage.due_at + stage.stale_after:
        yield "too late: it will be skipped"
    elif now >= stage.due_at and stage.unreleased_at is None:
        yield "due already: it goes out at once"
    kick_off_at = window.fixture.kick_off_at
    if stage.offset < timedelta(0) and stage.due_at < kick_off_at < stage.due_at + stage.stale_after:
        yield "written for before the match, but may still go out after kick-off; shorten stale_after"


def _asleep(session: Session, window: Window, stage: StageView) -> Iterator[str]:
    """For how many of the real audience it is quiet when a stage comes, in every zone of theirs."""
    due_at = stage.due_at or _guess(window, stage)
    if due_at is None:
        return
    about = "" if stage.due_at else "about "
    for channel in stage.channels:
        quiet = parse_quiet_hours(window.campaign.quiet_hours.get(channel))
        people = stage.audience.get(channel, 0)
        if quiet is None or not people:
            continue
        found = quiet_zones(
            session,
            window.campaign.id,
            channel,
            stage.rules,
            people=people,
            quiet=quiet,
            opens_at=due_at,
            expires_at=due_at + stage.stale_after,
            local_time=stage.local_time,
        )
        if not found.zones:
            continue
        touched = found.waiting + found.too_late
        zones = ", ".join(f"{zone} {many:,}" for zone, many in found.zones[:_ZONES_NAMED])
        more = f" and {len(found.zones) - _ZONES_NAMED} zones more" if len(found.zones) > _ZONES_NAMED else ""
        told = f"{'about ' if found.is_estimate else about}{touched:,} of {people:,}"
        fate = f"who wait until {quiet.until:%H:%M}"
        fate += f"; for {found.too_late:,} that is too late: they do not get it" if found.too_late else ""
        if stage.quiet_hours == QuietHoursPolicy.DROP:
            fate = "who do not get it"
        yield f"{channel}: comes in the quiet hours of {told} ({zones}{more}), {fate}"


def _guess(window: Window, stage: StageView) -> datetime | None:
    """When a stage that waits for the whistle will about come; None where nobody can say."""
    played = {Anchor.HALF_TIME: _HALF_TIME, Anchor.FULL_TIME: _FULL_TIME}.get(stage.anchor)
    if played is None or window.fixture.state not in _TO_BE_PLAYED:
        return None
    return window.fixture.kick_off_at + played + stage.offset


def _missing(window: Window, stage: StageView, own: Sequence[CopyView]) -> Iterator[str]:
    if not own:
        yield "there are no words for it"
        return
    spoken = {window.campaign.language, *window.campaign.consent_wordings}
    for language in sorted(spoken - {copy.language for copy in own}):
        yield f"nothing is written in {language}; its readers get {window.campaign.language}"
    results = set(Result)
    hangs_on_result = any(read_variant(copy.variant).place in results for copy in own) and not stage.only_result
    for language in sorted({copy.language for copy in own}):
        variants = {copy.variant for copy in own if copy.language == language and not read_variant(copy.variant).signed}
        if hangs_on_result and "" not in variants:
            for result in Result:
                if result not in variants:
                    yield f"nothing is written in {language} for {result.replace('_', ' ')}"


def _words(window: Window, own: Sequence[CopyView]) -> tuple[int, list[str]]:
    """Segments of the longest text, and what is wrong with or costly about the words."""
    longest, warnings = 0, []
    for copy in own:
        place = f"{copy.language}{f', {copy.variant}' if copy.variant else ''}"
        try:
            shown = show(window, words_of_copy(copy), _READER)
        except (CopyMistake, MissingFact) as wrong:
            warnings.append(f"{place}: cannot be written: {wrong}")
            continue
        warnings += [f"{place}: {wrong}" for wrong in mistakes_in(words_of_copy(copy))]
        if shown.size is None:
            continue
        longest = max(longest, shown.size.segments)
        if shown.size.encoding is Encoding.UCS_2 and shown.costly:
            warnings.append(
                f"{place}: {' '.join(shown.costly)} leaves 70 signs to a segment where there were 160; segments: {shown.size.segments}"
            )
        if "STOP" not in shown.text.upper():
            warnings.append(f"{place}: does not say how to stop")
    return longest, warnings
