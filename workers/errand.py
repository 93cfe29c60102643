"""How an errand is declared: by its name, on its queue, safe to run twice, safe never to run."""

import logging
from collections.abc import Callable

from sqlalchemy.exc import ProgrammingError

from service import clock
from service.domain.errand import Errand
from service.store.behind import NOT_MIGRATED, is_behind
from workers.app import app
from workers.house import House, house

log = logging.getLogger(__name__)

# An errand works for this long at most and then asks for another, so that a stopping worker stops soon.
STRETCH_SECONDS = 20.0

Run = Callable[[House, float], bool]

# Every errand by its name, for whoever finds out without a nudge that there is work (workers/polling.py).
ERRANDS: dict[Errand, Run] = {}


def run_errand(name: Errand, here: House, until: float) -> bool:
    """Run an errand; on a database that is behind nothing is done, and that is said in one line."""
    try:
        return ERRANDS[name](here, until)
    except ProgrammingError as broken:
        if not is_behind(broken):
            raise
        log.error(NOT_MIGRATED, extra={"errand": name})
        return False


def errand(name: Errand) -> Callable[[Run], Run]:
    """Register `run(house, until) -> more` under this name; `more` asks for the errand again at once."""

    def register(run: Run) -> Run:
        def task(*_: int) -> None:
            here = house()
            if run_errand(name, here, clock.monotonic() + STRETCH_SECONDS):
                here.nudger.nudge(name)

        task.__name__ = str(name).replace(".", "_")
        app.task(task, name=str(name), ignore_result=True)
        ERRANDS[name] = run
        return run

    return register
