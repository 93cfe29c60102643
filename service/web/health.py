"""Whether this process lives, whether the house works, and how much it has to do."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from service.reporting.house import HouseReport, house_report
from service.web import door

blueprint = Blueprint("health", __name__)

_TICK_SECONDS = 60
_STUCK_SECONDS = 120


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers and is migrated, a ticker ticks and due work is being done."""
    try:
        with door.transaction() as session:
            report = house_report(session)
    except SQLAlchemyError as broken:
        current_app.logger.warning("not ready: %s", type(broken).__name__)
        return jsonify(status="not ready", reasons=["the database does not answer"]), 503
    reasons = _reasons(report)
    # No reason to take the web away: a balancer that did would lose the texts that still come in by it.
    warnings = list(report.catch_up_faults)
    warnings += [f"confirmations of campaign {each.campaign_id} are held back: {each.budget}" for each in report.alarms]
    status = "not ready" if reasons else "degraded" if warnings else "ready"
    return jsonify(status=status, reasons=reasons, warnings=warnings), 503 if reasons else 200


def _reasons(report: HouseReport) -> list[str]:
    reasons = []
    if not report.is_migrated:
        reasons.append("the database is not migrated")
    if report.seconds_since_tick is None or report.seconds_since_tick > _TICK_SECONDS:
        reasons.append("no ticker has ticked in the last minute")
    if report.oldest_due_seconds > _STUCK_SECONDS:
        reasons.append("work has been due for over two minutes: are the workers running?")
    return reasons


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The same in Prometheus' text format."""
    with door.transaction() as session:
        report = house_report(session)
    lines = [
        "# TYPE touchline_batches gauge",
        *(f'touchline_batches{{state="{state}"}} {count}' for state, count in sorted(report.batches.items())),
        "# TYPE touchline_notices gauge",
        *(f'touchline_notices{{state="{state}"}} {count}' for state, count in sorted(report.notices.items())),
        "# TYPE touchline_oldest_due_seconds gauge",
        f"touchline_oldest_due_seconds {report.oldest_due_seconds:.3f}",
        "# TYPE touchline_messages_in_doubt gauge",
        f"touchline_messages_in_doubt {report.messages_in_doubt}",
        "# TYPE touchline_oldest_doubt_seconds gauge",
        f"touchline_oldest_doubt_seconds {report.oldest_doubt_seconds:.3f}",
        "# TYPE touchline_held gauge",
        f"touchline_held {int(report.held_reason is not None)}",
        "# TYPE touchline_asking_alarms gauge",
        f"touchline_asking_alarms {len(report.alarms)}",
        "# TYPE touchline_replies_waiting gauge",
        f"touchline_replies_waiting {report.replies_waiting}",
        "# TYPE touchline_catch_up_age_seconds gauge",
        f"touchline_catch_up_age_seconds {report.catch_up.seconds_behind or 0.0:.3f}",
        "# TYPE touchline_texts_set_aside gauge",
        f"touchline_texts_set_aside {report.catch_up.failed}",
    ]
    return "\n".join(lines) + "\n", 200, {"Content-Type": "text/plain; version=0.0.4"}
