"""The people of a chunk on their way in: a row each, put where the database can ask about all of them at once."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store import Session


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """Consent with its proof, as the file has it. `source`: where it was given; empty where the file does not say."""

    channel: Channel
    at: datetime
    wording: str
    source: str
    ip: str


class ImportRow(NamedTuple):
    """One person of a file, with addresses in the spelling we keep. `left_…`: why an address must be left alone.

    A tuple, as are a file's other rows: one is made for each, and a frozen dataclass takes thrice as long to make.
    """

    number: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    email_hash: bytes | None
    phone_hash: bytes | None
    locale: str
    time_zone: str
    source: str
    postcode: str
    country: str
    tags: tuple[str, ...]
    external_id: str | None
    details: Mapping[str, str]
    joined_at: datetime | None
    consents: tuple[GivenConsent, ...]
    left_email: Suppressed | None = None
    left_sms: Suppressed | None = None
    left_email_at: datetime | None = None
    left_sms_at: datetime | None = None


_COLUMNS = (
    *("number", "first_name", "last_name", "email", "phone", "email_hash", "phone_hash", "locale", "time_zone"),
    *("source", "postcode", "country", "tags", "external_id", "details", "joined_at", "left_email", "left_sms"),
    *("email_at", "email_wording", "email_source", "email_ip", "sms_at", "sms_wording", "sms_source", "sms_ip"),
)
_STAGE = text("""
    CREATE TEMP TABLE IF NOT EXISTS incoming (number int, first_name text, last_name text, email text, phone text,
        email_hash bytea, phone_hash bytea, locale text, time_zone text, source text, postcode text, country text,
        tags text[], external_id text, details jsonb, joined_at timestamptz, left_email boolean, left_sms boolean,
        email_at timestamptz, email_wording text, email_source text, email_ip text,
        sms_at timestamptz, sms_wording text, sms_source text, sms_ip text, supporter_id bigint,
        is_new boolean NOT NULL DEFAULT false, gone boolean NOT NULL DEFAULT false)
        ON COMMIT DROP
""")
_COPY = f"COPY incoming ({', '.join(_COLUMNS)}) FROM STDIN"

# What COPY takes for its own marks, in its own spelling.
_OURS = re.compile(r"[\\\t\n\r]")
_SPELT = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NOTHING = "\\N"
_NO_CONSENT = f"{_NOTHING}\t\t\t"
# Bound once: asked of the enum for each row, a member costs more than the row (Python 3.11).
_BY_EMAIL = Channel.EMAIL


def stage(session: Session, rows: Sequence[ImportRow]) -> None:
    """Put these rows, and nothing else, into the table `incoming` of this transaction."""
    session.execute(_STAGE)
    session.execute(text("TRUNCATE incoming"))
    cursor = session.connection().connection.cursor()
    with cursor.copy(_COPY) as copy:
        copy.write("".join(map(_line, rows)))


def _line(row: ImportRow) -> str:
    """A row as COPY reads it; a driver that asks each value for its type takes three times as long."""
    free: tuple[str, ...] = (
        *(row.first_name, row.last_name, row.email or "", row.phone or "", row.locale, row.time_zone, row.source),
        *(row.postcode, row.country, row.external_id or ""),
    )
    if _OURS.search("".join(free)):
        free = tuple(map(_words, free))
    first_name, last_name, email, phone, locale, time_zone, source, postcode, country, external_id = free
    by_email = by_sms = _NO_CONSENT
    for given in row.consents:
        if given.channel is _BY_EMAIL:
            by_email = _consent(given)
        else:
            by_sms = _consent(given)
    return (
        f"{row.number}\t{first_name}\t{last_name}\t{_NOTHING if row.email is None else email}"
        f"\t{_NOTHING if row.phone is None else phone}\t{_bytes(row.email_hash)}\t{_bytes(row.phone_hash)}"
        f"\t{locale}\t{time_zone}\t{source}\t{postcode}\t{country}\t{_tags(row.tags) if row.tags else '{}'}"
        f"\t{_NOTHING if row.external_id is None else external_id}\t{_details(row.details) if row.details else '{}'}"
        f"\t{_moment(row.joined_at)}\t{'t' if row.left_email else 'f'}\t{'t' if row.left_sms else 'f'}"
        f"\t{by_email}\t{by_sms}\n"
    )


def _words(words: str) -> str:
    return words.translate(_SPELT) if _OURS.search(words) else words


def _bytes(value: bytes | None) -> str:
    return _NOTHING if value is None else f"\\\\x{value.hex()}"


def _moment(at: datetime | None) -> str:
    return _NOTHING if at is None else at.isoformat()


def _tags(tags: Sequence[str]) -> str:
    """As an array is written: each in quotes, with quotes and strokes in it marked."""
    quoted = (tag.replace("\\", "\\\\").replace('"', '\\"') for tag in tags)
    return _words("{" + ",".join(f'"{tag}"' for tag in quoted) + "}")


def _details(details: Mapping[str, str]) -> str:
    return _words(json.dumps(dict(details), ensure_ascii=False))


# A file gives thousands the same consent.
@lru_cache(maxsize=1024)
def _consent(given: GivenConsent) -> str:
    return "\t".join((_moment(given.at), _words(given.wording), _words(given.source), _words(given.ip)))
