"""`touchline stage`: planned messages, moved, released and put back; what goes out or is left out at once is shown first."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

import click

from service import clock
from service.cli.fixture import ACTOR, fixture
from service.cli.moments import read_moment
from service.cli.opening import House, open_house, plainly, refuse
from service.cli.whistles import costs
from service.domain.errand import Errand
from service.domain.stage import Anchor
from service.planning.desk import find_campaign
from service.planning.releasing import look_at_release, release_stage
from service.planning.stage_changes import StageLook, change_stage, look_at_change
from service.planning.stage_checks import Changer, NewTiming, StageChange
from service.planning.stages import StageRefused, StageView, cancel_stage, find_stage, timeline
from service.planning.whistles import FiringNow, firing_now
from service.store import Session
from service.store.queries import blasts, fixture_changes, loading
from service.wording.durations import parse_span

P = ParamSpec("P")
# Whoever has the command line has the database: nothing is kept from them.
_BY = Changer(ACTOR, may_launch=True)


@click.group()
def stage() -> None:
    """Planned messages.

    What goes out now, to how many and at what cost, or is left out, is said first. On a terminal it is asked about;
    a script must say --yes.
    """


@dataclass(frozen=True, slots=True)
class Asking:
    """How a command was called: what it may do without asking, and how it answers."""

    yes: bool
    dry_run: bool
    as_json: bool

    def agreed_to(self, look: StageLook) -> bool:
        """Whether what it does at once is meant. Raises StageRefused where nobody can be asked."""
        if not look.asks or self.yes:
            return True
        if self.as_json or not sys.stdin.isatty():
            raise StageRefused(
                f"{look.moved.stages[0].title}: {look.effect}; nothing was changed. Add --yes if it is meant"
            )
        click.confirm("Do it?", abort=True)
        return True


def _asks(command: Callable[Concatenate[Asking, P], None]) -> Callable[P, None]:
    @click.option("--yes", is_flag=True, help="It is meant, though it goes out or is left out at once.")
    @click.option("--dry-run", is_flag=True, help="Only say what it would do.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON; nothing is asked.")
    @plainly
    @wraps(command)
    def asked(*args: P.args, **kwargs: P.kwargs) -> None:
        flags = {name: bool(kwargs.pop(name)) for name in ("yes", "dry_run", "as_json")}
        command(Asking(**flags), *args, **kwargs)

    return asked


def _times(command: Callable[P, None]) -> Callable[P, None]:
    command = click.option("--at", help="Its moment, such as 2026-12-01T09:00+00:00, for one at a fixed time.")(command)
    command = click.option("--too-late-after", help="Such as 90m or 12h; as it is where it is not given.")(command)
    return click.option("--offset", help="From its kick-off, half time or full time, such as -2d12h or 20m.")(command)


@stage.command()
@click.argument("campaign")
@click.argument("slug")
@_times
@_asks
def move(
    asking: Asking, campaign: str, slug: str, *, offset: str | None, too_late_after: str | None, at: str | None
) -> None:
    """Move the message SLUG of CAMPAIGN."""
    if offset is None and too_late_after is None and at is None:
        raise click.UsageError("say --offset, --at or --too-late-after")
    _do(asking, campaign, slug, lambda found: StageChange(timing=_timing(found, offset, too_late_after, at)))


@stage.command("put-back")
@click.argument("campaign")
@click.argument("slug")
@_times
@_asks
def put_back(
    asking: Asking, campaign: str, slug: str, *, offset: str | None, too_late_after: str | None, at: str | None
) -> None:
    """Put the message SLUG of CAMPAIGN back, which was cancelled or skipped; at another time where one is given."""

    def change(found: StageView) -> StageChange:
        back = StageChange(puts_back=True)
        moved = offset is not None or too_late_after is not None or at is not None
        return replace(back, timing=_timing(found, offset, too_late_after, at)) if moved else back

    _do(asking, campaign, slug, change)


@fixture.command("go-on")
@click.argument("match")
@click.argument("slug")
@_asks
def go_on(asking: Asking, match: str, slug: str) -> None:
    """Let the message SLUG, held because MATCH was abandoned, go out at its time all the same."""
    with open_house().transaction(keep=False) as session:
        fixture_id = loading.fixture_id_named(session, match)
        if fixture_id is None:
            refuse(f"there is no fixture {match!r}")
        found = fixture_changes.campaigns_with_stage(session, fixture_id, slug)
    if len(found) != 1:
        why = f"{len(found)} campaigns have a stage" if found else "there is no stage"
        refuse(f"{why} {slug!r} around {match!r}; look in the console")
    _do(asking, found[0], slug, lambda _: StageChange(goes_on=True))


@stage.command()
@click.argument("campaign")
@click.argument("slug")
@plainly
def cancel(campaign: str, slug: str) -> None:
    """Do not send the message SLUG of CAMPAIGN; it can be put back while it matters."""
    with open_house().transaction() as session:
        cancel_stage(session, stage_named(session, campaign, slug).id, actor=ACTOR, now=clock.now())
    click.echo(f"{slug} will not be sent.")


@stage.command("list")
@click.argument("campaign")
@plainly
def list_stages(campaign: str) -> None:
    """The messages of CAMPAIGN: when, how each stands, and whose change waits for a release."""
    with open_house().transaction(keep=False) as session:
        found = find_campaign(session, campaign)
        if found is None:
            refuse(f"there is no campaign {campaign!r}")
        views = timeline(session, found.id)
    for view in views:
        due = f"{view.due_at:%a %d %b %H:%M %Z}" if view.due_at else "no time yet"
        waits = f", waits for a release: changed by {view.unreleased_by}" if view.unreleased_at else ""
        approval = f", {view.approval}" if view.approval else ""
        click.echo(f"{view.slug}: {due}, {view.state.replace('_', ' ')}{waits}{approval}")


@stage.command()
@click.argument("campaign")
@click.argument("slug")
@_asks
def release(asking: Asking, campaign: str, slug: str) -> None:
    """Release the message SLUG of CAMPAIGN, which somebody changed who may not launch."""
    house, now = open_house(), clock.now()
    with house.transaction(keep=False) as session:
        found = stage_named(session, campaign, slug)
        look = look_at_release(session, found.id, now=now)
    going = reckoned(house, look)
    if asking.dry_run or not asking.as_json:
        say(look, going, as_json=asking.as_json)
    if asking.dry_run or not asking.agreed_to(look):
        return
    with house.transaction() as session:
        done = release_stage(session, found.id, seen=look.seen, by=_BY, now=clock.now())
    house.nudge(Errand.OPEN_BLASTS)
    if asking.as_json:
        say(done, going, as_json=True)
    else:
        click.echo("Released.")


def stage_named(session: Session, campaign: str, slug: str) -> StageView:
    """The stage of this name; what is not there is said plainly and ends the command."""
    found = find_campaign(session, campaign)
    if found is None:
        refuse(f"there is no campaign {campaign!r}")
    if (stage := find_stage(session, found.id, slug)) is None:
        stages = blasts.stage_titles(session, found.id)
        refuse(f"{campaign!r} has no message {slug!r}; it has {', '.join(stages) or 'none'}")
    return stage


def _do(asking: Asking, campaign: str, slug: str, change: Callable[[StageView], StageChange]) -> None:
    house, now = open_house(), clock.now()
    url = house.settings.public_url
    with house.transaction(keep=False) as session:
        found = stage_named(session, campaign, slug)
        asked = change(found)
        look = look_at_change(session, found.id, asked, by=_BY, public_url=url, now=now)
    going = reckoned(house, look)
    if asking.dry_run or (not asking.as_json and look.asks):
        say(look, going, as_json=asking.as_json)
    if asking.dry_run or not asking.agreed_to(look):
        return
    with house.transaction() as session:
        done = change_stage(session, found.id, asked, by=_BY, public_url=url, now=clock.now(), seen=look.seen)
    house.nudge(Errand.OPEN_BLASTS)
    if asking.as_json or not look.asks:
        say(done, going, as_json=asking.as_json)
    else:
        click.echo("Done.")


def reckoned(house: House, look: StageLook) -> tuple[FiringNow, ...]:
    """What would go out at once, to how many and at what cost."""
    with house.transaction(keep=False) as session:
        return firing_now(session, look.moved, key=house.link_key, public_url=house.settings.public_url)


def say(look: StageLook, going: tuple[FiringNow, ...], *, as_json: bool) -> None:
    """What a change comes to."""
    one = look.moved.stages[0]
    if as_json:
        due = one.after.isoformat() if one.after else None
        changed = {each.name: {"before": each.before, "after": each.after} for each in look.changed}
        people = {str(each.channel): each.reckoned.people for told in going for each in told.channels}
        price = round(sum(each.reckoned.price for told in going for each in told.channels) / 10_000, 4)
        told = {"stage": one.title, "due_at": due, "effect": str(look.effect), "changed": changed}
        click.echo(json.dumps({**told, "fires_now": {"people": people, "price": price} if going else None}))
        return
    when = f"{one.after:%a %d %b %H:%M %Z}" if one.after else "no time yet"
    click.echo(f"{one.title}: {when} ({look.effect})" + "".join(f" {costs(each)}" for each in going))
    for each in look.changed:
        click.echo(f"  {each.name}: {each.in_short}")


def _timing(found: StageView, offset: str | None, too_late_after: str | None, at: str | None) -> NewTiming:
    if at is not None and found.anchor is not Anchor.ABSOLUTE:
        refuse(f"{found.slug} is measured from {found.anchor.replace('_', ' ')}: say --offset, not --at")
    if offset is not None and found.anchor is Anchor.ABSOLUTE:
        refuse(f"{found.slug} is at a fixed time: say --at, not --offset")
    moment = read_moment(at) if at else found.at
    return NewTiming(
        found.offset if offset is None else _span(offset, "--offset"),
        found.stale_after if too_late_after is None else _span(too_late_after, "--too-late-after"),
        moment,
    )


def _span(words: str, option: str) -> timedelta:
    span = parse_span(words)
    if span is None:
        refuse(f"{option}: write it like 90m, 12h or -2d12h; got {words!r}")
    return span
