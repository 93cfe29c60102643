"""While a large blast goes out through real processes: a STOP is obeyed, and a confirmation leaves, at once.

Obeyed means committed when the webhook is answered; its text back is Twilio's own.
"""

import asyncio
import os
import re
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from bench.ground import Ground, ground, plan_blast, sink
from bench.table import Line
from service.cli.running.ports import free_port
from service.cli.running.processes import Runner, command_of, read_procfile
from service.cli.running.redis import start_redis

_ROOT = Path(__file__).parents[1]
_TOKEN = secrets.token_hex(16)
_OURS = "+447700900000"
_ROUNDS = 6
_PHONES = 1000


def measure(home: Path, *, recipients: int) -> Sequence[Line]:
    """The slowest of several while the blast runs: web, workers and ticker as the Procfile starts them."""
    with (
        ground(home, people=recipients, phones=min(recipients, _PHONES)) as here,
        sink() as letters,
        sink("sms", delay=0.05) as texts,
    ):
        redis = start_redis(home)
        port = free_port()
        environ = _environ(here, redis.url, port, letters, texts)
        runner = Runner(environ, home / "logs", None)
        try:
            for name, line in read_procfile((_ROOT / "Procfile").read_text()).items():
                if name != "release":
                    runner.start(name, command_of(line, environ))
            seen = asyncio.run(_meanwhile(here, f"http://127.0.0.1:{port}", recipients))
        finally:
            runner.stop()
            redis.stop()
    work = f"during an email blast to {recipients:,}"
    rounds = len(seen["obeyed"])
    notes = (f"the slowest of {rounds} rounds; {seen['gone'][0]:.0%} to {seen['gone'][-1]:.0%} of the blast had gone",)
    return [
        Line(f"{work}: STOP obeyed", max(seen["obeyed"]), "s", 2, less_is_better=True, notes=notes),
        Line(f"{work}: a confirmation email leaves", max(seen["confirmed"]), "s", 2, less_is_better=True),
    ]


def _environ(here: Ground, redis_url: str, port: int, letters: int, texts: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": here.url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a secret of the bench, forty letters or so",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "TOUCHLINE_HOME": str(here.home),
        "LOG_LEVEL": "ERROR",
        "EMAIL_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.bench",
        "SENDGRID_API_URL": f"http://127.0.0.1:{letters}",
        "SMS_PROVIDER": "twilio",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "1",
        "TWILIO_AUTH_TOKEN": _TOKEN,
        "TWILIO_API_URL": f"http://127.0.0.1:{texts}",
        "TWILIO_FROM_NUMBERS": _OURS,
    }


async def _meanwhile(here: Ground, url: str, recipients: int) -> dict[str, list[float]]:
    seen: dict[str, list[float]] = {"obeyed": [], "confirmed": [], "gone": []}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await _ready(session, url)
        plan_blast(here, "email")
        while not _gone(here):
            await asyncio.sleep(0.05)
        for number in range(1, _ROUNDS + 1):
            seen["gone"].append(_gone(here) / recipients)
            began = time.perf_counter()
            await _text_stop(session, url, f"+4477{number:08d}", number)
            seen["obeyed"].append(time.perf_counter() - began)
            if here.number("SELECT count(*) FROM suppressions WHERE reason = 'stop'") != number:
                raise AssertionError("a STOP was answered and not obeyed")
            began = time.perf_counter()
            await _sign_up(session, url, f"late{number}@example.org")
            seen["confirmed"].append(await _until_gone(here, "confirm_email", number, began))
            if seen["gone"][-1] >= 1:
                break
    return seen


async def _ready(session: aiohttp.ClientSession, url: str) -> None:
    for _ in range(300):
        try:
            async with session.get(f"{url}/healthz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("the web process does not answer")


def _gone(here: Ground) -> int:
    return here.number("SELECT coalesce(sum(size), 0) FROM batches WHERE state = 'accepted'")


async def _text_stop(session: aiohttp.ClientSession, url: str, phone: str, number: int) -> None:
    form = {"MessageSid": f"SM{number:032x}", "From": phone, "To": _OURS, "Body": "STOP"}
    address = f"{url}/hooks/twilio/sms"
    signature = RequestValidator(_TOKEN).compute_signature(address, form)
    async with session.post(address, data=form, headers={"X-Twilio-Signature": signature}) as answer:
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {(await answer.text())[:200]}")


async def _sign_up(session: aiohttp.ClientSession, url: str, email: str) -> None:
    async with session.get(f"{url}/c/") as page:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', await page.text())
    form = {"csrf_token": found[1] if found else "", "first_name": "Ana", "email": email, "consent_email": "yes"}
    async with session.post(f"{url}/c/join", data=form) as answer:
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {(await answer.text())[:200]}")


async def _until_gone(here: Ground, kind: str, count: int, began: float) -> float:
    """Seconds until so many notices of a kind were accepted by the provider."""
    question = text("SELECT count(*) FROM notices WHERE kind LIKE :kind AND state = 'accepted'")
    for _ in range(3000):
        with here.transaction() as connection:
            if connection.execute(question, {"kind": f"%{kind}%"}).scalar() == count:
                return time.perf_counter() - began
        await asyncio.sleep(0.01)
    raise AssertionError(f"no {kind} left")
