"""Managers' blasts: schedule, move, pause, resume, cancel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from service.domain.audience import Audience, describe_rules
from service.domain.chain import was_becomes
from service.domain.channel import Channel
from service.domain.fixture import Score
from service.domain.message import BlastState
from service.domain.variant import JoinedAt, read_variant
from service.domain.wording_test import WordingTest
from service.planning.blast_checks import (
    BlastRefused,
    check_audience,
    check_cap,
    check_carried,
    check_opening,
    check_somebody,
    check_spend_cap,
    check_take_back,
    check_title,
)
from service.planning.copy_checks import mistakes_in
from service.planning.idempotency import Made, make_once
from service.planning.second_person import await_second_person, count_before
from service.sending.facts import shared_facts
from service.sending.freeze import Words, freeze_words, words_of_test
from service.sending.pages import missing_pages
from service.store import Session
from service.store.queries import blasts, blasts_life, progress, renderings
from service.store.queries.house import write_audit
from service.store.tables.blasts import Blast
from service.wording.placeholders import CopyMistake, MissingFact
from service.wording.sms import measure

LONGEST_TEXT = 1600
LONGEST_EMAIL_BYTES = 64 * 1024
# How long a blast that goes at once waits before its first message, for whoever sees the mistake now.
TAKE_BACK = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class CopyProblem:
    """What is wrong with one channel's words in one language."""

    channel: Channel
    language: str
    why: str


class CopyRefused(Exception):
    """The words cannot be sent as they are; nothing was written."""

    def __init__(self, problems: Sequence[CopyProblem]) -> None:
        super().__init__("; ".join(f"{each.channel}, {each.language}: {each.why}" for each in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class NewBlast:
    """A blast as a manager plans it. `copy`: language, channel, then subject, preheader and body.

    Without `opens_at` it goes as soon as the time to take it back is over.
    """

    title: str
    channels: tuple[Channel, ...]
    audience: Audience
    copy: Mapping[str, Mapping[str, Mapping[str, str]]]
    opens_at: datetime | None
    stale_after: timedelta = timedelta(hours=24)
    # The hour each supporter gets it at, where they are; None for everyone at once.
    local_time: time | None = None
    # At most so many messages a channel for one supporter in the campaign's window; None for the campaign's own limit.
    cap_count: int | None = None
    # Most it may cost, in ten-thousandths of the campaign's currency.
    spend_cap: int | None = None
    test: WordingTest | None = None


def schedule_blast(
    session: Session,
    campaign_id: int,
    new: NewBlast,
    *,
    public_url: str,
    actor: str,
    now: datetime,
    key: str = "",
    take_back: timedelta = TAKE_BACK,
    really: bool = False,
) -> Made:
    """Schedule a blast, once for each key. Raises CopyRefused, BlastRefused, KeyRefused or KeyUsed; nothing is written.

    `take_back`: for so long after now it does not open, and can be taken back. `really`: a time far ahead is meant.
    """
    check_title(new.title)
    if not new.channels:
        raise BlastRefused("choose email, texts or both")
    check_carried(session, new.channels)
    check_take_back(take_back)
    values = _values(campaign_id, new)
    asked = {**values, "opens_at": new.opens_at, "stale_after": new.stale_after}

    def make() -> int:
        opens_at = max(new.opens_at or now, now + take_back)
        check_controls(new)
        check_opening(new.opens_at or now, new.stale_after, now=now, really=really)
        check_audience(session, campaign_id, new.audience)
        test_draft = new.test.copy if new.test else {}
        words = words_of_test(_draft(new), test_draft)
        check_copy(session, campaign_id, words, new.channels, public_url=public_url)
        if new.opens_at is None or new.opens_at <= now + take_back:
            check_somebody(session, campaign_id, new.channels, new.audience)
        times = {"opens_at": opens_at, "expires_at": opens_at + new.stale_after, "created_at": now}
        blast_id = blasts.add_blast(session, {**values, **times, "created_by": actor})
        await_second_person(session, known_blast(session, blast_id), now=now)
        audit_blast(session, blast_id, "blast scheduled", actor, now, {"opens_at": opens_at.isoformat()})
        return blast_id

    return make_once(session, key, kind="blast", asked=asked, make=make, now=now)


def _values(campaign_id: int, new: NewBlast) -> dict[str, object]:
    return {
        "campaign_id": campaign_id,
        "title": new.title.strip(),
        "channels": [str(channel) for channel in new.channels],
        "audience": describe_rules(new.audience),
        "draft": _draft(new),
        "local_time": new.local_time,
        "cap_count": new.cap_count,
        "spend_cap": new.spend_cap,
        "test_draft": new.test.copy if new.test else {},
        "test_share": new.test.share if new.test else 0,
        "test_metric": str(new.test.metric) if new.test else "",
        "test_lasts": new.test.lasts if new.test else None,
    }


def _draft(new: NewBlast) -> dict[str, dict[str, dict[str, str]]]:
    return {language: {channel: dict(words) for channel, words in copy.items()} for language, copy in new.copy.items()}


def check_controls(new: NewBlast) -> None:
    """Raise BlastRefused where the limits of a blast, or its test of wordings, make no sense."""
    check_cap(new.cap_count)
    check_spend_cap(new.spend_cap)
    if new.test is None:
        return
    if not 2 <= new.test.share <= 90:
        raise BlastRefused("a test of two wordings goes to between 2 and 90 per cent of the audience")
    if not any(any(words.values()) for channels in new.test.copy.values() for words in channels.values()):
        raise BlastRefused("the second wording of the test is empty")
    if new.test.lasts is not None and not timedelta(0) < new.test.lasts < new.stale_after:
        raise BlastRefused("a test must end before the blast is too late to be worth sending")
    if new.local_time is not None:
        raise BlastRefused("a test of two wordings goes out at once; choose it or a local hour, not both")


def check_copy(
    session: Session,
    campaign_id: int,
    words: Sequence[Words],
    channels: Sequence[Channel],
    *,
    public_url: str,
    knows_score: bool = False,
) -> None:
    """Raise CopyRefused unless every channel has words and all of them can be rendered.

    `knows_score`: they are for a moment at which there will be a score, whether or not there is one now.
    """
    campaign, fixture = blasts_life.campaign_and_fixture(session, campaign_id)
    count = renderings.signature_count(session, campaign_id)
    facts = shared_facts(campaign, fixture, signature_count=count, public_url=public_url)
    scored = facts if facts.score is not None else replace(facts, score=Score(0, 0))
    problems = [
        CopyProblem(channel, campaign.language, "there are no words for it")
        for channel in channels
        if not any(each.channel is channel and each.body.strip() for each in words)
    ]
    for each in words:
        if each.channel not in channels or not each.body.strip():
            continue
        if each.channel is Channel.EMAIL and not each.subject.strip():
            problems.append(CopyProblem(each.channel, each.language, "the subject is empty"))
            continue
        if each.channel is Channel.EMAIL and (size := len(each.body.encode())) > LONGEST_EMAIL_BYTES:
            too_long = f"its body has {size:,} bytes; an email may have {LONGEST_EMAIL_BYTES:,} (64 KiB)"
            problems.append(CopyProblem(each.channel, each.language, too_long))
            continue
        if wrongs := mistakes_in(each):
            problems += [CopyProblem(each.channel, each.language, why) for why in wrongs]
            continue
        try:
            joins_later = read_variant(each.variant).place in {JoinedAt.LIVE, JoinedAt.AFTER}
            frozen = freeze_words(each, scored if knows_score or joins_later else facts)
        except (CopyMistake, MissingFact) as wrong:
            problems.append(CopyProblem(each.channel, each.language, str(wrong)))
            continue
        if each.channel is Channel.SMS and measure(frozen.text).characters > LONGEST_TEXT:
            problems.append(CopyProblem(each.channel, each.language, f"longer than {LONGEST_TEXT} characters"))
        missing = missing_pages(session, campaign_id, frozen.names)
        problems += [CopyProblem(each.channel, each.language, why) for why in missing]
    if problems:
        raise CopyRefused(problems)


def hold_known(session: Session, blast_id: int) -> Blast:
    """A blast, held until the transaction ends. Raises BlastRefused where there is none of this number."""
    return _there_is(blasts.hold_blast(session, blast_id), blast_id)


def known_blast(session: Session, blast_id: int) -> Blast:
    """A blast as it stands. Raises BlastRefused where there is none of this number."""
    return _there_is(blasts.blast(session, blast_id), blast_id)


def _there_is(row: Blast | None, blast_id: int) -> Blast:
    if row is None:
        raise BlastRefused(f"there is no blast {blast_id}; `touchline blast list` shows which there are")
    return row


def reschedule_blast(
    session: Session, blast_id: int, *, opens_at: datetime, actor: str, now: datetime, really: bool = False
) -> None:
    """Move a blast that has not opened; `really`: a time far ahead is meant. Raises BlastRefused."""
    people = count_before(session, blast_id)
    row = hold_known(session, blast_id)
    if row.state != BlastState.SCHEDULED:
        raise BlastRefused(f"only a blast that is still scheduled can be moved; this one is {row.state}")
    worth = row.expires_at - row.opens_at
    check_opening(opens_at, worth, now=now, really=really)
    change = {"opens_at": was_becomes(row.opens_at.isoformat(), opens_at.isoformat())}
    blasts.set_opens_at(session, blast_id, opens_at, opens_at + worth)
    row.changed_by = actor
    await_second_person(session, row, people=people, now=now)
    audit_blast(session, blast_id, "blast moved", actor, now, change)


def pause_blast(session: Session, blast_id: int, *, actor: str, now: datetime, why: str = "") -> None:
    """Hold a blast: from the moment this commits no new batch is handed over. Raises BlastRefused."""
    row = hold_known(session, blast_id)
    if row.state not in {BlastState.OPENING, BlastState.RUNNING}:
        raise BlastRefused(f"only a blast that is under way can be paused; this one is {row.state}")
    why, was = why.strip()[:200], row.state
    row.state, row.paused_reason = BlastState.PAUSED, f"paused by {actor}{f': {why}' if why else ''}"
    audit_blast(session, blast_id, "blast paused", actor, now, _state(was, row.state) | ({"why": why} if why else {}))


def resume_blast(session: Session, blast_id: int, *, actor: str, now: datetime) -> None:
    """Go on with a paused blast, from where it was. Raises BlastRefused."""
    people = count_before(session, blast_id)
    row = hold_known(session, blast_id)
    if row.state != BlastState.PAUSED:
        raise BlastRefused(f"only a paused blast can be resumed; this one is {row.state}")
    was, why = row.state, row.paused_reason
    unwritten = not row.is_rolling and row.opened_through < (row.opens_upto or 0)
    row.state, row.paused_reason = BlastState.OPENING if unwritten else BlastState.RUNNING, ""
    if row.opened_at is None:
        # Its words could not be filled in: it opens once more, with the words it has by then.
        row.state = BlastState.SCHEDULED
        await_second_person(session, row, people=people, now=now)
    # Whoever resumes has read why it stopped: the breakers count anew from here.
    row.watched_from = now
    audit_blast(session, blast_id, "blast resumed", actor, now, _state(was, row.state) | {"paused because": why})


def cancel_blast(session: Session, blast_id: int, *, actor: str, now: datetime) -> None:
    """End a blast: whatever has no intent when this commits is not sent. Raises BlastRefused.

    One row, however large the blast: intents look at it. Most of its batches are closed behind it, by the ticker.
    """
    row = hold_known(session, blast_id)
    if row.state in {BlastState.DONE, BlastState.CANCELLED}:
        raise BlastRefused("this blast is over already")
    progress.cancel_batches(session, blast_id)
    how = "taken back" if row.state == BlastState.SCHEDULED else "cancelled"
    was = row.state
    row.state, row.finished_at, row.paused_reason = BlastState.CANCELLED, now, f"{how} by {actor}"
    audit_blast(session, blast_id, "blast cancelled", actor, now, _state(was, row.state))


def _state(was: str, becomes: str) -> dict[str, str]:
    return {"state": was_becomes(was, becomes)}


def audit_blast(
    session: Session, blast_id: int, deed: str, actor: str, now: datetime, details: Mapping[str, str] | None = None
) -> None:
    """Write down what was done to a blast, in the deed's own transaction."""
    write_audit(session, at=now, actor=actor, deed=deed, subject=f"blast {blast_id}", details=details)
