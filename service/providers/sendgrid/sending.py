"""Email out through SendGrid: up to 1,000 people a request, one try, every answer put into our own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from service import clock
from service.domain.failure import ADDRESS_REFUSED
from service.providers.ports import EmailBatch, EmailOutcome, EmailRecipient, Outcome, Refusal
from service.providers.sendgrid.transport import TOTAL_SECONDS, CutOff, Leaf, NeverBegan, Request, TooLate, plant

MOST_RECIPIENTS = 1000
_PLACE = re.compile(r"personalizations\.(\d{1,6})(?:\.(to)(?:\.|$)|\.|$)")
# In a recipient's name these would be read as the border between two addresses.
_BORDERS = str.maketrans({",": " ", ";": " "})
# SendGrid's own limit for one person's substitutions; one beyond it would have the whole request refused.
MOST_SUBSTITUTION_BYTES = 10_000
_LONGEST_WAIT = 3600.0
# Fields that hold the campaign's own settings: with them nobody's email gets through.
_OURS = frozenset({"from", "reply_to"})
# What stays the same in every request: our own links are counted by us; opens by SendGrid; opt-out is ours.
_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": True},
    "subscription_tracking": {"enable": False},
}


@dataclass(slots=True)
class SendGrid:
    """The official package, with pooled connections under it. Safe to use from several threads."""

    api_key: str = field(repr=False)
    api_url: str
    pool_size: int = 32
    total_seconds: float = TOTAL_SECONDS
    name: str = field(init=False, default="sendgrid")
    _client: SendGridAPIClient = field(init=False, repr=False)
    _leaf: Leaf = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = SendGridAPIClient(self.api_key, host=self.api_url)
        headers = {**self._client._default_headers, "Content-Type": "application/json"}
        self._leaf = Leaf(f"{self.api_url}/v3/mail/send", headers, self.pool_size, self.total_seconds)
        plant(self._client, self._leaf)

    def send(self, batch: EmailBatch, *, deadline: float) -> EmailOutcome:
        """Hand over a batch in one try."""
        if not 0 < len(batch.recipients) <= MOST_RECIPIENTS:
            raise ValueError(f"a batch has 1 to {MOST_RECIPIENTS} recipients")
        too_long = _too_long(batch)
        if too_long:
            return EmailOutcome(
                Outcome.REFUSED, refusal=Refusal.CONTENT, detail="substitutions too long", refused_recipients=too_long
            )
        try:
            answer = self._client.client.mail.send.post(request_body=Request.of(payload_of(batch), deadline))
        except TooLate:
            return EmailOutcome(Outcome.NOT_SENT, detail="the deadline had passed")
        except NeverBegan as broken:
            return EmailOutcome(Outcome.NOT_SENT, detail=str(broken))
        except CutOff as broken:
            return EmailOutcome(Outcome.IN_DOUBT, detail=str(broken))
        except HTTPError as refused:
            return _refused(refused, batch)
        provider_ref = answer.headers.get("X-Message-Id", "")
        if answer.status_code != 202 or not provider_ref:
            return EmailOutcome(Outcome.IN_DOUBT, code=str(answer.status_code), detail="an answer without an id")
        return EmailOutcome(Outcome.ACCEPTED, provider_ref=provider_ref)

    def close(self) -> None:
        """Let go of the pool."""
        self._leaf.close()


def payload_of(batch: EmailBatch) -> dict[str, object]:
    """The request SendGrid's v3 API documents, one recipient a personalization so that nobody sees another."""
    payload: dict[str, object] = {
        "personalizations": [_personalization(each, batch.attempt_id) for each in batch.recipients],
        "from": {"email": batch.from_address, "name": batch.from_name},
        "subject": batch.subject,
        "content": [{"type": "text/plain", "value": batch.text}, {"type": "text/html", "value": batch.html}],
        "tracking_settings": _TRACKING,
    }
    if batch.reply_to:
        payload["reply_to"] = {"email": batch.reply_to}
    if batch.headers:
        payload["headers"] = dict(batch.headers)
    return payload


def _too_long(batch: EmailBatch) -> dict[int, str]:
    """Whose substitutions SendGrid would not take."""
    return {
        place: "substitutions too long"
        for place, each in enumerate(batch.recipients)
        # No character takes more than four bytes: nearly everyone is let by without encoding.
        if sum(map(len, each.substitutions.values())) * 4 > MOST_SUBSTITUTION_BYTES
        and sum(len(value.encode()) for value in each.substitutions.values()) > MOST_SUBSTITUTION_BYTES
    }


def _personalization(recipient: EmailRecipient, attempt_id: str) -> dict[str, object]:
    to = {"email": recipient.address}
    if recipient.name:
        to["name"] = recipient.name.translate(_BORDERS)
    whole: dict[str, object] = {"to": [to], "custom_args": {"ref": recipient.ref, "attempt_id": attempt_id}}
    if recipient.substitutions:
        whole["substitutions"] = recipient.substitutions
    if recipient.headers:
        whole["headers"] = recipient.headers
    return whole


def _refused(refused: HTTPError, batch: EmailBatch) -> EmailOutcome:
    status = int(refused.status_code)
    code = str(status)
    if status == 429:
        return EmailOutcome(
            Outcome.BUSY, retry_after=_retry_after(refused.headers), code=code, detail="too many requests"
        )
    if status >= 500 or status == 408:
        return EmailOutcome(Outcome.IN_DOUBT, code=code, detail="the provider failed")
    if status in {401, 403}:
        return EmailOutcome(
            Outcome.REFUSED, refusal=Refusal.CREDENTIALS, code=code, detail="key or sender not accepted"
        )
    if status == 400:
        places, is_address = _places(refused.body, len(batch.recipients))
        if places:
            return EmailOutcome(
                Outcome.REFUSED,
                refusal=Refusal.INVALID_ADDRESS if is_address else Refusal.CONTENT,
                code=code,
                detail=f"{len(places)} recipients refused",
                refused_recipients=places,
            )
    fields = _fields(refused.body)
    ours = status not in {400, 413} or any(field.partition(".")[0] in _OURS for field in fields)
    detail = "refused because of " + ", ".join(fields[:5]) if fields else "refused"
    return EmailOutcome(
        Outcome.REFUSED, refusal=Refusal.CONFIGURATION if ours else Refusal.CONTENT, code=code, detail=detail
    )


def _errors(body: object) -> list[dict[str, object]]:
    try:
        found = orjson.loads(body if isinstance(body, bytes | str) else b"")
    except orjson.JSONDecodeError:
        return []
    errors = found.get("errors") if isinstance(found, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _places(body: object, count: int) -> tuple[dict[int, str], bool]:
    """Which recipients the provider named, and whether for their address: those first, an address is left for good.

    Its messages may quote the address, so only the field is kept.
    """
    found = [_PLACE.match(str(error.get("field") or "")) for error in _errors(body)]
    named = [match for match in found if match and int(match[1]) < count]
    addresses = {int(match[1]): ADDRESS_REFUSED for match in named if match[2]}
    return addresses or {int(match[1]): "words refused by the provider" for match in named}, bool(addresses)


def _fields(body: object) -> list[str]:
    return [str(error["field"]) for error in _errors(body) if error.get("field")]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from Retry-After or else from X-RateLimit-Reset (unix seconds)."""
    try:
        if headers.get("Retry-After"):
            wait = float(headers["Retry-After"])
        elif headers.get("X-RateLimit-Reset"):
            wait = float(headers["X-RateLimit-Reset"]) - clock.now().timestamp()
        else:
            return None
    except ValueError:
        return None
    return min(max(0.0, wait), _LONGEST_WAIT)
