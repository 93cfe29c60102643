"""Postgres refuses to run as root: run it as somebody else without touching the machine's users."""

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

_NOBODY = 65534


@cache
def prefix() -> tuple[str, ...]:
    """What to put before a command so that it does not run as root; nothing where we are not root.

    A user namespace is preferred: inside it our own files belong to an ordinary user, so no ownership changes and no
    folder needs to be opened up. Where the machine forbids namespaces the command runs as `nobody`.
    """
    if os.geteuid() != 0:
        return ()
    unshare = shutil.which("unshare")
    if unshare is not None:
        inside = (unshare, "--user", "--map-user=1000", "--map-group=1000", "--")
        tried = subprocess.run([*inside, "true"], capture_output=True, check=False, timeout=10)
        if tried.returncode == 0:
            return inside
    setpriv = shutil.which("setpriv")
    if setpriv is not None:
        return (setpriv, f"--reuid={_nobody()}", f"--regid={_NOBODY}", "--clear-groups", "--")
    return ()


def is_somebody_else() -> bool:
    """Whether what `prefix` runs is another user, who must be let through the folders above its own."""
    return bool(prefix()) and prefix()[0].endswith("setpriv")


def own(folder: Path) -> None:
    """Make a folder usable by whoever `prefix` turns us into."""
    if is_somebody_else():
        os.chown(folder, _nobody(), _NOBODY)


@cache
def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return _NOBODY
