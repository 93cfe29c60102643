"""A person's file as a download, for themselves and for a manager."""

from flask import Response

from service.joining.person_file import PersonFile
from service.wording.person_file import as_zip

MIMETYPE = "application/zip"


def file_response(found: PersonFile) -> Response:
    """The ZIP, kept by nobody on its way; its name names nobody."""
    response = Response(as_zip(found.held, made_at=found.made_at), mimetype=MIMETYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="what-we-hold.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response
