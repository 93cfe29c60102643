"""Where in a text a link is being written: what is filled in there is percent-encoded, letter by letter."""

import re
from urllib.parse import quote

_BEGUN = re.compile(r"https?://|mailto:|tel:|sms:|www\.", re.IGNORECASE)
_ENDS = re.compile(r"[\s<>\"]")


class LinkPlace:
    """Follows a text piece by piece; `inside` tells whether what comes next belongs to a link that has begun."""

    __slots__ = ("_run",)

    def __init__(self) -> None:
        self._run = ""

    @property
    def inside(self) -> bool:
        return _BEGUN.search(self._run) is not None

    def after(self, words: str) -> None:
        """Go on past these words."""
        self._run = _ENDS.split(self._run + words)[-1]

    def after_fact(self, *, is_address: bool) -> None:
        """Go on past something of one person's, whatever it is."""
        self._run += "https://x" if is_address and not self.inside else "x"


def in_link(words: str) -> str:
    """Words as they stand inside a link."""
    return quote(words, safe="")
