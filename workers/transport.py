"""The broker as our workers read it: what is no nudge of ours is dropped with a line in the log, and ends no worker.

Nothing of what a message says reaches Celery but the name of the errand and when it is stale: whoever can write to
Redis can ask for work to be looked for, and for nothing else.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from queue import Empty
from uuid import uuid4

from kombu.transport import redis
from redis.exceptions import ResponseError

from service.domain.errand import Errand

log = logging.getLogger(__name__)

_ERRANDS = frozenset(str(errand) for errand in Errand)
# The body of a task without arguments, as Celery's protocol 2 has it.
_NO_ARGUMENTS = json.dumps([[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])


class NudgeChannel(redis.Channel):
    """A channel on which anything may lie that a stranger put there."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        try:
            self.client.set("looked", 1, ex=60)
        except ResponseError as refused:
            # It answers, and takes nothing: away, and to be tried again later, not many times a second.
            self._disconnect_pools()
            raise ConnectionError(str(refused)) from refused

    def _brpop_read(self, **options: object) -> bool:
        try:
            return bool(super()._brpop_read(**options))
        except (*self.connection_errors, Empty):
            raise
        except ResponseError as refused:
            if str(refused).startswith("WRONGTYPE"):
                self._clear_what_is_no_list()
            raise
        except Exception as broken:
            # JSON that cannot be read raises whatever the reader pleases; what was read is out of the queue by now.
            why = {"why": type(broken).__name__}
            log.warning("something in the queue could not be read and was dropped", extra=why)
            return True

    def _clear_what_is_no_list(self) -> None:
        with self.conn_or_acquire() as client:
            for queue in self.active_queues:
                for priority in self.priority_steps:
                    key = self._q_for_pri(queue, priority)
                    try:
                        client.llen(key)
                    except ResponseError:
                        log.warning("something that is no queue stood in its place and was dropped", extra={"key": key})
                        client.delete(key)


class NudgeTransport(redis.Transport):
    """Redis as kombu speaks to it, but for what comes in."""

    Channel = NudgeChannel

    def _deliver(self, message: object, queue: str) -> None:
        errand = errand_of(message)
        if errand is None:
            log.warning("something in the queue is no nudge of ours and was dropped", extra={"queue": queue})
        else:
            super()._deliver(_nudge(errand, queue, expires_at=_expires_at(message)), queue)


def errand_of(message: object) -> str | None:
    """The errand a message asks for; None where it is not one of ours."""
    name = _headers(message).get("task")
    return name if isinstance(name, str) and name in _ERRANDS else None


def _expires_at(message: object) -> str | None:
    """When another has been asked for since, and Celery lets this one go; None where it says no such moment."""
    expires = _headers(message).get("expires")
    try:
        return datetime.fromisoformat(expires).isoformat() if isinstance(expires, str) else None
    except ValueError:
        return None


def _headers(message: object) -> Mapping[str, object]:
    headers = message.get("headers") if isinstance(message, dict) else None
    return headers if isinstance(headers, dict) else {}


def _nudge(errand: str, queue: str, *, expires_at: str | None) -> dict[str, object]:
    name = str(uuid4())
    headers: dict[str, object] = {
        "lang": "py",
        "task": errand,
        "id": name,
        "root_id": name,
        "parent_id": None,
        "group": None,
    }
    headers |= {
        "expires": expires_at,
        "eta": None,
        "retries": 0,
        "timelimit": [None, None],
        "argsrepr": "",
        "kwargsrepr": "",
    }
    properties: dict[str, object] = {
        "correlation_id": name,
        "reply_to": "",
        "delivery_mode": 2,
        "priority": 0,
        "body_encoding": None,
    }
    properties |= {"delivery_info": {"exchange": "touchline", "routing_key": queue}, "delivery_tag": name}
    kind = {"content-type": "application/json", "content-encoding": "utf-8"}
    return {"body": _NO_ARGUMENTS, "headers": headers, "properties": properties, **kind}
