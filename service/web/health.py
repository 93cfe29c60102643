"""Whether this process lives, whether it can serve, how the rest of the installation does, and how much there is to do.

Two kinds of callers ask. A balancer asks whether to send people here: only a database that is away or not migrated is a
reason not to, for a web process that is taken away because a worker died takes the STOPs that come in by it along. A
monitor asks whether somebody should get up: with `?all` whatever does not work is a 503 (docs/decisions/0014-readiness.md).
"""

import logging
from collections.abc import Sequence

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from service.reporting.house import HouseReport, house_report, is_migrated
from service.store.behind import NOT_MIGRATED, is_behind, log_trouble
from service.store.queries import tallies
from service.store.queries.tallies import Counted
from service.web import door

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)


class CannotServe(Exception):
    """The database is away or not migrated; the message says which."""


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """This process can serve; what else does not work is told, and with `?all` is a 503 too."""
    try:
        report, _ = _look()
    except CannotServe as why:
        return jsonify(status="not ready", reasons=[str(why)], warnings=[], notes=[]), 503
    reasons, warnings = list(report.faults), list(report.warnings)
    status = "degraded" if reasons or warnings else "ready"
    code = 503 if reasons and "all" in request.args else 200
    # What is not sent because it was not set up is told, and is no fault.
    notes = list(door.settings().unsent)
    return jsonify(status=status, reasons=reasons, warnings=warnings, notes=notes), code


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The same in Prometheus' text format."""
    kind = {"Content-Type": "text/plain; version=0.0.4"}
    try:
        report, counted = _look()
    except CannotServe as why:
        return f"# {why}\n", 503, kind
    lines = [*_gauges(report), *_by_kind(report), *_handed_over(counted)]
    return "\n".join(lines) + "\n", 200, kind


def _look() -> tuple[HouseReport, Sequence[Counted]]:
    try:
        with door.transaction() as session:
            if not is_migrated(session):
                raise CannotServe(NOT_MIGRATED)
            return house_report(session), tallies.all_counted(session)
    except SQLAlchemyError as broken:
        log_trouble(log, "not ready", broken)
        raise CannotServe(NOT_MIGRATED if is_behind(broken) else "the database does not answer") from broken


def _gauges(report: HouseReport) -> list[str]:
    vital = report.vital
    values = {
        "degraded": int(bool(report.faults)),
        "broker_away": int(bool(report.broker_faults)),
        "seconds_since_tick": -1.0 if vital.seconds_since_tick is None else vital.seconds_since_tick,
        "blasts_waiting_to_open": vital.blasts_waiting,
        "blasts_waiting_to_open_seconds": vital.blasts_waiting_seconds,
        "oldest_due_seconds": max(vital.batches_due_seconds, vital.notices_due_seconds),
        "oldest_due_notice_seconds": vital.notices_due_seconds,
        "messages_in_doubt": vital.messages_in_doubt,
        "oldest_doubt_seconds": vital.oldest_doubt_seconds,
        "messages_unknown": vital.messages_unknown,
        "held": int(vital.held_reason is not None),
        "asking_alarms": len(report.alarms),
        "replies_waiting": vital.replies_waiting,
        "catch_up_age_seconds": report.catch_up.seconds_behind or 0.0,
        "texts_set_aside": report.catch_up.failed,
    }
    return [line for name, value in values.items() for line in _gauge(name, value)]


def _gauge(name: str, value: float) -> tuple[str, str]:
    shown = f"{value:.3f}" if isinstance(value, float) else str(value)
    return f"# TYPE touchline_{name} gauge", f"touchline_{name} {shown}"


def _by_kind(report: HouseReport) -> list[str]:
    return [
        "# TYPE touchline_processes gauge",
        *(f'touchline_processes{{kind="{each.kind}"}} {each.living_count}' for each in report.heartbeats),
    ]


def _handed_over(counted: Sequence[Counted]) -> list[str]:
    name = "touchline_handed_over_total"
    return [
        f"# TYPE {name} counter",
        *(
            f'{name}{{provider="{each.provider}",part="{each.part}",outcome="{each.outcome}"}} {each.count}'
            for each in counted
        ),
    ]
