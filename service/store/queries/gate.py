"""The gate: who of a batch may be written to at the moment of its intent, and why the others may not.

Written as SQL, for this is the hot path: arrays leave Postgres several times faster than rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, text

from service.domain.channel import Channel, Pace
from service.domain.message import Withheld
from service.store import Session, locks
from service.store.locks import Lock
from service.store.queries.batches import ClaimedBatch


@dataclass(frozen=True, slots=True)
class Recipients:
    """The members of a batch that passed the gate, column by column, each in the same order."""

    supporter_ids: Sequence[int]
    addresses: Sequence[str]
    first_names: Sequence[str]
    time_zones: Sequence[str]

    def only(self, places: Sequence[int]) -> "Recipients":
        """Those at these places."""
        return Recipients(
            [self.supporter_ids[place] for place in places],
            [self.addresses[place] for place in places],
            [self.first_names[place] for place in places],
            [self.time_zones[place] for place in places],
        )


# The messages' own primary key serves the span; permissions and suppressions are looked up by theirs. OFFSET 0 keeps
# the planner to that: with old statistics it would rather read everybody's permissions for a batch of fifty. A
# permission is for the address it names, so one for an address the supporter had before lets nothing through.
_GATE = """
    SELECT array_agg(s.id) AS supporter_ids, array_agg(s.{address}) AS addresses,
        array_agg(s.first_name) AS first_names, array_agg(s.time_zone) AS time_zones
    FROM messages m
    JOIN supporters s ON s.id = m.supporter_id
    WHERE m.blast_id = :blast_id AND m.channel = :channel AND m.batch_id = :batch_id
      AND m.supporter_id BETWEEN :first AND :last AND m.state IS NULL
      AND s.{address} IS NOT NULL
      AND EXISTS (SELECT 1 FROM permissions p
                  WHERE p.campaign_id = :campaign_id AND p.channel = :channel AND p.supporter_id = s.id
                    AND p.address_hash = s.{address}_hash OFFSET 0)
      AND NOT EXISTS (SELECT 1 FROM suppressions x
                      WHERE x.channel = :channel AND x.address_hash = s.{address}_hash OFFSET 0)
"""

# What a supporter has had of other blasts within the window; messages by their key, one look-up a blast.
_UNDER_CAP = """
      AND (SELECT count(*) FROM messages o JOIN batches ob ON ob.id = o.batch_id
           WHERE o.blast_id = ANY(:others) AND o.channel = :channel AND o.supporter_id = m.supporter_id
             AND ob.intent_at > clock_timestamp() - CAST(:cap_window AS interval)
             AND ob.state IN ('sending', 'in_doubt', 'unknown', 'accepted', 'delivered')
             AND (o.state IS NULL OR o.state IN ('in_doubt', 'unknown', 'accepted', 'delivered'))) < :cap_count
"""

_WITHHOLD = """
    UPDATE messages m SET state = 'withheld', settled_at = clock_timestamp(), reason = CASE
        WHEN s.{address} IS NULL THEN 'no_address'
        WHEN EXISTS (SELECT 1 FROM suppressions x
                     WHERE x.channel = :channel AND x.address_hash = s.{address}_hash) THEN 'suppressed'
        WHEN NOT EXISTS (SELECT 1 FROM permissions p
                         WHERE p.campaign_id = :campaign_id AND p.channel = :channel AND p.supporter_id = s.id
                           AND p.address_hash = s.{address}_hash)
            THEN 'no_consent'
        ELSE 'frequency_cap' END
    FROM supporters s
    WHERE s.id = m.supporter_id
      AND m.blast_id = :blast_id AND m.channel = :channel AND m.batch_id = :batch_id
      AND m.supporter_id BETWEEN :first AND :last AND m.state IS NULL
      AND m.supporter_id <> ALL(:passed)
    RETURNING m.supporter_id
"""


# What the house itself may not do, whoever the supporter is.
_WITHHOLD_NAMED = text("""
    UPDATE messages SET state = 'withheld', settled_at = clock_timestamp(), reason = :reason
    WHERE blast_id = :blast_id AND channel = :channel AND supporter_id = ANY(:supporter_ids) AND state IS NULL
""")


@cache
def _for_channel(sql: str, channel: Channel) -> TextClause:
    return text(sql.format(address="email" if channel is Channel.EMAIL else "phone"))


def wait_for_turn(session: Session, batch: ClaimedBatch) -> Sequence[int]:
    """The other blasts whose messages count towards the batch's frequency cap; none where it has no cap.

    Where there are some, intents take turns until they commit, so that no two of them each see the other's messages not
    yet sent. Before lock_for_intent: whoever waits here must not keep opt-outs waiting.
    """
    others = _other_blasts(session, batch) if batch.cap_count is not None and batch.pace is Pace.BULK else []
    if others:
        locks.take(session, Lock.FREQUENCY_CAP)
    return others


def pass_gate(session: Session, batch: ClaimedBatch, others: Sequence[int] = ()) -> Recipients:
    """Who may be written to at this moment. Call it in a statement of its own after lock_for_intent.

    `others`: what wait_for_turn gave.
    """
    sql, asked = _GATE, _span(batch)
    if others:
        sql = _GATE + _UNDER_CAP
        asked |= {"others": list(others), "cap_count": batch.cap_count, "cap_window": batch.cap_window}
    row = session.execute(_for_channel(sql, batch.channel), asked).one()
    if row.supporter_ids is None:
        return Recipients((), (), (), ())
    return Recipients(row.supporter_ids, row.addresses, row.first_names, row.time_zones)


_OTHERS = text("""
    SELECT coalesce(array_agg(id), '{}') FROM blasts
    WHERE id <> :blast_id AND opened_at IS NOT NULL
      AND coalesce(finished_at, 'infinity') > clock_timestamp() - CAST(:cap_window AS interval)
""")


def _other_blasts(session: Session, batch: ClaimedBatch) -> list[int]:
    return list(session.scalars(_OTHERS, {"blast_id": batch.blast_id, "cap_window": batch.cap_window}).one())


def withhold_others(session: Session, batch: ClaimedBatch, passed: Sequence[int]) -> int:
    """Write down why the rest of the batch is held back; how many."""
    asked = _span(batch) | {"passed": list(passed)}
    return len(session.execute(_for_channel(_WITHHOLD, batch.channel), asked).all())


def withhold_named(session: Session, batch: ClaimedBatch, supporter_ids: Sequence[int], *, reason: Withheld) -> None:
    """Hold these messages of a batch back, for this reason."""
    asked = {"blast_id": batch.blast_id, "channel": str(batch.channel), "supporter_ids": list(supporter_ids)}
    session.execute(_WITHHOLD_NAMED, asked | {"reason": str(reason)})


def _span(batch: ClaimedBatch) -> dict[str, object]:
    return {
        "blast_id": batch.blast_id,
        "campaign_id": batch.campaign_id,
        "channel": str(batch.channel),
        "batch_id": batch.id,
        "first": batch.first_supporter_id,
        "last": batch.last_supporter_id,
    }
