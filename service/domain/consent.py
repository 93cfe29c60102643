"""Who may be written to, and why not."""

import hmac
from enum import StrEnum

from service.domain.channel import Channel


class ConsentAct(StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Suppressed(StrEnum):
    """Why an address must be left alone."""

    LEFT = "left"
    STOP = "stop"
    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard_bounce"
    INVALID = "invalid"
    PROVIDER_OPT_OUT = "provider_opt_out"
    ERASED = "erased"
    # The least grave: a text that may be an opt-out waits for a manager, and nothing is texted until one has looked.
    UNCLEAR = "unclear"


# What a fresh, confirmed opt-in from the address itself undoes. A complaint is not undone by machine.
LIFTED_BY_CONFIRMING = frozenset({Suppressed.LEFT, Suppressed.HARD_BOUNCE, Suppressed.INVALID, Suppressed.ERASED})
# A number that texted STOP is lifted only by texting START or JOIN from that number.
LIFTED_BY_TEXTING_START = LIFTED_BY_CONFIRMING | {Suppressed.STOP, Suppressed.PROVIDER_OPT_OUT, Suppressed.UNCLEAR}


def address_hash(channel: Channel, address: str, key: bytes) -> bytes:
    """The keyed hash a normalised address is suppressed under: HMAC-SHA256 cut to 16 bytes."""
    return hmac.digest(key, f"{channel}:{address}".encode(), "sha256")[:16]
