"""Values no person types: what a field, a path or a body is sent, by what they are."""

import os
from collections.abc import Iterator
from itertools import islice
from zlib import crc32

TEXTS = {
    "nothing": "",
    "NUL": "a\0b",
    "half a letter": "a\ud800b",
    "lines": "a\r\nBcc: x@example.org\r\n\r\nb",
    "long": "x" * 20_000,
    "invisible": "\u202e\u200b\ufeff\u2028",
    "placeholders": "{{7*7}} {first_name.__class__} {%if%} {",
    "percent": "%00%s%n%",
    "path": "../../../etc/passwd",
    "elsewhere": "//evil.test\\@evil.test/",
    "half an address": "//[a",
    "markup": "<mjml></mj-text>]]><!--\x0b",
    "control": "\x01\x1b[31m\x7f\x85",
}
NUMBERS = {
    **{
        each: each
        for each in ("²", "½", "١٢", "NaN", "Infinity", "1e999", "1e-999", "-0", "-1", "0", "1.5", "1_000", "+1")
    },
    "a number of 31 digits": str(10**30),
    "a number of 5,000 digits": "9" * 5_000,
    "more than an int": str(2**31),
    "more than a bigint": str(2**63),
}
MOMENTS = {
    each: each
    for each in (
        *("0001-01-01T00:00", "9999-12-31T23:59", "10000-01-01T00:00", "2026-02-30T00:00", "0000-00-00T00:00"),
        *("0001-01-01", "9999-12-31", "24:00", "23:59:60", "2026-12-02T17:00+23:59", "0001-01-01T00:00+23:59"),
        *("9999-12-31T23:59-23:59", "2026-W53-7", "20261202T170000Z", "²⁰²⁶-12-02T17:00"),
    )
}
STRUCTURES = {
    "deep lists": "[" * 5_000,
    "deep objects": '{"a":' * 2_000 + "1" + "}" * 2_000,
    "endless": '[{"signed": 1e999, "joined_after": NaN}]',
    "null": "null",
    "no uuid": "00000000-0000-0000-0000-00000000000²",
    "token": "AAAA.BBBB.CCCC",
}
EVERY = {**TEXTS, **NUMBERS, **MOMENTS, **STRUCTURES}

# `make test` sends each field a few, its own in every place; with ODD_VALUES=all each field is sent every one.
SENDS_ALL = os.environ.get("ODD_VALUES") == "all"


def values_for(place: str, kind: str, name: str, *, most: int) -> Iterator[tuple[str, str]]:
    """So many values for a field: those it is likely to break at first, and one of the others, each place its own."""
    if SENDS_ALL:
        yield from EVERY.items()
        return
    family = _family(kind, name)
    others = {each: value for each, value in EVERY.items() if each not in family}
    yield from islice(_turned(place, family), max(1, most - 1))
    yield from islice(_turned(place, others), min(1, most - 1))


def _family(kind: str, name: str) -> dict[str, str]:
    if kind in {"number", "range"} or any(
        part in name for part in ("count", "hours", "cap", "price", "per_", "number")
    ):
        return NUMBERS
    if kind in {"date", "time", "datetime-local"} or name.endswith(("_at", "_after", "_before", "at", "from", "until")):
        return MOMENTS
    return TEXTS


def _turned(place: str, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The values in an order that begins elsewhere for each place, the same in every run."""
    listed = list(values.items())
    start = crc32(place.encode()) % len(listed)
    return iter(listed[start:] + listed[:start])
