"""Texts: a blast of them, and the moment of full time, when texts and emails go out together."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import aiohttp
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.email import KEY, WORKERS, is_over, send, writes_more
from bench.ground import EMAIL, SMS, URL, Ground, ground, plan_blast, sink
from bench.table import Line
from service import clock
from service.domain.channel import Channel, Pace
from service.domain.fixture import Score
from service.planning.fixtures import press_full_time
from service.providers.sendgrid.sending import SendGrid
from service.providers.twilio.sending import Twilio
from service.sending.carriers import Words, email_carrier, text_carrier
from service.sending.hand_over import Carrier, deliver
from service.sending.sweep import tick
from service.store.engine import make_engine, make_sessions
from workers.app import collect_seldom
from workers.errands.sending import IN_FLIGHT

_SID, _NUMBER = "AC" + "0" * 31 + "1", "+447700900000"


def texts_out(port: int) -> Carrier:
    """Texts by the Twilio package to a sink."""
    provider = Twilio(_SID, "a token of the bench", f"http://127.0.0.1:{port}", from_numbers=(_NUMBER,))
    return text_carrier(provider, Words(KEY, URL), (_NUMBER,))


async def _bare(port: int, requests: int) -> float:
    body = {"To": _NUMBER, "From": _NUMBER, "Body": "y" * 150, "StatusCallback": URL}
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as session:
        began = time.perf_counter()

        async def some() -> None:
            for _ in range(requests // 200):
                async with session.post(f"http://127.0.0.1:{port}/", data=body) as answer:
                    await answer.read()

        await asyncio.gather(*(some() for _ in range(200)))
        return requests / (time.perf_counter() - began)


def measure(home: Path, *, recipients: int, delay: float = 0.05) -> Sequence[Line]:
    """A text each, rendered per person, by a provider that answers in 50 ms."""
    with ground(home, people=recipients, phones=recipients) as here, sink("sms", delay=delay) as port:
        plan_blast(here, "sms")
        sent = send(here, lambda: texts_out(port), recipients=recipients)
        limit = asyncio.run(_bare(port, 10_000))
    work = f"SMS blast to {recipients:,}, sink at {delay * 1000:.0f} ms"
    notes = (f"CPU {sent.cpu_per_thousand:.2f} s per 1,000; peak {sent.peak_mib:.0f} MiB in a worker",)
    limit_is = "bare aiohttp, 200 in flight, one process"
    return [Line(work, sent.per_s, "/s", 2_500, 5_000, limit=limit, limit_is=limit_is, notes=notes)]


def measure_full_time(home: Path, *, recipients: int) -> Sequence[Line]:
    """From the whistle recorded to the last text and the last email accepted, through the ticker, opening and all."""
    with (
        ground(home, people=recipients, phones=recipients) as here,
        sink() as letters,
        sink("sms", delay=0.05) as texts,
        ProcessPoolExecutor(WORKERS + 1) as pool,
    ):
        _plan_full_time(here)
        runs = [pool.submit(_worker, here.url, letters, texts, place) for place in range(WORKERS)]
        ticking = pool.submit(_ticker, here.url, recipients)
        sleep(2)
        began = time.perf_counter()
        _whistle(here)
        for run in runs:
            run.result()
        took = time.perf_counter() - began
        ticking.result()
        accepted = here.number("SELECT sum(size) FROM batches WHERE state = 'accepted'")
        if accepted != 2 * recipients:
            raise AssertionError(f"{accepted} of {2 * recipients} accepted")
    work = f"full time: {recipients:,} texts and {recipients:,} emails"
    limit, limit_is = (
        recipients / (WORKERS * IN_FLIGHT[Channel.SMS] * 50) * 0.05,
        "50 ms a text in the batches in flight",
    )
    return [Line(work, took, "s", 60, 30, less_is_better=True, limit=limit, limit_is=limit_is)]


def _plan_full_time(here: Ground) -> None:
    stage = """INSERT INTO stages (campaign_id, slug, title, position, anchor, offset_span, stale_after, channels, catch_up)
               VALUES (1, 'full-time', 'Full time', 1, 'full_time', '0', '2 hours', '{email,sms}', 'skip')"""
    copies = """INSERT INTO copies (stage_id, channel, language, subject, body)
                VALUES (1, 'email', 'en', 'Full time', :email), (1, 'sms', 'en', '', :sms)"""
    with here.transaction() as connection:
        connection.execute(text(stage))
        connection.execute(text(copies), {"email": EMAIL, "sms": SMS})
        ago = datetime.now(UTC) - timedelta(hours=2)
        connection.execute(text("UPDATE fixtures SET kick_off_at = :ago, state = 'live'"), {"ago": ago})


def _whistle(here: Ground) -> None:
    sessions = make_sessions(make_engine(here.url))
    with sessions.begin() as session:
        press_full_time(session, 1, score=Score(1, 1), actor="bench", now=clock.now())
    sessions.kw["bind"].dispose()


def _ticker(url: str, recipients: int) -> None:
    """A ticker as it ships: a tick a second."""
    sessions = make_sessions(make_engine(url))
    question = text("SELECT coalesce(sum(size), 0) FROM batches WHERE state = 'accepted'")
    while True:
        tick(sessions, public_url=URL)
        with sessions.begin() as session:
            if session.execute(question).scalar() == 2 * recipients:
                return
        sleep(1.0)


def _worker(url: str, letters: int, texts: int, place: int) -> None:
    """A bulk worker: opens what has come due, then hands over whatever is queued, one errand after another."""
    collect_seldom()
    sessions = make_sessions(make_engine(url, pool_size=20))
    emails = email_carrier(SendGrid("SG.bench", f"http://127.0.0.1:{letters}"), Words(KEY, URL))
    roads = [(emails, Channel.EMAIL), (texts_out(texts), Channel.SMS)]
    while not _has_begun(sessions):
        sleep(0.05)
    while not is_over(sessions):
        while writes_more(sessions):
            pass
        for carrier, channel in roads if place == 0 else reversed(roads):
            deliver(sessions, carrier, Pace.BULK, until=clock.monotonic() + 20, in_flight=IN_FLIGHT[channel])
        sleep(0.02)


def _has_begun(sessions: sessionmaker[Session]) -> bool:
    with sessions.begin() as session:
        return bool(session.execute(text("SELECT EXISTS (SELECT FROM blasts)")).scalar())
