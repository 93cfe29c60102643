"""Work found in Postgres instead of waited for: what runs in a worker's place while the broker brings no nudges.

`python -m workers.polling bulk listening`: the same errands at the pace of the ticker. Claims in Postgres decide who
does what, so any number of these may run, beside workers that are nudged too. It ends when told to, or when whoever
started it is gone.
"""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from service import clock
from service.domain.errand import EVERY_SECONDS, QUEUES, Errand, Queue
from service.environment import SettingsError
from service.logs import set_up_logs
from service.sending.sweep import errands_with_work
from service.settings import load_settings
from service.store.behind import log_trouble
from workers.errand import run_errand
from workers.errands import listening, planning, sending  # noqa: F401 - they declare the errands
from workers.house import House, build_house

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
# An errand's turn, so that none waits long for another; and when one that hangs is ended, with this process, as a
# worker's is. Whoever started it starts another.
_TURN_SECONDS, _HANGS_SECONDS = 5.0, 60


@dataclass(slots=True)
class Poller:
    """Finds the errands of some queues that have work, and runs them, one after the other."""

    house: House
    queues: frozenset[Queue]
    _asked_at: dict[Errand, float] = field(default_factory=dict)

    def look(self) -> bool:
        """Run each errand that has work for a turn; whether any of them has more to do."""
        more = [self._run(errand) for errand in self._with_work()]
        return any(more)

    def _with_work(self) -> Sequence[Errand]:
        try:
            with self.house.sessions.begin() as session:
                found = set(errands_with_work(session))
        except SQLAlchemyError as broken:
            log_trouble(log, "could not look for work", broken)
            return []
        now = clock.monotonic()
        for errand, seconds in EVERY_SECONDS.items():
            if QUEUES[errand] in self.queues and now - self._asked_at.get(errand, float("-inf")) >= seconds:
                self._asked_at[errand] = now
                found.add(errand)
        return sorted(errand for errand in found if QUEUES[errand] in self.queues)

    def _run(self, errand: Errand) -> bool:
        signal.alarm(_HANGS_SECONDS)
        try:
            return run_errand(errand, self.house, clock.monotonic() + _TURN_SECONDS)
        except Exception:
            # As a worker's log tells it of a task; the next look finds what is left.
            log.exception("an errand failed", extra={"errand": errand})
            return False
        finally:
            signal.alarm(0)


def main(names: Sequence[str]) -> int:
    """Look into Postgres until told to stop."""
    try:
        settings = load_settings()
        # Nobody needs to be nudged by one who looks.
        house = build_house(settings, nudges=False)
    except SettingsError as wrong:
        sys.stderr.write(f"touchline: {wrong}\n")
        return 1
    set_up_logs(settings.log_level)
    stop, parent = Event(), os.getppid()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    poller = Poller(house, frozenset(Queue(name) for name in names))
    while not stop.is_set() and os.getppid() == parent:
        if not poller.look():
            stop.wait(_LOOK_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
