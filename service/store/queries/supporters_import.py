"""Questions of bringing supporters in from a file, a chunk at a time, all in sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.channel import Channel
from service.store import Session
from service.store.queries.forget_lock import lock_to_bring_in
from service.store.queries.incoming import ImportRow, stage


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What one chunk came to, and the numbers of rows that were not wholly taken.

    `brought_back`: how many of the known an import had added that was undone since, and this one gives consent of, so
    that undoing it is about them. `forgotten`: somebody who asked to be forgotten. `phone_elsewhere`: the mobile is
    another supporter's (whose id stands beside it). `phone_changed`: we hold another mobile of theirs. `nobody`: no
    address was left.
    """

    new: int = 0
    known: int = 0
    permitted: int = 0
    suppressed: int = 0
    brought_back: int = 0
    forgotten: tuple[int, ...] = ()
    phone_elsewhere: tuple[tuple[int, int], ...] = ()
    phone_changed: tuple[int, ...] = ()
    nobody: tuple[int, ...] = ()


# Who asked to be forgotten stays so, whatever a file says; each address by pk_suppressions.
_FORGOTTEN = text("""
    DELETE FROM incoming i
    WHERE EXISTS (SELECT FROM suppressions x WHERE x.channel = 'email' AND x.address_hash = i.email_hash
                  AND (x.forgotten_at IS NOT NULL OR x.reason = 'erased') OFFSET 0)
       OR EXISTS (SELECT FROM suppressions x WHERE x.channel = 'sms' AND x.address_hash = i.phone_hash
                  AND (x.forgotten_at IS NOT NULL OR x.reason = 'erased') OFFSET 0)
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
    UPDATE incoming SET gone = true WHERE supporter_id IS NULL AND (left_email OR left_sms)
      AND (email IS NULL OR left_email) AND (phone IS NULL OR left_sms)
""")

# Who is new has a number before they are added: a join to find it afterwards would be planned without statistics.
_NUMBER = text("""
    WITH numbered AS (
        UPDATE incoming SET supporter_id = nextval(pg_get_serial_sequence('supporters', 'id')), is_new = true
        WHERE supporter_id IS NULL AND NOT gone RETURNING 1
    ) SELECT count(*) FROM numbered
""")

# Somebody may join by the website at this very moment: theirs is the row, ours finds it.
_ADD = text("""
    WITH added AS (
        INSERT INTO supporters (id, email, phone, email_hash, phone_hash, first_name, last_name, locale, time_zone,
            source, postcode, country, tags, external_id, details, import_id, created_at)
        OVERRIDING SYSTEM VALUE
        SELECT supporter_id, email, phone, email_hash, phone_hash, first_name, last_name,
            coalesce(nullif(locale, ''), 'en'), coalesce(nullif(time_zone, ''), 'Europe/London'), source, postcode,
            country, tags, external_id, details, CAST(:import_id AS bigint), coalesce(joined_at, :now)
        FROM incoming WHERE is_new ORDER BY number ON CONFLICT DO NOTHING RETURNING 1
    ) SELECT count(*) FROM added
""")

# By pk_supporters.
_NOT_ADDED = text("""
    UPDATE incoming SET supporter_id = NULL, is_new = false
    WHERE is_new AND NOT EXISTS (SELECT FROM supporters s WHERE s.id = incoming.supporter_id OFFSET 0)
""")

# Whoever is forgotten at this very moment gets nothing back. What is missing is filled in; what they told us themselves
# stays. Tags come together, custom fields are the file's. Two rows may find one supporter, by email and by mobile: both
# count, one after the other, as they would in two chunks.
_COMPLETE = """
    UPDATE supporters s SET email = coalesce(s.email, i.email), email_hash = coalesce(s.email_hash, i.email_hash),
        phone = coalesce(s.phone, i.phone), phone_hash = coalesce(s.phone_hash, i.phone_hash),
        first_name = coalesce(nullif(s.first_name, ''), i.first_name),
        last_name = coalesce(nullif(s.last_name, ''), i.last_name),
        postcode = coalesce(nullif(s.postcode, ''), i.postcode), country = coalesce(nullif(s.country, ''), i.country),
        external_id = coalesce(s.external_id, i.external_id),
        tags = CASE WHEN i.tags <@ s.tags THEN s.tags ELSE s.tags ||
            ARRAY(SELECT tag FROM unnest(i.tags) tag WHERE tag <> ALL (s.tags)) END,
        details = s.details || i.details
    FROM (SELECT DISTINCT ON (supporter_id) * FROM incoming WHERE supporter_id IS NOT NULL
          ORDER BY supporter_id, number {order}) i
    WHERE i.supporter_id = s.id AND s.erased_at IS NULL
      AND ((s.email IS NULL AND i.email IS NOT NULL) OR (s.phone IS NULL AND i.phone IS NOT NULL)
           OR (s.first_name = '' AND i.first_name <> '') OR (s.last_name = '' AND i.last_name <> '')
           OR (s.postcode = '' AND i.postcode <> '') OR (s.country = '' AND i.country <> '')
           OR (s.external_id IS NULL AND i.external_id IS NOT NULL) OR NOT i.tags <@ s.tags
           OR NOT s.details @> i.details)
"""
_COMPLETE_FIRST = text(_COMPLETE.format(order="ASC"))
_COMPLETE_LAST = text(_COMPLETE.format(order="DESC"))
_KNOWN = text("SELECT count(supporter_id) AS rows, count(DISTINCT supporter_id) AS people FROM incoming")

# Whom an undone import added, and who may be sent nothing since (pk_supporters, pk_imports, ix_permissions_supporter_id).
_LEFT_BY_AN_UNDONE = text("""
    SELECT DISTINCT s.id FROM incoming i JOIN supporters s ON s.id = i.supporter_id
    WHERE NOT i.is_new AND s.erased_at IS NULL AND s.import_id IS DISTINCT FROM CAST(:import_id AS bigint)
      AND EXISTS (SELECT FROM imports m WHERE m.id = s.import_id AND m.state = 'undone' OFFSET 0)
      AND NOT EXISTS (SELECT FROM permissions p WHERE p.supporter_id = s.id OFFSET 0)
""")

# Whomever of them this import lets messages through to is this import's to undo. A dry run has no number, and counts
# them alone (pk_supporters, ix_permissions_supporter_id, pk_consents).
_BRING_BACK = text("""
    WITH back AS (
        UPDATE supporters s SET import_id = coalesce(CAST(:import_id AS bigint), s.import_id)
        WHERE s.id = ANY(:supporter_ids)
          AND EXISTS (SELECT FROM permissions p JOIN consents c ON c.id = p.consent_id WHERE p.supporter_id = s.id
                      AND c.import_id IS NOT DISTINCT FROM CAST(:import_id AS bigint) OFFSET 0)
        RETURNING 1
    ) SELECT count(*) FROM back
""")

# Whoever came without consent is known to the campaign by this alone; whom it ever asked is known by the ledger
# (ix_consents_supporter_id).
_NOTE_COMING = text("""
    INSERT INTO actions (campaign_id, supporter_id, kind, detail, at)
    SELECT DISTINCT ON (i.supporter_id) :campaign_id, i.supporter_id, 'imported', i.source, CAST(:now AS timestamptz)
    FROM incoming i WHERE i.supporter_id IS NOT NULL AND i.email_at IS NULL AND i.sms_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM actions a WHERE a.supporter_id = i.supporter_id AND a.kind = 'imported'
                      AND a.campaign_id = :campaign_id OFFSET 0)
      AND (i.is_new OR NOT EXISTS (SELECT 1 FROM consents c WHERE c.supporter_id = i.supporter_id
                                   AND c.campaign_id = :campaign_id OFFSET 0))
""")

# Whoever left, complained or stopped stays left alone, whatever a file says; so does whoever took back a consent
# after the moment the file speaks of; the undoing of an import is nobody's taking back. Consent is for the address the
# file names, so it lets nothing through where the supporter has another one; who is added by this very row has the
# row's own.
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
            AND c.at >= i.{channel}_at AND c.import_id IS NULL AND NOT i.is_new LIMIT 1) w ON true
        LEFT JOIN LATERAL (SELECT true AS permitted FROM permissions WHERE campaign_id = :campaign_id
            AND channel = '{channel}' AND supporter_id = i.supporter_id AND address_hash = i.{address}_hash
            AND NOT i.is_new LIMIT 1) p ON true
        WHERE i.{channel}_at IS NOT NULL AND i.{address} IS NOT NULL AND i.supporter_id IS NOT NULL
          AND p.permitted IS NULL
          AND (i.is_new OR EXISTS (SELECT FROM supporters s
                                   WHERE s.id = i.supporter_id AND s.{address}_hash = i.{address}_hash OFFSET 0))
    ), written AS (
        INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, ip, at, import_id)
        SELECT :campaign_id, '{channel}', 'given', supporter_id, address_hash, wording, source, ip, at,
            CAST(:import_id AS bigint)
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
    *,
    campaign_id: int,
    now: datetime,
    for_real: bool = True,
    import_id: int | None = None,
) -> ImportCounts:
    """Add or complete supporters, and let messages through to those with proof of consent.

    `import_id`: what whoever is added, or brought back after an undone import, and each consent that is given, is kept
    under, so that it can be undone.
    `for_real`: off for a dry run, whose transaction the caller rolls back; it takes no lock that others wait for.
    """
    if not rows:
        return ImportCounts()
    stage(session, rows)
    if for_real:
        lock_to_bring_in(session)
    forgotten = tuple(session.scalars(_FORGOTTEN))
    session.execute(_MATCH_EMAIL)
    session.execute(_MATCH_PHONE)
    elsewhere = [(row.number, row.id) for row in session.execute(_PHONE_ELSEWHERE)]
    changed = tuple(session.scalars(_PHONE_CHANGED))
    session.execute(_ONLY_LEAVING)
    _complete(session)
    added = _add(session, elsewhere, import_id=import_id, now=now)
    undone = list(session.scalars(_LEFT_BY_AN_UNDONE, {"import_id": import_id}))
    permitted, suppressed = _permit(session, campaign_id, import_id)
    back = _bring_back(session, undone, import_id)
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
        brought_back=back,
        forgotten=forgotten,
        phone_elsewhere=tuple(elsewhere),
        phone_changed=changed,
        nobody=tuple(found.nobody),
    )


def _complete(session: Session) -> None:
    known = session.execute(_KNOWN).one()
    if known.people:
        session.execute(_COMPLETE_FIRST)
    if known.rows > known.people:
        session.execute(_COMPLETE_LAST)


def _add(session: Session, elsewhere: list[tuple[int, int]], *, import_id: int | None, now: datetime) -> int:
    """Add who is new; whose mobile somebody took meanwhile is added without it."""
    count = 0
    for _ in range(2):
        expected = session.scalars(_NUMBER).one()
        added = session.scalars(_ADD, {"now": now, "import_id": import_id}).one() if expected else 0
        count += added
        if added == expected:
            break
        session.execute(_NOT_ADDED)
        session.execute(_MATCH_EMAIL)
        session.execute(_MATCH_PHONE)
        elsewhere += [(row.number, row.id) for row in session.execute(_PHONE_ELSEWHERE)]
    return count


def _bring_back(session: Session, undone: list[int], import_id: int | None) -> int:
    """Make whom an undone import added this import's to undo, where it gave their consent."""
    if not undone:
        return 0
    return int(session.scalars(_BRING_BACK, {"supporter_ids": undone, "import_id": import_id}).one())


def _permit(session: Session, campaign_id: int, import_id: int | None) -> tuple[int, int]:
    permitted = suppressed = 0
    for channel, address in _CHANNELS:
        question = text(_PERMIT.format(channel=channel, address=address))
        counts = session.execute(question, {"campaign_id": campaign_id, "import_id": import_id}).one()
        permitted, suppressed = permitted + counts.permitted, suppressed + counts.suppressed
    return permitted, suppressed
