"""One life of the house in a process of its own, which may be told to die at a named point.

`python -m tests.faults.life` reads lives as lines of JSON and answers how each ended. Each is forked from a process
that has imported everything already, so that a life costs what its work costs.
"""

import base64
import gc
import json
import os
import random
import signal
import sys
import time
import traceback
import urllib.request
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from importlib import import_module
from threading import Lock

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, configure_mappers, sessionmaker

from service import clock
from service.domain.channel import Channel
from service.domain.doubt import DoubtPolicy
from service.points import watch
from service.sending.sweep import tick
from service.settings import load_settings
from service.store.engine import make_engine, make_sessions
from service.web.app import create_app
from workers.errands.listening import catch_up
from workers.errands.sending import (
    deliver_email,
    deliver_sms,
    open_blasts,
    read_suppression_lists,
    send_notices,
    settle_doubts,
)
from workers.house import House, build_house

AT_ONCE = DoubtPolicy(
    doubtful_after=timedelta(0), ask_after=(timedelta(0), timedelta(0)), email_settles_after=timedelta(0)
)
DIED_BY_EXCEPTION = 70
_ROUNDS = 12
# What publishing a nudge would read first.
_READ_LATE = ("celery.app.amqp", "celery.app.events", "celery.loaders.app", "kombu.transport.redis")


@dataclass(frozen=True)
class Life:
    """What a process is told: where everything is, which channel, and where to die (never, when `point` is empty)."""

    environ: dict[str, str]
    channel: str
    point: str = ""
    how: str = ""
    seed: int = 0
    # Lived by the mother of all lives herself, so that those after it know what she has read and worked out.
    is_first: bool = False

    def as_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


class Died(BaseException):
    """The process is to be no more; nothing may catch it."""


@dataclass
class Executioner:
    """Ends the process the first time it passes its point."""

    point: str
    how: str
    lock: Lock
    is_done: bool = False

    def __call__(self, name: str) -> None:
        with self.lock:
            if name != self.point or self.is_done:
                return
            self.is_done = True
        if self.how == "sigkill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise Died


@dataclass(frozen=True)
class Ground:
    """What lives share with their mother: an app and sessions, connected to nothing when a life begins."""

    app: Flask
    sessions: sessionmaker[Session]

    def let_go(self) -> None:
        """Close every connection."""
        for sessions in (self.sessions, self.app.extensions["touchline"].sessions):
            sessions.kw["bind"].dispose()


def live(life: Life, ground: Ground) -> None:
    """Tick, open, hand over, hear and settle until nothing is left to do."""
    if life.point:
        watch(Executioner(life.point, life.how, Lock()))
    house = _house(life, ground)
    heard = 0
    for number in range(_ROUNDS):
        _hurry(house)
        ticked = tick(house.sessions, public_url=house.settings.public_url, policy=AT_ONCE)
        for errand in sorted(ticked.errands):
            house.nudger.nudge(errand)
        until = clock.monotonic() + 120
        open_blasts(house, until)
        send_notices(house, until)
        if life.channel == Channel.SMS:
            deliver_sms(house, until)
            catch_up(house, until)
            settle_doubts(house, until)
        else:
            deliver_email(house, until)
            if not life.point or life.point.startswith("lists."):
                read_suppression_lists(house, until)
        heard = _hear(ground.app, house, random.Random(life.seed + number), after=heard)
        settle_doubts(house, until)
        if _is_quiet(house):
            break
    else:
        raise RuntimeError("the house does not come to rest")
    house.email.close()
    house.sms.close()
    ground.let_go()


def _house(life: Life, ground: Ground) -> House:
    built = build_house(load_settings(life.environ))
    desk = replace(built.desk, sessions=ground.sessions)
    return replace(built, sessions=ground.sessions, desk=desk, policy=AT_ONCE, span=_SPAN)


# Small enough that a handful of people are several spans and several batches.
_SPAN = 3


def _hurry(house: House) -> None:
    """What waits for its turn need not wait here."""
    with house.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = clock_timestamp() WHERE state = 'queued'"))
        session.execute(text("UPDATE notices SET not_before = clock_timestamp() WHERE state = 'queued'"))
        session.execute(text("UPDATE suppression_lists SET finished_at = finished_at - interval '1 day'"))


def _is_quiet(house: House) -> bool:
    with house.sessions() as session:
        return not session.scalar(
            text("""
            SELECT (SELECT count(*) FROM batches WHERE state IN ('queued', 'claimed', 'sending', 'in_doubt'))
                + (SELECT count(*) FROM notices WHERE state IN ('queued', 'claimed', 'sending', 'in_doubt'))
                + (SELECT count(*) FROM blasts WHERE state IN ('scheduled', 'opening', 'running'))
                + (SELECT count(*) FROM stages WHERE fired_at IS NULL AND due_at <= now())
            """)
        )


def _hear(app: Flask, house: House, chance: random.Random, *, after: int) -> int:
    """Every webhook this life has not heard, once the sandbox has said all it has to say: shuffled, and many twice.

    All that a life before it heard come again. How many there are by now.
    """
    box, post_box = house.settings.sandbox_url, house.settings.public_url
    give_up = time.monotonic() + 120
    while not _has_said_all(box):
        if time.monotonic() > give_up:
            raise RuntimeError("the sandbox does not come to rest")
        time.sleep(0.02)
    hooks = _json(f"{post_box}/hooks")
    new = hooks[after:]
    twice = new + chance.sample(new, len(new) // 2)
    chance.shuffle(twice)
    client = app.test_client()
    for hook in twice:
        answer = client.post(hook["path"], data=base64.b64decode(hook["body"]), headers=hook["headers"])
        if answer.status_code >= 300:
            raise RuntimeError(f"a webhook was refused: {hook['path']} {answer.status_code}")
    return len(hooks)


def _has_said_all(box: str) -> bool:
    summary = _json(f"{box}/control/ledger/summary")
    hooks = summary["webhooks"]
    return not summary["agenda"] and not hooks["events"]["waiting"] and not hooks["statuses"]["waiting"]


def _json(url: str):  # type: ignore[no-untyped-def]  # whatever the sandbox says
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.loads(answer.read())


def main() -> None:
    """Fork a child for each life asked for, and tell how it ended."""
    for module in _READ_LATE:
        import_module(module)
    configure_mappers()
    gc.freeze()
    grounds: dict[str, Ground] = {}
    for line in sys.stdin:
        life = Life(**json.loads(line))
        where = life.environ["PUBLIC_URL"]
        grounds[where] = ground = grounds.get(where) or _ground(life.environ)
        if life.is_first:
            live(life, ground)
            gc.collect()
            gc.freeze()
            _say(0)
            continue
        child = os.fork()
        if child == 0:
            os._exit(_ended(life, ground))
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _ground(environ: dict[str, str]) -> Ground:
    settings = load_settings(environ)
    sessions = make_sessions(make_engine(settings.database_url or "", pool_size=4))
    return Ground(create_app(settings), sessions)


def _ended(life: Life, ground: Ground) -> int:
    try:
        live(life, ground)
    except Died:
        return DIED_BY_EXCEPTION
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _say(code: int) -> None:
    sys.stdout.write(f"{code}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
