"""Questions of who is at work: a row for each process and what it does, written every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from service.store import Session

# No index but the key, and room on the page: a beat writes one row in place (a HOT update).
_BEAT = text("""
    INSERT INTO heartbeats AS h (name, kind, host, began_at, at, broker_is_away)
    VALUES (:name, :kind, :host, clock_timestamp(), clock_timestamp(), :broker_is_away)
    ON CONFLICT (name) DO UPDATE SET at = clock_timestamp(), broker_is_away = EXCLUDED.broker_is_away
""")


def beat(session: Session, *, name: str, kind: str, host: str, broker_is_away: bool) -> None:
    """A process lives (pk_heartbeats)."""
    session.execute(_BEAT, {"name": name, "kind": kind, "host": host, "broker_is_away": broker_is_away})


_FORGET = text("DELETE FROM heartbeats WHERE name = ANY(:names)")


def forget(session: Session, names: Sequence[str]) -> None:
    """These processes have ended as they were told to (pk_heartbeats)."""
    session.execute(_FORGET, {"names": list(names)})


_FORGET_HOST = text("DELETE FROM heartbeats WHERE host = :host")
_FORGET_TICK = text("UPDATE house SET ticked_at = NULL WHERE id = 1")


def forget_host(session: Session, host: str) -> None:
    """Nobody of this machine was heard from, and no tick: some tens of rows."""
    session.execute(_FORGET_HOST, {"host": host})
    session.execute(_FORGET_TICK)


_FORGET_OLD = text("DELETE FROM heartbeats WHERE at < clock_timestamp() - interval '1 hour'")


def forget_old(session: Session) -> None:
    """Clear what is left of processes that died: some tens of rows are looked at."""
    session.execute(_FORGET_OLD)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What is known of the processes of one kind. `living_count`: heard from lately."""

    kind: str
    living_count: int
    seconds_since: float
    # How many of the living say that the broker does not answer them.
    without_broker_count: int


_KINDS = text("""
    SELECT kind, count(*) FILTER (WHERE at > clock_timestamp() - :alive * interval '1 second') AS living_count,
        extract(epoch FROM clock_timestamp() - max(at)) AS seconds_since,
        count(*) FILTER (WHERE broker_is_away AND at > clock_timestamp() - :alive * interval '1 second')
            AS without_broker_count
    FROM heartbeats GROUP BY kind ORDER BY kind
""")


def by_kind(session: Session, *, alive_seconds: float) -> Sequence[Heartbeat]:
    """Who was heard from, by kind: some tens of rows."""
    rows = session.execute(_KINDS, {"alive": alive_seconds})
    return [Heartbeat(row.kind, row.living_count, float(row.seconds_since), row.without_broker_count) for row in rows]
