"""Alerts: raised, taken to be told, ended, forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.alert import AlertKind, wait_after
from service.store import Session
from service.store.tables.alerts import Alert


def raise_alert(session: Session, kind: AlertKind, once: str, facts: Mapping[str, str]) -> None:
    """Write an alert down, once ever; it is told soon after the commit."""
    now = func.clock_timestamp()
    row = upsert(Alert).values(kind=kind, once=f"{kind}:{once}", facts=dict(facts), created_at=now, next_at=now)
    session.execute(row.on_conflict_do_nothing())


def is_due(session: Session) -> bool:
    """Whether any is to be told now (ix_alerts_due)."""
    due = exists().where(Alert.ended_at.is_(None), Alert.next_at <= func.clock_timestamp())
    return bool(session.scalar(select(due)))


def take_due(session: Session, *, now: datetime, limit: int = 20) -> Sequence[Alert]:
    """Alerts to be told now, each put off already: whoever is killed while telling leaves it to be tried again."""
    due = select(Alert).where(Alert.ended_at.is_(None), Alert.next_at <= now).order_by(Alert.next_at)
    taken = session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()
    for alert in taken:
        alert.try_count = min(alert.try_count + 1, 1_000)
        alert.next_at = now + wait_after(alert.try_count)
    session.flush()
    return taken


def end(session: Session, alert_id: int, *, reason: str, now: datetime) -> None:
    """It was told, or is tried no more: then `reason` says why."""
    session.execute(update(Alert).where(Alert.id == alert_id).values(ended_at=now, reason=reason))


def note_failure(session: Session, alert_id: int, *, reason: str) -> None:
    """A try failed; it is tried again."""
    session.execute(update(Alert).where(Alert.id == alert_id).values(reason=reason))


def failing(session: Session) -> str:
    """Why the oldest alert that is tried still was not told; '' where none was refused."""
    asked = select(Alert.reason).where(Alert.ended_at.is_(None), Alert.reason != "").order_by(Alert.next_at).limit(1)
    return session.scalar(asked) or ""


def forget_old(session: Session, *, before: datetime, limit: int = 100) -> None:
    """Let go of alerts that are long over (ix_alerts_created_at)."""
    old = select(Alert.id).where(Alert.created_at < before, Alert.ended_at.is_not(None)).limit(limit)
    session.execute(delete(Alert).where(Alert.id.in_(old)))


KEPT_FOR = timedelta(days=30)
