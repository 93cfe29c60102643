"""An email blast from open to last accepted, personal words and links per person, a row per person kept."""

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import urllib3
from sqlalchemy import text

from service import clock
from service.cli.running.ports import free_port
from service.cli.running.postgres import start_postgres
from service.domain.channel import Pace
from service.providers.sendgrid.sending import SendGrid
from service.sending.carriers import Words, email_carrier
from service.sending.due import open_scheduled_blasts
from service.sending.hand_over import deliver
from service.sending.write import write_next_span
from service.store.engine import make_engine, make_sessions
from service.store.migrate import migrate

URL = "https://campaign.example.org"
BODY = "Dear {first_name|friend},\n\nThe match is near.\n\n[Sign the petition]({petition_link})\n\nThank you."

_PEOPLE = """
    INSERT INTO fixtures (slug, home, away, venue, competition, time_zone, kick_off_at)
        VALUES ('f', 'Azerbaijan', 'England', 'Baku', 'World Cup qualifier', 'Asia/Baku', now() + interval '5 days');
    INSERT INTO campaigns (slug, fixture_id, title, organisation, summary, language, sender_name, sender_email, reply_to,
        postal_address, consent_wordings, loaded_at)
        VALUES ('c', 1, 'Fair trials', 'Fair Play for Rights', '', 'en', 'Fair Play', 'news@example.org',
            'answers@example.org', '1 Example Street', '{}', now());
    INSERT INTO supporters (email, email_hash, first_name, created_at)
        SELECT 'person' || n || '@example.org', decode(md5(n::text), 'hex'), 'Ana', now()
        FROM generate_series(1, :count) AS n;
    INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, at)
        SELECT 1, 'email', 'given', id, 'Yes.', 'bench', now() FROM supporters;
    INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, given_at)
        SELECT 1, 'email', supporter_id, id, at FROM consents;
"""


@dataclass(frozen=True)
class Result:
    """What was seen. Seconds; `cpu` counts workers and Postgres, not the sink."""

    recipients: int
    opening: float
    handing_over: float
    cpu: float
    peak_mib: float
    bare_http_per_s: float

    @property
    def per_s(self) -> float:
        return self.recipients / (self.opening + self.handing_over)


def run(home: Path, recipients: int, *, processes: int, in_flight: int, delay: float) -> Result:
    """Send one blast to so many people through the shipped code and settings."""
    port = free_port()
    sink = subprocess.Popen(
        [sys.executable, "-m", "bench.sink", "--port", str(port), "--delay", str(delay)],
        stdout=subprocess.PIPE,
        text=True,
    )
    server = start_postgres(home)
    try:
        if sink.stdout is not None:
            sink.stdout.readline()
        migrate(server.url)
        _fill(server.url, recipients)
        before = _cpu_of_postgres(server.process.pid)
        opening = _open(server.url)
        began = time.perf_counter()
        with ProcessPoolExecutor(processes) as pool:
            runs = [pool.submit(_hand_over, server.url, port, in_flight) for _ in range(processes)]
            spent = [one.result() for one in runs]
        handing_over = time.perf_counter() - began
        cpu = sum(seconds for seconds, _ in spent) + _cpu_of_postgres(server.process.pid) - before
        _check(server.url, recipients)
        return Result(recipients, opening, handing_over, cpu, max(peak for _, peak in spent), _bare_http(port))
    finally:
        server.stop()
        sink.kill()
        sink.wait()
        if sink.stdout is not None:
            sink.stdout.close()


def _fill(url: str, recipients: int) -> None:
    engine = make_engine(url, statement_timeout_ms=600_000)
    with engine.begin() as connection:
        for statement in _PEOPLE.split(";\n"):
            if statement.strip():
                asked = {"count": recipients} if ":count" in statement else {}
                connection.execute(text(statement), asked)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    with engine.begin() as connection:
        connection.execute(
            text("""INSERT INTO blasts (campaign_id, title, state, channels, audience, draft, opens_at, expires_at, created_at)
                    VALUES (1, 'bench', 'scheduled', '{email}', '[]', CAST(:draft AS jsonb), now(), :expires, now())"""),
            {"draft": _draft(), "expires": datetime.now(UTC) + timedelta(hours=6)},
        )
    engine.dispose()


def _draft() -> str:
    body = BODY.replace("\n", "\\n")
    return f'{{"en": {{"email": {{"subject": "Before the match, {{first_name|friend}}", "preheader": "", "body": "{body}"}}}}}}'


def _open(url: str) -> float:
    sessions = make_sessions(make_engine(url))
    began = time.perf_counter()
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url=URL, now=datetime.now(UTC))
    while True:
        with sessions.begin() as session:
            if write_next_span(session) is None:
                break
    took = time.perf_counter() - began
    sessions.kw["bind"].dispose()
    return took


def _hand_over(url: str, port: int, in_flight: int) -> tuple[float, float]:
    sessions = make_sessions(make_engine(url, pool_size=in_flight + 2))
    provider = SendGrid("SG.bench", f"http://127.0.0.1:{port}")
    carrier = email_carrier(provider, Words(b"a key of the bench", URL))
    deliver(sessions, carrier, Pace.BULK, until=clock.monotonic() + 3600, in_flight=in_flight)
    provider.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _check(url: str, recipients: int) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        accepted = connection.execute(text("SELECT sum(size) FROM batches WHERE state = 'accepted'")).scalar()
    engine.dispose()
    if accepted != recipients:
        raise AssertionError(f"{accepted} of {recipients} accepted")


def _cpu_of_postgres(pid: int) -> float:
    """CPU seconds of the server and all it started, living and reaped."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid:
            total += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == pid:
            total += int(fields[11]) + int(fields[12])
    return total / ticks


def _bare_http(port: int, *, recipients: int = 100_000) -> float:
    """The limit: the same bodies posted by the bare HTTP client from one process, in recipients a second."""
    body = b'{"x":"' + b"y" * 420_000 + b'"}'
    with urllib3.PoolManager(maxsize=1) as pool:
        began = time.perf_counter()
        for _ in range(recipients // 1000):
            pool.request("POST", f"http://127.0.0.1:{port}/", body=body)
        return recipients / (time.perf_counter() - began)
