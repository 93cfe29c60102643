"""Keep processes running: one that ends by itself is started again, sooner or later, and it is said."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from service.cli.running.processes import Runner
from service.cli.running.restarts import Restart, note_restarts

# Seconds before it is started again, by how often in a row it has ended at once; the last for ever after.
_WAITS = (1.0, 2.0, 5.0, 15.0, 60.0)
_AT_ONCE_SECONDS = 10.0
# So often at once, and it is said that it cannot be kept running.
_TOO_OFTEN = 3


class Kept(Protocol):
    """Something that runs, and can be started again."""

    @property
    def name(self) -> str: ...

    def ended(self) -> int | None:
        """How it has ended by itself; None while it lives."""

    def start_again(self) -> None:
        """Start it, without waiting for it."""


@dataclass(frozen=True, slots=True)
class KeptProcess:
    """A process of a runner."""

    name: str
    runner: Runner

    def ended(self) -> int | None:
        return self.runner.ended(self.name)

    def start_again(self) -> None:
        self.runner.start_again(self.name)


@dataclass(slots=True)
class _History:
    began_at: float
    # How often in a row it has ended at once.
    in_a_row: int = 0
    count: int = 0
    why: str = ""
    at: str = ""
    # When it is started again; None while it runs.
    again_at: float | None = None
    is_mended: bool = True


@dataclass(slots=True)
class Keeper:
    """Looks after what is kept: call `look` a few times a second."""

    kept: Sequence[Kept]
    home: Path
    say: Callable[[str], None]
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _histories: dict[str, _History] = field(init=False)

    def __post_init__(self) -> None:
        self._histories = {each.name: _History(self.monotonic()) for each in self.kept}

    def look(self) -> None:
        """Start again what has ended and waited long enough, and say so."""
        for each in self.kept:
            history = self._histories[each.name]
            if history.again_at is not None:
                if self.monotonic() >= history.again_at:
                    self._start_again(each, history)
            elif (code := each.ended()) is not None:
                self._note_end(each, history, code)
            elif not history.is_mended and self.monotonic() - history.began_at >= _AT_ONCE_SECONDS:
                history.is_mended, history.in_a_row = True, 0
                self.say(f"{each.name} runs again")
                self._note()

    def failing(self) -> Sequence[str]:
        """Those that end at once whenever they are started."""
        return [name for name, history in self._histories.items() if history.in_a_row >= _TOO_OFTEN]

    def ended(self) -> Sequence[str]:
        """Those that do not run at this moment."""
        return [name for name, history in self._histories.items() if history.again_at is not None]

    def why(self, name: str) -> str:
        """How it ended the last time."""
        return self._histories[name].why

    def _note_end(self, each: Kept, history: _History, code: int) -> None:
        lived = self.monotonic() - history.began_at
        history.in_a_row = history.in_a_row + 1 if lived < _AT_ONCE_SECONDS else 1
        history.count += 1
        history.why, history.at, history.is_mended = spell_end(code), f"{self.now():%H:%M:%S} UTC", False
        wait = _WAITS[min(history.in_a_row, len(_WAITS)) - 1]
        history.again_at = self.monotonic() + wait
        again = f"it is started again in {wait:.0f} s"
        if history.in_a_row >= _TOO_OFTEN:
            log = self.home / "logs" / f"{each.name}.log"
            times = f"{history.in_a_row} times in a row"
            self.say(f"{each.name} cannot be kept running: it {history.why} at once, {times}; see {log}; {again}")
        else:
            self.say(f"{each.name} {history.why}; {again}, the rest goes on")
        self._note()

    def _start_again(self, each: Kept, history: _History) -> None:
        history.again_at, history.began_at = None, self.monotonic()
        each.start_again()
        self._note()

    def _note(self) -> None:
        note_restarts(
            self.home,
            [
                Restart(name, history.why, history.at, history.count, history.in_a_row < _TOO_OFTEN)
                for name, history in self._histories.items()
                if history.count
            ],
        )


def spell_end(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended by itself with {code}"
    try:
        return f"was killed ({signal.Signals(-code).name})"
    except ValueError:
        return f"was killed (signal {-code})"
