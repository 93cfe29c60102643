"""`touchline demo`: the sample campaign played through at speed in the sandbox, the match included."""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy.orm import sessionmaker

from service import clock
from service.cli.crowd import Crowd, Fan
from service.cli.opening import plainly
from service.cli.report import show_report
from service.cli.running.errors import CannotStart
from service.cli.running.house import Say, running_services
from service.cli.running.ports import free_port, is_taken
from service.cli.up import FIRST_MANAGER, SAMPLE, addresses, prepare, running_house, wait_until_ready
from service.consenting.consent import AddressKey
from service.domain.fixture import Score
from service.domain.manager import Role
from service.planning import fixtures
from service.planning.importing import Imported, import_chunk
from service.planning.loading import load_campaign
from service.planning.managers import make_sign_in_link
from service.reporting.funnel import campaign_report
from service.settings import Settings
from service.store import Session
from service.store.engine import make_engine, make_sessions
from service.store.queries import progress
from service.wording.campaign_reader import read_campaign
from service.wording.links import link_keys

SUPPORTERS = 500
# Four days before kick-off become this many seconds.
_RUN_UP = 36.0
_FOUR_DAYS = 4 * 86_400.0
_BY_WEB = 60
ACTOR = "demo"
_AS_IF_BEHIND_A_PROXY = {"TRUSTED_PROXY_COUNT": "1"}


@click.command()
@click.option("--port", default=0, help="Where the web pages answer; a free port where it is not given.")
@click.option("--stay/--leave", default=None, help="Stay up at the end to look around. Default: stay at a terminal.")
@click.option("--seed", default=2004, show_default=True, help="What the made supporters do is drawn from it.")
@plainly
def demo(port: int, stay: bool | None, seed: int) -> None:
    """Play the sample campaign through in the sandbox in under two minutes, and end with its report."""
    home = Path(os.environ.get("TOUCHLINE_HOME") or ".touchline").absolute() / "demo"
    shutil.rmtree(home, ignore_errors=True)
    port = port or (8000 if not is_taken(8000) else free_port())
    sandbox_port = free_port()
    # The demo never reaches a real provider or a real database, whatever is set outside.
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_PROVIDER", "SMS_PROVIDER", "PUBLIC_URL"):
        os.environ.pop(name, None)
    say = Say(sys.stdout)
    began = time.monotonic()
    with running_services(
        home, os.environ, say=say, extra=addresses(port, sandbox_port) | _AS_IF_BEHIND_A_PROXY
    ) as services:
        settings = prepare(services, say, sample=False)
        with running_house(services, settings, say, sandbox_port=sandbox_port, out=None) as running:
            if missing := wait_until_ready(running, settings):
                raise CannotStart("; ".join(missing))
            engine = make_engine(settings.database_url or "")
            play = Play(settings, make_sessions(engine), random.Random(seed), say, began)  # noqa: S311 - a demo
            play.whole()
            with make_sessions(engine)() as session:
                show_report(campaign_report(session, play.slug))
            say(f"played in {time.monotonic() - began:.0f} s: " + ", ".join(f"{n} {what}" for what, n in play.did()))
            click.echo(f"\n  The report     {settings.public_url}/console/campaigns/{play.slug}/report/")
            click.echo(f"  Sign in first  {play.link()}")
            click.echo(f"  Sandbox        {settings.sandbox_url}/\n")
            if stay if stay is not None else sys.stdin.isatty() and sys.stdout.isatty():
                click.echo("  Ctrl-C ends the demo and throws its data away.")
                running.keep_on()
            engine.dispose()


@dataclass(slots=True)
class Play:
    """The campaign from the first sign-up to the thank-you."""

    settings: Settings
    sessions: sessionmaker[Session]
    chance: random.Random
    say: Callable[[str], None]
    began: float
    slug: str = ""
    fixture_id: int = 0
    campaign_id: int = 0
    crowd: Crowd | None = None

    def whole(self) -> None:
        """Play it."""
        crowd = self._prepare()
        early, late = crowd.fans[: _BY_WEB - 10], crowd.fans[_BY_WEB - 10 : _BY_WEB]
        self._tell(f"{len(early)} supporters sign up on the landing page and confirm")
        crowd.sign_up(early)
        self._quiet()
        crowd.confirm(early)
        self._tell("four days of briefings before the match go by")
        self._until_kick_off(5.0)
        crowd.read_mail("", share=0.35, sign=0.4)
        crowd.text("MORE", share=0.03)
        self._until_kick_off(0.0)
        self._tell("kick-off")
        self._press(lambda session, now: fixtures.press_kick_off(session, self.fixture_id, actor=ACTOR, now=now))
        crowd.sign_up(late)
        self._quiet()
        crowd.confirm(late)
        self._tell("half time, 0-0: a text to every phone")
        score = Score(0, 0)
        self._press(
            lambda session, now: fixtures.press_half_time(session, self.fixture_id, score=score, actor=ACTOR, now=now)
        )
        self._quiet()
        crowd.text("SIGN {name}", share=0.25)
        crowd.ask_questions()
        self._press(lambda session, now: fixtures.press_second_half(session, self.fixture_id, actor=ACTOR, now=now))
        final = Score(0, 1)
        self._tell(f"full time, {final}: emails and texts that know the result")
        self._press(
            lambda session, now: fixtures.press_full_time(session, self.fixture_id, score=final, actor=ACTOR, now=now)
        )
        self._quiet()
        crowd.read_mail("", share=0.4, sign=0.5)
        crowd.leave(share=0.01)
        crowd.text("STOP", share=0.02)
        self._tell("two days after: the reminder and the thank-you")
        self._until(lambda session: not progress.stages_to_come(session, self.campaign_id))
        self._quiet()

    def did(self) -> list[tuple[str, int]]:
        """What the crowd did, for the last line."""
        return sorted(self.crowd.counts.items()) if self.crowd else []

    def link(self) -> str:
        """A one-time sign-in for the console."""
        with self.sessions.begin() as session:
            key = link_keys(self.settings)[0]
            url = self.settings.public_url
            return make_sign_in_link(session, FIRST_MANAGER, Role.ADMIN, public_url=url, key=key, now=clock.now())

    def _prepare(self) -> Crowd:
        files = read_campaign(SAMPLE)
        fans = [Fan(number) for number in range(1, SUPPORTERS + 1)]
        known = fans[_BY_WEB:]
        kick_off_at = clock.now() + timedelta(seconds=_RUN_UP + 8)
        with self.sessions.begin() as session:
            loaded = load_campaign(
                session, files, now=clock.now(), kick_off_at=kick_off_at, time_scale=_RUN_UP / _FOUR_DAYS
            )
            done = Imported()
            key = AddressKey.of(self.settings)
            now = clock.now()
            import_chunk(session, _rows(known), done, campaign_id=loaded.campaign_id, key=key, source="demo", now=now)
            # A demo does not wait for the morning.
            progress.forget_quiet_hours(session, loaded.campaign_id)
            self.fixture_id = progress.fixture_of(session, loaded.campaign_id)
        self.slug, self.campaign_id = files.slug, loaded.campaign_id
        self._tell(f"{done.new} supporters came with a file; quiet hours are off; kick-off in {_RUN_UP + 8:.0f} s")
        url = self.settings.public_url
        self.crowd = Crowd(url, self.settings.sandbox_url, self.slug, fans, self.chance)
        return self.crowd

    def _press(self, deed: Callable[[Session, datetime], object]) -> None:
        with self.sessions.begin() as session:
            deed(session, clock.now())

    def _until_kick_off(self, seconds_before: float) -> None:
        """Wait until this long before kick-off, telling how far the messages have come."""
        while True:
            with self.sessions() as session:
                kick_off_at = progress.kick_off_of(session, self.fixture_id)
                sent = progress.messages_sent(session, self.campaign_id)
            left = (kick_off_at - datetime.now(UTC)).total_seconds() - seconds_before
            if left <= 0:
                return
            self.say(f"{left + seconds_before:5.0f} s to kick-off, {sent} messages sent")
            time.sleep(min(4.0, left))

    def _quiet(self) -> None:
        """Wait until nothing is waiting to be handed over."""
        time.sleep(1.2)
        self._until(lambda session: progress.waiting_to_go(session) == 0)

    def _until(self, done: Callable[[Session], bool]) -> None:
        give_up = time.monotonic() + 45
        while time.monotonic() < give_up:
            with self.sessions() as session:
                if done(session):
                    return
            time.sleep(0.25)

    def _tell(self, line: str) -> None:
        self.say(f"[{time.monotonic() - self.began:4.0f} s] {line}")


def _rows(fans: list[Fan]) -> list[tuple[int, dict[str, str]]]:
    proof = {"consent_wording": "Yes, you may write to me about this campaign.", "consent_at": "2026-10-01T12:00+00:00"}
    return [
        (
            fan.number + 1,
            {
                "first_name": fan.name,
                "email": fan.email,
                "phone": fan.phone if fan.texts else "",
                "consent_email": "yes",
                "consent_sms": "yes" if fan.texts else "",
                "source": "demo",
                **proof,
            },
        )
        for fan in fans
    ]
