"""What goes wrong, and what people do meanwhile: each deed is small, and chosen by a seed."""

import random
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.planning import fixtures
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import pause_blast, resume_blast
from service.wording.links import LinkKind, derive_key, sign
from tests.chaos.processes import Process, Server
from tests.chaos.world import World, phone_of

_FAULTS: list[dict[str, dict[str, object]]] = [
    {"email": {"too_many": {"rate": 0.3, "retry_after": 1}}, "sms": {"too_many": {"rate": 0.1, "retry_after": 1}}},
    {"email": {"error_before": 0.2, "error_after": 0.2}, "sms": {"error_before": 0.02, "error_after": 0.02}},
    {"email": {"reset_before": 0.2, "reset_after": 0.2}, "sms": {"reset_before": 0.02, "reset_after": 0.02}},
    {"email": {"slow": {"rate": 0.4, "seconds": 3}}, "sms": {"slow": {"rate": 0.05, "seconds": 3}}},
    {"email": {"truncated": 0.2, "no_id": 0.2}, "sms": {"truncated": 0.02, "no_id": 0.02}},
    {"email": {}, "sms": {}},
]
# By then whoever worked through the broker has found out that it is away.
_FOUND_OUT = 10.0
# Webhooks misbehave throughout; SendGrid tells everything in the end, Twilio does not.
WEBHOOKS = {
    "events": {"duplicate": 0.1, "delay": {"rate": 0.1, "seconds": 2}, "shuffle": {"rate": 0.2, "seconds": 1}},
    "statuses": {"never": 0.05, "duplicate": 0.1, "delay": {"rate": 0.1, "seconds": 2}},
}


@dataclass
class Chaos:
    """Deals deeds like cards: each comes once before any comes again. Once a round the broker is away for long."""

    world: World
    people: int
    chance: random.Random
    say: Callable[[str], None]
    done: dict[str, int] = field(default_factory=dict)
    # When whoever left was answered that they had, the first time.
    told_at: dict[str, float] = field(default_factory=dict)
    # How long the broker was away on purpose, and how much was handed over from half a minute into that on.
    away_seconds: float = 0.0
    sent_meanwhile: int = 0
    _is_broker_away: bool = False
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _deck: list[Callable[[], str]] = field(default_factory=list)

    def play(self, seconds: float) -> None:
        """Break things for so long."""
        ends = time.monotonic() + seconds
        self._after(seconds * 0.1, seconds * 0.3, lambda: self._take_the_broker_away(seconds * 0.4))
        while time.monotonic() < ends:
            self._mend_what_is_due()
            if not self._deck:
                self._deck = list(self._deeds())
                self.chance.shuffle(self._deck)
            deed = self._deck.pop()
            self.say(deed())
            self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1
            time.sleep(self.chance.uniform(0.3, 2.0))

    def mend(self) -> None:
        """Everything runs again, and nothing goes wrong on purpose."""
        while self._later:
            # One may put another off.
            _, deed = min(self._later, key=lambda due: due[0])
            self._later = [each for each in self._later if each[1] is not deed]
            deed()
        for process in self.world.processes.values():
            if process.frozen:
                process.thaw()
        self._mend_what_is_due()
        self.world.ask_sandbox("PUT", "/control/faults", {"email": {}, "sms": {}, **WEBHOOKS})

    def _mend_what_is_due(self) -> None:
        now = time.monotonic()
        due = [deed for at, deed in self._later if at <= now]
        self._later = [(at, deed) for at, deed in self._later if at > now]
        for deed in due:
            deed()
        # As a supervisor does.
        servers = (self.world.postgres,) if self._is_broker_away else (self.world.postgres, self.world.redis)
        for process in (*self.world.processes.values(), *servers):
            if not process.is_alive:
                process.start()

    def _after(self, low: float, high: float, deed: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + self.chance.uniform(low, high), deed))

    def _deeds(self) -> tuple[Callable[[], str], ...]:
        return (
            *(self.kill_a_worker, self.kill_a_worker, self.freeze_a_worker, self.freeze_a_worker),
            *(self.flush_redis, self.kill_redis, self.freeze_redis, self.restart_postgres),
            *(self.kill_a_ticker, self.double_the_tickers, self.trouble_the_provider, self.trouble_the_provider),
            *(self.supporters_leave, self.supporters_leave, self.pause_and_resume, self.postpone, self.kill_the_web),
        )

    def kill_a_worker(self) -> str:
        process = self.chance.choice([*self.world.called("bulk"), *self.world.called("prompt")])
        process.kill()
        return f"killed {process.name}"

    def kill_the_web(self) -> str:
        process = self.chance.choice(self.world.called("web"))
        process.kill()
        return f"killed {process.name}"

    def _take_the_broker_away(self, seconds: float) -> None:
        """Long enough for everybody to find out; what is due goes out all the same."""
        self._is_broker_away, self.away_seconds = True, seconds
        if self.world.redis.is_alive:
            self.world.redis.thaw()
            self.world.redis.die(signal.SIGKILL)
        self.say(f"took the broker away, for {seconds:.0f} s")
        counted_from: list[int] = []
        self._after(_FOUND_OUT, _FOUND_OUT, lambda: counted_from.append(self._sent()))
        self._after(seconds, seconds, lambda: self._bring_the_broker_back(counted_from))

    def _bring_the_broker_back(self, counted_from: list[int]) -> None:
        self._is_broker_away = False
        self.sent_meanwhile = self._sent() - (counted_from or [0])[0]
        self.world.redis.start()
        self.say(f"brought the broker back; {self.sent_meanwhile} were handed over while everybody did without")

    def _sent(self) -> int:
        sent = text("SELECT coalesce(sum(count), 0) FROM attempts")
        return self.world.in_transaction(lambda session: int(session.scalar(sent) or 0))

    def freeze_a_worker(self) -> str:
        process = self.chance.choice(self.world.called("bulk"))
        process.freeze()
        self._after(1, 9, lambda: _thaw(process))
        return f"froze {process.name}"

    def kill_a_ticker(self) -> str:
        process = self.chance.choice(self.world.called("ticker"))
        process.kill()
        return f"killed {process.name}"

    def double_the_tickers(self) -> str:
        name = f"ticker-{len(self.world.called('ticker')) + 1}"
        self.world.start_ticker(name)
        return f"started {name}"

    def flush_redis(self) -> str:
        try:
            with redis.Redis.from_url(self.world.environ["REDIS_URL"], socket_timeout=2) as client:
                client.flushall()
        except redis.RedisError:
            return "Redis was away and could not be flushed"
        return "flushed Redis"

    def kill_redis(self) -> str:
        self._bring_down(self.world.redis, signal.SIGKILL, 0.5, 3)
        return "killed Redis"

    def freeze_redis(self) -> str:
        server = self.world.redis
        if not server.is_alive:
            return "Redis was down and could not be frozen"
        server.freeze()
        self._after(1, 6, server.thaw)
        return "froze Redis"

    def restart_postgres(self) -> str:
        self._bring_down(self.world.postgres, signal.SIGQUIT, 0.2, 1.5)
        return "restarted Postgres at once, with nothing finished"

    def _bring_down(self, server: Server, number: int, low: float, high: float) -> None:
        if server.is_alive:
            server.thaw()
            server.die(number)
            time.sleep(self.chance.uniform(low, high))
            # What is left of the old one may keep the new one out for a moment.
            for _ in range(20):
                server.start()
                time.sleep(0.5)
                if server.is_alive:
                    return

    def trouble_the_provider(self) -> str:
        faults = self.chance.choice(_FAULTS)
        seed = self.chance.randrange(1_000_000)
        self.world.ask_sandbox("PUT", "/control/faults", {"seed": seed, **faults, **WEBHOOKS})
        return f"provider: {', '.join(faults['email']) or 'well again'}"

    def supporters_leave(self) -> str:
        """Some text a stop in their own words, some press the link in their email."""
        who = [self.chance.randint(1, self.people) for _ in range(max(4, min(20, self.people // 500)))]
        refused, slowest = 0, 0.0
        for each in who:
            began = time.monotonic()
            is_told = self._text_stop(each) if each % 2 else self._press_leave(each)
            refused += not is_told
            if is_told:
                self.told_at.setdefault(f"{'s' if each % 2 else 'e'}.{each}", time.time())
            slowest = max(slowest, time.monotonic() - began)
        answered = f"the slowest answer took {slowest:.1f} s"
        return f"{len(who)} supporters leave, {answered}" + (f", {refused} found nobody there" if refused else "")

    def _text_stop(self, supporter_id: int) -> bool:
        told = {"from": phone_of(supporter_id), "body": "stop texting me please"}
        return bool(self.world.ask_sandbox("POST", "/control/inbound", told).get("posted"))

    def _press_leave(self, supporter_id: int) -> bool:
        key = derive_key(self.world.settings.secret_key, "links")
        token = sign(LinkKind.LEAVE, supporter_id, key=key, channel=Channel.EMAIL)
        pressed = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
        try:
            with urllib.request.urlopen(f"{self.world.settings.public_url}/leave/{token}", pressed, timeout=10):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def pause_and_resume(self) -> str:
        def pause(session: Session) -> int:
            running = text("SELECT id FROM blasts WHERE state IN ('opening', 'running') ORDER BY id")
            for blast_id in session.scalars(running).all():
                pause_blast(session, blast_id, actor="Cora", now=datetime.now(UTC))
            return 0

        try:
            self.world.in_transaction(pause)
        except BlastRefused:
            return "a blast ended before it could be paused"
        self._after(1, 4, lambda: resume_all(self.world))
        return "managers paused everything"

    def postpone(self) -> str:
        later = timedelta(seconds=self.chance.randint(-5, 10))

        def move(session: Session) -> None:
            kick_off_at = session.scalar(text("SELECT kick_off_at FROM fixtures"))
            at, now = kick_off_at + later, datetime.now(UTC)
            fixtures.move_kick_off(session, 1, kick_off_at=at, actor="Cora", now=now)

        self.world.in_transaction(move)
        return f"managers moved the kick-off by {later.total_seconds():.0f} s"


def _thaw(process: Process) -> None:
    if process.frozen:
        process.thaw()


def resume_all(world: World) -> None:
    """Resume whatever is paused, by a manager or by a breaker."""

    def resume(session: Session) -> None:
        for blast_id in session.scalars(text("SELECT id FROM blasts WHERE state = 'paused'")).all():
            resume_blast(session, blast_id, actor="Cora", now=datetime.now(UTC))

    world.in_transaction(resume)
