"""`touchline doctor`: what is well and what is not, and what to do about it."""

import json
import os
import shutil
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError

import click
import redis
from sqlalchemy.exc import OperationalError

from service import clock
from service.cli.doctor_forms import floods, forms
from service.cli.findings import Finding, look_at_alerts, look_at_approvals
from service.cli.opening import House, open_house, plainly
from service.cli.running.restarts import read_restarts
from service.consenting.retain import ages_by_kind, overdue_kinds
from service.environment import SettingsError
from service.provider_settings import EmailRoad
from service.reporting.house import HouseReport, house_report, is_migrated
from service.store.queries.catching_up import failed_refs
from service.store.queries.house import database_now
from service.store.queries.releases import COUNTED_AT_MOST, waiting_for_release
from service.store.queries.suppression_lists import standings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plainly
def doctor(*, as_json: bool) -> None:
    """Look at settings, database, workers, Redis, providers, keys, clock and disk. Leaves with 1 where one is not well."""
    try:
        findings = examine(open_house())
    except SettingsError as wrong:
        findings = [Finding("settings", False, str(wrong), "docs/settings.md has every setting")]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            mark = "ok " if finding.is_well else "BAD"
            click.echo(f"{mark} {finding.what}: {finding.seen}" + (f" -> {finding.advice}" if finding.advice else ""))
    if not all(finding.is_well for finding in findings):
        sys.exit(1)


def examine(house: House) -> list[Finding]:
    """Every finding; where the database is away or not migrated only what can be told without it."""
    database = _database(house)
    rest = (*CHECKS, *WITHOUT_DATABASE) if database.is_well else WITHOUT_DATABASE
    return [database, *(check(house) for check in rest)]


def _database(house: House) -> Finding:
    try:
        with house.transaction(keep=False) as session:
            is_fit = is_migrated(session)
    except OperationalError as away:
        return Finding("database", False, str(away.orig).strip().splitlines()[0], "check DATABASE_URL")
    if not is_fit:
        return Finding("database", False, "it is not migrated", "run `touchline migrate`")
    return Finding("database", True, "answers, migrated")


def _work(house: House) -> Finding:
    report = _report(house)
    if faults := [*report.process_faults, *report.work_faults]:
        advice = "start the missing processes of the Procfile" if report.process_faults else "see the workers' logs"
        return Finding("ticker and workers", False, "; ".join(faults), advice)
    counts = ", ".join(f"{each.living_count} for {each.kind}" for each in report.heartbeats if each.living_count)
    return Finding("ticker and workers", True, f"at work: {counts}")


def _hold(house: House) -> Finding:
    held = _report(house).vital.held_reason
    if held is not None:
        return Finding("hold", False, f"nothing is sent: {held}", "see `touchline hold status`")
    return Finding("hold", True, "none")


def _doubts(house: House) -> Finding:
    report = _report(house)
    seen, unknown = f"{report.vital.messages_in_doubt} messages in doubt", report.vital.messages_unknown
    rest = f"; {unknown} unknown, which their blasts' pages show" if unknown else ""
    if report.doubt_is_alarming:
        hours = report.vital.oldest_doubt_seconds / 3600
        advice = "check that the event webhook reaches PUBLIC_URL and that the provider's list answers"
        return Finding("doubts", False, f"{seen}, the oldest for {hours:.0f} h{rest}", advice)
    return Finding("doubts", True, seen + rest)


def _releases(house: House) -> Finding:
    with house.transaction(keep=False) as session:
        waiting = waiting_for_release(session, now=database_now(session))
    if not waiting.count:
        return Finding("releases", True, "no planned message waits for one")
    more = " or more" if waiting.count == COUNTED_AT_MOST else ""
    seen = f"{waiting.count:,}{more} planned {'message waits' if waiting.count == 1 else 'messages wait'} for a release"
    if waiting.due_count:
        advice = "a launcher looks at them and releases them, in the console or by `touchline stage release`"
        return Finding("releases", False, f"{seen}, {waiting.due_count:,} due already", advice)
    return Finding("releases", True, f"{seen}, none due yet")


def _report(house: House) -> HouseReport:
    with house.transaction(keep=False) as session:
        return house_report(session)


def _catch_up(house: House) -> Finding:
    if not house.settings.sends_texts:
        return Finding("missed texts", True, "not looked for: no texts (SMS_PROVIDER is none)")
    with house.transaction(keep=False) as session:
        report = house_report(session)
        refs = failed_refs(session, limit=3)
    if report.catch_up_faults:
        named = f" (at the provider: {', '.join(refs)})" if report.catch_up.failed else ""
        advice = (
            "see the log of the worker on the queue `listening`, which worker-bulk reads, and the provider's status"
        )
        return Finding("missed texts", False, "; ".join(report.catch_up_faults) + named, advice)
    blind = _blind_spot(house)
    if blind is not None:
        return blind
    behind = report.catch_up.seconds_behind
    seen = "not looked for yet" if behind is None else f"looked for {behind:.0f} s ago"
    return Finding("missed texts", True, seen)


def _blind_spot(house: House) -> Finding | None:
    settings = house.settings
    if settings.sms_road != "twilio" or settings.twilio_from_numbers:
        return None
    seen = "cannot be told from what we send: without our numbers the provider's list holds both"
    advice = "set TWILIO_FROM_NUMBERS to the service's numbers; until then a STOP missed during a blast is found late"
    return Finding("missed texts", False, seen, advice)


def _clock(house: House) -> Finding:
    with house.transaction(keep=False) as session:
        skew = abs((database_now(session) - clock.now()).total_seconds())
    advice = "" if skew < 5 else "synchronise this machine's clock; decisions are made by the database's"
    return Finding("clock", skew < 5, f"{skew:.1f} s from the database's", advice)


def _broker(house: House) -> Finding:
    faults = _report(house).broker_faults
    advice = "see the next line; what is due is found a few seconds later until then" if faults else ""
    return Finding("broker", not faults, "; ".join(faults) or "reaches the workers", advice)


def _redis(house: House) -> Finding:
    if house.settings.redis_url is None:
        return Finding("Redis", False, "not set", "set REDIS_URL; no worker starts without it")
    try:
        redis.Redis.from_url(house.settings.redis_url, socket_timeout=3, socket_connect_timeout=3).set(
            "touchline:looked", 1, ex=60
        )
    except (redis.RedisError, OSError) as away:
        advice = "check REDIS_URL and Redis itself; nothing is lost, workers find work in Postgres, seconds later"
        return Finding("Redis", False, f"{type(away).__name__}: {away}", advice)
    return Finding("Redis", True, "answers, and takes what is written")


def _processes(house: House) -> Finding:
    """What `touchline up` has had to start again; nothing where it does not run here."""
    restarts = read_restarts(house.settings.home)
    failing = [each for each in restarts if not each.is_running]
    if failing:
        seen = "; ".join(f"{each.name} cannot be kept running: {each.why}" for each in failing)
        return Finding("processes", False, seen, f"what they said is in {house.settings.home / 'logs'}")
    seen = "; ".join(f"{each.name} was started again at {each.at} after it {each.why}" for each in restarts)
    return Finding("processes", True, seen or "none had to be started again")


def _providers(house: House) -> Finding:
    settings = house.settings
    email = [f"email by {settings.email_road}"] if settings.sends_email else []
    texts = [f"texts by {settings.sms_road}"] if settings.sends_texts else []
    roads = ", ".join([*email, *texts, *settings.unsent])
    if not email and not texts:
        return Finding(
            "providers", False, roads, "set EMAIL_PROVIDER, SMS_PROVIDER or both; until then nothing is sent"
        )
    if settings.uses_sandbox:
        try:
            with urllib.request.urlopen(f"{settings.sandbox_url}/healthz", timeout=3):  # noqa: S310 - configured
                pass
        except (URLError, OSError):
            return Finding("providers", False, roads, f"the sandbox at {settings.sandbox_url} does not answer")
    return Finding("providers", True, roads)


def _keys(house: House) -> Finding:
    if house.settings.email_road in _WITHOUT_EVENTS:
        return Finding("webhook keys", True, f"none needed: email by {house.settings.email_road} has no events")
    if not house.settings.sendgrid_webhook_public_keys:
        return Finding(
            "webhook keys",
            False,
            "no key for SendGrid's events",
            "set SENDGRID_WEBHOOK_PUBLIC_KEY; until then none is taken",
        )
    return Finding("webhook keys", True, "present")


_WITHOUT_EVENTS = frozenset({EmailRoad.SMTP, EmailRoad.NONE})

# A list is read once a night; one that was not for two is being missed.
_LIST_AGE = timedelta(hours=48)


def _lists(house: House) -> Finding:
    """Whether the provider's own suppression lists are read, which tell what a webhook missed."""
    what = "suppression lists"
    if house.settings.email_road is EmailRoad.NONE:
        return Finding(what, True, "none: no email is sent")
    if house.settings.email_road is EmailRoad.SMTP:
        return Finding(what, True, "none: a mail server keeps no list")
    with house.transaction(keep=False) as session:
        now, lists = database_now(session), standings(session)
    if troubled := [each for each in lists if each.trouble]:
        names = ", ".join(each.name for each in troubled)
        advice = "see to it that SENDGRID_API_KEY may read suppressions; what a lost webhook told of is found there"
        return Finding(what, False, f"{names} cannot be read: {troubled[0].trouble}", advice)
    whole = [each.finished_at for each in lists if each.finished_at]
    if not lists or len(whole) < len(lists):
        return Finding(what, True, "not read whole yet; that is done once a night")
    oldest = min(whole)
    added = sum(each.added_count for each in lists)
    seen = f"read whole at {oldest:%Y-%m-%d %H:%M} UTC, {added} addresses found that no webhook had told of"
    if now - oldest > _LIST_AGE:
        return Finding(what, False, seen, "see that the `worker` processes of the Procfile run")
    return Finding(what, True, seen)


def _ages(house: House) -> Finding:
    ages = house.settings.ages
    kept = ", ".join(f"{kind} {age.days} days" for kind, age in ages_by_kind(ages).items())
    with house.transaction(keep=False) as session:
        overdue = overdue_kinds(session, ages, now=database_now(session))
    if overdue:
        return Finding("what is kept", False, f"{kept}; too old: {', '.join(overdue)}", "see the ticker's log")
    return Finding("what is kept", True, kept)


def _address(house: House) -> Finding:
    url = house.settings.public_url
    if not house.settings.uses_sandbox and not url.startswith("https://"):
        return Finding("public address", False, url, "set PUBLIC_URL to the https address supporters use")
    return Finding("public address", True, url)


def _recipients(house: House) -> Finding:
    allowed = house.settings.recipient_allow_list
    if allowed:
        return Finding("recipients", True, f"a trial: only {', '.join(allowed)} (RECIPIENT_ALLOW_LIST)")
    return Finding("recipients", True, "everybody who agreed")


def _disk(_: House) -> Finding:
    home = Path(os.environ.get("TOUCHLINE_HOME") or ".touchline")
    free = shutil.disk_usage(home if home.exists() else Path()).free // 1024 // 1024
    return Finding("disk", free > 500, f"{free} MB free", "" if free > 500 else "free some room")


CHECKS: tuple[Callable[[House], Finding], ...] = (
    _work,
    _broker,
    _hold,
    _doubts,
    _releases,
    _catch_up,
    forms,
    floods,
    look_at_approvals,
    look_at_alerts,
    _clock,
    _lists,
    _ages,
)
WITHOUT_DATABASE: tuple[Callable[[House], Finding], ...] = (
    _redis,
    _processes,
    _providers,
    _keys,
    _address,
    _recipients,
    _disk,
)
