"""What a campaign achieved, on a page and as CSV."""

from collections.abc import Iterable, Sequence

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.desk import CampaignOnDesk
from service.reporting.funnel import CampaignReport, StageLine, quick_report
from service.web import door
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404
from service.web.console.noting import note_export
from service.wording.spreadsheet import csv_text

COLUMNS = (
    "title",
    "state",
    "audience",
    "sent",
    "delivered",
    "bounced",
    "failed",
    "withheld",
    "opened",
    "clicked",
    "signed",
    "left",
    "complained",
)
_SUMMED = COLUMNS[2:]


@blueprint.get("/campaigns/<slug>/report/")
@needs(Role.VIEWER)
def report_page(slug: str) -> ResponseReturnValue:
    campaign, report = _report(slug)
    sums = {name: sum(int(getattr(line, name)) for line in report.lines) for name in _SUMMED}
    return render_template(
        "console/report.html", campaign=campaign, report=report, sums=sums, chart=_chart(report.lines)
    )


@blueprint.get("/campaigns/<slug>/report.csv")
@needs(Role.AUTHOR)
def report_csv(slug: str) -> ResponseReturnValue:
    campaign, report = _report(slug)
    with door.transaction() as session:
        note_export(session, "report", f"campaign {campaign.id}")
    rows = (
        [*(getattr(line, name) for name in COLUMNS), f"{line.cost / 10_000:.2f}", "yes" if line.is_estimate else "no"]
        for line in report.lines
    )
    return csv_response([*COLUMNS, f"cost_{report.currency}", "is_estimate"], rows, name=f"{slug}-report.csv")


def csv_response(head: Sequence[str], rows: Iterable[Sequence[object]], *, name: str) -> Response:
    """A small table to download. What a spreadsheet would take for a formula is disarmed."""
    response = Response(csv_text(head, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _report(slug: str) -> tuple[CampaignOnDesk, CampaignReport]:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        return campaign, quick_report(session, slug) or abort(404)


def _chart(lines: tuple[StageLine, ...]) -> list[dict[str, object]]:
    """Bars for the messages that went out, as shares of the greatest number sent."""
    most = max((line.sent for line in lines), default=0)
    names = (("sent", "waiting"), ("delivered", "delivered"), ("opened", "accepted"), ("clicked", "doubt"))
    return [
        {
            "title": line.title,
            "bars": [(name, int(getattr(line, name)), 100 * int(getattr(line, name)) / most, f) for name, f in names],
            "signed": line.signed,
        }
        for line in lines
        if line.sent and most
    ]
