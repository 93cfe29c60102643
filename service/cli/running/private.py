"""Files and folders that only their owner may look into: logs and exports tell who did what."""

from pathlib import Path

ONLY_OWNER = 0o600
ONLY_OWNER_ENTERS = 0o700


def private_file(path: Path) -> Path:
    """The file, there and readable by its owner alone, whatever it was before."""
    if not path.exists() or path.is_file():
        path.touch(mode=ONLY_OWNER)
        path.chmod(ONLY_OWNER)
    return path


def private_folder(path: Path, *, mode: int = ONLY_OWNER_ENTERS) -> Path:
    """The folder, there and its owner's alone, whatever it was before. Raises OSError."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    path.chmod(mode)
    return path
