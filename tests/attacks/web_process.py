"""The web process as the Procfile starts it, on the tests' database, and what strangers and Twilio send it."""

import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from service.cli.running.ports import free_port
from service.cli.running.processes import command_of, read_procfile
from service.sandbox_keys import TWILIO_AUTH_TOKEN, kept_key
from tests.conftest import SECRET
from tests.running_house import until

ROOT = Path(__file__).parents[2]
# What has not been answered by then never will be, however busy the machine is.
PATIENCE = 60.0
FORM = b"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@dataclass(frozen=True)
class Web:
    """A web process, where it answers, and the token Twilio would sign with."""

    port: int
    token: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """What a page answers."""
        return self._ask(urllib.request.Request(self.url + path, headers=headers))

    def text(self, sender: str, words: str) -> int:
        """What a text is answered with that came in as Twilio sends it, signed."""
        form, headers = self.signed_text(sender, words)
        return self._ask(urllib.request.Request(f"{self.url}/hooks/twilio/sms", form, headers))[0]

    def signed_text(self, sender: str, words: str) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of that post."""
        form = {"MessageSid": f"SM{abs(hash(words)):032}", "From": sender, "To": "+447700900000", "Body": words}
        signature = RequestValidator(self.token).compute_signature(f"{self.url}/hooks/twilio/sms", form)
        return urlencode(form).encode(), {"X-Twilio-Signature": str(signature)}

    @contextmanager
    def sent(self, *parts: bytes) -> Iterator[socket.socket]:
        """A connection on which this was sent, and nothing more."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)) as connection:
            for part in parts:
                connection.sendall(part)
            yield connection

    @staticmethod
    def _ask(request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()


def status_on(connection: socket.socket) -> int:
    """The status of the answer that comes on a connection."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status


@contextmanager
def web_process(database_url: str, home: Path, **settings: str) -> Iterator[Web]:
    """One that answers; ended with the block, however it then is."""
    port = free_port()
    told = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(home), "PORT": str(port)}
    told |= {"PUBLIC_URL": f"http://127.0.0.1:{port}", "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"}
    environ: Mapping[str, str] = {**os.environ, **told, **settings}
    line = read_procfile((ROOT / "Procfile").read_text())["web"]
    process = subprocess.Popen(command_of(line, environ), env=environ, cwd=ROOT)
    web = Web(port, kept_key(home, TWILIO_AUTH_TOKEN), process)
    try:
        until(lambda: web.get("/healthz")[0] == 200)
        yield web
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
