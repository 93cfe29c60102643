"""Complaints about data: those that wait, the oldest first, each closed with what was done."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.joining.complaints import (
    LONGEST,
    ComplaintRefused,
    all_complaints,
    close_complaint,
    open_complaints,
)
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.noting import note

PAGE = 100


@blueprint.get("/complaints/")
@needs(Role.LAUNCHER)
def complaints_page() -> ResponseReturnValue:
    with door.transaction() as session:
        note(session, "complaints read", "installation")
    return _page()


@blueprint.post("/complaints/<int:complaint_id>/close")
@needs(Role.LAUNCHER)
def close_complaint_now(complaint_id: int) -> ResponseReturnValue:
    outcome = request.form.get("outcome", "")
    try:
        with door.transaction() as session:
            close_complaint(session, complaint_id, outcome, actor=access.manager().email, now=door.now())
    except ComplaintRefused as refused:
        return _page(wrong=complaint_id, why=f"Not closed: {refused}.", typed=outcome), 422
    flash(f"Complaint {complaint_id} is closed.")
    return redirect(url_for("console.complaints_page"))


def _page(*, wrong: int = 0, why: str = "", typed: str = "") -> str:
    before, shows_all = request.args.get("before", ""), request.args.get("show") == "all"
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    with door.transaction() as session:
        if shows_all:
            found = all_complaints(session, before_id=before_id, now=door.now(), limit=PAGE)
        else:
            found = open_complaints(session, now=door.now(), limit=PAGE)
    older = found[-1].id if shows_all and len(found) == PAGE else None
    return render_template(
        "console/complaints.html",
        found=found,
        shows_all=shows_all,
        older=older,
        wrong=wrong,
        why=why,
        typed=typed,
        longest=LONGEST,
    )
