"""Tell the workers there may be work: best effort, after commit, ids only. A lost nudge costs seconds, never work."""

import logging
from dataclasses import dataclass, field

from celery import Celery
from kombu.exceptions import OperationalError

from service import clock
from service.domain.errand import QUEUES, Errand
from service.points import point

log = logging.getLogger(__name__)

# After one failure to reach Redis, nobody waits for it again for this long; the ticker finds the work anyway.
_BREAK_SECONDS = 10.0

# The limits that bind every client of the broker, publisher and worker alike (measured: a frozen Redis without
# socket_timeout hangs a publisher for as long as it is frozen).
TRANSPORT: dict[str, object] = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "touchline:",
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
    """Publishes errand names with ids. Without a Redis address it stays silent and the ticker does the finding."""

    redis_url: str | None
    _publisher: Celery | None = field(init=False, default=None)
    _silent_until: float = field(init=False, default=0.0)

    def nudge(self, errand: Errand, *ids: int) -> None:
        """Ask for an errand to be run soon. Never raises; call it after the commit."""
        if self.redis_url is None or clock.monotonic() < self._silent_until:
            return
        if self._publisher is None:
            self._publisher = make_publisher(self.redis_url)
        point("nudge.before")
        try:
            self._publisher.send_task(
                str(errand), args=list(ids), queue=str(QUEUES[errand]), expires=120, argsrepr="", ignore_result=True
            )
        except (OperationalError, OSError) as broken:
            self._silent_until = clock.monotonic() + _BREAK_SECONDS
            log.warning("nudge lost, the ticker will find the work", extra={"errand": errand, "why": str(broken)})
        point("nudge.after")
