"""Supporters from a CSV file: what came in, and each row that could not, with why."""

import tempfile
from pathlib import Path

from flask import render_template, request
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.audit import note_deed
from service.planning.csv_rows import COLUMNS, UnreadableFile, read_chunks
from service.planning.desk import CampaignOnDesk, list_campaigns
from service.planning.importing import Imported, import_chunk
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404

LARGEST = 10 * 1024 * 1024
# A transaction of this many rows ends well within the web's time limit for a statement.
ROWS_AT_ONCE = 2_000
SHOWN = 500


@blueprint.url_value_preprocessor
def _let_files_in(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Raise the limit of a request for this one form; this runs before anything reads it."""
    if endpoint == "console.bring_in":
        request.max_content_length = LARGEST


@blueprint.get("/supporters/import")
@needs(Role.ADMIN)
def bring_in_page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/supporters/import")
@needs(Role.ADMIN)
def bring_in() -> ResponseReturnValue:
    file, source = request.files.get("file"), request.form.get("source", "").strip()[:60] or "import"
    with door.transaction() as session:
        campaign = campaign_or_404(session, request.form.get("campaign", ""))
    if file is None or not file.filename:
        return _page(mistake="Choose a file first."), 422
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "supporters.csv"
        file.save(path)
        try:
            done = _bring_in(path, campaign, source)
        except UnreadableFile as wrong:
            return _page(mistake=f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."), 422
    return _page(done=done, into=campaign)


def _bring_in(path: Path, campaign: CampaignOnDesk, source: str) -> Imported:
    done, key = Imported(), door.address_key()
    for chunk in read_chunks(path, size=ROWS_AT_ONCE):
        with door.transaction() as session:
            import_chunk(
                session,
                chunk,
                done,
                campaign_id=campaign.id,
                key=key,
                source=source,
                now=door.now(),
                countries=door.countries(),
            )
    with door.transaction() as session:
        details = {"rows": str(done.rows), "new": str(done.new)}
        actor, subject = access.manager().email, f"campaign {campaign.id}"
        note_deed(session, actor=actor, deed="supporters imported", subject=subject, details=details, now=door.now())
    return done


def _page(*, mistake: str = "", done: Imported | None = None, into: CampaignOnDesk | None = None) -> str:
    with door.transaction() as session:
        campaigns = list_campaigns(session)
    return render_template(
        "console/bring_in.html",
        campaigns=campaigns,
        columns=COLUMNS,
        mistake=mistake,
        done=done,
        into=into,
        shown=SHOWN,
    )
