"""Twilio's webhooks: texts from supporters, and what became of ours."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.listening.receive import receive_text
from service.points import point
from service.providers.twilio.webhooks import SETTINGS_HEADER, SIGNATURE_HEADER, parse_inbound, parse_status, verified
from service.sending.receipts import apply_receipts
from service.store.races import once_more
from service.web import door

blueprint = Blueprint("twilio", __name__, url_prefix="/hooks/twilio")

_NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.before_request
def check_signature() -> None:
    """Anything wrong with the signature is a 403, and nothing is read. Where nobody carries texts there is nothing here."""
    if not door.settings().sends_texts:
        abort(404)
    # The path and query as they were sent: decoding and encoding them again may spell them differently.
    sent = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    genuine = verified(
        public_url=door.settings().public_url,
        path_and_query=sent if sent.startswith("/") else request.full_path.rstrip("?"),
        form=list(request.form.items(multi=True)),
        signature=request.headers.get(SIGNATURE_HEADER),
        settings_header=request.headers.get(SETTINGS_HEADER),
        tokens=door.settings().twilio_auth_tokens,
    )
    if not genuine:
        abort(403)


@blueprint.post("/sms")
def text_came_in() -> ResponseReturnValue:
    """Receive a text: a STOP is obeyed before we answer."""
    try:
        inbound = parse_inbound(request.form, now=door.now())
    except KeyError:
        abort(400)

    def receive() -> None:
        with door.transaction() as session:
            receive_text(session, inbound, key=door.address_key(), now=door.now())
            point("inbound.before_commit")

    once_more(receive)
    point("inbound.after_commit")
    door.nudger().nudge(Errand.SEND_NOTICES)
    door.nudger().nudge(Errand.DELIVER_PROMPT)
    return _NO_ANSWER, 200, {"Content-Type": "text/xml"}


@blueprint.post("/status/<ref>")
def status(ref: str) -> ResponseReturnValue:
    """Keep and apply what became of a text; one we do not know is kept, so that Twilio need not try again."""
    try:
        receipt = parse_status(request.form, ref=ref, now=door.now())
    except KeyError:
        abort(400)

    def apply() -> None:
        with door.transaction() as session:
            apply_receipts(session, "twilio", [receipt], now=door.now(), key=door.address_key())
            point("receipts.before_commit")

    once_more(apply)
    point("receipts.after_commit")
    return "", 204
