"""What every measurement stands on: an embedded Postgres with its shipped settings, and people in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import Connection, text

from service.cli.running.ports import free_port
from service.cli.running.postgres import start_postgres
from service.store.engine import make_engine
from service.store.migrate import migrate

URL = "https://campaign.example.org"
EMAIL = "Dear {first_name|friend},\n\nThe match is near.\n\n[Sign the petition]({petition_link})\n\nThank you."
SMS = "{first_name|friend}, full time in Baku. Sign for fair trials: {petition_link} Reply STOP to end"

_CAMPAIGN = (
    """INSERT INTO fixtures (slug, home, away, venue, competition, time_zone, kick_off_at)
       VALUES ('f', 'Azerbaijan', 'England', 'Baku', 'World Cup qualifier', 'Asia/Baku', now() + interval '5 days')""",
    """INSERT INTO campaigns (slug, fixture_id, title, organisation, summary, language, sender_name, sender_email,
           reply_to, postal_address, consent_wordings, loaded_at, is_current)
       VALUES ('c', 1, 'Fair trials', 'Fair Play for Rights', '', 'en', 'Fair Play', 'news@example.org',
           'answers@example.org', '1 Example Street', '{"en": {"email": "Yes.", "sms": "Yes."}}', now(), true)""",
    """INSERT INTO petitions (campaign_id, addressee, goal, wordings)
       VALUES (1, 'the Government', 1000, '{"en": {"title": "Fair trials", "body": "We ask."}}')""",
)
_PEOPLE = """
    INSERT INTO supporters (email, email_hash, phone, phone_hash, first_name, created_at)
    SELECT 'person' || n || '@example.org', decode(md5(n::text), 'hex'),
        CASE WHEN n <= :phones THEN '+4477' || lpad(n::text, 8, '0') END,
        CASE WHEN n <= :phones THEN decode(md5('p' || n), 'hex') END, 'Ana', now()
    FROM generate_series(1, :count) AS n
"""
_CONSENT = """
    INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, at)
    SELECT 1, :channel, 'given', id, CASE WHEN :channel = 'sms' THEN phone_hash ELSE email_hash END, 'Yes.', 'bench',
        now()
    FROM supporters
    WHERE CASE WHEN :channel = 'sms' THEN phone ELSE email END IS NOT NULL
"""
_PERMIT = """
    INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, address_hash, given_at)
    SELECT 1, channel, supporter_id, id, address_hash, at FROM consents
"""


@dataclass(frozen=True)
class Ground:
    """A running database with a campaign in it. `pid` is the server's."""

    url: str
    pid: int
    home: Path

    def cpu(self) -> float:
        """CPU seconds of the server and all it started, living and reaped."""
        ticks = os.sysconf("SC_CLK_TCK")
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat.parent.name) == self.pid:
                total += sum(int(field) for field in fields[11:15])
            elif int(fields[1]) == self.pid:
                total += int(fields[11]) + int(fields[12])
        return total / ticks

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction that may take as long as it takes."""
        engine = make_engine(self.url, statement_timeout_ms=900_000)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def number(self, question: str) -> int:
        """One number the database knows."""
        with self.transaction() as connection:
            return int(connection.execute(text(question)).scalar() or 0)

    def settle(self) -> None:
        """What autovacuum would have done by morning."""
        engine = make_engine(self.url, statement_timeout_ms=900_000)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
        engine.dispose()


@contextmanager
def ground(home: Path, *, people: int = 0, phones: int = 0) -> Iterator[Ground]:
    """A database of its own with so many supporters, the first of them with mobiles too."""
    home.mkdir(parents=True, exist_ok=True)
    server = start_postgres(home)
    try:
        migrate(server.url)
        here = Ground(server.url, server.process.pid, home)
        with here.transaction() as connection:
            for statement in _CAMPAIGN:
                connection.execute(text(statement))
            if people:
                connection.execute(text(_PEOPLE), {"count": people, "phones": phones})
                for channel in ("email", "sms"):
                    connection.execute(text(_CONSENT), {"channel": channel})
                connection.execute(text(_PERMIT))
        here.settle()
        yield here
    finally:
        server.stop()


def plan_blast(here: Ground, *channels: str) -> None:
    """A manager's blast to everybody, due now."""
    draft = {
        "en": {
            "email": {"subject": "Before the match, {first_name|friend}", "preheader": "", "body": EMAIL},
            "sms": {"body": SMS},
        }
    }
    with here.transaction() as connection:
        connection.execute(
            text("""INSERT INTO blasts (campaign_id, title, state, channels, audience, draft, opens_at, expires_at,
                        created_at)
                    VALUES (1, 'bench', 'scheduled', :channels, '[]', CAST(:draft AS jsonb), now(), :expires, now())"""),
            {
                "channels": list(channels),
                "draft": orjson.dumps(draft).decode(),
                "expires": datetime.now(UTC) + timedelta(hours=6),
            },
        )


@contextmanager
def sink(kind: str = "email", *, delay: float = 0.0) -> Iterator[int]:
    """A provider that takes everything, in a process of its own; its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sink", "--kind", kind, "--port", str(port), "--delay", str(delay)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is not None:
            process.stdout.readline()
        yield port
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
