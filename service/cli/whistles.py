"""What the command line says before a whistle and after it, and what it asks."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from service.domain.whistle import Deed
from service.planning.fixtures import Effect
from service.planning.whistles import FarFromTheClock, FiringNow, Look, gone_in_words


@dataclass(frozen=True, slots=True)
class Asking:
    """How a command was called: what it may do without asking, and how it answers."""

    yes: bool
    really: bool
    dry_run: bool
    as_json: bool

    @property
    def is_interactive(self) -> bool:
        """Whether somebody sits there who can answer."""
        return not self.as_json and sys.stdin.isatty()

    def agreed_to(self, seen: Look) -> bool:
        """Ask what is to be asked; whether what is odd is meant. Raises FarFromTheClock where nobody can be asked."""
        if self.is_interactive and not self.yes:
            click.confirm("Do it?", abort=True)
        if not seen.odd or self.really:
            return self.really
        if not self.is_interactive:
            raise FarFromTheClock(f"{seen.odd}; nothing was changed. Add --really if it is meant")
        click.confirm(f"{seen.odd}. Really?", abort=True)
        return True


def say_look(seen: Look, going: Sequence[FiringNow], *, as_json: bool) -> None:
    """What it would do."""
    if as_json:
        click.echo(json.dumps(_facts(seen, going)))
        return
    click.echo(f"This would make it: {_standing(seen)}.")
    if seen.odd:
        click.echo(f"  Mind: {seen.odd}.")
    _say_lots(seen, going)


def say_done(done: Look, going: Sequence[FiringNow], *, as_json: bool) -> None:
    """What it did."""
    if as_json:
        click.echo(json.dumps(_facts(done, going)))
        return
    undone = "taken back, " if done.wish.deed is Deed.UNDO else ""
    click.echo(f"{undone}{_standing(done)}, {len(done.moved.stages)} stages moved.")
    _say_lots(done, going)


def _standing(seen: Look) -> str:
    fixture = seen.moved.fixture
    score = f" {fixture.score}" if fixture.score else ""
    return f"{fixture.title}{score}: {fixture.state.replace('_', ' ')}"


def _say_lots(seen: Look, going: Sequence[FiringNow]) -> None:
    reckoned = {one.stage_id: one for one in going}
    for stage in seen.moved.stages:
        after = f"{stage.after:%a %d %b %H:%M %Z}" if stage.after else "no time yet"
        cost = f" {costs(reckoned[stage.stage_id])}" if stage.stage_id in reckoned else ""
        click.echo(f"  {stage.title}: {after} ({stage.effect}){cost}")
    for one in seen.moved.recalled:
        click.echo(f"  {one.title}, blast {one.blast_id}: {one.recalled}")
    if gone := gone_in_words(seen.moved.recalled):
        click.echo(f"  {gone}.")
    if seen.wish.deed in {Deed.ABANDON, Deed.POSTPONE, Deed.MOVE}:
        for going_out in seen.under_way:
            click.echo(f"  {going_out.title}: is going out and goes on; `touchline blast pause {going_out.blast_id}`")


def costs(one: FiringNow) -> str:
    """To how many a message goes at once, and at what cost, by channel."""
    told = ", ".join(
        f"{each.channel} to {each.reckoned.people:,}, about {each.reckoned.price / 10_000:,.2f} {one.currency}"
        for each in one.channels
    )
    return f"{told}; it {one.approval}" if one.approval else told


def _facts(seen: Look, going: Sequence[FiringNow]) -> Mapping[str, object]:
    fixture = seen.moved.fixture
    return {
        "state": str(fixture.state),
        "kick_off_at": fixture.kick_off_at.isoformat(),
        "score": str(fixture.score) if fixture.score else None,
        "odd": seen.odd,
        "moved": [
            {
                "stage": each.title,
                "before": each.before.isoformat() if each.before else None,
                "after": each.after.isoformat() if each.after else None,
                "effect": str(each.effect),
            }
            for each in seen.moved.stages
        ],
        "fires_now": [
            {
                "stage": one.title,
                "people": {str(each.channel): each.reckoned.people for each in one.channels},
                "price": round(sum(each.reckoned.price for each in one.channels) / 10_000, 4),
                "currency": one.currency,
            }
            for one in going
        ],
        "left_out": [*seen.titles(Effect.TOO_LATE), *seen.titles(Effect.OTHER_RESULT)],
        "taken_back": [
            {"blast": one.blast_id, "stage": one.title, "gone": dict(one.gone), "what": str(one.recalled)}
            for one in seen.moved.recalled
        ],
    }
