"""What may be asked of a blast: a time to come, an audience with somebody in it; and the refusals that say what was wrong."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from service.domain.audience import AnyOf, Audience, Rule, RuleKind
from service.domain.channel import Channel
from service.domain.lengths import TITLE, too_long
from service.store import Session
from service.store.carried import carried, not_carried
from service.store.queries import audiences, blasts

# A form is looked at before it is sent: what was "now" when it was written is meant for now.
_GRACE = timedelta(minutes=5)
_FAR_AHEAD = timedelta(days=366)
LONGEST_TAKE_BACK = timedelta(hours=1)
FARTHEST = timedelta(days=3_660)
LONGEST_WORTH = timedelta(days=366)
# The most that a limit may be: of messages to one supporter, and of spending in ten-thousandths of the currency.
MOST_MESSAGES = 1_000
MOST_SPENT = 10_000_000 * 10_000
_ABOUT_A_MESSAGE = frozenset({RuleKind.RECEIVED, RuleKind.CLICKED, RuleKind.OPENED})


class BlastRefused(Exception):
    """The blast cannot be made or changed as asked; the message says why."""


class FarAhead(BlastRefused):
    """It would open in more than a year: whoever means that says so."""


def is_far_ahead(opens_at: datetime, *, now: datetime) -> bool:
    """Whether a time is so far off that it may be a mistyped year."""
    return opens_at > now + _FAR_AHEAD


def check_opening(opens_at: datetime, stale_after: timedelta, *, now: datetime, really: bool = False) -> None:
    """Raise BlastRefused unless a blast would open at a time to come, within ten years, and be worth something then.

    FarAhead where it is more than a year off and was not said to be meant (`really`).
    """
    if opens_at < now - _GRACE:
        raise BlastRefused("it would open in the past; choose now, or a time to come")
    if opens_at > now + FARTHEST:
        raise BlastRefused("it would open in more than ten years; check the year")
    if not timedelta(0) < stale_after <= LONGEST_WORTH:
        raise BlastRefused("it is too late for a blast after some minutes at least and a year at most")
    if is_far_ahead(opens_at, now=now) and not really:
        day = f"{opens_at.day} {opens_at:%B %Y}"
        raise FarAhead(f"it would open on {day}, in more than a year; check the year, and say so if it is meant")


def check_title(title: str) -> None:
    """Raise BlastRefused where a blast would have no title, or one too long to be read in a list."""
    if not title.strip():
        raise BlastRefused("a blast needs a title, so that it can be found again")
    if why := too_long(title.strip(), TITLE):
        raise BlastRefused(f"the title is too long: {why}")


def check_cap(count: int | None) -> None:
    """Raise BlastRefused where a limit for each supporter leaves nobody anything, or is none; None is the campaign's."""
    if count is not None and not 1 <= count <= MOST_MESSAGES:
        raise BlastRefused(f"a limit for each supporter is one message or more, and {MOST_MESSAGES:,} at most")


def check_spend_cap(cap: int | None) -> None:
    """Raise BlastRefused where a limit of spending, in ten-thousandths, is nothing or out of all bounds."""
    if cap is not None and not 1 <= cap <= MOST_SPENT:
        raise BlastRefused(f"a spending limit is more than nothing, and {MOST_SPENT // 10_000:,} at most")


def check_take_back(span: timedelta) -> None:
    """Raise BlastRefused where the time to take a blast back is none."""
    if not timedelta(0) <= span <= LONGEST_TAKE_BACK:
        raise BlastRefused("the time to take a blast back is between nothing and an hour")


def check_carried(session: Session, channels: Sequence[str]) -> None:
    """Raise BlastRefused where nobody carries one of these channels."""
    for channel in channels:
        if channel not in carried(session):
            raise BlastRefused(not_carried(Channel(channel)))


def check_audience(session: Session, campaign_id: int, audience: Audience) -> None:
    """Raise BlastRefused where the rules name a message that the campaign has not, or leave a span without a moment."""
    named = {rule.value for rule in _rules(audience.rules) if rule.kind in _ABOUT_A_MESSAGE}
    known = blasts.stage_slugs(session, campaign_id)
    if unknown := sorted(str(slug) for slug in named - {True, False} - set(known)):
        there_are = f"there are {', '.join(known)}" if known else "there are none yet"
        raise BlastRefused(f"the audience names the message {unknown[0]!r}, which this campaign has not; {there_are}")
    moments = {rule.kind: rule.value for rule in audience.rules if isinstance(rule, Rule) and not rule.negated}
    after, before = moments.get(RuleKind.JOINED_AFTER), moments.get(RuleKind.JOINED_BEFORE)
    if isinstance(after, datetime) and isinstance(before, datetime) and after >= before:
        raise BlastRefused("nobody has joined both after the later and before the earlier moment; swap the two")


def check_somebody(session: Session, campaign_id: int, channels: Sequence[Channel], audience: Audience) -> None:
    """Raise BlastRefused where a blast that goes now would reach nobody."""
    if not any(audiences.has_anybody(session, campaign_id, channel, audience) for channel in channels):
        how = " or ".join("email" if channel is Channel.EMAIL else "text" for channel in channels)
        raise BlastRefused(f"it would reach nobody: nobody whom the audience fits has consented to get it by {how}")


def _rules(rules: Iterable[Rule | AnyOf]) -> Iterable[Rule]:
    for rule in rules:
        if isinstance(rule, AnyOf):
            yield from _rules(rule.rules)
        else:
            yield rule
