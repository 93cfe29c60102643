"""Whether the broker does its work."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

_PATIENCE_SECONDS = 1.0


def broker_answers(redis_url: str) -> bool:
    """Whether Redis takes what is written to it, within a second.

    One that is full, loading, a replica or cannot write to its disk answers, and carries no nudges.
    """
    patience, once = _PATIENCE_SECONDS, Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(redis_url, retry=once, socket_timeout=patience, socket_connect_timeout=patience) as broker:
            return bool(broker.set("touchline:looked", 1, ex=60))
    except (RedisError, OSError, ValueError):
        return False
