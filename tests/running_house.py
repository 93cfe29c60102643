"""The whole house as processes: web, workers, ticker and sandbox, as `touchline up` starts them."""

import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.cli.crowd import Browser, Crowd, Fan
from service.cli.running.house import RUN_FILE
from service.cli.up import SAMPLE

ROOT = Path(__file__).parents[1]
# Its pages and processes are asked on machines that do much else.
PATIENCE = 120.0
_NUMBERS = itertools.count(10)


def new_fan(*, texts: bool = True) -> Fan:
    """A supporter nobody else has: every test has its own people, so no test sees another's."""
    return next(fan for fan in map(Fan, _NUMBERS) if fan.texts is texts)


def source_of(fan: Fan) -> str:
    """The source a fan signs up from, theirs alone: a blast to it reaches nobody else."""
    return f"fan-{fan.number}"


@dataclass(frozen=True)
class Up:
    """A running `touchline up`."""

    process: subprocess.Popen[str]
    home: Path
    public_url: str
    sandbox_url: str
    sign_in: str
    reader: threading.Thread
    said: str
    environ: Mapping[str, str]
    # Everything it has said, up to now.
    lines: list[str]

    def command(self, *words: str, codes: Sequence[int] = (0,)) -> str:
        """What a `touchline` command beside it prints; it leaves with one of these codes."""
        done = subprocess.run(
            [sys.executable, "-m", "service.cli.main", *words],
            cwd=ROOT,
            env={**os.environ, **self.environ, "TOUCHLINE_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    def environment(self, name: str) -> str:
        """An address its commands are told, such as DATABASE_URL."""
        return str(json.loads((self.home / RUN_FILE).read_text())[name])

    def forget_quiet_hours(self) -> None:
        """Load the sample campaign anew without its quiet hours: no journey depends on the hour it is made at."""
        files = self.home / "azerbaijan-england"
        shutil.copytree(SAMPLE, files)
        campaign = files / "campaign.toml"
        text = campaign.read_text()
        begin, end = text.index("[quiet_hours.sms]"), text.index("# Nobody gets more than this")
        campaign.write_text(text[:begin] + text[end:])
        self.command("campaign", "load", str(files))

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self.reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def crowd(self, *fans: Fan) -> Crowd:
        """What these do over HTTP; they sign up from the first one's own source."""
        made = Crowd(self.public_url, self.sandbox_url, "azerbaijan-england", list(fans), random.Random(7))
        if fans:
            made.source = source_of(fans[0])
        return made


def start(home: Path, port: int, sandbox_port: int, *, environ: Mapping[str, str] | None = None) -> Up:
    """Start it and wait until it says where it is.

    `environ`: of a clock elsewhere (tests/moments.py), or of another database.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli.main", "up", "--port", str(port), "--sandbox-port", str(sandbox_port)],
        cwd=ROOT,
        env={**os.environ, **(environ or {}), "TOUCHLINE_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    link = ""
    for line in process.stdout or ():
        said.append(line)
        if found := re.search(r"First sign-in (\S+)", line):
            link = found[1]
        if "Ctrl-C stops everything" in line:
            break
    else:
        raise AssertionError("touchline up ended:\n" + "".join(said))
    # Keep the pipe from filling up.
    reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()
    return Up(
        process,
        home,
        f"http://127.0.0.1:{port}",
        f"http://127.0.0.1:{sandbox_port}",
        link,
        reader,
        "".join(said),
        environ or {},
        said,
    )


def until(true: Callable[[], object], seconds: float = PATIENCE) -> object:
    """Wait for something to come true, no longer than it takes; its value."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        try:
            if found := true():
                return found
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come true in time")


__all__ = ["Browser", "Fan", "Up", "new_fan", "source_of", "start", "until"]
