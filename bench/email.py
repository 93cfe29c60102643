"""An email blast from open to last accepted: personal words and four signed links a person, a row a person kept."""

import resource
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from time import sleep

import urllib3
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench.ground import URL, Ground, ground, plan_blast, sink
from bench.table import Line
from service import clock
from service.domain.channel import Channel, Pace
from service.providers.ports import EmailProvider
from service.providers.sendgrid.sending import SendGrid
from service.providers.smtp.sending import Smtp
from service.sending.carriers import Words, email_carrier
from service.sending.due import open_scheduled_blasts
from service.sending.hand_over import Carrier, deliver
from service.sending.write import write_next_span
from service.store.engine import make_engine, make_sessions
from workers.app import collect_seldom
from workers.errands.sending import IN_FLIGHT

KEY = b"a key of the bench"
# As BULK_WORKERS ships.
WORKERS = 2


@dataclass(frozen=True)
class Sent:
    """A blast that went out. Seconds; `cpu` counts workers and Postgres, not the sink; `peak_mib` is of one worker."""

    recipients: int
    opening: float
    overall: float
    cpu: float
    peak_mib: float

    @property
    def per_s(self) -> float:
        return self.recipients / self.overall

    @property
    def cpu_per_thousand(self) -> float:
        return 1000 * self.cpu / self.recipients


@dataclass(frozen=True)
class Worked:
    """What one worker process did."""

    opening: float
    cpu: float
    peak_mib: float


def send(here: Ground, carrier: Callable[[], Carrier], *, recipients: int) -> Sent:
    """Open one blast and hand it over by the workers and the batches in flight that ship; one opens it first."""
    before, began = here.cpu(), time.perf_counter()
    told: Queue[Worked] = get_context("fork").Queue()
    workers = [
        get_context("fork").Process(target=_work, args=(here.url, carrier, place == 0, told))
        for place in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    worked = [told.get(timeout=1800) for _ in workers]
    for worker in workers:
        worker.join()
    overall = time.perf_counter() - began
    accepted = here.number(
        "SELECT sum(size) FROM batches WHERE state = 'accepted' AND blast_id = (SELECT max(id) FROM blasts)"
    )
    # Who came to have a dead address, or joined, before the blast was written is rightly not in it, or in it.
    least = recipients - here.number("SELECT count(*) FROM suppressions")
    if not least <= accepted <= here.number("SELECT count(*) FROM supporters"):
        raise AssertionError(f"{accepted} of {recipients} accepted")
    cpu = sum(each.cpu for each in worked) + here.cpu() - before
    peak = max(each.peak_mib for each in worked)
    return Sent(recipients, max(each.opening for each in worked), overall, cpu, peak)


def _work(url: str, make_carrier: Callable[[], Carrier], opens: bool, told: "Queue[Worked]") -> None:
    collect_seldom()
    carrier = make_carrier()
    in_flight = IN_FLIGHT[carrier.channel]
    sessions = make_sessions(make_engine(url, pool_size=in_flight + 2))
    began, opening = time.perf_counter(), 0.0
    if opens:
        with sessions.begin() as session:
            open_scheduled_blasts(session, public_url=URL, now=datetime.now(UTC))
        while writes_more(sessions):
            pass
        opening = time.perf_counter() - began
    while True:
        until = clock.monotonic() + 3600
        handed = deliver(sessions, carrier, Pace.BULK, until=until, in_flight=in_flight)
        if not handed.batches and is_over(sessions):
            break
        sleep(0.02)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told.put(Worked(opening, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))


def letters_out(road: str) -> Carrier:
    """Emails by SendGrid's package, or by SMTP, to a sink."""
    provider: EmailProvider = Smtp(road) if road.startswith("smtp") else SendGrid("SG.bench", road)
    return email_carrier(provider, Words(KEY, URL))


def writes_more(sessions: sessionmaker[Session]) -> bool:
    """Write another span of what is opening; False when there is none."""
    with sessions.begin() as session:
        return write_next_span(session) is not None


def is_over(sessions: sessionmaker[Session]) -> bool:
    """Whether everything has opened and nothing is left to hand over."""
    waiting = text("SELECT count(*) FROM batches WHERE state IN ('queued', 'claimed', 'sending')")
    with sessions.begin() as session:
        opened = session.execute(text("SELECT bool_and(state NOT IN ('scheduled', 'opening')) FROM blasts")).scalar()
        return bool(opened) and session.execute(waiting).scalar() == 0


def bare_http(port: int, *, recipients: int = 200_000) -> float:
    """The limit of the road: bodies as large as ours posted by the bare client from one process, recipients a second."""
    body = b'{"x":"' + b"y" * 700_000 + b'"}'
    with urllib3.PoolManager(maxsize=1) as pool:
        began = time.perf_counter()
        for _ in range(recipients // 1000):
            pool.request("POST", f"http://127.0.0.1:{port}/", body=body)
        return recipients / (time.perf_counter() - began)


def bare_rows(here: Ground, *, rows: int = 200_000) -> float:
    """The limit of the ledger: rows as slim as ours, with their key, written by one statement; rows a second."""
    with here.transaction() as connection:
        connection.execute(
            text("""CREATE TABLE bare (blast_id bigint, channel text, supporter_id bigint, batch_id bigint,
                        PRIMARY KEY (blast_id, channel, supporter_id))""")
        )
        began = time.perf_counter()
        connection.execute(
            text("INSERT INTO bare SELECT 1, 'email', n, n / 1000 FROM generate_series(1, :rows) AS n"), {"rows": rows}
        )
    took = time.perf_counter() - began
    with here.transaction() as connection:
        connection.execute(text("DROP TABLE bare"))
    return rows / took


def _together(*rates: float) -> float:
    """What two limits come to, one after the other."""
    return 1 / sum(1 / rate for rate in rates)


def bare_smtp(port: int, *, letters: int = 20_000) -> float:
    """The limit of SMTP: one ready letter over one line, a hundred at a time without waiting; letters a second."""
    ready = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n" + b"y" * 6_000 + b"\r\n.\r\n"
    with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rb") as answers:
        line.sendall(b"EHLO bench\r\n")
        while answers.readline()[:4] != b"250 ":
            pass
        began = time.perf_counter()
        for _ in range(letters // 100):
            line.sendall(ready * 100)
            for _ in range(400):
                answers.readline()
        return letters / (time.perf_counter() - began)


def measure(home: Path, *, recipients: int) -> Sequence[Line]:
    """The main promise: a million from open to last accepted."""
    with ground(home, people=recipients) as here, sink() as port:
        plan_blast(here, "email")
        sent = send(here, lambda: letters_out(f"http://127.0.0.1:{port}"), recipients=recipients)
        limit = _together(bare_http(port), bare_rows(here))
    notes = (
        f"opening {sent.opening:.1f} s ({recipients / sent.opening:,.0f} /s) while the other process hands over; "
        f"overall {sent.overall:.1f} s; peak {sent.peak_mib:.0f} MiB in a worker",
    )
    work = f"email blast to {recipients:,}"
    limit_is = "bare rows, then bare HTTP"
    return [
        Line(work, sent.per_s, "/s", 45_000, 75_000, limit=limit, limit_is=limit_is, notes=notes),
        Line(f"{work}: CPU", sent.cpu_per_thousand, "s per 1,000", 0.05, 0.025, less_is_better=True),
    ]


def measure_slow(home: Path, *, recipients: int, delay: float = 0.15) -> Sequence[Line]:
    """The same with a provider that takes its time, by the batches in flight that workers ship with."""
    in_flight = IN_FLIGHT[Channel.EMAIL]
    with ground(home, people=recipients) as here, sink(delay=delay) as port:
        plan_blast(here, "email")
        sent = send(here, lambda: letters_out(f"http://127.0.0.1:{port}"), recipients=recipients)
    limit = WORKERS * in_flight * 1000 / delay
    limit_is = f"{WORKERS} x {in_flight} batches in flight"
    work = f"email blast to {recipients:,}, sink at {delay * 1000:.0f} ms"
    return [Line(work, sent.per_s, "/s", 20_000, 80_000, limit=limit, limit_is=limit_is)]


def measure_smtp(home: Path, *, recipients: int) -> Sequence[Line]:
    """The same by SMTP, one message each."""
    with ground(home, people=recipients) as here, sink("smtp") as port:
        plan_blast(here, "email")
        road = f"smtp://127.0.0.1:{port}"
        sent = send(here, lambda: letters_out(road), recipients=recipients)
        limit = bare_smtp(port)
    work = f"email blast to {recipients:,} by SMTP"
    return [
        Line(work, sent.per_s, "/s", 2_500, 5_000, limit=limit, limit_is="one ready letter, pipelined, one process")
    ]


def measure_growth(home: Path, *, sizes: Sequence[int]) -> Sequence[Line]:
    """Whether a recipient costs the same in a small blast and in a large one, and what a worker needs."""
    seen: list[Sent] = []
    for size in sizes:
        with ground(home / f"{size}", people=size) as here, sink() as port:
            plan_blast(here, "email")
            road = f"http://127.0.0.1:{port}"
            seen.append(send(here, lambda: letters_out(road), recipients=size))  # noqa: B023
    costs = [each.cpu_per_thousand for each in seen]
    notes = [
        f"{each.recipients:,}: {each.per_s:,.0f} /s, {each.cpu_per_thousand:.4f} CPU s per 1,000, {each.peak_mib:.0f} MiB"
        for each in seen
    ]
    work = f"growth from {sizes[0]:,} to {sizes[-1]:,}"
    dearer = 100 * (max(costs) / costs[0] - 1)
    peak = max(each.peak_mib for each in seen)
    return [
        Line(f"{work}: cost per recipient above the smallest", dearer, "%", 15, 5, less_is_better=True, notes=notes),
        Line(f"{work}: peak memory of a worker", peak, "MiB", 300, 200, less_is_better=True),
    ]
