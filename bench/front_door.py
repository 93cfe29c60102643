"""The web process under load: sign-ups on the landing page, and the provider's events."""

import asyncio
import base64
import os
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from urllib.error import URLError

import aiohttp
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from bench.ground import Ground, ground
from bench.table import Line
from service.cli.running.ports import free_port
from service.providers.sendgrid.events import SIGNATURE_HEADER, TIMESTAMP_HEADER

WEB_WORKERS = 2
_PER_POST = 1000
SECRET = "a secret of the bench, forty letters or so"  # noqa: S105 - it opens nothing
_UNSUBSCRIBED = {"event": "unsubscribe"}
_BOUNCED = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 no such user"}


@contextmanager
def front_door(here: Ground, **settings: str) -> Iterator[str]:
    """The web process as the Procfile starts it, with two workers; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"DATABASE_URL": here.url, "SECRET_KEY": SECRET, "PUBLIC_URL": url}
    where = {"TOUCHLINE_HOME": str(here.home), "LOG_LEVEL": "ERROR", "TRUSTED_PROXY_COUNT": "1"}
    command = [sys.executable, "-m", "service.web.serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(WEB_WORKERS), "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, **told, **where, **settings})
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=1).close()  # noqa: S310 - our own address
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def measure_sign_ups(home: Path, *, requests: int, clients: int = 32) -> Sequence[Line]:
    """POST /c/join, validated and committed, by keep-alive clients each at the form they opened."""
    # Nobody confirms here: however many are sent, it is no flood.
    with ground(home) as here, front_door(here, LIMIT_FLOOD_UNCONFIRMED="1000000") as url:
        began = time.perf_counter()
        waits = asyncio.run(_sign_up(url, requests, clients))
        took = time.perf_counter() - began
        kept = here.number("SELECT count(*) FROM sign_ups")
        if kept != requests:
            raise AssertionError(f"{kept} sign-ups kept of {requests}")
        limit = _bare_commits(here, min(requests, 2_000))
    p99 = 1000 * quantiles(waits, n=100)[98]
    limit_is = "bare INSERT and commit, one connection"
    work = f"sign-up POST, {clients} clients, {WEB_WORKERS} web workers"
    return [
        Line(work, requests / took, "/s", 400, 800, limit=limit, limit_is=limit_is),
        Line(f"{work}: p99", p99, "ms", 150, 100, less_is_better=True),
    ]


def measure_crowd(home: Path, *, requests: int) -> Sequence[Line]:
    """A ground's crowd: two thousand sign-ups a minute, all from one address; how many are told to press again."""
    with ground(home) as here, front_door(here) as url:
        asyncio.run(_sign_up(url, requests, 32, address="203.0.113.7", per_second=2_000 / 60))
        kept = here.number("SELECT count(*) FROM sign_ups")
    return [
        Line(
            "2,000 sign-ups a minute from one address: turned away",
            requests - kept,
            "people",
            0,
            0,
            less_is_better=True,
        )
    ]


async def _sign_up(
    url: str, requests: int, clients: int, *, address: str | None = None, per_second: float | None = None
) -> list[float]:
    """Sign up so many; everyone from somewhere else unless from one `address`, as fast as can be unless paced."""
    waits: list[float] = []
    numbers, start = iter(range(requests)), time.perf_counter()
    connector = aiohttp.TCPConnector(limit=clients)

    async def client(session: aiohttp.ClientSession) -> None:
        async with session.get(f"{url}/c/") as page:
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', await page.text())
            cookies = {name: morsel.value for name, morsel in page.cookies.items()}
        if found is None:
            raise AssertionError("the landing page has no form")
        for number in numbers:
            form = {
                "csrf_token": found[1],
                "first_name": "Ana",
                "email": f"fan{number}@example.org",
                "consent_email": "yes",
            }
            own = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            headers = {"X-Forwarded-For": address or own}
            if per_second is not None:
                await asyncio.sleep(max(0.0, start + number / per_second - time.perf_counter()))
            began = time.perf_counter()
            sent = {"data": form, "headers": headers, "cookies": cookies}
            async with session.post(f"{url}/c/join", allow_redirects=False, **sent) as answer:
                said = await answer.text()
                if answer.status != 303:
                    raise AssertionError(f"{answer.status}: {said[:200]}")
            waits.append(time.perf_counter() - began)

    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        await asyncio.gather(*(client(session) for _ in range(clients)))
    return waits


def _bare_commits(here: Ground, count: int) -> float:
    with here.transaction() as connection:
        connection.execute(text("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text)"))
    began = time.perf_counter()
    with here.transaction() as connection:
        raw = connection.connection.driver_connection
        if raw is None:
            raise AssertionError("no connection")
        for number in range(count):
            raw.execute("INSERT INTO bare (a) VALUES (%s)", (str(number),))
            raw.commit()
    took = time.perf_counter() - began
    with here.transaction() as connection:
        connection.execute(text("DROP TABLE bare"))
    return count / took


def measure_events(home: Path, *, events: int, clients: int = 4) -> Sequence[Line]:
    """Posts of 1,000 signed events about a blast that went out, one post in twenty sent twice."""
    people = max(_PER_POST, events // 3)
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    with ground(home, people=people) as here:
        sent_blast(here)
        posts = event_posts(events, people, key)
        with front_door(here, SENDGRID_WEBHOOK_PUBLIC_KEY=public) as url:
            began = time.perf_counter()
            waits = asyncio.run(_post_all(url, posts, clients))
            took = time.perf_counter() - began
        kept = here.number("SELECT count(*) FROM receipts")
        if kept != events:
            raise AssertionError(f"{kept} receipts kept of {events}")
        limit = _bare_receipts(here, min(events, 100_000))
    p99 = 1000 * quantiles(waits, n=100)[98]
    notes = (f"{len(posts)} posts, {len(posts) - events // _PER_POST} of them replays; p99 of a post {p99:,.0f} ms",)
    limit_is = "bare orjson, then bare INSERT of the same rows"
    seen = len(posts) * _PER_POST / took
    return [
        Line(
            f"event webhook, {events:,} events",
            seen,
            "events/s",
            30_000,
            60_000,
            limit=limit,
            limit_is=limit_is,
            notes=notes,
        )
    ]


def sent_blast(here: Ground) -> None:
    blast = """INSERT INTO blasts (campaign_id, title, state, channels, audience, opens_at, expires_at, created_at, opened_at)
               VALUES (1, 'bench', 'running', '{email}', '[]', now(), now() + interval '1 day', now(), now())"""
    rendering = """INSERT INTO renderings (blast_id, channel, language, subject, text, html, fingerprint)
                   VALUES (1, 'email', 'en', '', '', '', '')"""
    batches = """INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, state,
                     not_before, expires_at, intent_at, finished_at)
                 SELECT 1, 1, 'email', 'bulk', min(id), max(id), count(*), 'accepted', now(), now() + interval '1 day', now(), now()
                 FROM supporters GROUP BY (id - 1) / 1000 ORDER BY 3, 6"""
    messages = """INSERT INTO messages (blast_id, channel, supporter_id, batch_id)
                  SELECT 1, 'email', s.id, b.id FROM supporters s
                  JOIN batches b ON s.id BETWEEN b.first_supporter_id AND b.last_supporter_id"""
    with here.transaction() as connection:
        for statement in (blast, rendering, batches, messages):
            connection.execute(text(statement))
    here.settle()


Post = tuple[bytes, dict[str, str]]


def event_posts(
    events: int,
    people: int,
    key: ec.EllipticCurvePrivateKey,
    *,
    per_post: int = _PER_POST,
    bounces: int = 0,
    leaving_every: int = 0,
) -> list[Post]:
    """Processed, delivered and opened for one person after another, some posts twice.

    So many of each post bounced instead; and somebody left in the last event of every so manieth post.
    """
    posts: list[Post] = []
    kinds = ("processed", "delivered", "open")
    stamp = str(int(time.time()))
    for place, first in enumerate(range(0, events, per_post)):
        last, leaves = first + per_post - 1, leaving_every > 0 and place % leaving_every == 0
        body = orjson.dumps(
            [
                {
                    **_what(number - first, kinds[number // people % 3], bounces, leaves and number == last),
                    "email": f"person{number % people + 1}@example.org",
                    "timestamp": int(stamp),
                    "sg_event_id": f"event-{number}-of-the-bench",
                    "sg_message_id": f"sink{number}.filter",
                    "ref": f"1.e.{number % people + 1}",
                    "attempt_id": "5d0c9a3e-0000-4000-8000-000000000000",
                }
                for number in range(first, first + per_post)
            ]
        )
        signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
        posts.append((body, {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: stamp, "Content-Type": "application/json"}))
    chance = random.Random(7)
    return posts + chance.choices(posts, k=max(1, len(posts) // 20))


def _what(place: int, kind: str, bounces: int, leaves: bool) -> dict[str, str]:
    return _UNSUBSCRIBED if leaves else _BOUNCED if place < bounces else {"event": kind}


async def _post_all(url: str, posts: Sequence[Post], clients: int) -> list[float]:
    waits: list[float] = []
    left = iter(posts)

    async def client(session: aiohttp.ClientSession) -> None:
        for body, headers in left:
            began = time.perf_counter()
            async with session.post(f"{url}/hooks/sendgrid/events", data=body, headers=headers) as answer:
                if answer.status != 204:
                    raise AssertionError(f"{answer.status}: {(await answer.text())[:200]}")
            waits.append(time.perf_counter() - began)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(client(session) for _ in range(clients)))
    return waits


def _bare_receipts(here: Ground, rows: int) -> float:
    body = orjson.dumps(
        [{"event": "delivered", "sg_event_id": f"bare-{number}", "ref": f"1.e.{number}"} for number in range(rows)]
    )
    began = time.perf_counter()
    ids = [event["sg_event_id"] for event in orjson.loads(body)]
    with here.transaction() as connection:
        connection.execute(
            text("""INSERT INTO receipts (provider, event_id, kind, at, received_at)
                    SELECT 'bare', id, 'delivered', now(), now() FROM unnest(CAST(:ids AS text[])) AS id"""),
            {"ids": ids},
        )
    return rows / (time.perf_counter() - began)
