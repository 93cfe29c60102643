"""`touchline sender` and `touchline road`: how fast senders go, and which road emails take."""

import json
from datetime import date

import click

from service import clock
from service.cli.fixture import ACTOR
from service.cli.opening import open_house, plainly, refuse
from service.domain.channel import Channel
from service.domain.sender import Allowance
from service.planning import senders
from service.planning.senders import SenderView


@click.group()
def sender() -> None:
    """How fast each sender may go, across all workers."""


@sender.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def list_them(*, as_json: bool) -> None:
    """Every sender, its limits and what it has sent today."""
    house = open_house()
    with house.transaction(keep=False) as session:
        views = senders.list_senders(session, house.settings.pool)
        road = senders.email_road(session)
    if as_json:
        click.echo(json.dumps({"email_road": road.name, "senders": [_plain(view) for view in views]}))
        return
    for view in views:
        click.echo(f"{view.channel:<6} {view.name or 'the messaging service':<28} {_limits(view)}")
    click.echo(f"emails take the {road.name} road{f' ({road.reason})' if road.reason else ''}")


@sender.command()
@click.argument("channel", type=click.Choice([str(channel) for channel in Channel], case_sensitive=False))
@click.argument("name")
@click.option("--per-second", type=float, help="Messages a second.")
@click.option("--per-day", type=int, help="Messages a day, in UTC.")
@click.option("--ramp-from", help="First day of a ramp-up for a new domain, such as 2026-11-23.")
@plainly
def limit(channel: str, name: str, per_second: float | None, per_day: int | None, ramp_from: str | None) -> None:
    """Limit a sender: a domain for CHANNEL email, a number for sms. Without options its limits go."""
    try:
        allowance = Allowance(per_second, per_day, date.fromisoformat(ramp_from) if ramp_from else None)
    except ValueError:
        refuse(f"--ramp-from: a day such as 2026-11-23; got {ramp_from!r}")
    with open_house().transaction() as session:
        senders.limit_sender(session, Channel(channel), name, allowance, actor=ACTOR, now=clock.now())
    click.echo(f"{name}: {_limits(SenderView(Channel(channel), name, allowance))}")


@click.command()
@click.argument("which", type=click.Choice(senders.ROADS, case_sensitive=False))
@plainly
def road(which: str) -> None:
    """Have queued emails take the first or the second road; what is in doubt stays where it is."""
    house = open_house()
    has_second = house.settings.email_second_road is not None
    with house.transaction() as session:
        senders.take_road(session, which, has_second_road=has_second, actor=ACTOR, now=clock.now())
    click.echo(f"Emails take the {which} road from now on.")


def _limits(view: SenderView) -> str:
    allowance = view.allowance
    limits = []
    if allowance.per_second is not None:
        limits.append(f"{allowance.per_second:g} a second")
    if view.limit_today is not None:
        limits.append(f"{view.sent_today:,} of {view.limit_today:,} today")
    elif allowance.per_day is not None:
        limits.append(f"{allowance.per_day:,} a day")
    if allowance.ramp_began_on is not None:
        limits.append(f"ramped up from {allowance.ramp_began_on}")
    return ", ".join(limits) or "as fast as it can"


def _plain(view: SenderView) -> dict[str, object]:
    return {
        "channel": str(view.channel),
        "name": view.name,
        "per_second": view.allowance.per_second,
        "per_day": view.allowance.per_day,
        "ramp_began_on": view.allowance.ramp_began_on.isoformat() if view.allowance.ramp_began_on else None,
        "sent_today": view.sent_today,
        "limit_today": view.limit_today,
        "held_until": view.held_until.isoformat() if view.held_until else None,
    }
