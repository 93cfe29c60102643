"""Processes that can be killed, frozen and started again, as a machine's supervisor would start them."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Process:
    """One process with all its children, in a group of its own."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None
    frozen: bool = field(default=False)

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                list(self.command),
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def kill(self) -> None:
        """SIGKILL to the whole group: nothing is finished, nothing is said."""
        self._send(signal.SIGKILL)
        if self.running is not None:
            self.running.wait()
        self.frozen = False

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)
        self.frozen = True

    def thaw(self) -> None:
        self._send(signal.SIGCONT)
        self.frozen = False

    def stop(self) -> None:
        """Ask it to end, and insist."""
        if self.running is None:
            return
        self._send(signal.SIGCONT)
        self._send(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.running.wait(10)
        self.kill()

    def _send(self, number: int) -> None:
        if self.running is not None:
            try:
                os.killpg(self.running.pid, number)
            except ProcessLookupError:
                return


@dataclass
class Server:
    """A database server that is started again at the same place with the same words."""

    name: str
    running: subprocess.Popen[bytes]
    log: Path

    @property
    def is_alive(self) -> bool:
        return self.running.poll() is None

    def die(self, number: int) -> None:
        """End it by a signal that lets it finish nothing."""
        self.running.send_signal(number)
        self.running.wait()

    def freeze(self) -> None:
        self.running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.running.send_signal(signal.SIGCONT)

    def start(self) -> None:
        command = self.running.args
        assert isinstance(command, list)
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def stop(self) -> None:
        if self.is_alive:
            self.running.send_signal(signal.SIGCONT)
            self.running.send_signal(signal.SIGINT)
            try:
                self.running.wait(20)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.running.wait()
