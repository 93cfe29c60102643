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


# The graver reason stays, whatever comes later. A doubt weighs least; then what is known of the address itself; then
# what its owner wished, the harder to undo the graver.
GRAVITY: dict[Suppressed, int] = {
    Suppressed.UNCLEAR: 1,
    Suppressed.INVALID: 2,
    Suppressed.HARD_BOUNCE: 3,
    Suppressed.LEFT: 4,
    Suppressed.ERASED: 5,
    Suppressed.PROVIDER_OPT_OUT: 6,
    Suppressed.STOP: 7,
    Suppressed.COMPLAINT: 8,
}

# What its owner said, and not what a machine found out: an act that is older than this cannot undo it.
WISHES = frozenset(
    {
        Suppressed.LEFT,
        Suppressed.ERASED,
        Suppressed.PROVIDER_OPT_OUT,
        Suppressed.STOP,
        Suppressed.COMPLAINT,
    }
)

# What was found out of the address itself. Its owner said nothing, so intents under way need not wait for it.
FOUND_OUT = frozenset({Suppressed.INVALID, Suppressed.HARD_BOUNCE})

# What the undo of a slip of the thumb, or a tick on one's own page, undoes.
LIFTED_BY_COMING_BACK = frozenset({Suppressed.LEFT})
# What a fresh, confirmed opt-in from the address itself undoes. A complaint is not undone by machine.
LIFTED_BY_CONFIRMING = LIFTED_BY_COMING_BACK | {Suppressed.HARD_BOUNCE, Suppressed.INVALID, Suppressed.ERASED}
# A number that texted STOP is lifted only by texting START or JOIN from that number; so is one whose text may have been
# an opt-out, unless a manager has looked.
LIFTED_BY_TEXTING_START = LIFTED_BY_CONFIRMING | {Suppressed.STOP, Suppressed.PROVIDER_OPT_OUT, Suppressed.UNCLEAR}


def address_hash(channel: Channel, address: str, key: bytes) -> bytes:
    """The keyed hash a normalised address is suppressed under: HMAC-SHA256 cut to 16 bytes."""
    return hmac.digest(key, f"{channel}:{address}".encode(), "sha256")[:16]
