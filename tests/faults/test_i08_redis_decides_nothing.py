"""I8: what Redis holds is of no consequence: flushed at any moment, or dead, the outcome is the same."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import redis as redis_client

from service.domain.channel import Channel
from service.domain.errand import Errand
from service.nudges import Nudger
from service.points import watch
from service.sending.sweep import tick
from tests.faults.common import AT_ONCE, Blasting
from tests.sending.conftest import URL, Desk


def test_i08_flushed_at_every_step_everybody_is_still_reached_and_the_work_is_found_again(
    desk: Desk, blast_to: Blasting, redis_url: str
) -> None:
    blast_to(*[f"Ana{place}" for place in range(60)], channels=(Channel.SMS,))
    nudger, broker = Nudger(redis_url), redis_client.Redis.from_url(redis_url)
    nudger.nudge(Errand.DELIVER_SMS)
    watch(lambda _: broker.flushall())

    try:
        broker.flushall()
        found = tick(desk.sessions, public_url=URL, policy=AT_ONCE).errands
        desk.deliver(Channel.SMS)
    finally:
        watch(None)
        broker.close()

    assert Errand.DELIVER_SMS in found
    assert len({each.ref for each in desk.sms.texts}) == len(desk.sms.texts) == 60


def test_i08_with_redis_dead_a_nudge_neither_raises_nor_is_waited_for_again() -> None:
    with counting_callers() as (port, callers):
        nudger = Nudger(f"redis://127.0.0.1:{port}/0")
        nudger.nudge(Errand.DELIVER_EMAIL)
        tried = len(callers)

        for _ in range(100):
            nudger.nudge(Errand.DELIVER_EMAIL)

    assert tried == len(callers) > 0


@contextmanager
def counting_callers() -> Iterator[tuple[int, list[object]]]:
    """A port where everybody is hung up on at once; who called."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    line, address = server.accept()
                    callers.append(address)
                    line.close()

        thread = Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
