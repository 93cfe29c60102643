"""What web processes count together, and alone while Redis is away."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine

from service.cli.running.ports import free_port
from service.shared_counts import SharedCounts

Two = tuple[SharedCounts, SharedCounts]


@pytest.fixture
def in_redis(redis_url: str) -> Two:
    """Two processes with one Redis."""
    redis.Redis.from_url(redis_url).flushall()
    return SharedCounts(redis_url, "one"), SharedCounts(redis_url, "one")


@pytest.fixture
def in_memory() -> Two:
    """One process whose Redis is away."""
    alone = SharedCounts(f"redis://127.0.0.1:{free_port()}/0", "one")
    return alone, alone


@pytest.fixture(params=["in_redis", "in_memory"])
def two(request: pytest.FixtureRequest) -> Two:
    found: Two = request.getfixturevalue(request.param)
    return found


def test_what_one_counts_the_other_reads(two: Two) -> None:
    one, other = two
    one.count(["a", "b"], ["a"], seconds=60)

    assert other.count(["a"], ["a", "b", "nothing"], seconds=60) == [2, 1, 0]


def test_a_thing_is_taken_once(two: Two) -> None:
    one, other = two

    assert (one.take("work", seconds=60), other.take("work", seconds=60), one.take("more", seconds=60)) == (
        True,
        False,
        True,
    )


def test_what_one_keeps_the_other_finds(two: Two) -> None:
    one, other = two
    one.keep("flood", "since noon", seconds=60)

    assert (other.kept("flood"), other.kept("nothing")) == ("since noon", "")


def test_installations_that_share_a_redis_are_told_apart(redis_url: str) -> None:
    SharedCounts(redis_url, "one").keep("flood", "here", seconds=60)

    assert SharedCounts(redis_url, "another").kept("flood") == ""


def test_everything_in_redis_ends_by_itself(in_redis: Two, redis_url: str) -> None:
    one, _ = in_redis
    one.count(["a"], ["a"], seconds=60)
    one.keep("b", "words", seconds=60)
    one.take("c", seconds=60)
    held = redis.Redis.from_url(redis_url)

    assert {0 < held.ttl(key) <= 60 for key in held.keys("one:*")} == {True}
    assert len(held.keys("one:*")) == 3


def test_everything_in_memory_ends_by_itself_and_makes_room() -> None:
    alone = SharedCounts(None)
    with time_machine.travel(datetime(2029, 1, 16, 12, tzinfo=UTC), tick=False) as time:
        alone.take("c", seconds=60)
        alone.keep("b", "words", seconds=60)
        alone.count([f"a{place}" for place in range(20_000)], ["a1"], seconds=60)
        time.shift(timedelta(seconds=61))

        assert alone.count([], ["a1"], seconds=60) == [0]
        assert (alone.kept("b"), alone.take("c", seconds=60)) == ("", True)
        assert len(alone._memory.held) == 1
