"""Questions of importing and exporting supporters, a chunk at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.channel import Channel
from service.store import Session


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person of a file, with addresses in the spelling we keep."""

    number: int
    first_name: str
    email: str | None
    phone: str | None
    email_hash: bytes | None
    phone_hash: bytes | None
    locale: str
    time_zone: str
    source: str
    consents: tuple[Channel, ...]
    wording: str
    consent_at: datetime


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What one chunk came to, and the numbers of rows left out.

    `clashes`: their two addresses are two people's. `forgotten`: somebody who asked to be forgotten.
    """

    new: int
    known: int
    permitted: int
    suppressed: int
    clashes: tuple[int, ...] = ()
    forgotten: tuple[int, ...] = ()


_STAGE = text("""
    CREATE TEMP TABLE IF NOT EXISTS incoming (number int, first_name text, email text, phone text, email_hash bytea,
        phone_hash bytea, locale text, time_zone text, source text, consent_email boolean, consent_sms boolean,
        wording text, consent_at timestamptz, supporter_id bigint, is_new boolean NOT NULL DEFAULT false)
        ON COMMIT DROP
""")

# Each row asks the supporters' own keys; a plan for the whole table would read a million to find ten thousand.
_MATCH = text("""
    UPDATE incoming SET supporter_id = coalesce(
        (SELECT id FROM supporters s WHERE s.email = incoming.email LIMIT 1),
        (SELECT id FROM supporters s WHERE s.phone = incoming.phone LIMIT 1))
    WHERE supporter_id IS NULL
""")

_CLASHES = text("""
    DELETE FROM incoming i USING supporters by_email, supporters by_phone
    WHERE by_email.email = i.email AND by_phone.phone = i.phone AND by_email.id <> by_phone.id
    RETURNING i.number
""")

_FORGOTTEN = text("""
    DELETE FROM incoming i USING suppressions x
    WHERE (x.forgotten_at IS NOT NULL OR x.reason = 'erased') AND ((x.channel = 'email' AND x.address_hash = i.email_hash)
        OR (x.channel = 'sms' AND x.address_hash = i.phone_hash))
    RETURNING i.number
""")

# Somebody may join by the website at this very moment: theirs is the row, ours finds it.
_ADD = text("""
    WITH added AS (
        INSERT INTO supporters (email, phone, email_hash, phone_hash, first_name, locale, time_zone, source, created_at)
        SELECT email, phone, email_hash, phone_hash, first_name, locale, time_zone, source, :now
        FROM incoming WHERE supporter_id IS NULL ORDER BY number ON CONFLICT DO NOTHING RETURNING id
    ) SELECT coalesce(array_agg(id), '{}') FROM added
""")

_NOTE_NEW = text("""
    UPDATE incoming SET is_new = true FROM unnest(CAST(:added AS bigint[])) AS added(id) WHERE supporter_id = added.id
""")

_COMPLETE = text("""
    UPDATE supporters s SET email = coalesce(s.email, i.email), email_hash = coalesce(s.email_hash, i.email_hash),
        phone = coalesce(s.phone, i.phone), phone_hash = coalesce(s.phone_hash, i.phone_hash),
        first_name = CASE WHEN s.first_name = '' THEN i.first_name ELSE s.first_name END
    FROM incoming i WHERE i.supporter_id = s.id
      AND ((s.email IS NULL AND i.email IS NOT NULL) OR (s.phone IS NULL AND i.phone IS NOT NULL)
           OR (s.first_name = '' AND i.first_name <> ''))
""")

# Whoever left, complained or stopped stays left alone, whatever a file says; so does whoever took back a consent
# after the moment the file speaks of. Consent is for the address the file names, so it lets nothing through where the
# supporter has another one.
_PERMIT = """
    WITH asked AS (
        SELECT i.supporter_id, i.{address}_hash AS address_hash, i.wording, i.consent_at, i.source,
            x.left_alone IS NOT NULL OR w.took_back IS NOT NULL AS suppressed
        FROM incoming i
        LEFT JOIN LATERAL (SELECT true AS left_alone FROM suppressions
            WHERE channel = '{channel}' AND address_hash = i.{address}_hash LIMIT 1) x ON true
        LEFT JOIN LATERAL (SELECT true AS took_back FROM consents c WHERE c.supporter_id = i.supporter_id
            AND c.campaign_id = :campaign_id AND c.channel = '{channel}' AND c.act = 'withdrawn'
            AND c.at >= i.consent_at AND NOT i.is_new LIMIT 1) w ON true
        LEFT JOIN LATERAL (SELECT true AS permitted FROM permissions WHERE campaign_id = :campaign_id
            AND channel = '{channel}' AND supporter_id = i.supporter_id AND address_hash = i.{address}_hash
            AND NOT i.is_new LIMIT 1) p ON true
        WHERE i.consent_{channel} AND i.{address} IS NOT NULL AND p.permitted IS NULL
          AND EXISTS (SELECT FROM supporters s
                      WHERE s.id = i.supporter_id AND s.{address}_hash = i.{address}_hash OFFSET 0)
    ), written AS (
        INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, at)
        SELECT :campaign_id, '{channel}', 'given', supporter_id, address_hash, wording, 'import: ' || source, consent_at
        FROM asked WHERE NOT suppressed RETURNING id, supporter_id, address_hash, at
    ), permitted AS (
        INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, address_hash, given_at)
        SELECT :campaign_id, '{channel}', supporter_id, id, address_hash, at FROM written
        ON CONFLICT ON CONSTRAINT pk_permissions DO UPDATE SET consent_id = excluded.consent_id,
            address_hash = excluded.address_hash, given_at = excluded.given_at
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM permitted) AS permitted, (SELECT count(*) FROM asked WHERE suppressed) AS suppressed
"""


def bring_in(session: Session, rows: Sequence[ImportRow], *, campaign_id: int, now: datetime) -> ImportCounts:
    """Add or complete supporters and let messages through to those with proof of consent, all in sets."""
    if not rows:
        return ImportCounts(0, 0, 0, 0)
    session.execute(_STAGE)
    session.execute(text("TRUNCATE incoming"))
    cursor = session.connection().connection.cursor()
    with cursor.copy(
        "COPY incoming (number, first_name, email, phone, email_hash, phone_hash, locale, time_zone, source, "
        "consent_email, consent_sms, wording, consent_at) FROM STDIN"
    ) as copy:
        for row in rows:
            copy.write_row(
                (
                    *(row.number, row.first_name, row.email, row.phone, row.email_hash, row.phone_hash, row.locale),
                    *(row.time_zone, row.source, Channel.EMAIL in row.consents, Channel.SMS in row.consents),
                    *(row.wording, row.consent_at),
                )
            )
    forgotten = tuple(session.scalars(_FORGOTTEN))
    clashes = tuple(session.scalars(_CLASHES))
    session.execute(_MATCH)
    session.execute(_COMPLETE)
    added = session.scalars(_ADD, {"now": now}).one()
    session.execute(_MATCH)
    session.execute(_NOTE_NEW, {"added": added})
    permitted = suppressed = 0
    for channel, address in ((Channel.EMAIL, "email"), (Channel.SMS, "phone")):
        question = text(_PERMIT.format(channel=channel, address=address))
        counts = session.execute(question, {"campaign_id": campaign_id}).one()
        permitted, suppressed = permitted + counts.permitted, suppressed + counts.suppressed
    known = len(rows) - len(clashes) - len(forgotten) - len(added)
    return ImportCounts(len(added), known, permitted, suppressed, clashes, forgotten)


_EXPORT = text("""
    SELECT s.id, s.first_name, s.email, s.phone, s.locale, s.time_zone, s.source, s.created_at,
        EXISTS (SELECT 1 FROM permissions p WHERE p.supporter_id = s.id AND p.channel = 'email'
                AND p.campaign_id = :campaign_id AND p.address_hash = s.email_hash) AS consent_email,
        EXISTS (SELECT 1 FROM permissions p WHERE p.supporter_id = s.id AND p.channel = 'sms'
                AND p.campaign_id = :campaign_id AND p.address_hash = s.phone_hash) AS consent_sms
    FROM supporters s WHERE s.id > :after AND s.erased_at IS NULL
      AND EXISTS (SELECT 1 FROM consents c WHERE c.supporter_id = s.id AND c.campaign_id = :campaign_id)
    ORDER BY s.id LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One supporter of a campaign, as an export holds them."""

    id: int
    first_name: str
    email: str | None
    phone: str | None
    locale: str
    time_zone: str
    source: str
    created_at: datetime
    consent_email: bool
    consent_sms: bool


def export_page(session: Session, *, campaign_id: int, after: int, limit: int = 5_000) -> list[ExportRow]:
    """The next supporters of a campaign, by id."""
    rows = session.execute(_EXPORT, {"campaign_id": campaign_id, "after": after, "limit": limit})
    return [ExportRow(**dict(row._mapping)) for row in rows]
