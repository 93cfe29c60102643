"""`/.well-known/security.txt`: whom to tell of a weakness (RFC 9116)."""

from datetime import timedelta

from flask import Blueprint, Response, abort

from service.web import door

blueprint = Blueprint("security_txt", __name__)

# The standard recommends less than a year: whoever reads it later asks again.
_HOLDS = timedelta(days=180)


@blueprint.get("/.well-known/security.txt")
def whom_to_tell() -> Response:
    """The contact that is set; where none is, there is no such page."""
    settings = door.settings()
    if not settings.security_contact:
        abort(404)
    until = (door.now() + _HOLDS).replace(microsecond=0, tzinfo=None)
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {until.isoformat()}Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
