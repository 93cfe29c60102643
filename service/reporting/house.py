"""How the house itself is doing."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.doubt import ALARMING_AFTER
from service.store import Session
from service.store.migrate import newest_migration
from service.store.queries import asking, house
from service.store.queries.asking import Alarm


@dataclass(frozen=True, slots=True)
class HouseReport:
    """Counts by state, and the ages that tell whether work is being done. Seconds."""

    is_migrated: bool
    seconds_since_tick: float | None
    oldest_due_seconds: float
    batches: Mapping[str, int]
    notices: Mapping[str, int]
    messages_in_doubt: int
    oldest_doubt_seconds: float
    held_reason: str | None
    replies_waiting: int
    # Budgets of forms that are used up (service/sending/asking.py).
    alarms: tuple[Alarm, ...]

    @property
    def doubt_is_alarming(self) -> bool:
        """Whether something has been in doubt for longer than evidence takes to come."""
        return self.oldest_doubt_seconds > ALARMING_AFTER.total_seconds()


def house_report(session: Session) -> HouseReport:
    """How the house is doing at this moment."""
    vital = house.vital_signs(session)
    return HouseReport(
        is_migrated=vital.migration == newest_migration(),
        seconds_since_tick=vital.seconds_since_tick,
        oldest_due_seconds=vital.oldest_due_seconds,
        batches=house.batches_by_state(session),
        notices=house.notices_by_state(session),
        messages_in_doubt=vital.messages_in_doubt,
        oldest_doubt_seconds=vital.oldest_doubt_seconds,
        held_reason=vital.held_reason,
        replies_waiting=vital.replies_waiting,
        alarms=tuple(asking.alarms(session)),
    )
