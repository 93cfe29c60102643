"""`touchline blast`: managers' blasts from the command line."""

import json
from datetime import time
from pathlib import Path

import click
from babel.numbers import format_currency

from service import clock
from service.cli.fixture import ACTOR
from service.cli.moments import read_amount, read_hours, read_moment, read_seconds
from service.cli.numbers import NumberOf
from service.cli.opening import open_house, plainly, read_words, refuse
from service.domain.audience import AudienceMistake, parse_rules
from service.domain.channel import Channel
from service.domain.errand import GO_ON
from service.domain.wording_test import Metric, WordingTest
from service.planning import blasts
from service.planning.blasts import NewBlast
from service.planning.outlook import Outlook, outlook
from service.planning.showing import open_window
from service.reporting.live import what_cancelling_stopped
from service.sending.freeze import words_of_draft
from service.store.queries import campaigns


@click.group()
def blast() -> None:
    """Schedule, watch, pause, resume and cancel blasts."""


@blast.command()
@click.argument("campaign")
@click.option("--title", required=True, help="What managers call it.")
@click.option("--subject", default="", help="The email's subject.")
@click.option("--email", "email_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Markdown.")
@click.option("--sms", "sms_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Plain text.")
@click.option("--audience", default="[]", help='Rules as JSON, such as [{"signed": false}].')
@click.option("--at", "at", help="When, such as 2026-12-01T09:00+00:00; now where it is not given.")
@click.option("--stale-after", default=24.0, show_default=True, help="Hours after which it is too late to send.")
@click.option("--local-time", help="The hour each supporter gets it at, where they are, such as 09:00.")
@click.option("--cap", type=int, help="Only to those who had fewer of our messages within the campaign's window.")
@click.option("--spend-cap", type=float, help="Most it may cost, in the campaign's currency; it pauses before that.")
@click.option("--try-subject", default="", help="Another subject, tried on a part of the audience.")
@click.option("--try-share", default=20, show_default=True, help="Per cent of the audience the two subjects go to.")
@click.option(
    "--judge-by", type=click.Choice([str(metric) for metric in Metric], case_sensitive=False), default="signatures"
)
@click.option("--decide-after", type=float, help="Hours after which the better subject is chosen; else you choose.")
@click.option("--key", default="", help="Makes it once: the same command with the same key schedules nothing more.")
@click.option("--take-back", default=30, show_default=True, help="Seconds it waits, in which it can be cancelled.")
@click.option("--really", is_flag=True, help="A time more than a year ahead is meant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def schedule(
    campaign: str,
    title: str,
    subject: str,
    email_file: Path | None,
    sms_file: Path | None,
    audience: str,
    at: str | None,
    stale_after: float,
    local_time: str | None,
    cap: int | None,
    spend_cap: float | None,
    try_subject: str,
    try_share: int,
    judge_by: str,
    decide_after: float | None,
    key: str,
    take_back: int,
    *,
    really: bool,
    as_json: bool,
) -> None:
    """Schedule a blast of CAMPAIGN from an email file, a text file or both."""
    copy: dict[str, dict[str, str]] = {}
    if email_file:
        copy["email"] = {"subject": subject, "preheader": "", "body": read_words(email_file)}
    if sms_file:
        copy["sms"] = {"body": read_words(sms_file).strip()}
    try:
        rules = parse_rules(json.loads(audience))
    except AudienceMistake as wrong:
        refuse(f"--audience: {wrong}")
    except (ValueError, RecursionError):
        refuse(f"--audience: {audience[:60]!r} is no JSON; write rules like '[{{\"signed\": false}}]'")
    house = open_house()
    with house.transaction() as session:
        view = campaigns.by_slug(session, campaign)
        if view is None:
            refuse(f"there is no campaign {campaign!r}")
        new = NewBlast(
            title=title,
            channels=tuple(Channel(channel) for channel in copy),
            audience=rules,
            copy={view.language: copy},
            opens_at=read_moment(at) if at else None,
            stale_after=read_hours(stale_after, "--stale-after"),
            local_time=_hour(local_time),
            cap_count=cap,
            spend_cap=read_amount(spend_cap, "--spend-cap"),
            test=WordingTest(
                copy={view.language: {"email": {"subject": try_subject}}},
                share=try_share,
                metric=Metric(judge_by),
                lasts=None if decide_after is None else read_hours(decide_after, "--decide-after"),
            )
            if try_subject
            else None,
        )
        public_url = house.settings.public_url
        made = blasts.schedule_blast(
            session,
            view.id,
            new,
            public_url=public_url,
            actor=ACTOR,
            now=clock.now(),
            key=key,
            take_back=read_seconds(take_back, "--take-back"),
            really=really,
        )
        window = open_window(session, view.id, key=house.link_key, public_url=public_url)
        ahead = outlook(session, window, rules, words_of_draft(new.copy), new.channels)
        currency = window.campaign.currency
    if as_json:
        plain = {"blast": made.id, "is_new": made.is_new, "outlook": [_plain_outlook(each) for each in ahead]}
        click.echo(json.dumps(plain))
        return
    click.echo(f"Blast {made.id} is scheduled." if made.is_new else f"Blast {made.id} was scheduled already, once.")
    if made.is_new and not at and take_back:
        click.echo(f"  It goes in {take_back} seconds; touchline blast cancel {made.id} takes it back.")
    for each in ahead:
        click.echo(_outlook_line(each, currency))
        for warning in each.warnings:
            click.echo(f"  {each.channel}: {warning}")


def _outlook_line(ahead: Outlook, currency: str) -> str:
    reckoned = ahead.reckoned
    price = format_currency(reckoned.price / 10_000, currency, locale="en_GB")
    about = f"about {price}, by a sample of {reckoned.sample:,}" if reckoned.is_sampled else price
    lengths = ", ".join(
        f"{many:,} in {'1 segment' if size == 1 else f'{size} segments'}" for size, many in reckoned.lengths
    )
    people = "1 person" if reckoned.people == 1 else f"{reckoned.people:,} people"
    return f"  {ahead.channel}: {people}, {about}{f' ({lengths})' if lengths else ''}"


def _plain_outlook(ahead: Outlook) -> dict[str, object]:
    return {
        "channel": str(ahead.channel),
        "people": ahead.reckoned.people,
        "price_e4": ahead.reckoned.price,
        "sample": ahead.reckoned.sample,
        "segments": {str(size): many for size, many in ahead.reckoned.lengths},
        "nameless": ahead.reckoned.nameless,
        "warnings": list(ahead.warnings),
    }


def _hour(words: str | None) -> time | None:
    try:
        return time.fromisoformat(words) if words else None
    except ValueError:
        refuse(f"--local-time: an hour such as 09:00; got {words!r}")


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--why", default="", help="Why, for the others; its page shows it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def pause(blast_id: int, why: str, *, as_json: bool) -> None:
    """Hold a blast that is under way."""
    with open_house().transaction() as session:
        blasts.pause_blast(session, blast_id, actor=ACTOR, now=clock.now(), why=why)
    click.echo(json.dumps({"blast": blast_id, "state": "paused"}) if as_json else f"Blast {blast_id} is paused.")


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def resume(blast_id: int, *, as_json: bool) -> None:
    """Go on with a paused blast."""
    house = open_house()
    with house.transaction() as session:
        blasts.resume_blast(session, blast_id, actor=ACTOR, now=clock.now())
    house.nudge(*GO_ON)
    click.echo(json.dumps({"blast": blast_id, "state": "running"}) if as_json else f"Blast {blast_id} goes on.")


@blast.command()
@click.argument("blast_id", type=NumberOf("blast"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def cancel(blast_id: int, *, as_json: bool) -> None:
    """End a blast; says how many had already gone."""
    house = open_house()
    with house.transaction() as session:
        blasts.cancel_blast(session, blast_id, actor=ACTOR, now=clock.now())
    with house.transaction(keep=False) as session:
        done = what_cancelling_stopped(session, blast_id)
    if as_json:
        numbers = {"already_gone": done.already_gone, "stopped": done.stopped, "under_way": done.under_way}
        click.echo(json.dumps(numbers))
        return
    click.echo(f"Blast {blast_id} is cancelled: {done.stopped} stopped, {done.already_gone} had already gone.")
