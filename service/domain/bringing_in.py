"""The life of an import: a file of people that is brought in behind the page, and may be taken back."""

from enum import StrEnum


class ImportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    # It stopped, and says why; somebody may have it go on.
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


# What a worker has something to do for.
AT_WORK = frozenset({ImportState.WAITING, ImportState.RUNNING, ImportState.UNDOING})
