"""`touchline fixture`: what happens to the match."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Concatenate, ParamSpec

import click

from service import clock
from service.cli.moments import read_moment
from service.cli.opening import House, open_house, plainly
from service.cli.whistles import Asking, say_done, say_look
from service.domain.errand import Errand
from service.domain.fixture import Score
from service.domain.whistle import WITH_SCORE, Deed
from service.planning.fixtures import FixtureUnknown
from service.planning.undoing import CannotUndo, last_deed
from service.planning.whistles import Wish, firing_now, look, press
from service.sending.due import fixture_of
from service.store import Session
from service.store.queries import fixture_changes, loading

ACTOR = "command line"
P = ParamSpec("P")


@click.group()
def fixture() -> None:
    """What happens to the match, and with it to everything planned around it.

    Each command says first what goes out now, to how many and at what cost, what is held, and what is left out. On a
    terminal it asks; one far from where the clock says it asks twice, and a script must say --really.
    """


def _score(text: str) -> Score:
    home, _, away = text.replace("–", "-").partition("-")
    if not (home.strip().isdecimal() and away.strip().isdecimal()):
        raise click.BadParameter("a score looks like 1-0, home side first")
    try:
        return Score(int(home), int(away))
    except ValueError as wrong:
        raise click.BadParameter("a score is two numbers from 0 to 99, such as 1-0") from wrong


def _asks(command: Callable[Concatenate[Asking, P], None]) -> Callable[P, None]:
    """A command that shows what it would do, and asks where somebody can answer."""

    @click.option("--yes", is_flag=True, help="Do not ask.")
    @click.option("--really", is_flag=True, help="It is meant, though it comes far from where the clock says.")
    @click.option("--dry-run", is_flag=True, help="Only say what it would do.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON; nothing is asked.")
    @plainly
    @wraps(command)
    def asked(*args: P.args, **kwargs: P.kwargs) -> None:
        flags = {name: bool(kwargs.pop(name)) for name in ("yes", "really", "dry_run", "as_json")}
        command(Asking(**flags), *args, **kwargs)

    return asked


def _fixture_id(session: Session, slug: str) -> int:
    fixture_id = loading.fixture_id_named(session, slug)
    if fixture_id is None:
        raise FixtureUnknown(f"there is no fixture {slug!r}")
    return fixture_id


def _do(asking: Asking, slug: str, wish: Callable[[Session, int, datetime], Wish]) -> None:
    """Show what it comes to, ask where that is called for, and do exactly that."""
    house, now = open_house(), clock.now()
    with house.transaction(keep=False) as session:
        fixture_id = _fixture_id(session, slug)
        wished = wish(session, fixture_id, now)
        seen = look(session, fixture_id, wished, actor=ACTOR, now=now)
    with house.transaction(keep=False) as session:
        going = firing_now(session, seen.moved, key=house.link_key, public_url=_public_url(house))
    if asking.dry_run or asking.is_interactive:
        say_look(seen, going, as_json=asking.as_json)
    if asking.dry_run:
        return
    really = asking.agreed_to(seen)
    with house.transaction() as session:
        done = press(session, fixture_id, wished, seen=seen.seen, really=really, actor=ACTOR, now=clock.now())
    house.nudge(Errand.OPEN_BLASTS)
    say_done(done, going, as_json=asking.as_json)


def _public_url(house: House) -> str:
    return house.settings.public_url


def _add(deed: Deed, says: str) -> None:
    @fixture.command(str(deed), help=says)
    @click.argument("slug")
    @_asks
    def pressed(asking: Asking, slug: str) -> None:
        _do(asking, slug, lambda *_: Wish(deed))


def _add_with_score(deed: Deed, says: str) -> None:
    @fixture.command(str(deed), help=says)
    @click.argument("slug")
    @click.option("--score", required=True, help="Such as 0-1, home side first.")
    @_asks
    def pressed(asking: Asking, slug: str, score: str) -> None:
        said = _score(score)
        _do(asking, slug, lambda *_: Wish(deed, said))


_SAYS = {
    Deed.KICK_OFF: "The match has begun.",
    Deed.HALF_TIME: "Half time, with the score.",
    Deed.SECOND_HALF: "Play goes on.",
    Deed.FULL_TIME: "Full time, with the result.",
    Deed.ABANDON: "The match will not be played to its end; what is measured from a whistle is held.",
    Deed.CORRECT: "Put a mistyped score right; what has gone out cannot be called back.",
}
for _deed, _says in _SAYS.items():
    (_add_with_score if _deed in WITH_SCORE else _add)(_deed, _says)


@fixture.command()
@click.argument("slug")
@click.option("--until", help="The new kick-off, such as 2026-12-09T17:00+00:00; without it the match has no date.")
@_asks
def postpone(asking: Asking, slug: str, until: str | None) -> None:
    """Postpone the match; every unsent stage moves with it."""
    new = read_moment(until) if until else None
    _do(asking, slug, lambda *_: Wish(Deed.MOVE if new else Deed.POSTPONE, kick_off_at=new))


@fixture.command()
@click.argument("slug")
@_asks
def undo(asking: Asking, slug: str) -> None:
    """Take back what was done last, for everything that has not been handed over; several in a row go backwards."""
    _do(asking, slug, partial(_last, says=not asking.as_json))


def _last(session: Session, fixture_id: int, now: datetime, *, says: bool) -> Wish:
    """The wish to take back what was done last; it is named first, where anybody reads along."""
    row = loading.hold_fixture(session, fixture_id)
    last = last_deed(session, fixture_of(row), now=now) if row else None
    if last is not None:
        if says:
            score = f", {last.score}" if last.deed in WITH_SCORE and last.score else ""
            click.echo(f"Last: {last.deed}{score}, by {last.actor}, {last.at:%Y-%m-%d %H:%M} UTC.")
        return Wish(Deed.UNDO, change_id=last.id)
    # What speaks against it is said where it is undone.
    change = fixture_changes.last(session, fixture_id)
    if change is None:
        raise CannotUndo("nothing was done to this match that could be taken back")
    return Wish(Deed.UNDO, change_id=change.id)
