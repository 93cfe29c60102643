"""Answers that take as long whatever they found: how long one took must not tell what is known here."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue

from service import clock

P = ParamSpec("P")

# Where the gateway lays what holds an answer back, in the environ of each request.
HELD_BACK = "touchline.held_back"


@dataclass(slots=True)
class HeldBack:
    """The moment, on the clock that never goes back, before which the answer is not sent."""

    until: float = 0.0

    def seconds_left(self) -> float:
        """How long to wait from now on."""
        return max(0.0, self.until - clock.monotonic())


def takes_at_least(
    seconds: float,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """The view's answer is sent no sooner than this; choose more than its slowest way takes.

    The gateway waits, and no thread with it: many who ask at once must not stop every page. Where there is no
    gateway, the thread waits.
    """

    def made(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def evenly(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            until = clock.monotonic() + seconds
            answer = view(*args, **kwargs)
            held_back = request.environ.get(HELD_BACK)
            if isinstance(held_back, HeldBack):
                held_back.until = until
            else:
                time.sleep(max(0.0, until - clock.monotonic()))
            return answer

        return evenly

    return made
