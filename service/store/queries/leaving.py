"""Questions of leaving many addresses alone at once, as a file or a provider says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.consent import FOUND_OUT, WISHES, Suppressed
from service.store import Session
from service.store.queries.consents import lock_for_opt_out
from service.store.queries.gravity import KEEP_THE_GRAVER, gravity_of

# How many addresses are left alone in one transaction: intents wait for it, a few milliseconds.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Leaving:
    """An address that must be left alone, why, and who says so. `at`: since when; None where it is not said."""

    channel: Channel
    address: str
    address_hash: bytes
    reason: Suppressed
    source: str
    at: datetime | None
    forgotten_at: datetime | None = None


_GIVEN = """
    unnest(CAST(:channels AS text[]), CAST(:addresses AS text[]), CAST(:hashes AS bytea[]), CAST(:reasons AS text[]),
        CAST(:sources AS text[]), CAST(:moments AS timestamptz[]), CAST(:forgotten AS timestamptz[]))
        AS l(channel, address, address_hash, reason, source, at, forgotten_at)
"""

# The addresses of which the file says more than we know (pk_suppressions): a graver reason, a later moment, or that they
# were forgotten. What it says without a date is no later than what stands.
_NEWS = text(f"""
    SELECT l.channel, l.address_hash,
        kept.reason IS NULL OR {gravity_of("l.reason")} > {gravity_of("kept.reason")} AS is_graver FROM {_GIVEN}
    LEFT JOIN LATERAL (SELECT x.reason, x.at, x.forgotten_at FROM suppressions x
        WHERE x.channel = l.channel AND x.address_hash = l.address_hash LIMIT 1) kept ON true
    WHERE kept.reason IS NULL OR {gravity_of("l.reason")} > {gravity_of("kept.reason")}
       OR (l.reason = kept.reason AND l.at > kept.at)
       OR (l.forgotten_at IS NOT NULL AND kept.forgotten_at IS NULL)
""")  # noqa: S608 - our own words

# Those of them who wish it and still let a campaign write (uq_supporters_email, uq_supporters_phone,
# ix_permissions_supporter_id). What a machine found out takes nobody's permission back a second time.
_PERMITTED = text(f"""
    SELECT l.channel, l.address_hash FROM {_GIVEN}
    CROSS JOIN LATERAL (SELECT s.id FROM supporters s WHERE l.channel = 'email' AND s.email = l.address
        UNION ALL SELECT s.id FROM supporters s WHERE l.channel = 'sms' AND s.phone = l.address) who
    WHERE l.reason = ANY(:wishes)
      AND EXISTS (SELECT FROM permissions p WHERE p.supporter_id = who.id AND p.channel = l.channel OFFSET 0)
""")  # noqa: S608 - our own words

# A graver reason that we know of already stays.
_SUPPRESS = text(f"""
    INSERT INTO suppressions AS kept (channel, address_hash, reason, at, forgotten_at)
    SELECT DISTINCT ON (channel, address_hash) channel, address_hash, reason, coalesce(at, :now),
        coalesce(forgotten_at, CASE WHEN reason = 'erased' THEN coalesce(at, :now) END)
    FROM {_GIVEN} ORDER BY channel, address_hash, {gravity_of("reason")} DESC, at DESC NULLS LAST
    {KEEP_THE_GRAVER}
""")  # noqa: S608 - our own words

# Their supporters by uq_supporters_email and uq_supporters_phone, their permissions by ix_permissions_supporter_id.
_WITHDRAW = text(f"""
    WITH theirs AS MATERIALIZED (
        SELECT DISTINCT ON (who.id, l.channel) who.id, l.channel, l.address_hash, l.reason, l.source FROM {_GIVEN}
        CROSS JOIN LATERAL (SELECT s.id FROM supporters s WHERE l.channel = 'email' AND s.email = l.address
            UNION ALL SELECT s.id FROM supporters s WHERE l.channel = 'sms' AND s.phone = l.address) who
        ORDER BY who.id, l.channel, {gravity_of("l.reason")} DESC
    ), held AS MATERIALIZED (
        SELECT p.campaign_id, p.supporter_id, p.channel FROM theirs t
        JOIN permissions p ON p.supporter_id = t.id AND p.channel = t.channel
        ORDER BY p.supporter_id, p.channel, p.campaign_id FOR UPDATE OF p
    ), gone AS (
        DELETE FROM permissions p USING held h JOIN theirs t ON t.id = h.supporter_id AND t.channel = h.channel
        WHERE p.campaign_id = h.campaign_id AND p.supporter_id = h.supporter_id AND p.channel = h.channel
        RETURNING p.campaign_id, p.supporter_id, t.channel, t.address_hash, t.reason, t.source
    )
    INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, at)
    SELECT campaign_id, channel, 'withdrawn', supporter_id, address_hash, reason, source, CAST(:now AS timestamptz)
    FROM gone
""")  # noqa: S608 - our own words


def leave_alone(session: Session, leaving: Sequence[Leaving], *, now: datetime, for_real: bool = True) -> int:
    """Suppress addresses and take their permissions back, from the moment the caller commits; how many it changed.

    Last in its transaction, and of a file a hundred at most: intents and every STOP wait until it commits, a thousand
    take a tenth of a second. What is known already is found out before the lock is taken; no lock is where all of it is
    known, whenever it is said, or none of it is anybody's wish.
    `for_real`: off for a dry run, whose transaction the caller rolls back; it takes no lock that others wait for.
    """
    given = _columns(leaving)
    wishes = [str(reason) for reason in WISHES]
    news = {(row.channel, bytes(row.address_hash)): bool(row.is_graver) for row in session.execute(_NEWS, given)}
    permitted = session.execute(_PERMITTED, {**given, "wishes": wishes})
    wanted = news | {(row.channel, bytes(row.address_hash)): True for row in permitted}
    if not wanted:
        return 0
    changing = [each for each in leaving if (str(each.channel), each.address_hash) in wanted]
    at_stake = (each for each in changing if wanted[str(each.channel), each.address_hash])
    if for_real and any(each.reason not in FOUND_OUT for each in at_stake):
        lock_for_opt_out(session)
    given = _columns(changing)
    # In the order of whoever leaves alone: permissions before suppressions.
    session.execute(_WITHDRAW, {**given, "now": now})
    session.execute(_SUPPRESS, {**given, "now": now})
    return len(wanted)


def _columns(leaving: Sequence[Leaving]) -> Mapping[str, object]:
    return {
        "channels": [str(each.channel) for each in leaving],
        "addresses": [each.address for each in leaving],
        "hashes": [each.address_hash for each in leaving],
        "reasons": [str(each.reason) for each in leaving],
        "sources": [each.source for each in leaving],
        "moments": [each.at for each in leaving],
        "forgotten": [each.forgotten_at for each in leaving],
    }
