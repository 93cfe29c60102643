"""Whether the person at this browser has shown that an address is theirs, and that not long ago."""

from datetime import timedelta

from flask import session as browser

from service.web import door

# Remembered for as long as a visit takes, and not for the next person at the same computer.
_LIFE = timedelta(minutes=30)
_OWNER, _SIGNER = "owner", "signer"


def remember_owner(supporter_id: int) -> None:
    """This browser has pressed the button of a letter that was sent to this supporter."""
    browser[_OWNER] = [supporter_id, _now()]


def remember_signer(supporter_id: int, petition_id: int) -> None:
    """This browser has put this supporter's name on this petition, and may take it off again."""
    browser[_SIGNER] = [supporter_id, petition_id, _now()]


def is_owner(supporter_id: int) -> bool:
    """Whether this browser has lately shown that it is this supporter's."""
    return _remembers(_OWNER, supporter_id)


def is_signer(supporter_id: int, petition_id: int) -> bool:
    """Whether this browser put the name there, or is its owner's."""
    return is_owner(supporter_id) or _remembers(_SIGNER, supporter_id, petition_id)


def _remembers(name: str, *facts: int) -> bool:
    told = browser.get(name)
    if not isinstance(told, list) or told[:-1] != list(facts):
        return False
    at = told[-1]
    return isinstance(at, int) and 0 <= _now() - at <= _LIFE.total_seconds()


def _now() -> int:
    return int(door.now().timestamp())
