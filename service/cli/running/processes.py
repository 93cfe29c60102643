"""Run several processes as one: their lines side by side, one end for all, no child left behind."""

import ctypes
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from service.cli.running.private import private_file

_STOP_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1
_COLOURS = (36, 33, 35, 32, 34, 31)
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)")


def read_procfile(text: str) -> dict[str, str]:
    """Process names and commands, as any Procfile host reads them."""
    lines = [line.strip() for line in text.splitlines()]
    found = [re.fullmatch(r"([A-Za-z0-9_-]+):\s*(.+)", line) for line in lines if line and not line.startswith("#")]
    return {match[1]: match[2] for match in found if match}


def command_of(line: str, environ: Mapping[str, str]) -> list[str]:
    """A Procfile command with its variables filled in (`$PORT`, `${PORT:-8000}`), run by this same Python."""
    filled = _VARIABLE.sub(lambda found: environ.get(found[1] or found[3]) or found[2] or "", line)
    words = shlex.split(filled)
    return [sys.executable if word == "python" and place == 0 else word for place, word in enumerate(words)]


def _die_with_parent() -> None:
    """If the runner is killed outright, the kernel tells its children (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Runner:
    """Starts processes and ends them together. Lines go to `out`, and whole to a file each below `logs`."""

    environ: Mapping[str, str]
    logs: Path
    out: TextIO | None
    stop_seconds: float = _STOP_SECONDS
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _copiers: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str, command: list[str]) -> None:
        """Start one process in a group of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            command,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread has been started at most, and it only reads
        )
        colour = _COLOURS[len(self._running) % len(_COLOURS)]
        self._running[name] = process
        copier = threading.Thread(target=self._copy, args=(name, process, colour), daemon=True)
        copier.start()
        self._copiers.append(copier)

    def _copy(self, name: str, process: subprocess.Popen[str], colour: int) -> None:
        with private_file(self.logs / f"{name}.log").open("a", encoding="utf-8") as log:
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                if self.out is not None:
                    mark = f"\033[{colour}m{name:>13}\033[0m" if self.out.isatty() else f"{name:>13}"
                    with self._lock:
                        self.out.write(f"{mark} | {line}")
                        self.out.flush()

    def dead(self) -> tuple[str, int] | None:
        """A process that has ended by itself, and how; None while all live."""
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                return name, code
        return None

    def wait(self, stop: threading.Event, *, every: Callable[[], None] | None = None) -> tuple[str, int] | None:
        """Wait until told to stop or until a process ends by itself."""
        while not stop.wait(0.3):
            if (ended := self.dead()) is not None:
                return ended
            if every is not None:
                every()
        return None

    def stop(self) -> None:
        """Ask every process to finish; kill those that take too long, with all they started."""
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        give_up = time.monotonic() + self.stop_seconds
        for process in self._running.values():
            try:
                process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
        for process in self._running.values():
            # Grandchildren of one that died by itself.
            _signal(process, signal.SIGKILL, group=True)
        for copier in self._copiers:
            copier.join(2)
        for process in self._running.values():
            if process.stdout is not None:
                process.stdout.close()
        self._running.clear()
        self._copiers.clear()


def _signal(process: subprocess.Popen[str], number: int, *, group: bool = False) -> None:
    try:
        if group or number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except ProcessLookupError:
        return
