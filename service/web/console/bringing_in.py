"""Supporters from a file in two steps: look how it is read, then bring it in; each row that could not, with why."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.desk import CampaignOnDesk, list_campaigns
from service.planning.files.faults import EncodingUnclear, UnreadableFile
from service.planning.files.headings import Field
from service.planning.files.legacy import CODE_PAGES
from service.planning.files.presets import PRESETS
from service.planning.files.reading import Reading
from service.planning.files.sheet import SEPARATORS, Choices, DateOrder, Sheet, look
from service.planning.importing import Imported, Importing, import_file
from service.planning.imports import begin_import
from service.planning.previewing import PreviewRow, preview_rows
from service.planning.uploads import file_pieces, find_file, forget_file, keep_file, write_file
from service.store.queries import imports
from service.store.queries.uploads import Kept
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404
from service.web.console.noting import note_export

# A transaction of this many rows ends well within the web's time limit for a statement.
ROWS_AT_ONCE = 2_000
# How many rows the counts before an import are made from.
COUNTED = 20_000


@blueprint.get("/supporters/import")
@needs(Role.ADMIN)
def bring_in_page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/supporters/import")
@needs(Role.ADMIN)
def bring_in() -> ResponseReturnValue:
    """Keep the file, and go to look at it."""
    file, source = request.files.get("file"), request.form.get("source", "").strip()[:60] or "import"
    with door.transaction() as session:
        campaign = campaign_or_404(session, request.form.get("campaign", ""))
    if file is None or not file.filename:
        return _page(mistake="Choose a file first."), 422
    facts = {"campaign": campaign.slug, "source": source}
    with door.transaction() as session:
        kept = keep_file(
            session,
            file.stream,  # type: ignore[arg-type]  # werkzeug says IO[bytes]
            manager_id=access.manager().id,
            name=file.filename,
            facts=facts,
            now=door.now(),
        )
    return redirect(url_for("console.look_at_file", upload_id=kept))


@blueprint.get("/supporters/import/<uuid:upload_id>")
@needs(Role.ADMIN)
def look_at_file(upload_id: UUID) -> ResponseReturnValue:
    return _look(upload_id, lambda kept: Choices(named=kept.name))


@blueprint.post("/supporters/import/<uuid:upload_id>")
@needs(Role.ADMIN)
def look_again(upload_id: UUID) -> ResponseReturnValue:
    return _look(upload_id, _choices)


@blueprint.post("/supporters/import/<uuid:upload_id>/go")
@needs(Role.ADMIN)
def bring_file_in(upload_id: UUID) -> ResponseReturnValue:
    """Have the file brought in as it was looked at; where it is to be read otherwise now, look again first."""
    if (its_page := _begun(upload_id)) is not None:
        return its_page
    if not _is_as_seen():
        return _look(upload_id, _choices)
    with _file(upload_id) as (kept, campaign, path):
        try:
            look(path, _choices(kept))
        except UnreadableFile as wrong:
            return _cannot(kept, campaign, wrong)
    with door.transaction() as session:
        manager = access.manager()
        begun = begin_import(
            session,
            kept,
            _choices(kept),
            campaign_id=campaign.id,
            manager_id=manager.id,
            actor=manager.email,
            now=door.now(),
        )
    door.nudger().nudge(Errand.BRING_IN)
    return redirect(url_for("console.import_page", import_id=begun), 303)


@blueprint.post("/supporters/import/<uuid:upload_id>/forget")
@needs(Role.ADMIN)
def forget_upload(upload_id: UUID) -> ResponseReturnValue:
    if (begun := _begun(upload_id)) is not None:
        return begun
    _kept(upload_id)
    with door.transaction() as session:
        forget_file(session, upload_id)
    return redirect(url_for("console.bring_in_page"))


@blueprint.post("/supporters/import/<uuid:upload_id>/rejects.csv")
@needs(Role.ADMIN, proof=True)
def rejects_csv(upload_id: UUID) -> ResponseReturnValue:
    """The rows that were not read, as they came, to be mended and loaded again. A form: people's data is taken out."""
    kept = _kept(upload_id)
    if kept.facts.get("kind") != "rejects":
        abort(404)
    with door.transaction() as session:
        content = b"".join(file_pieces(session, upload_id))
        note_export(session, "rejected rows", "installation")
    response = Response(content, mimetype="text/csv")
    # By its name some tools' file is known: that of its rejects has it too.
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", kept.name.removesuffix(".csv").removesuffix(".xlsx"))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look at a file shows."""

    rows: list[PreviewRow]
    counts: Imported
    is_whole: bool


def _begun(upload_id: UUID) -> ResponseReturnValue | None:
    """The way to the page of the import that a file was begun with; None where none was."""
    with door.transaction() as session:
        begun = imports.of_file(session, upload_id, manager_id=access.manager().id)
    return None if begun is None else redirect(url_for("console.import_page", import_id=begun), 303)


def _look(upload_id: UUID, asked: Callable[[Kept], Choices]) -> ResponseReturnValue:
    # Whoever comes back to the look after the press is shown what became of it.
    if (begun := _begun(upload_id)) is not None:
        return begun
    with _file(upload_id) as (kept, campaign, path):
        try:
            sheet = look(path, asked(kept))
            seen = _see(sheet, kept, campaign)
        except UnreadableFile as wrong:
            return _cannot(kept, campaign, wrong)
    return _look_page(kept, campaign, sheet=sheet, seen=seen)


def _see(sheet: Sheet, kept: Kept, campaign: CampaignOnDesk) -> _Seen:
    reading = _reading(sheet, kept)
    rows = preview_rows(islice(sheet.rows(), 10), reading)
    chunks, sessions = sheet.chunks(ROWS_AT_ONCE), door.holder().sessions
    # What is never committed is rolled back when its session ends.
    dry = Importing(sessions, campaign.id, reading, for_real=False)
    counts = import_file(sheet, dry, lambda part, done: None, at_once=1, rows=islice(chunks, COUNTED // ROWS_AT_ONCE))
    return _Seen(rows, counts, is_whole=next(chunks, None) is None)


def _reading(sheet: Sheet, kept: Kept) -> Reading:
    return Reading.of(
        sheet,
        key=door.address_key(),
        source=kept.facts.get("source", "import"),
        now=door.now(),
        countries=door.countries(),
    )


def _kept(upload_id: UUID) -> Kept:
    with door.transaction() as session:
        return find_file(session, upload_id, manager_id=access.manager().id, now=door.now()) or abort(404)


@contextmanager
def _file(upload_id: UUID) -> Iterator[tuple[Kept, CampaignOnDesk, Path]]:
    kept = _kept(upload_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "supporters"
        with door.transaction() as session:
            campaign = campaign_or_404(session, kept.facts.get("campaign", ""))
            write_file(session, upload_id, path)
        yield kept, campaign, path


def _choices(kept: Kept) -> Choices:
    """What the form says: each column by its number."""
    form = request.form
    columns = {
        f"#{int(name.removeprefix('column-')) + 1}": value
        for name, value in form.items()
        if re.fullmatch(r"column-[0-9]{1,6}", name)
    }
    dates = form.get("dates", "")
    order = DateOrder(dates) if dates in set(DateOrder) else None
    encoding, separator, preset = (form.get(name, "") for name in _WAYS)
    # Where the way of reading changes, the columns are new ones.
    return Choices(encoding, separator, preset, columns if _is_as_seen() else {}, order, named=kept.name)


def _is_as_seen() -> bool:
    """Whether the file is to be read as it was when the page was made."""
    return request.form.get("read_as", "") == "|".join(request.form.get(name, "") for name in _WAYS)


def _cannot(kept: Kept, campaign: CampaignOnDesk, wrong: UnreadableFile) -> ResponseReturnValue:
    readings = wrong.readings if isinstance(wrong, EncodingUnclear) else ()
    mistake = f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."
    return _look_page(kept, campaign, mistake="" if readings else mistake, readings=readings), 422


def _look_page(kept: Kept, campaign: CampaignOnDesk, **more: object) -> str:
    facts = {"sheet": None, "seen": None, "mistake": "", "readings": (), **more}
    return render_template(
        "console/look_at_file.html",
        kept=kept,
        into=campaign,
        fields=_FIELDS,
        encodings=("utf-8", "utf-16", *CODE_PAGES),
        separators=SEPARATORS,
        presets=PRESETS,
        asked=request.form,
        **facts,
    )


_WAYS = ("encoding", "separator", "preset")
_FIELDS = tuple(str(field) for field in Field if field not in {Field.REJECTED_ROW, Field.REJECTED_WHY})


def _campaigns() -> list[CampaignOnDesk]:
    with door.transaction() as session:
        return list_campaigns(session)


def _page(*, mistake: str = "") -> str:
    with door.transaction() as session:
        before = imports.latest(session, limit=20)
    return render_template(
        "console/bring_in.html", campaigns=_campaigns(), mistake=mistake, before=before, fields=_FIELDS
    )
