"""What another system may be told of: the kinds of alerts, and how long each is tried."""

from datetime import timedelta
from enum import StrEnum


class AlertKind(StrEnum):
    """What happened that a person should look at."""

    BLAST_STOPPED = "blast.stopped"
    APPROVAL_WANTED = "approval.wanted"
    FORMS_OVER_LIMIT = "forms.over_limit"
    DOUBTS = "messages.in_doubt"
    AUDIT_BROKEN = "audit.broken"


# After so long an alert is news to nobody.
WORTH_TELLING_FOR = timedelta(hours=24)
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)


def wait_after(tries: int) -> timedelta:
    """How long until the next try after so many: twice as long each time, an hour at most."""
    return min(timedelta(seconds=_FIRST.total_seconds() * 2 ** min(tries, 20)), _LONGEST)
