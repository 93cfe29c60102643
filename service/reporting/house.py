"""How the house itself is doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain.doubt import ALARMING_AFTER
from service.store import Session
from service.store.migrate import newest_migration
from service.store.queries import asking, catching_up, house
from service.store.queries.asking import Alarm
from service.store.queries.catching_up import CatchUpHealth

# It is asked every minute; a long list may take some.
_CATCH_UP_SECONDS = 15 * 60


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
    catch_up: CatchUpHealth
    # Budgets of forms that are used up (service/sending/asking.py).
    alarms: tuple[Alarm, ...]

    @property
    def doubt_is_alarming(self) -> bool:
        """Whether something has been in doubt for longer than evidence takes to come."""
        return self.oldest_doubt_seconds > ALARMING_AFTER.total_seconds()

    @property
    def catch_up_faults(self) -> Sequence[str]:
        """What is wrong with the recovery of texts that no webhook brought; nothing where all is well."""
        faults, behind = [], self.catch_up.seconds_behind
        if behind is not None and behind > _CATCH_UP_SECONDS:
            faults.append(f"missed texts have not been looked for as a whole for {behind / 60:.0f} minutes")
        if self.catch_up.failed:
            many = "1 text was" if self.catch_up.failed == 1 else f"{self.catch_up.failed} texts were"
            faults.append(f"{many} set aside, for they could not be received")
        return faults


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
        catch_up=catching_up.health(session),
        alarms=tuple(asking.alarms(session)),
    )
