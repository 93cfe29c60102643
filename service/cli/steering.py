"""`touchline blast move|choose|again|resend-unknown|resend-failed|limit`: steering a blast from the command line."""

from collections.abc import Callable

import click
from babel.numbers import format_currency

from service import clock
from service.cli.blast import blast
from service.cli.fixture import ACTOR
from service.cli.moments import read_amount, read_hours, read_moment, read_seconds
from service.cli.numbers import NumberOf
from service.cli.opening import House, open_house, plainly
from service.domain.errand import Errand
from service.domain.wording_test import Arm
from service.planning import blasts, steering
from service.planning.asking_again import AgainLook, AskedAgain, ask_silent_again, count_silent, look_at_asking
from service.planning.showing import Reader, Window, open_window
from service.planning.steering import Repeat
from service.store import Session
from service.store.queries import blasts_life

RISK = "Nobody knows whether these messages went. Some people may get them twice. Send them again?"
FAILED_RISK = "What made them fail may do so again, and texts are paid for again. Send them?"


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.argument("moment")
@click.option("--really", is_flag=True, help="A time more than a year ahead is meant.")
@plainly
def move(blast_id: int, moment: str, *, really: bool) -> None:
    """Move a blast that has not opened to MOMENT, such as 2026-12-01T09:00+00:00."""
    opens_at = read_moment(moment)
    with open_house().transaction() as session:
        blasts.reschedule_blast(session, blast_id, opens_at=opens_at, actor=ACTOR, now=clock.now(), really=really)
    click.echo(f"Blast {blast_id} is moved.")


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.argument("wording", type=click.Choice([str(arm) for arm in Arm], case_sensitive=False), required=False)
@plainly
def choose(blast_id: int, wording: str | None) -> None:
    """Choose a WORDING for the rest of the audience; without one, show how each does."""
    house = open_house()
    with house.transaction(keep=False) as session:
        standings = steering.wording_standings(session, blast_id)
    for each in standings:
        click.echo(f"{each.arm}: {each.sent:,} sent, {each.clicked:,} clicked, {each.signed:,} signed")
    if wording is None:
        if not standings:
            click.echo(f"Blast {blast_id} tests no wordings.")
        return
    with house.transaction() as session:
        count = steering.choose_wording(session, blast_id, Arm(wording), actor=ACTOR, now=clock.now())
    house.nudge(Errand.DELIVER_EMAIL, Errand.DELIVER_SMS)
    click.echo(f"The rest, {count:,} messages, go out in wording {wording}.")


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--subject", required=True, help="Another subject than the first time does best.")
@click.option("--at", "at", help="When; now where it is not given.")
@click.option("--cap", type=int, help="Only to those who had fewer of our messages within the campaign's window.")
@click.option("--stale-after", default=24.0, show_default=True, help="Hours after which it is too late to send.")
@click.option("--key", default="", help="Makes it once: the same command with the same key schedules nothing more.")
@click.option("--take-back", default=30, show_default=True, help="Seconds it waits, in which it can be cancelled.")
@click.option("--really", is_flag=True, help="A time more than a year ahead is meant.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@plainly
def again(
    blast_id: int,
    subject: str,
    at: str | None,
    cap: int | None,
    stale_after: float,
    key: str,
    take_back: int,
    *,
    really: bool,
    yes: bool,
) -> None:
    """Send a blast's email once more, to those who got it and have not opened it."""
    house = open_house()
    public_url = house.settings.public_url
    opens_at = read_moment(at) if at else None
    wish = AskedAgain(subject, opens_at, read_hours(stale_after, "--stale-after"), cap, really)
    if not yes:
        with house.transaction(keep=False) as session:
            campaign_id = blasts.known_blast(session, blast_id).campaign_id
            window = open_window(session, campaign_id, key=house.link_key, public_url=public_url)
            people = count_silent(session, blast_id)
            look = look_at_asking(session, window, blast_id, wish, Reader("Ana"), people=people, now=clock.now())
            many = _many(look, window)
        click.echo(look.shown.text)
        click.confirm(f"“{wish.subject}” goes to {many}. Send it?", abort=True)
    with house.transaction() as session:
        made = ask_silent_again(
            session,
            blast_id,
            wish,
            public_url=public_url,
            actor=ACTOR,
            now=clock.now(),
            key=key,
            take_back=read_seconds(take_back, "--take-back"),
        )
    click.echo(f"Blast {made.id} is scheduled." if made.is_new else f"Blast {made.id} was scheduled already, once.")
    if made.is_new and not at and take_back:
        click.echo(f"  It goes in {take_back} seconds; touchline blast cancel {made.id} takes it back.")


@blast.command("resend-unknown")
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--key", default="", help="Sends them once: the same command with the same key sends nothing more.")
@plainly
def resend_unknown(blast_id: int, key: str, *, yes: bool) -> None:
    """Send the messages again of which nobody knows whether they went."""
    house = open_house()
    if not yes:
        click.confirm(f"{_repeat(house, steering.look_at_unknown, blast_id)} {RISK}", abort=True)
    with house.transaction() as session:
        count = steering.send_unknown_again(session, blast_id, actor=ACTOR, now=clock.now(), key=key)
    house.nudge(Errand.DELIVER_EMAIL, Errand.DELIVER_SMS)
    click.echo(f"{count:,} messages are queued again.")


@blast.command("resend-failed")
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--key", default="", help="Sends them once: the same command with the same key sends nothing more.")
@plainly
def resend_failed(blast_id: int, key: str, *, yes: bool) -> None:
    """Send the messages again that failed for no reason of their address or number."""
    house = open_house()
    if not yes:
        click.confirm(f"{_repeat(house, steering.look_at_failed, blast_id)} {FAILED_RISK}", abort=True)
    with house.transaction() as session:
        count = steering.send_failed_again(session, blast_id, actor=ACTOR, now=clock.now(), key=key)
    house.nudge(Errand.DELIVER_EMAIL, Errand.DELIVER_SMS)
    click.echo(f"{count:,} messages are queued again.")


def _many(look: AgainLook, window: Window) -> str:
    """To how many it goes, and for about how much."""
    if look.people is None or look.price is None:
        return "very many by email: too many to count here"
    price = format_currency(look.price / 10_000, window.campaign.currency, locale="en_GB")
    return f"{look.people:,} by email, for about {price}"


def _repeat(house: House, look: Callable[[Session, int], Repeat], blast_id: int) -> str:
    """To how many it goes again, and for about how much."""
    with house.transaction(keep=False) as session:
        repeat = look(session, blast_id)
        campaign, _ = blasts_life.campaign_and_fixture(session, blasts.known_blast(session, blast_id).campaign_id)
        price = format_currency(repeat.price / 10_000, campaign.currency, locale="en_GB")
    counts = " and ".join(f"{many:,} by {channel}" for channel, many in repeat.by_channel.items()) or "nobody"
    return f"To {counts}, for about {price}."


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.argument("most", type=float, required=False)
@plainly
def limit(blast_id: int, most: float | None) -> None:
    """Let a blast cost MOST at most, in the campaign's currency; without it, as much as it takes."""
    cap = read_amount(most, "MOST")
    with open_house().transaction() as session:
        steering.limit_spending(session, blast_id, cap, actor=ACTOR, now=clock.now())
    click.echo(f"Blast {blast_id} may cost {'as much as it takes' if most is None else f'{most:,.2f}'}.")
