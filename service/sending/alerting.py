"""Alerts to another system: written down with what they are of, told by a worker of their own, tried for a day."""

import json
import logging
from datetime import datetime

from sqlalchemy.orm import sessionmaker

from service import clock
from service.domain.alert import WORTH_TELLING_FOR, AlertKind
from service.domain.doubt import ALARMING_AFTER
from service.providers.webhook import NotTold, Webhook
from service.store import Session
from service.store.queries import alerts
from service.store.queries.house import database_now, vital_signs

log = logging.getLogger(__name__)

_NO_WEBHOOK = "ALERT_WEBHOOK_URL is not set"


def alert_of_doubts(session: Session, *, now: datetime) -> None:
    """Raise an alert, once a day, while messages are in doubt for longer than evidence takes to come."""
    seconds = vital_signs(session).oldest_doubt_seconds
    if seconds > ALARMING_AFTER.total_seconds():
        facts = {"hours": f"{seconds / 3600:.0f}"}
        alerts.raise_alert(session, AlertKind.DOUBTS, f"{now:%Y-%m-%d}", facts)


def tell_alerts(sessions: sessionmaker[Session], webhook: Webhook | None, *, until: float) -> bool:
    """Tell what is due, with no transaction open while the other system is spoken to; whether there may be more."""
    with sessions.begin() as session:
        now = database_now(session)
        taken = alerts.take_due(session, now=now)
    for alert in taken:
        if clock.monotonic() >= until:
            # It was put off when it was taken, and is told then.
            return False
        reason, is_over = _tell(webhook, alert.id, alert.kind, alert.facts, alert.created_at, now=now)
        with sessions.begin() as session:
            if is_over:
                alerts.end(session, alert.id, reason=reason, now=database_now(session))
            else:
                alerts.note_failure(session, alert.id, reason=reason)
    with sessions.begin() as session:
        alerts.forget_old(session, before=now - alerts.KEPT_FOR)
    return bool(taken)


def _tell(
    webhook: Webhook | None, alert_id: int, kind: str, facts: dict[str, str], raised_at: datetime, *, now: datetime
) -> tuple[str, bool]:
    """Why it was not told, '' where it was; and whether it is over."""
    if webhook is None:
        return _NO_WEBHOOK, True
    if now - raised_at > WORTH_TELLING_FOR:
        return "too late to be news", True
    body = json.dumps({"type": kind, "timestamp": raised_at.isoformat(), "data": facts}, sort_keys=True).encode()
    try:
        webhook.tell(f"alert_{alert_id}", body, at=int(now.timestamp()))
    except NotTold as failed:
        log.warning("an alert was not taken", extra={"alert": alert_id, "kind": kind, "why": str(failed)})
        return str(failed), False
    return "", True
