"""Tables to download: each streamed a page at a time, and remembered in the audit."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.desk import list_campaigns
from service.planning.exports import EVERYONE, EXPORTS
from service.store import Session
from service.web import door
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404
from service.web.console.noting import note_export
from service.wording.spreadsheet import csv_pieces


@blueprint.get("/downloads/")
@needs(Role.ADMIN)
def downloads_page() -> ResponseReturnValue:
    with door.transaction() as session:
        campaigns = list_campaigns(session)
    return render_template("console/downloads.html", exports=EXPORTS.values(), campaigns=campaigns)


@blueprint.post("/downloads/<name>")
@needs(Role.ADMIN, proof=True)
def download(name: str) -> ResponseReturnValue:
    """One table as CSV for Excel. A form, not a link: whoever takes people's data out is written down."""
    export = EXPORTS.get(name) or abort(404)
    if name == "supporters" and request.form.get("everyone") == "yes":
        export = EVERYONE
    with door.transaction() as session:
        campaign = campaign_or_404(session, request.form.get("campaign", "")) if export.of_campaign else None
        subject = f"campaign {campaign.id}" if campaign else "installation"
        note_export(session, "all supporters" if export is EVERYONE else name, subject)
    sessions = door.holder().sessions

    def transaction() -> AbstractContextManager[Session]:
        return sessions.begin()

    pieces: Iterator[str] = csv_pieces(export.head, export.lines(transaction, campaign.id if campaign else 0))
    response = Response((piece.encode("utf-8") for piece in pieces), mimetype="text/csv")
    file = f"{campaign.slug}-{name}" if campaign else name
    response.headers["Content-Disposition"] = f'attachment; filename="{file}.csv"'
    return response
