"""Why messages of a blast that is under way have not gone."""

from enum import StrEnum


class WaitsFor(StrEnum):
    """What messages wait for; the last two are messages that wait no more, for it is too late for them."""

    TURN = "turn"
    QUIET = "quiet"
    DAY_LIMIT = "day_limit"
    LOCAL_TIME = "local_time"
    CHOICE = "choice"
    # The provider, or this program, failed on them; they are tried again by themselves.
    PUT_BACK = "put_back"
    TOO_LATE = "too_late"
    TOO_LATE_AT_NIGHT = "too_late_at_night"


# What waits for a moment or a person, and so for no worker.
SLEEPING = frozenset({WaitsFor.QUIET, WaitsFor.DAY_LIMIT, WaitsFor.LOCAL_TIME, WaitsFor.CHOICE})
OVER = frozenset({WaitsFor.TOO_LATE, WaitsFor.TOO_LATE_AT_NIGHT})
