"""How the installation itself is doing: what does not work, what a person should look at, and how much there is to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.channel import Channel
from service.domain.doubt import ALARMING_AFTER
from service.domain.errand import Queue
from service.store import Session
from service.store.carried import carried
from service.store.migrate import is_fit
from service.store.queries import asking, catching_up, heartbeats, house
from service.store.queries.asking import Alarm
from service.store.queries.catching_up import CatchUpHealth
from service.store.queries.heartbeats import Heartbeat
from service.store.queries.house import VitalSigns

# It is asked every minute; a long list may take some.
_CATCH_UP_SECONDS = 15 * 60
# A process tells every five seconds that it lives; a machine may be busy.
_ALIVE_SECONDS = 30
_TICK_SECONDS = 60
# What is due is begun within seconds, also without a broker.
_OPEN_SECONDS, _STUCK_SECONDS = 60, 120
# What each kind of process is for, and what to start where there is none.
WORK = {
    Queue.PROMPT: ("confirmations and answers", "worker-prompt"),
    Queue.BULK: ("blasts", "worker-bulk"),
    Queue.LISTENING: ("missed texts", "worker-bulk"),
}


@dataclass(frozen=True, slots=True)
class HouseReport:
    """What is known at this moment. Seconds."""

    vital: VitalSigns
    # Who is at work, by kind: each queue, and the ticker.
    heartbeats: Sequence[Heartbeat]
    catch_up: CatchUpHealth
    # Budgets of forms that are used up (service/sending/asking.py).
    alarms: tuple[Alarm, ...]

    @property
    def doubt_is_alarming(self) -> bool:
        """Whether something has been in doubt for longer than evidence takes to come."""
        return self.vital.oldest_doubt_seconds > ALARMING_AFTER.total_seconds()

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

    @property
    def broker_faults(self) -> Sequence[str]:
        """Whether the broker answers those at work; Postgres is looked into where it does not."""
        cut_off = sum(each.without_broker_count for each in self.heartbeats)
        living = sum(each.living_count for each in self.heartbeats)
        if not cut_off:
            return []
        whom = "the workers" if cut_off == living else f"{cut_off} of {living} processes"
        return [f"the broker does not answer {whom}: they look for work in Postgres"]

    @property
    def process_faults(self) -> Sequence[str]:
        """Who is missing from work."""
        faults, ticked = [], self.vital.seconds_since_tick
        if ticked is None or ticked > _TICK_SECONDS:
            faults.append("no ticker has ticked in the last minute")
        for queue, (what, process) in WORK.items():
            if not self.living_count(queue):
                faults.append(f"nobody works on {what}: no {process} process {self._heard_from(queue)}")
        return faults

    @property
    def work_faults(self) -> Sequence[str]:
        """What is due and is not being done."""
        faults, vital = [], self.vital
        if vital.held_reason is None and vital.unwritten_seconds > _OPEN_SECONDS:
            faults.append(f"a blast has been waiting to open for {_spell(vital.unwritten_seconds)}")
        if vital.notices_due_seconds > _STUCK_SECONDS:
            faults.append(f"confirmations or answers have been due for {_spell(vital.notices_due_seconds)}")
        since = vital.seconds_since_intent
        idle = vital.batches_due_seconds if since is None else min(vital.batches_due_seconds, since)
        if vital.held_reason is None and idle > _STUCK_SECONDS:
            faults.append(f"messages of a blast are due, and none has been handed over for {_spell(idle)}")
        if self.doubt_is_alarming:
            faults.append(f"messages have been in doubt for {_spell(vital.oldest_doubt_seconds)}")
        return faults

    @property
    def faults(self) -> Sequence[str]:
        """Everything that does not work as it should."""
        return [*self.broker_faults, *self.process_faults, *self.work_faults]

    @property
    def warnings(self) -> Sequence[str]:
        """What works, and a person should look at."""
        held = self.vital.held_reason
        told = [] if held is None else [f"nothing of a blast is sent: {held}"]
        told += self.catch_up_faults
        return told + [
            f"confirmations of campaign {each.campaign_id} are held back: {each.budget}" for each in self.alarms
        ]

    def living_count(self, kind: str) -> int:
        """How many processes of this kind were heard from lately."""
        return sum(each.living_count for each in self.heartbeats if each.kind == kind)

    def _heard_from(self, kind: str) -> str:
        known = [each.seconds_since for each in self.heartbeats if each.kind == kind]
        return f"has been heard from for {_spell(known[0])}" if known else "has been heard from"


def house_report(session: Session) -> HouseReport:
    """How the installation is doing: some dozens of rows are read, however many there are. Ask `is_migrated` first."""
    return HouseReport(
        vital=house.vital_signs(session),
        heartbeats=heartbeats.by_kind(session, alive_seconds=_ALIVE_SECONDS),
        # Where nobody carries texts none is missed.
        catch_up=catching_up.health(session) if Channel.SMS in carried(session) else CatchUpHealth(None, 0),
        alarms=tuple(asking.alarms(session)),
    )


def forget_who_was_here(session: Session, *, host: str) -> None:
    """Take back every heartbeat of a machine's, and the last tick: whoever lives tells so again within seconds."""
    heartbeats.forget_host(session, host)


def is_migrated(session: Session) -> bool:
    """Whether this version can work on the database as it is."""
    return is_fit(house.migration(session))


def _spell(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
