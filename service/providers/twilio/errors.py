"""Twilio's error codes in our own words. An unknown code fails this one message and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.providers.ports import Outcome, Refusal


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code at creation time makes of a text."""

    outcome: Outcome
    refusal: Refusal | None = None


def _no(refusal: Refusal) -> Meaning:
    return Meaning(Outcome.REFUSED, refusal)


_BUSY = Meaning(Outcome.BUSY)

# Source: Twilio's error dictionary, as gathered in the providers' notes.
AT_CREATION: Mapping[int, Meaning] = {
    **dict.fromkeys((20003,), _no(Refusal.CREDENTIALS)),
    **dict.fromkeys((20005, 10001, 30002), _no(Refusal.ACCOUNT)),
    **dict.fromkeys((20429, 21611, 63017, 63038, 60728), _BUSY),
    **dict.fromkeys((21211, 21217, 21401, 21421), _no(Refusal.INVALID_ADDRESS)),
    **dict.fromkeys((21614, 21635), _no(Refusal.NOT_MOBILE)),
    **dict.fromkeys((21612, 21408), _no(Refusal.UNREACHABLE)),
    21610: _no(Refusal.OPTED_OUT),
    **dict.fromkeys((21602, 21617, 21658, 21605, 14103), _no(Refusal.CONTENT)),
    **dict.fromkeys(
        (21212, 21603, 21606, 21608, 21609, 21659, 21660, 21661, 21703, 21704, 21705), _no(Refusal.CONFIGURATION)
    ),
}
_UNKNOWN = _no(Refusal.UNKNOWN)
# What no text would get past: better to pause than to fail everyone one by one.
_BY_STATUS: Mapping[int, Meaning] = {
    401: _no(Refusal.CREDENTIALS),
    403: _no(Refusal.CREDENTIALS),
    404: _no(Refusal.CONFIGURATION),
    405: _no(Refusal.CONFIGURATION),
}


def meaning_of(status: int, code: int | None) -> Meaning:
    """What an error answer to a create call means, by its HTTP status and Twilio's own code."""
    if status == 429:
        return _BUSY
    if status < 400 or status >= 500 or status == 408 or code in {20500, 20503}:
        return Meaning(Outcome.IN_DOUBT)
    return AT_CREATION.get(code or 0) or _BY_STATUS.get(status, _UNKNOWN)


# What a code in a status callback says of the number itself: suppress it, or not.
_SUPPRESSING = frozenset({"21610", "30004", "30005", "30006", "30640", "21211", "21614", "21635"})


def is_permanent(code: str) -> bool:
    """Whether a delivery error says that the number must be left alone."""
    return code in _SUPPRESSING
