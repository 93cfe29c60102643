"""Work with a due time: deliveries, status changes, retries."""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable

from sandbox import clock

log = logging.getLogger("sandbox")
Deed = Callable[[], None]
_AT_ONCE = 2000  # deeds done before other tasks get their turn


class Agenda:
    """Deeds in order of their due time, done by one task."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deed]] = []
        self._count = itertools.count()
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._heap)

    def after(self, seconds: float, deed: Deed) -> None:
        """Do the deed once that many seconds have passed."""
        due = clock.now() + seconds
        heapq.heappush(self._heap, (due, next(self._count), deed))
        if self._heap[0][0] == due:
            self._changed.set()

    def clear(self) -> None:
        """Forget everything that is still to be done."""
        self._heap.clear()

    async def run(self) -> None:
        """Do what is due, for ever."""
        while True:
            self._changed.clear()
            done = 0
            while self._heap and self._heap[0][0] <= clock.now() and done < _AT_ONCE:
                self._do(heapq.heappop(self._heap)[2])
                done += 1
            if done == _AT_ONCE:
                await asyncio.sleep(0)
                continue
            await self._rest()

    def _do(self, deed: Deed) -> None:
        try:
            deed()
        except Exception:
            # One broken delivery must not stop the others; whoever watches the sandbox's log will notice.
            log.exception("sandbox: a deed on the agenda failed")

    async def _rest(self) -> None:
        wait = max(0.0, self._heap[0][0] - clock.now()) if self._heap else None
        try:
            await asyncio.wait_for(self._changed.wait(), wait)
        except TimeoutError:
            return
