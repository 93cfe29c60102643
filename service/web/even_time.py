"""Answers that take as long whatever they found: how long one took must not tell what is known here."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask.typing import ResponseReturnValue

from service import clock

P = ParamSpec("P")


def takes_at_least(
    seconds: float,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """The view answers no sooner than this; choose more than its slowest way takes."""

    def made(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def evenly(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            until = clock.monotonic() + seconds
            answer = view(*args, **kwargs)
            time.sleep(max(0.0, until - clock.monotonic()))
            return answer

        return evenly

    return made
