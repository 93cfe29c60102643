"""Small counts and notes that all web processes share in Redis, and that each keeps for itself while Redis is away."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service import clock
from service.settings import Settings

log = logging.getLogger(__name__)

# A Redis that is away or frozen holds one request up for this long, then none until it is tried again; the limits by
# network wait for it too (service/web/limits.py), and together they stay below a second.
_SHORTLY_SECONDS, _SILENT_SECONDS = 0.2, 5.0
# Nothing of memory is looked through before it holds so many.
_ROOM = 20_000


@dataclass(slots=True)
class _Memory:
    """What one process keeps."""

    held: dict[str, tuple[str, float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    room: int = _ROOM

    def count(self, add: Sequence[str], read: Sequence[str], *, seconds: int) -> list[int]:
        now = clock.now().timestamp()
        with self.lock:
            self._tidy(now)
            for name in add:
                self.held[name] = (str(int(self._get(name, now) or 0) + 1), now + seconds)
            return [int(self._get(name, now) or 0) for name in read]

    def keep(self, name: str, words: str, *, seconds: int) -> None:
        with self.lock:
            self.held[name] = (words, clock.now().timestamp() + seconds)

    def kept(self, name: str) -> str:
        with self.lock:
            return self._get(name, clock.now().timestamp())

    def take(self, name: str, *, seconds: int) -> bool:
        now = clock.now().timestamp()
        with self.lock:
            self._tidy(now)
            if self._get(name, now):
                return False
            self.held[name] = ("1", now + seconds)
            return True

    def _get(self, name: str, now: float) -> str:
        words, until = self.held.get(name, ("", 0.0))
        return words if until > now else ""

    def _tidy(self, now: float) -> None:
        if len(self.held) >= self.room:
            self.held = {name: kept for name, kept in self.held.items() if kept[1] > now}
            # What is still good is not looked through again with every form.
            self.room = max(_ROOM, 2 * len(self.held))


@dataclass(slots=True)
class SharedCounts:
    """Counts, notes and things that happen once, each for a number of seconds. Nothing of it decides what is sent."""

    redis_url: str | None
    # Installations may share a Redis.
    prefix: str = "touchline"
    _redis: "redis.Redis[bytes] | None" = field(init=False, default=None)
    _silent_until: float = field(init=False, default=0.0)
    _memory: _Memory = field(init=False, default_factory=_Memory)

    @classmethod
    def of(cls, settings: Settings) -> "SharedCounts":
        """Those of one installation."""
        mark = hashlib.sha256(settings.secret_key.encode()).hexdigest()[:12]
        return cls(settings.redis_url, f"touchline:{mark}")

    def count(self, add: Sequence[str], read: Sequence[str], *, seconds: int) -> list[int]:
        """Count one towards each name of `add`; then how much each name of `read` has."""
        client = self._client()
        if client is not None:
            try:
                with client.pipeline(transaction=False) as pipeline:
                    for name in add:
                        pipeline.incr(self._key(name))
                        pipeline.expire(self._key(name), seconds)
                    pipeline.mget([self._key(name) for name in read])
                    return [int(each or 0) for each in pipeline.execute()[-1]]
            except (redis.RedisError, OSError) as away:
                self._note_away(away)
        return self._memory.count(add, read, seconds=seconds)

    def keep(self, name: str, words: str, *, seconds: int) -> None:
        """Keep words under a name, in place of what stood there."""
        client = self._client()
        if client is not None:
            try:
                client.set(self._key(name), words, ex=seconds)
            except (redis.RedisError, OSError) as away:
                self._note_away(away)
            else:
                return
        self._memory.keep(name, words, seconds=seconds)

    def kept(self, name: str) -> str:
        """What is kept under a name; empty where nothing is."""
        client = self._client()
        if client is not None:
            try:
                found = client.get(self._key(name))
                return found.decode() if isinstance(found, bytes) else ""
            except (redis.RedisError, OSError) as away:
                self._note_away(away)
        return self._memory.kept(name)

    def take(self, name: str, *, seconds: int) -> bool:
        """Whether this is the first time in so many seconds that the name is taken."""
        client = self._client()
        if client is not None:
            try:
                return bool(client.set(self._key(name), "1", ex=seconds, nx=True))
            except (redis.RedisError, OSError) as away:
                self._note_away(away)
        return self._memory.take(name, seconds=seconds)

    def _key(self, name: str) -> str:
        return f"{self.prefix}:{name}"

    def _client(self) -> "redis.Redis[bytes] | None":
        if self.redis_url is None or clock.monotonic() < self._silent_until:
            return None
        if self._redis is None:
            self._redis = redis.Redis.from_url(
                self.redis_url,
                socket_connect_timeout=_SHORTLY_SECONDS,
                socket_timeout=_SHORTLY_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self._redis

    def _note_away(self, away: Exception) -> None:
        self._silent_until = clock.monotonic() + _SILENT_SECONDS
        log.warning("Redis is away, this process counts by itself", extra={"why": type(away).__name__})
