"""Questions of bringing supporters in from a file, a chunk at a time, all in sets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store import Session
from service.store.queries.leaving import Leaving, leave_alone


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """Consent with its proof, as the file has it. `source`: where it was given; empty where the file does not say."""

    channel: Channel
    at: datetime
    wording: str
    source: str
    ip: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person of a file, with addresses in the spelling we keep. `left_…`: why an address must be left alone."""

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
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What one chunk came to, and the numbers of rows that were not wholly taken.

    `forgotten`: somebody who asked to be forgotten. `phone_elsewhere`: the mobile is another supporter's (whose id
    stands beside it). `phone_changed`: we hold another mobile of theirs. `nobody`: no address was left.
    """

    new: int = 0
    known: int = 0
    permitted: int = 0
    suppressed: int = 0
    left: int = 0
    forgotten: tuple[int, ...] = ()
    phone_elsewhere: tuple[tuple[int, int], ...] = ()
    phone_changed: tuple[int, ...] = ()
    nobody: tuple[int, ...] = ()


_COLUMNS = (
    *("number", "first_name", "last_name", "email", "phone", "email_hash", "phone_hash", "locale", "time_zone"),
    *("source", "postcode", "country", "tags", "external_id", "details", "joined_at", "left_email", "left_sms"),
    *("left_at", "email_at", "email_wording", "email_source", "email_ip", "sms_at", "sms_wording", "sms_source"),
    "sms_ip",
)
_STAGE = text("""
    CREATE TEMP TABLE IF NOT EXISTS incoming (number int, first_name text, last_name text, email text, phone text,
        email_hash bytea, phone_hash bytea, locale text, time_zone text, source text, postcode text, country text,
        tags text[], external_id text, details jsonb, joined_at timestamptz, left_email text, left_sms text,
        left_at timestamptz, email_at timestamptz, email_wording text, email_source text, email_ip text,
        sms_at timestamptz, sms_wording text, sms_source text, sms_ip text, supporter_id bigint,
        is_new boolean NOT NULL DEFAULT false, gone boolean NOT NULL DEFAULT false)
        ON COMMIT DROP
""")
_COPY = f"COPY incoming ({', '.join(_COLUMNS)}) FROM STDIN"

# Who asked to be forgotten stays so, whatever a file says (pk_suppressions).
_FORGOTTEN = text("""
    DELETE FROM incoming i USING suppressions x
    WHERE (x.forgotten_at IS NOT NULL OR x.reason = 'erased') AND ((x.channel = 'email' AND x.address_hash = i.email_hash)
        OR (x.channel = 'sms' AND x.address_hash = i.phone_hash))
    RETURNING i.number
""")

# Each row asks the supporters' own keys; a plan for the whole table would read a million to find ten thousand.
_MATCH_EMAIL = text("""
    UPDATE incoming SET supporter_id = (SELECT id FROM supporters s WHERE s.email = incoming.email)
    WHERE supporter_id IS NULL AND email IS NOT NULL
""")

# A mobile alone finds its supporter, unless the row has an email and they another, or the names are two people's.
_MATCH_PHONE = text("""
    UPDATE incoming SET supporter_id = (SELECT id FROM supporters s WHERE s.phone = incoming.phone
        AND (incoming.email IS NULL OR (s.email IS NULL AND (incoming.first_name = '' OR s.first_name = ''
             OR lower(incoming.first_name) = lower(s.first_name)))))
    WHERE supporter_id IS NULL AND phone IS NOT NULL
""")

# Two people with one phone are two people: the mobile stays with whoever has it (uq_supporters_phone).
_PHONE_ELSEWHERE = text("""
    UPDATE incoming i SET phone = NULL, phone_hash = NULL FROM supporters s
    WHERE i.email IS NOT NULL AND i.phone IS NOT NULL AND s.phone = i.phone AND s.id IS DISTINCT FROM i.supporter_id
    RETURNING i.number, s.id
""")

# A file does not change the number we hold; and consent for a number that is not theirs here is none.
_PHONE_CHANGED = text("""
    UPDATE incoming i SET phone = NULL, phone_hash = NULL FROM supporters s
    WHERE s.id = i.supporter_id AND i.phone IS NOT NULL AND s.phone IS NOT NULL AND s.phone <> i.phone
    RETURNING i.number
""")

# Whoever must be left alone by every road they have is not taken in: only their leaving is kept.
_ONLY_LEAVING = text("""
    UPDATE incoming SET gone = true WHERE supporter_id IS NULL AND (left_email IS NOT NULL OR left_sms IS NOT NULL)
      AND (email IS NULL OR left_email IS NOT NULL) AND (phone IS NULL OR left_sms IS NOT NULL)
""")

# Somebody may join by the website at this very moment: theirs is the row, ours finds it.
_ADD = text("""
    WITH added AS (
        INSERT INTO supporters (email, phone, email_hash, phone_hash, first_name, last_name, locale, time_zone, source,
            postcode, country, tags, external_id, details, created_at)
        SELECT email, phone, email_hash, phone_hash, first_name, last_name, coalesce(nullif(locale, ''), 'en'),
            coalesce(nullif(time_zone, ''), 'Europe/London'), source, postcode, country, tags, external_id, details,
            coalesce(joined_at, :now)
        FROM incoming WHERE supporter_id IS NULL AND NOT gone ORDER BY number ON CONFLICT DO NOTHING RETURNING id
    ) SELECT coalesce(array_agg(id), '{}') FROM added
""")

_NOTE_NEW = text("""
    UPDATE incoming SET is_new = true FROM unnest(CAST(:added AS bigint[])) AS added(id) WHERE supporter_id = added.id
""")

# Whoever is forgotten at this very moment gets nothing back. What is missing is filled in; what they told us themselves
# stays. Tags come together, custom fields are the file's.
_COMPLETE = text("""
    UPDATE supporters s SET email = coalesce(s.email, i.email), email_hash = coalesce(s.email_hash, i.email_hash),
        phone = coalesce(s.phone, i.phone), phone_hash = coalesce(s.phone_hash, i.phone_hash),
        first_name = coalesce(nullif(s.first_name, ''), i.first_name),
        last_name = coalesce(nullif(s.last_name, ''), i.last_name),
        postcode = coalesce(nullif(s.postcode, ''), i.postcode), country = coalesce(nullif(s.country, ''), i.country),
        external_id = coalesce(s.external_id, i.external_id),
        tags = CASE WHEN i.tags <@ s.tags THEN s.tags ELSE s.tags ||
            ARRAY(SELECT tag FROM unnest(i.tags) tag WHERE tag <> ALL (s.tags)) END,
        details = s.details || i.details
    FROM incoming i WHERE i.supporter_id = s.id AND NOT i.is_new AND s.erased_at IS NULL
      AND ((s.email IS NULL AND i.email IS NOT NULL) OR (s.phone IS NULL AND i.phone IS NOT NULL)
           OR (s.first_name = '' AND i.first_name <> '') OR (s.last_name = '' AND i.last_name <> '')
           OR (s.postcode = '' AND i.postcode <> '') OR (s.country = '' AND i.country <> '')
           OR (s.external_id IS NULL AND i.external_id IS NOT NULL) OR NOT i.tags <@ s.tags
           OR NOT s.details @> i.details)
""")

# Whoever came without consent is known to the campaign by this alone.
_NOTE_COMING = text("""
    INSERT INTO actions (campaign_id, supporter_id, kind, detail, at)
    SELECT DISTINCT ON (i.supporter_id) :campaign_id, i.supporter_id, 'imported', i.source, CAST(:now AS timestamptz)
    FROM incoming i WHERE i.supporter_id IS NOT NULL AND i.email_at IS NULL AND i.sms_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM actions a WHERE a.supporter_id = i.supporter_id AND a.kind = 'imported'
                      AND a.campaign_id = :campaign_id)
""")

# Whoever left, complained or stopped stays left alone, whatever a file says; so does whoever took back a consent
# after the moment the file speaks of. Consent is for the address the file names, so it lets nothing through where the
# supporter has another one.
_PERMIT = """
    WITH asked AS (
        SELECT i.supporter_id, i.{address}_hash AS address_hash, i.{channel}_wording AS wording, i.{channel}_at AS at,
            coalesce(nullif(i.{channel}_source, ''), 'import: ' || i.source) AS source, i.{channel}_ip AS ip,
            x.left_alone IS NOT NULL OR w.took_back IS NOT NULL AS suppressed
        FROM incoming i
        LEFT JOIN LATERAL (SELECT true AS left_alone FROM suppressions
            WHERE channel = '{channel}' AND address_hash = i.{address}_hash LIMIT 1) x ON true
        LEFT JOIN LATERAL (SELECT true AS took_back FROM consents c WHERE c.supporter_id = i.supporter_id
            AND c.campaign_id = :campaign_id AND c.channel = '{channel}' AND c.act = 'withdrawn'
            AND c.at >= i.{channel}_at AND NOT i.is_new LIMIT 1) w ON true
        LEFT JOIN LATERAL (SELECT true AS permitted FROM permissions WHERE campaign_id = :campaign_id
            AND channel = '{channel}' AND supporter_id = i.supporter_id AND address_hash = i.{address}_hash
            AND NOT i.is_new LIMIT 1) p ON true
        WHERE i.{channel}_at IS NOT NULL AND i.{address} IS NOT NULL AND i.supporter_id IS NOT NULL
          AND p.permitted IS NULL
          AND EXISTS (SELECT FROM supporters s
                      WHERE s.id = i.supporter_id AND s.{address}_hash = i.{address}_hash OFFSET 0)
    ), written AS (
        INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, ip, at)
        SELECT :campaign_id, '{channel}', 'given', supporter_id, address_hash, wording, source, ip, at
        FROM asked WHERE NOT suppressed RETURNING id, supporter_id, address_hash, at
    ), permitted AS (
        INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, address_hash, given_at)
        SELECT :campaign_id, '{channel}', supporter_id, id, address_hash, at FROM written
        -- One row of a chunk at most speaks of a channel of a supporter: their addresses are unique in it.
        ON CONFLICT ON CONSTRAINT pk_permissions DO UPDATE SET consent_id = excluded.consent_id,
            address_hash = excluded.address_hash, given_at = excluded.given_at RETURNING 1
    )
    SELECT (SELECT count(*) FROM permitted) AS permitted, (SELECT count(*) FROM asked WHERE suppressed) AS suppressed
"""

_CHANNELS = ((Channel.EMAIL, "email"), (Channel.SMS, "phone"))


def bring_in(
    session: Session,
    rows: Sequence[ImportRow],
    leaving: Sequence[Leaving] = (),
    *,
    campaign_id: int,
    now: datetime,
    for_real: bool = True,
) -> ImportCounts:
    """Add or complete supporters, let messages through to those with proof of consent, and leave alone who left.

    `for_real`: off for a dry run, whose transaction the caller rolls back; it takes no lock that others wait for.
    """
    if not rows:
        return ImportCounts(left=leave_alone(session, leaving, now=now, for_real=for_real))
    _stage(session, rows)
    forgotten = tuple(session.scalars(_FORGOTTEN))
    session.execute(_MATCH_EMAIL)
    session.execute(_MATCH_PHONE)
    elsewhere = [(row.number, row.id) for row in session.execute(_PHONE_ELSEWHERE)]
    changed = tuple(session.scalars(_PHONE_CHANGED))
    session.execute(_ONLY_LEAVING)
    session.execute(_COMPLETE)
    added = _add(session, elsewhere, now=now)
    permitted, suppressed = _permit(session, campaign_id)
    session.execute(_NOTE_COMING, {"campaign_id": campaign_id, "now": now})
    found = session.execute(
        text("""SELECT count(*) FILTER (WHERE supporter_id IS NOT NULL) AS there, coalesce(array_agg(number)
                FILTER (WHERE supporter_id IS NULL AND NOT gone), '{}') AS nobody FROM incoming""")
    ).one()
    return ImportCounts(
        new=added,
        known=found.there - added,
        permitted=permitted,
        suppressed=suppressed,
        # Last, for intents wait for its lock.
        left=leave_alone(session, leaving, now=now, for_real=for_real),
        forgotten=forgotten,
        phone_elsewhere=tuple(elsewhere),
        phone_changed=changed,
        nobody=tuple(found.nobody),
    )


def _stage(session: Session, rows: Sequence[ImportRow]) -> None:
    session.execute(_STAGE)
    session.execute(text("TRUNCATE incoming"))
    cursor = session.connection().connection.cursor()
    with cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(tuple(_staged(row)))


def _staged(row: ImportRow) -> Iterator[object]:
    yield from (row.number, row.first_name, row.last_name, row.email, row.phone, row.email_hash, row.phone_hash)
    yield from (row.locale, row.time_zone, row.source, row.postcode, row.country, list(row.tags), row.external_id)
    yield from (Jsonb(dict(row.details)), row.joined_at, row.left_email, row.left_sms, row.left_at)
    by_channel = {consent.channel: consent for consent in row.consents}
    for channel in (Channel.EMAIL, Channel.SMS):
        consent = by_channel.get(channel)
        yield from (consent.at, consent.wording, consent.source, consent.ip) if consent else (None, "", "", "")


def _add(session: Session, elsewhere: list[tuple[int, int]], *, now: datetime) -> int:
    """Add who is new; whose mobile somebody took meanwhile is added without it."""
    count = 0
    for _ in range(2):
        added = session.scalars(_ADD, {"now": now}).one()
        session.execute(_MATCH_EMAIL)
        session.execute(_MATCH_PHONE)
        session.execute(_NOTE_NEW, {"added": added})
        count += len(added)
        taken = [(row.number, row.id) for row in session.execute(_PHONE_ELSEWHERE)]
        if not taken:
            break
        elsewhere += taken
    return count


def _permit(session: Session, campaign_id: int) -> tuple[int, int]:
    permitted = suppressed = 0
    for channel, address in _CHANNELS:
        question = text(_PERMIT.format(channel=channel, address=address))
        counts = session.execute(question, {"campaign_id": campaign_id}).one()
        permitted, suppressed = permitted + counts.permitted, suppressed + counts.suppressed
    return permitted, suppressed
