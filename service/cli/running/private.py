"""Files that only their owner may read: logs tell who did what, even with addresses masked."""

from pathlib import Path

ONLY_OWNER = 0o600


def private_file(path: Path) -> Path:
    """The file, there and readable by its owner alone, whatever it was before."""
    path.touch(mode=ONLY_OWNER)
    path.chmod(ONLY_OWNER)
    return path
