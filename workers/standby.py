"""What stands by in every worker: a thread that sees whether nudges come, and looks after work where they do not."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from celery import bootsteps
from celery.apps.worker import Worker
from celery.signals import task_received

from service import clock
from service.domain.errand import QUEUES, Queue
from service.sending.sweep import errands_with_work
from service.settings import load_settings
from service.store.engine import make_engine, make_sessions
from workers.pulse import LOOK_SECONDS, Pulse

log = logging.getLogger(__name__)

# A worker that is asked for nothing for this long while there is work is not reached, whatever the broker answers: an
# errand takes twenty seconds at most, and the ticker asks for it every second.
_UNREACHED_SECONDS = 30.0
# As long as a worker may take to find out that the broker is back.
_RECONNECT_SECONDS = 45.0
# One that dies at once is not started again at once.
_AGAIN_SECONDS = 5.0
# As long as a call to a provider may take.
_STOP_SECONDS = 25.0


class Pollers:
    """Processes that do a worker's errands in its place (workers/polling.py), as many as it has itself."""

    def __init__(self, queues: Sequence[str], count: int) -> None:
        self._command = [sys.executable, "-m", "workers.polling", *queues]
        self._count = count
        self._pids: set[int] = set()
        self._started_at = float("-inf")

    def stand_in(self) -> None:
        """See to it that they run."""
        self._reap()
        if len(self._pids) < self._count and clock.monotonic() - self._started_at >= _AGAIN_SECONDS:
            self._started_at = clock.monotonic()
            # Not Popen: a worker that forks another at the same moment would keep its pipe open, and this thread waiting.
            missing = self._count - len(self._pids)
            self._pids |= {os.posix_spawn(sys.executable, self._command, os.environ) for _ in range(missing)}

    def stand_back(self) -> None:
        """Ask them to end when they have done what they are at."""
        self._reap()
        for pid in self._pids:
            os.kill(pid, signal.SIGTERM)

    def end(self) -> None:
        """Ask them to end, and see to it."""
        self.stand_back()
        give_up = clock.monotonic() + _STOP_SECONDS
        while self._pids and clock.monotonic() < give_up:
            time.sleep(0.05)
            self._reap()
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        self._pids -= {pid for pid in self._pids if os.waitpid(pid, os.WNOHANG) != (0, 0)}


class Watch(Thread):
    """Tells that the worker lives, and has pollers stand in for as long as no nudges reach it."""

    def __init__(self, pulse: Pulse, pollers: Pollers, *, waits: Callable[[], bool]) -> None:
        super().__init__(name="standby", daemon=True)
        self._pulse, self._pollers, self._waits = pulse, pollers, waits
        self._nudged_at = clock.monotonic()
        # When the broker was last away.
        self._away_at = float("-inf")
        self._stop_asked = Event()

    def note_nudge(self, **_: object) -> None:
        """A nudge has come."""
        self._nudged_at = clock.monotonic()

    def run(self) -> None:
        while not self._stop_asked.wait(LOOK_SECONDS):
            try:
                self._pulse.look()
                if self._must_stand_in():
                    self._pollers.stand_in()
                else:
                    self._pollers.stand_back()
            except Exception:
                # A worker whose nobody looks after would go unseen: look again, and say what was wrong.
                log.exception("could not look after this worker")

    def end(self) -> None:
        """Stop looking, and end the pollers."""
        self._stop_asked.set()
        self.join(LOOK_SECONDS * 3)
        self._pollers.end()
        self._pulse.end()

    def _must_stand_in(self) -> bool:
        now = clock.monotonic()
        if self._pulse.broker_is_away:
            self._away_at = now
        is_reached = self._nudged_at > self._away_at
        if not is_reached and now - self._away_at < _RECONNECT_SECONDS:
            return True
        return now - self._nudged_at >= _UNREACHED_SECONDS and self._waits()


class StandBy(bootsteps.StartStopStep):
    """Begins when the worker's own processes have been forked, so that none of them inherits a connection."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Worker, **options: object) -> None:
        super().__init__(worker, **options)
        self._watch: Watch | None = None

    def start(self, worker: Worker) -> None:
        """Begin to watch."""
        settings = load_settings()
        sessions = make_sessions(make_engine(settings.needed_database_url, pool_size=1))
        queues = sorted(Queue(name) for name in worker.app.amqp.queues.consume_from)

        def waits() -> bool:
            with sessions.begin() as session:
                return any(QUEUES[errand] in queues for errand in errands_with_work(session))

        pulse, pollers = Pulse(settings.redis_url, sessions, queues), Pollers(queues, worker.concurrency)
        self._watch = Watch(pulse, pollers, waits=waits)
        task_received.connect(self._watch.note_nudge)
        self._watch.start()

    def stop(self, worker: Worker) -> None:
        """The worker ends."""
        if self._watch is not None:
            self._watch.end()
            self._watch = None

    terminate = stop
