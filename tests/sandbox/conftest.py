"""A real sandbox process on a free port, and a campaign that writes down every webhook it is sent."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from house_sandbox import Box, Campaign, answers, door_of, free_port, until


@pytest.fixture(scope="session")
def receiver() -> Iterator[Campaign]:
    campaign = Campaign()

    server = ThreadingHTTPServer(("127.0.0.1", 0), door_of(campaign))
    server.daemon_threads = True
    campaign.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield campaign
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def process(receiver: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    run = [sys.executable, "-m", "sandbox", "--port", str(port), "--public-url", receiver.url]
    pace = ["--pace", "0.2", "--flush-seconds", "0.05", "--quiet"]
    started = subprocess.Popen([*run, *pace, "--home", str(home)], cwd=Path(__file__).parents[2])
    box = Box(f"http://127.0.0.1:{port}", home)
    try:
        until(lambda: answers(box) or started.poll() is not None)
        assert started.poll() is None
        yield box
    finally:
        started.terminate()
        assert started.wait(60) == 0


@pytest.fixture
def box(process: Box, receiver: Campaign) -> Box:
    """The sandbox, fresh."""
    process.ask("POST", "/control/reset")
    receiver.hooks.clear()
    receiver.status, receiver.failures, receiver.twiml = 204, 0, ""
    return process


@pytest.fixture
def campaign(box: Box, receiver: Campaign) -> Campaign:
    """The campaign's receiving end, with nothing received yet."""
    return receiver
