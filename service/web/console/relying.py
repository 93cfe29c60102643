"""Whether passkeys can be used here, and the party that asks for them in this browser."""

from flask import abort
from flask import session as flask_session

from service.planning.challenges import RelyingParty
from service.web import door


def passkeys_work() -> bool:
    """Whether the public address has a name that passkeys can be bound to."""
    return _party() is not None


def relying_party() -> RelyingParty:
    """The one of this installation, for this browser alone; 404 where there is none."""
    return _party() or abort(404)


def _party() -> RelyingParty | None:
    # The token of forms is this browser's own, and signed into its cookie.
    return RelyingParty.of(door.settings(), browser=str(flask_session.get("csrf_token", "")))
