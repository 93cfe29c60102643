"""Tell the workers there may be work: best effort, after commit, names only. A lost nudge costs seconds, never work."""

import logging
from dataclasses import dataclass, field
from threading import Condition, Thread

from celery import Celery

from service import clock
from service.domain.errand import QUEUES, Errand
from service.points import point

log = logging.getLogger(__name__)

# After one failure to reach Redis, nobody waits for it again for this long; the workers find the work anyway.
_BREAK_SECONDS = 10.0

# The limits that bind every client of the broker, publisher and worker alike (measured: a frozen Redis without
# socket_timeout hangs a publisher for as long as it is frozen).
TRANSPORT: dict[str, object] = {
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "touchline:",
    # A nudge that is lost with its worker costs seconds; keeping book of it would cost four writes each.
    "ack_emulation": False,
}


def make_publisher(redis_url: str) -> Celery:
    """A Celery app that only publishes."""
    app = Celery("touchline", broker=redis_url, set_as_current=False)
    app.conf.update(
        broker_transport_options=TRANSPORT | {"socket_timeout": 2, "socket_connect_timeout": 1},
        broker_pool_limit=4,
        task_publish_retry=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
    )
    return app


@dataclass(slots=True)
class Nudger:
    """Publishes errand names. Without a Redis address it stays silent and the workers find the work by themselves.

    `in_background`: whoever nudges waits for nobody, not even for the time a dead Redis takes to be found out; the
    same errand asked for again meanwhile is asked for once. What is not published when the process ends is lost.
    """

    redis_url: str | None
    in_background: bool = False
    _publisher: Celery | None = field(init=False, default=None)
    _silent_until: float = field(init=False, default=0.0)
    _waiting: set[Errand] = field(init=False, default_factory=set)
    _changed: Condition = field(init=False, default_factory=Condition)
    _thread: Thread | None = field(init=False, default=None)

    def nudge(self, errand: Errand) -> None:
        """Ask for an errand to be run soon. Never raises; call it after the commit."""
        if self.redis_url is None or clock.monotonic() < self._silent_until:
            return
        if not self.in_background:
            self._publish(self.redis_url, errand)
            return
        with self._changed:
            self._waiting.add(errand)
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._publish_waiting, args=(self.redis_url,), daemon=True)
                self._thread.start()
            self._changed.notify_all()

    @property
    def is_publishing(self) -> bool:
        """Whether something asked for in the background is neither published nor lost yet."""
        return bool(self._waiting)

    def _publish_waiting(self, redis_url: str) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                errand = min(self._waiting)
            self._publish(redis_url, errand)
            with self._changed:
                self._waiting.discard(errand)
                self._changed.notify_all()

    def _publish(self, redis_url: str, errand: Errand) -> None:
        if clock.monotonic() < self._silent_until:
            return
        if self._publisher is None:
            self._publisher = make_publisher(redis_url)
        point("nudge.before")
        try:
            self._publisher.send_task(
                str(errand), queue=str(QUEUES[errand]), expires=120, argsrepr="", ignore_result=True
            )
        except Exception as broken:
            # Whatever is wrong with the broker must not undo or hold up what has been committed. Doctor and /readyz tell.
            self._silent_until = clock.monotonic() + _BREAK_SECONDS
            log.warning("nudge lost, the workers will find the work", extra={"errand": errand, "why": str(broken)})
        point("nudge.after")
