"""Files that only their owner may read: logs and exports tell who did what."""

from pathlib import Path

ONLY_OWNER = 0o600


def private_file(path: Path) -> Path:
    """The file, there and readable by its owner alone, whatever it was before."""
    if not path.exists() or path.is_file():
        path.touch(mode=ONLY_OWNER)
        path.chmod(ONLY_OWNER)
    return path
