"""SendGrid's event webhook: verified over the raw bytes, then applied; an opt-out is obeyed before we answer."""

import logging

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from service.points import point
from service.providers.sendgrid.events import SIGNATURE_HEADER, TIMESTAMP_HEADER, parse_events, verified
from service.sending.receipts import apply_receipts
from service.store.races import once_more
from service.web import door
from service.web.body_sizes import EVENTS

log = logging.getLogger(__name__)
blueprint = Blueprint("sendgrid", __name__, url_prefix="/hooks/sendgrid")


@blueprint.post("/events")
def events() -> ResponseReturnValue:
    """Keep and apply events. Anything wrong with the signature is a 403, and nothing is read.

    Where nobody carries email there is nothing here.
    """
    if not door.settings().sends_email:
        abort(404)
    request.max_content_length = EVENTS
    body = request.get_data(cache=False)
    signature, timestamp = request.headers.get(SIGNATURE_HEADER), request.headers.get(TIMESTAMP_HEADER)
    if not verified(signature, timestamp, body, door.settings().sendgrid_webhook_public_keys):
        abort(403)
    try:
        receipts = parse_events(body, now=door.now())
    except ValueError:
        abort(400)

    def apply() -> None:
        with door.transaction() as session:
            apply_receipts(session, "sendgrid", receipts, now=door.now(), key=door.address_key())
            point("receipts.before_commit")

    once_more(apply)
    point("receipts.after_commit")
    return "", 204
