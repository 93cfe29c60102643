"""How an errand is declared: by its name, on its queue, safe to run twice, safe never to run."""

import logging
from collections.abc import Callable

from service import clock
from service.domain.errand import Errand
from workers.app import app
from workers.house import House, house

log = logging.getLogger(__name__)

# An errand works for this long at most and then asks for another, so that a stopping worker stops soon.
STRETCH_SECONDS = 20.0

Run = Callable[[House, float], bool]

# Every errand by its name, for whoever finds out without a nudge that there is work (workers/polling.py).
ERRANDS: dict[Errand, Run] = {}


def errand(name: Errand) -> Callable[[Run], Run]:
    """Register `run(house, until) -> more` under this name; `more` asks for the errand again at once."""

    def register(run: Run) -> Run:
        def task(*_: int) -> None:
            here = house()
            if run(here, clock.monotonic() + STRETCH_SECONDS):
                here.nudger.nudge(name)

        task.__name__ = str(name).replace(".", "_")
        app.task(task, name=str(name), ignore_result=True)
        ERRANDS[name] = run
        return run

    return register
