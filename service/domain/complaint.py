"""How long a complaint about data may wait."""

from datetime import datetime, timedelta

# Data Protection Act 2018 s.164A: acknowledged within 30 days. We acknowledge at once, and answer within these.
ANSWERED_WITHIN = timedelta(days=30)
# Managers are told while there is still time.
TOLD_AFTER = timedelta(days=23)


def is_overdue(at: datetime, *, now: datetime) -> bool:
    """Whether it has waited for too long."""
    return now - at > ANSWERED_WITHIN


def days_left(at: datetime, *, now: datetime) -> int:
    """Whole days until it is overdue; negative when it is."""
    return (at + ANSWERED_WITHIN - now).days
