"""`touchline fixture`: what happens to the match."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import click

from service import clock
from service.cli.moments import read_moment
from service.cli.opening import open_house, plainly
from service.domain.errand import Errand
from service.domain.fixture import Score
from service.planning import fixtures
from service.planning.fixtures import FixtureUnknown, Moved
from service.store import Session
from service.store.queries import loading

ACTOR = "command line"


@click.group()
def fixture() -> None:
    """What happens to the match, and with it to everything planned around it."""


def _score(text: str) -> Score:
    home, _, away = text.replace("–", "-").partition("-")
    if not (home.strip().isdecimal() and away.strip().isdecimal()):
        raise click.BadParameter("a score looks like 1-0, home side first")
    try:
        return Score(int(home), int(away))
    except ValueError as wrong:
        raise click.BadParameter("a score is two numbers from 0 to 99, such as 1-0") from wrong


def _do(slug: str, deed: Callable[[Session, int, datetime], Moved], *, as_json: bool) -> None:
    house = open_house()
    with house.transaction() as session:
        fixture_id = loading.fixture_id_named(session, slug)
        if fixture_id is None:
            raise FixtureUnknown(f"there is no fixture {slug!r}")
        moved = deed(session, fixture_id, clock.now())
    house.nudge(Errand.OPEN_BLASTS)
    if as_json:
        stages = [
            {
                "stage": each.title,
                "before": each.before.isoformat() if each.before else None,
                "after": each.after.isoformat() if each.after else None,
                "effect": str(each.effect),
            }
            for each in moved.stages
        ]
        state, kick_off = str(moved.fixture.state), moved.fixture.kick_off_at.isoformat()
        click.echo(json.dumps({"state": state, "kick_off_at": kick_off, "moved": stages}))
        return
    click.echo(f"{moved.fixture.title}: {moved.fixture.state.replace('_', ' ')}, {len(moved.stages)} stages moved.")
    for each in moved.stages:
        after = f"{each.after:%a %d %b %H:%M %Z}" if each.after else "held"
        click.echo(f"  {each.title}: {after} ({each.effect})")


class _Press(Protocol):
    """What the referee's whistle does to a fixture."""

    def __call__(self, session: Session, fixture_id: int, /, *, actor: str, now: datetime) -> Moved: ...


class _PressWithScore(Protocol):
    """The same, with the score."""

    def __call__(self, session: Session, fixture_id: int, /, *, score: Score, actor: str, now: datetime) -> Moved: ...


def _add(name: str, press: _Press, says: str) -> None:
    @fixture.command(name, help=says)
    @click.argument("slug")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @plainly
    def pressed(slug: str, *, as_json: bool) -> None:
        _do(slug, lambda session, one, now: press(session, one, actor=ACTOR, now=now), as_json=as_json)


def _add_with_score(name: str, press: _PressWithScore, says: str) -> None:
    @fixture.command(name, help=says)
    @click.argument("slug")
    @click.option("--score", required=True, help="Such as 0-1, home side first.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @plainly
    def pressed(slug: str, score: str, *, as_json: bool) -> None:
        said = _score(score)
        _do(slug, lambda session, one, now: press(session, one, score=said, actor=ACTOR, now=now), as_json=as_json)


_add("kick-off", fixtures.press_kick_off, "The match has begun.")
_add_with_score("half-time", fixtures.press_half_time, "Half time, with the score.")
_add("second-half", fixtures.press_second_half, "Play goes on.")
_add_with_score("full-time", fixtures.press_full_time, "Full time, with the result.")
_add(
    "abandon",
    fixtures.abandon,
    "The match will not be played to its end; what is measured from its kick-off is held.",
)
_add_with_score(
    "correct", fixtures.correct_score, "Put a mistyped score right; what has gone out cannot be called back."
)


@fixture.command()
@click.argument("slug")
@click.option("--until", help="The new kick-off, such as 2026-12-09T17:00+00:00; without it the match has no date.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def postpone(slug: str, until: str | None, *, as_json: bool) -> None:
    """Postpone the match; every unsent stage moves with it."""
    new = read_moment(until) if until else None
    _do(
        slug,
        lambda session, one, now: fixtures.postpone(session, one, until=new, actor=ACTOR, now=now),
        as_json=as_json,
    )
