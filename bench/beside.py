"""A blast while everything else comes in too: event posts with bounces, confirmations and clicks; what it costs the blast."""

import asyncio
import base64
import itertools
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.email import Sent, letters_out, send
from bench.front_door import SECRET, Post, event_posts, front_door, sent_blast
from bench.ground import Ground, ground, plan_blast, sink
from bench.table import Line
from service.domain.channel import Channel
from service.sending.hand_over import Carrier
from service.store import locks
from service.store.locks import Lock
from service.wording.links import LinkKind, derive_key, sign

# What comes in a second. A post holds two hundred events, two of them bounces of dead addresses; in every fifth somebody
# leaves.
_POSTS, _EVENTS, _BOUNCES, _LEAVING_EVERY, _CLICKS, _CONFIRMATIONS = 5, 200, 2, 5, 50, 20
_LONG = 0.020
# A provider that sets the pace, so that what is lost is lost by waiting; and one so fast that the machine is full.
_PACED, _FAST = 0.8, 0.15
_TRY_SHARE = text("SELECT pg_try_advisory_xact_lock_shared(:lock)")
_SIGN_UPS = """
    INSERT INTO sign_ups (campaign_id, first_name, email, wants_email, wants_sms, wordings, locale, time_zone, source,
        ip, created_at)
    SELECT 1, 'Ana', 'fan' || n || '@example.org', true, false, '{"email": "Yes."}', 'en', 'UTC', '', '', now()
    FROM generate_series(1, :count) AS n
"""
# Clicks of programs that name themselves are not counted.
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
_LINK = "INSERT INTO links (campaign_id, target) VALUES (1, '/c/petition')"


def measure(home: Path, *, recipients: int) -> Sequence[Line]:
    """The same blast alone and beside all that, by two providers; and how many intents the opt-outs' lock kept out."""
    paced = _compare(home / "paced", recipients, _PACED)
    full = _compare(home / "full", recipients, _FAST)
    return [
        Line(f"{paced.work}: slower by", paced.slower, "%", 15, less_is_better=True, notes=[paced.note]),
        Line(f"{paced.work}: intents kept out for over 20 ms", paced.long, "intents", 0, less_is_better=True),
        Line(f"{full.work}: slower by", full.slower, "%", 15, less_is_better=True, notes=[full.note]),
        Line(f"{full.work}: intents kept out for over 20 ms", full.long, "intents", 0, less_is_better=True),
    ]


@dataclass(frozen=True)
class _Compared:
    """A blast alone and the same beside everything that comes in. `waits`: of its intents, in seconds."""

    work: str
    alone: Sent
    beside: Sent
    waits: Sequence[float]
    came: str

    @property
    def slower(self) -> float:
        return max(0.0, 100 * (self.beside.overall / self.alone.overall - 1))

    @property
    def long(self) -> int:
        return sum(wait > _LONG for wait in self.waits)

    @property
    def note(self) -> str:
        held = [wait for wait in self.waits if wait]
        longest = 1000 * max(held, default=0.0)
        return (
            f"{self.alone.per_s:,.0f} /s alone, {self.beside.per_s:,.0f} /s beside {self.came} in {self.beside.overall:.1f} s; "
            f"CPU of workers and Postgres {self.alone.cpu_per_thousand:.3f} and {self.beside.cpu_per_thousand:.3f} s per 1,000; "
            f"{len(held)} of {len(self.waits):,} intents waited for the lock, the longest {longest:.1f} ms"
        )


def _compare(home: Path, recipients: int, delay: float) -> _Compared:
    with ground(home / "alone", people=recipients) as here, sink(delay=delay) as port:
        _prepare(here, recipients)
        with front_door(here):
            alone, _ = _send(here, port, recipients)
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    with ground(home / "beside", people=recipients) as here, sink(delay=delay) as port:
        _prepare(here, recipients)
        with front_door(here, SENDGRID_WEBHOOK_PUBLIC_KEY=public) as url, _coming_in(url, recipients, key):
            beside, waits = _send(here, port, recipients)
        events, clicks = here.number("SELECT count(*) FROM receipts"), here.number("SELECT count(*) FROM actions")
        confirmed = here.number("SELECT count(*) FROM sign_ups WHERE email_confirmed_at IS NOT NULL")
        left = here.number("SELECT count(*) FROM suppressions WHERE reason <> 'hard_bounce'")
    if not all((events, clicks, confirmed, left)):
        raise AssertionError(f"nothing came in: {events} {clicks} {confirmed} {left}")
    came = f"{events:,} events ({left} left), {clicks:,} clicks, {confirmed:,} confirmations"
    work = f"email blast to {recipients:,}, sink at {1000 * delay:.0f} ms, beside events, clicks, confirmations"
    return _Compared(work, alone, beside, waits, came)


def _prepare(here: Ground, recipients: int) -> None:
    """An earlier blast that events and clicks are about, people who are about to confirm, and the blast to measure."""
    sent_blast(here)
    with here.transaction() as connection:
        connection.execute(text(_SIGN_UPS), {"count": recipients})
        connection.execute(text(_LINK))
    plan_blast(here, "email")
    here.settle()


def _send(here: Ground, port: int, recipients: int) -> tuple[Sent, list[float]]:
    """Send it, and tell how long each intent waited for the opt-outs' lock, in seconds."""
    waits = get_context("fork").SimpleQueue()

    def watched() -> Carrier:
        share = locks.share

        def timed(session: Session, lock: Lock) -> None:
            # Waiting for a turn of the processor is no waiting for the lock.
            if session.scalar(_TRY_SHARE, {"lock": int(lock)}):
                waits.put(0.0)
                return
            began = time.perf_counter()
            share(session, lock)
            waits.put(time.perf_counter() - began)

        # In the worker's own process, which ends with the measurement.
        locks.share = timed
        return letters_out(f"http://127.0.0.1:{port}")

    sent = send(here, watched, recipients=recipients)
    seen = []
    while not waits.empty():
        seen.append(waits.get())
    return sent, seen


@contextmanager
def _coming_in(url: str, people: int, key: ec.EllipticCurvePrivateKey):  # type: ignore[no-untyped-def]
    """Everything that comes in, from a process of its own, for as long as the block lasts."""
    context = get_context("fork")
    is_over = context.Event()
    posts = event_posts(
        max(people, 20_000), people, key, per_post=_EVENTS, bounces=_BOUNCES, leaving_every=_LEAVING_EVERY
    )
    crowd = context.Process(target=lambda: asyncio.run(_all_at_once(url, people, posts, is_over.is_set)))
    crowd.start()
    try:
        yield
    finally:
        is_over.set()
        crowd.join()
    if crowd.exitcode:
        raise AssertionError("what came in was refused")


async def _all_at_once(url: str, people: int, posts: Sequence[Post], is_over: Callable[[], bool]) -> None:
    links = derive_key(SECRET, "links")
    coming = itertools.cycle(posts)
    expires_at = datetime.now(UTC) + timedelta(days=1)

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": _PHONE}) as session:
        form, cookies = await _form_of(session, url)

        async def post_events(_: int) -> None:
            body, headers = next(coming)
            async with session.post(f"{url}/hooks/sendgrid/events", data=body, headers=headers) as answer:
                _check(answer.status, 204)

        async def click(number: int) -> None:
            who = number % people + 1
            token = sign(LinkKind.CLICK, who, key=links, channel=Channel.EMAIL, blast_id=1, target=1)
            async with session.get(f"{url}/l/{token}", allow_redirects=False) as answer:
                _check(answer.status, 302)

        async def confirm(number: int) -> None:
            token = sign(LinkKind.CONFIRM, number % people + 1, key=links, expires_at=expires_at, nonce=number)
            async with session.post(
                f"{url}/confirm/{token}", data=form, cookies=cookies, allow_redirects=False
            ) as answer:
                _check(answer.status, 303)

        await asyncio.gather(
            _paced(post_events, _POSTS, is_over),
            _paced(click, _CLICKS, is_over),
            _paced(confirm, _CONFIRMATIONS, is_over),
        )


async def _form_of(session: aiohttp.ClientSession, url: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a form of ours is sent with: its token, and the cookie it belongs to."""
    async with session.get(f"{url}/c/") as page:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', await page.text())
        if found is None:
            raise AssertionError("the landing page has no form")
        return {"csrf_token": found[1]}, {name: morsel.value for name, morsel in page.cookies.items()}


async def _paced(
    act: Callable[[int], Coroutine[Any, Any, None]], per_second: float, is_over: Callable[[], bool]
) -> None:
    """Do it so many times a second, whether or not the one before is answered."""
    began, under_way, number = time.perf_counter(), [], 0
    while not is_over():
        under_way.append(asyncio.create_task(act(number)))
        number += 1
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
    await asyncio.gather(*under_way)


def _check(status: int, expected: int) -> None:
    if status != expected:
        raise AssertionError(f"{status} where {expected} was expected")
