"""Moments, spans, counts and money as the console says them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from babel.numbers import format_currency, format_decimal

from service.planning.reckoning import Reckoned
from service.reporting.live import ChannelProgress
from service.store.queries.glance import Figure
from service.web.moments import zone

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_SAID = {
    "sms": "Text",
    "email": "Email",
    "skipped_late": "skipped: too late",
    "skipped_unreleased": "skipped: waited for a release",
    "skipped_unapproved": "skipped: waited for approval",
    "skipped_result": "skipped: other result",
    "in_doubt": "in doubt",
    "no_consent": "no consent (any more)",
    "suppressed": "left, bounced or complained",
    "no_address": "no address",
    "quiet_hours": "because of quiet hours: it was night where they are",
    "frequency_cap": "written to often enough",
    "country": "in a country this campaign does not text to",
    "over_budget": "more of the like than a form may ask for",
    "not_me": "the mailbox said that it was not them",
    "not_allowed": "not on this installation's list",
    "unrenderable": "words could not be filled",
    "accepted": "handed over",
    "unknown": "outcome unknown",
    "too late": "it was too late to be worth sending",
    "quiet until too late": "the quiet hours end when it is too late",
    "unclear": "may want to leave, waits for a manager",
}


def said(word: str) -> str:
    """A word of the domain as people say it: `half_time` is half time."""
    return _SAID.get(str(word), str(word).replace("_", " ").replace(".", ", "))


def reason(word: str) -> str:
    """A reason as people read it: by its word in the domain, or as it was said, addresses and all."""
    return _SAID.get(str(word), str(word).replace("_", " "))


def nearly(reckoned: Reckoned) -> str:
    """What stands before a price: "at most " where another wording costs less, "about " where it is by a sample."""
    return "at most " * reckoned.is_dearest + "about " * reckoned.is_sampled


def day_and_time(at: datetime, zone_name: str = "") -> str:
    """`Wed 13 Oct 2026, 17:00`."""
    local = at.astimezone(zone(zone_name))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def clock_time(at: datetime, zone_name: str = "") -> str:
    """`17:00:05`."""
    return f"{at.astimezone(zone(zone_name)):%H:%M:%S}"


def field_value(at: datetime, zone_name: str = "") -> str:
    """A moment as a datetime-local field holds it."""
    return f"{at.astimezone(zone(zone_name)):%Y-%m-%dT%H:%M}"


def sentence(words: str) -> str:
    """Words as a sentence: a capital first, and one stop at the end, whichever sign that is."""
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?', '!', '…')) else '.'}" if words else ""


def micros(at: datetime) -> int:
    """A moment as pages name it in an address: microseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def span(length: timedelta, *, parts: int = 2) -> str:
    """`2 days`, `1 hour 30 minutes`: the two largest units."""
    left, words = round(abs(length.total_seconds())), list[str]()
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count and len(words) < parts:
            words.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif words:
            break
    return " ".join(words) or "0 seconds"


def around(length: timedelta, anchor: str) -> str:
    """`2 days before kick-off`, `at full time`, `10 minutes after sign up`."""
    name = {"kick_off": "kick-off", "sign_up": "sign-up"}.get(anchor, said(anchor))
    if not length:
        return f"at {name}"
    return f"{span(length)} {'before' if length < timedelta(0) else 'after'} {name}"


def from_now(at: datetime, now: datetime) -> str:
    """`in 1 day 5 hours`, `9 days ago`, `now`."""
    away = at - now
    if abs(away) < timedelta(seconds=5):
        return "now"
    words = span(away, parts=2 if timedelta(hours=1) < abs(away) < timedelta(days=3) else 1)
    return f"in {words}" if away > timedelta(0) else f"{words} ago"


def thousands(number: int) -> str:
    """`12,345`."""
    return str(format_decimal(number, locale="en_GB"))


def figure(known: Figure) -> str:
    """`12,345`, or `12,345+` where it is that many at least."""
    return f"{thousands(known.count)}+" if known.is_cut else thousands(known.count)


def share(part: int, whole: int) -> str:
    """`12.5%`, or nothing where there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else ""


def money(amount: int, currency: str = "GBP") -> str:
    """Ten-thousandths of a unit as money: `£4.12`."""
    return str(format_currency(amount / 10_000, currency, locale="en_GB"))


def parts_of(channels: Mapping[str, ChannelProgress]) -> list[tuple[str, int, str]]:
    """A blast's messages as the parts of a bar: words, how many, which fill."""
    every = list(channels.values())
    return [
        ("delivered", sum(each.delivered for each in every), "delivered"),
        ("handed over", sum(each.sent - each.delivered - each.bounced for each in every), "accepted"),
        ("in doubt", sum(each.in_doubt + each.unknown for each in every), "doubt"),
        ("bounced or failed", sum(each.bounced + each.failed for each in every), "failed"),
        ("not sent", sum(each.withheld + each.expired + each.cancelled for each in every), "held"),
        ("waiting", sum(each.waiting for each in every), "waiting"),
    ]


def whole_of(channels: Mapping[str, ChannelProgress]) -> int:
    """All the messages of a blast."""
    return sum(each.audience for each in channels.values())


def seconds(number: int) -> str:
    """`1 minute 20 seconds`."""
    return span(timedelta(seconds=number))


FILTERS: dict[str, Callable[..., object]] = {
    "seconds": seconds,
    "parts_of": parts_of,
    "whole_of": whole_of,
    "said": said,
    "nearly": nearly,
    "reason": reason,
    "day_and_time": day_and_time,
    "clock_time": clock_time,
    "field_value": field_value,
    "micros": micros,
    "span": span,
    "around": around,
    "from_now": from_now,
    "thousands": thousands,
    "figure": figure,
    "share": share,
    "money": money,
    "sentence": sentence,
}
