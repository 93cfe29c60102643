"""What `touchline up` had to start again: kept in a file, so that `touchline doctor` beside it can tell."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = "restarts.json"


@dataclass(frozen=True, slots=True)
class Restart:
    """A process that ended by itself: how, when (UTC), and whether it runs again."""

    name: str
    why: str
    at: str
    count: int
    is_running: bool


def note_restarts(home: Path, restarts: Iterable[Restart]) -> None:
    """Write down what is known, in place of what was."""
    made = (home / _FILE).with_suffix(".making")
    made.write_text(json.dumps([asdict(restart) for restart in restarts]))
    made.replace(home / _FILE)


def forget_restarts(home: Path) -> None:
    """Nothing runs here any more, or nothing has had to be started again yet."""
    (home / _FILE).unlink(missing_ok=True)


def read_restarts(home: Path) -> Sequence[Restart]:
    """What had to be started again since `touchline up` was; nothing where it does not run here."""
    try:
        return [Restart(**each) for each in json.loads((home / _FILE).read_text())]
    except FileNotFoundError:
        return []
