"""Real providers' doors in a sandbox process, a box where its webhooks are kept, and processes that can die."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Lock

import pytest
from flask.testing import FlaskClient
from house_sandbox import Box, Campaign, answers, door_of, free_port, until
from sqlalchemy.orm import Session, sessionmaker

from service.settings import Settings
from service.web.app import create_app
from service.web.limits import limiter
from tests.cli.conftest import touchline
from tests.faults.life import Life
from tests.sending.conftest import blast_to, desk

# What other rooms' tests stand on, lent to these.
__all__ = ["blast_to", "desk", "touchline"]

ROOT = Path(__file__).parents[2]


class PostBox(Campaign):
    """Where the sandbox's webhooks arrive; a life fetches them from here."""


@pytest.fixture(scope="session")
def post_box() -> Iterator[PostBox]:
    kept = PostBox()

    class Door(door_of(kept)):  # type: ignore[misc]  # a class made for this box
        def do_GET(self) -> None:  # noqa: N802 - so it is called by http.server
            hooks = [
                {"path": hook.path, "headers": _signed(hook.headers), "body": base64.b64encode(hook.body).decode()}
                for hook in list(kept.hooks)
            ]
            answer = json.dumps(hooks).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


def _signed(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("X-") or name == "Content-Type"}


@pytest.fixture(scope="session")
def box(post_box: PostBox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A sandbox that delivers at once."""
    home, port = tmp_path_factory.mktemp("sandbox"), free_port()
    run = [sys.executable, "-m", "sandbox", "--port", str(port), "--public-url", post_box.url, "--home", str(home)]
    started = subprocess.Popen([*run, "--pace", "0", "--flush-seconds", "0.02", "--quiet"], cwd=ROOT)
    made = Box(f"http://127.0.0.1:{port}", home)
    try:
        until(lambda: answers(made) or started.poll() is not None)
        assert started.poll() is None
        yield made
    finally:
        started.terminate()
        assert started.wait(60) == 0


@dataclass
class Lives:
    """Has processes live, one at a time, and tells how each ended."""

    process: subprocess.Popen[str]
    said: Path
    _one_at_a_time: Lock = field(default_factory=Lock)

    def live(self, life: Life) -> int:
        """The exit code of a life; negative where a signal ended it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self._one_at_a_time:
            self.process.stdin.write(life.as_line())
            self.process.stdin.flush()
            code = self.process.stdout.readline()
        assert code, self.said.read_text()[-3000:]
        return int(code)


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    said = tmp_path_factory.mktemp("lives") / "said"
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.life"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    yield Lives(process, said)
    with process:
        if process.stdin is not None:
            process.stdin.close()
    assert process.returncode == 0


@pytest.fixture
def client(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[FlaskClient]:
    """A browser at the front door."""
    app = create_app(settings)
    limiter.reset()
    yield app.test_client()
    app.extensions["touchline"].sessions.kw["bind"].dispose()
