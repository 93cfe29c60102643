"""Certificates of erasing: which there are, and each to read and to download."""

from uuid import UUID

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from service.consenting.certificate import as_text, certificate_of, certificates
from service.domain.manager import Role
from service.web import door
from service.web.console.access import needs
from service.web.console.blueprint import blueprint

PAGE = 100


@blueprint.get("/erasures/")
@needs(Role.ADMIN)
def certificates_page() -> ResponseReturnValue:
    before = request.args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    with door.transaction() as session:
        found = certificates(session, before_id=before_id, limit=PAGE)
    older = found[-1].id if len(found) == PAGE else None
    return render_template("console/certificates.html", found=found, older=older)


@blueprint.get("/erasures/<uuid:ref>")
@needs(Role.ADMIN)
def certificate_page(ref: UUID) -> ResponseReturnValue:
    with door.transaction() as session:
        told = certificate_of(session, ref) or abort(404)
    return render_template("console/certificate.html", told=told)


@blueprint.get("/erasures/<uuid:ref>.txt")
@needs(Role.ADMIN)
def certificate_text(ref: UUID) -> ResponseReturnValue:
    with door.transaction() as session:
        told = certificate_of(session, ref) or abort(404)
    response = Response(as_text(told), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="erasing-{ref}.txt"'
    return response
