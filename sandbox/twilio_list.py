"""Twilio's list of messages: filters by number and day, pages with tokens."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from urllib.parse import urlencode

from sandbox.phones import Phones, Text
from sandbox.twilio_answers import TwilioRefusal, page

_FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")
Test = Callable[[Text], bool]


def listed(phones: Phones, query: Mapping[str, str], *, path: str) -> dict[str, object]:
    """The page asked for. Raises TwilioRefusal for filters that cannot be read."""
    size = min(max(_whole(query, "PageSize", 50), 1), 1000)
    number = max(_whole(query, "Page", 0), 0)
    wanted = _matching(phones, query)
    if query.get("PageToken"):
        # The token names the last text of the page before, so that new texts do not shift the pages.
        rest = _after(wanted, query["PageToken"].removeprefix("PA"))
        shown = list(islice(rest, size + 1))
    else:
        shown = list(islice(wanted, number * size, (number + 1) * size + 1))
    kept = {name: query[name] for name in _FILTERS if name in query}

    def uri(to_page: int, token: str = "") -> str:
        ends = {"PageToken": token} if token else {}
        return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': to_page, **ends})}"

    has_more = len(shown) > size
    shown = shown[:size]
    return page(
        shown,
        uri=uri(number, query.get("PageToken", "")),
        first=uri(0),
        previous=uri(number - 1) if number else None,
        following=uri(number + 1, "PA" + shown[-1].sid) if has_more else None,
        number=number,
        size=size,
    )


def _after(texts: Iterable[Text], sid: str) -> Iterator[Text]:
    rest = iter(texts)
    for text in rest:
        if text.sid == sid:
            break
    return rest


def _matching(phones: Phones, query: Mapping[str, str]) -> Iterable[Text]:
    to, sender = query.get("To", "").strip(), query.get("From", "").strip()
    tests = _tests(to, sender, query)
    found = _threads(phones, to, sender)
    return (text for text in found if all(test(text) for test in tests))


def _threads(phones: Phones, to: str, sender: str) -> Iterable[Text]:
    """The fewest texts that can hold the answer, newest first."""
    for person in filter(None, (to, sender)):
        thread = phones.thread(person)
        if thread:
            return reversed(thread)
    # Texts to a number that has no thread are texts to one of ours.
    return phones.inbound_newest_first() if to else phones.newest_first()


def _tests(to: str, sender: str, query: Mapping[str, str]) -> list[Test]:
    tests: list[Test] = []
    if to:
        tests.append(lambda text: text.to == to)
    if sender:
        tests.append(lambda text: text.sender == sender)
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if query.get(name, "").strip():
            tests.append(_date_test(name, query[name].strip()))
    return tests


def _date_test(name: str, given: str) -> Test:
    start, end = _span(given)
    if name == "DateSent":
        return lambda text: text.sent_at is not None and start <= text.sent_at < end
    if name == "DateSent<":
        return lambda text: text.sent_at is not None and text.sent_at < end
    return lambda text: text.sent_at is not None and text.sent_at >= start


def _span(given: str) -> tuple[float, float]:
    """The UTC day of the date or time given: Twilio only promises whole days."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as unreadable:
        raise TwilioRefusal(20001, f"Unable to parse date: {given}") from unreadable
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    day = datetime.combine(aware.date(), time.min, UTC)
    return day.timestamp(), (day + timedelta(days=1)).timestamp()


def _whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    given = query.get(name, "")
    if given and not given.isdecimal():
        raise TwilioRefusal(20001, f"{name} must be a whole number")
    return int(given) if given else otherwise
