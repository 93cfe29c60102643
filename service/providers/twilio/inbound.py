"""Texts that came in, from the webhook's form and from Twilio's list: both cleaned here, by one function."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from twilio.rest.api.v2010.account.message import MessageInstance

from service.domain.inbound_text import clean_body, clean_field, safe_link, split_sender
from service.providers.ports import Attachment, InboundText

# The most files one message may have.
_MOST_MEDIA = 10


def parse_inbound(form: Mapping[str, str], *, now: datetime) -> InboundText:
    """A text somebody sent us. Raises KeyError where the form has no message id or no sender at all."""
    return _text(
        provider_ref=form["MessageSid"] or _ref_of(form),
        sender=form["From"],
        to=form.get("To", ""),
        body=form.get("Body", ""),
        received_at=now,
        opt_out_type=form.get("OptOutType", ""),
        media=_media(form),
    )


def inbound_of(message: MessageInstance, *, received_at: datetime) -> InboundText:
    """A text of Twilio's list, which tells how many files came with it and not where they are."""
    count = _count(str(message.num_media or ""))
    return _text(
        provider_ref=str(message.sid or ""),
        sender=str(message.from_ or ""),
        to=str(message.to or ""),
        body=str(message.body or ""),
        received_at=received_at,
        media=(Attachment("", ""),) * count,
    )


def _text(
    *,
    provider_ref: str,
    sender: str,
    to: str,
    body: str,
    received_at: datetime,
    opt_out_type: str = "",
    media: tuple[Attachment, ...] = (),
) -> InboundText:
    via, number = split_sender(clean_field(sender))
    return InboundText(
        provider_ref=clean_field(provider_ref),
        from_number=number,
        to_number=split_sender(clean_field(to))[1],
        body=clean_body(body),
        received_at=received_at,
        opt_out_type=clean_field(opt_out_type).upper(),
        via=via,
        media=media,
    )


def _media(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(safe_link(form.get(f"MediaUrl{place}", "")), clean_field(form.get(f"MediaContentType{place}", "")))
        for place in range(_count(form.get("NumMedia", "")))
    )


def _count(given: str) -> int:
    return min(int(given), _MOST_MEDIA) if re.fullmatch(r"[0-9]{1,3}", given) else 0


def _ref_of(form: Mapping[str, str]) -> str:
    """A name for a text that came without one, so that two such texts are not taken for one."""
    return "none:" + sha256(repr(sorted(form.items())).encode("utf-8", "surrogatepass")).hexdigest()[:32]
