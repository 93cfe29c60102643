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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from service.cli.running.private import private_file, private_folder

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
class Process:
    """One process of a runner, and how to start it again."""

    name: str
    command: list[str]
    colour: int
    running: subprocess.Popen[str]
    copier: threading.Thread


@dataclass(slots=True)
class Runner:
    """Starts processes and ends them together. Lines go to `out`, and whole to a file each below `logs`."""

    environ: Mapping[str, str]
    logs: Path
    out: TextIO | None
    stop_seconds: float = _STOP_SECONDS
    _processes: dict[str, Process] = field(default_factory=dict)
    # Those that ended by themselves, of which something they started may live on for a while.
    _left: list[Process] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def names(self) -> Sequence[str]:
        return list(self._processes)

    def start(self, name: str, command: list[str]) -> None:
        """Start one process in a group of its own."""
        self._processes[name] = self._begin(name, command, _COLOURS[len(self._processes) % len(_COLOURS)])

    def start_again(self, name: str) -> None:
        """Start one that has ended by itself. What it had started finishes what it is at, and ends with the rest."""
        ended = self._processes[name]
        self._left.append(ended)
        self._processes[name] = self._begin(name, ended.command, ended.colour)

    def pid_of(self, name: str) -> int:
        return self._processes[name].running.pid

    def ended(self, name: str) -> int | None:
        """How a process has ended by itself; None while it lives."""
        return self._processes[name].running.poll()

    def _begin(self, name: str, command: list[str], colour: int) -> Process:
        private_folder(self.logs)
        process = subprocess.Popen(
            command,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - the threads there are only read and write lines
        )
        copier = threading.Thread(target=self._copy, args=(name, process, colour), daemon=True)
        copier.start()
        return Process(name, command, colour, process, copier)

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

    def stop(self) -> None:
        """Ask every process to finish; kill those that take too long, with all they started."""
        for process in self._processes.values():
            _signal(process.running, signal.SIGTERM)
        give_up = time.monotonic() + self.stop_seconds
        for process in self._processes.values():
            try:
                process.running.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process.running, signal.SIGKILL)
                process.running.wait()
        for process in [*self._processes.values(), *self._left]:
            # Its lines are copied for as long as anything it started has them to write.
            if process.copier.is_alive():
                _signal(process.running, signal.SIGKILL, group=True)
        for process in [*self._processes.values(), *self._left]:
            process.copier.join(2)
            if process.running.stdout is not None:
                process.running.stdout.close()
        self._processes.clear()
        self._left.clear()


def _signal(process: subprocess.Popen[str], number: int, *, group: bool = False) -> None:
    try:
        if group or number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except ProcessLookupError:
        return
