"""A small SMTP server that takes letters and says no as a test tells it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar

HANG_UP = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it was taken."""

    sender: str
    recipient: str
    raw: bytes


@dataclass(slots=True)
class PostOffice:
    """`says` may answer a command itself; "" hangs up, None goes on as usual. "." is asked at the end of the letter."""

    says: Callable[[str], str | None] = lambda _: None
    # Whether it tells that commands may be sent without waiting for each answer.
    knows_pipelining: ClassVar[bool] = False
    greeting: str = "220 here"
    letters: list[Letter] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connection_count: int = 0
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._listening.accept()
                self.connection_count += 1
                self._open.append(taken)
                thread = threading.Thread(target=self._talk, args=(taken,), daemon=True)
                thread.start()
                self._threads.append(thread)

    def hang_up(self) -> None:
        """End every connection, as servers do with silent ones."""
        for taken in list(self._open):
            with suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.hang_up()
        for thread in list(self._threads):
            thread.join(60)

    def _talk(self, taken: socket.socket) -> None:
        with taken, suppress(OSError), taken.makefile("rb") as incoming:
            taken.sendall(self.greeting.encode() + b"\r\n")
            sender = recipient = ""
            while line := incoming.readline():
                verb, _, rest = line.decode().strip().partition(" ")
                command = f"{verb.upper()} {rest}".strip()
                self.commands.append(command)
                said = self._said(command, is_open=bool(sender), is_addressed=bool(sender and recipient))
                taken.sendall(said.encode() + b"\r\n")
                if said.startswith("354"):
                    raw = _letter(incoming)
                    said = self._said(".", is_open=True, is_addressed=bool(sender and recipient))
                    if said.startswith("250"):
                        self.letters.append(Letter(sender, recipient, raw))
                    taken.sendall(said.encode() + b"\r\n")
                    sender = recipient = ""
                elif command.startswith("RSET"):
                    sender = recipient = ""
                elif command.startswith("MAIL") and said.startswith("250"):
                    sender = command
                elif command.startswith("RCPT") and said.startswith("250"):
                    recipient = command

    def _said(self, command: str, *, is_open: bool, is_addressed: bool) -> str:
        own = self.says(command)
        if own == HANG_UP:
            raise ConnectionAbortedError
        return self._usual(command[:4], is_open=is_open, is_addressed=is_addressed) if own is None else own

    def _usual(self, verb: str, *, is_open: bool, is_addressed: bool) -> str:
        if verb == "MAIL" and is_open:
            return "503 one letter at a time"
        if verb == "EHLO" and self.knows_pipelining:
            return "250-here\r\n250 PIPELINING"
        if verb in {"DATA", "."} and not is_addressed:
            return "503 to nobody"
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine")


def _letter(incoming: BinaryIO) -> bytes:
    lines: list[bytes] = []
    while (line := incoming.readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


@contextmanager
def open_office(says: Callable[[str], str | None] = lambda _: None, greeting: str = "220 here") -> Iterator[PostOffice]:
    """A post office for the length of a test."""
    office = PostOffice(says, greeting)
    thread = threading.Thread(target=office.serve, daemon=True)
    thread.start()
    try:
        yield office
    finally:
        office.stop()
        thread.join(60)
