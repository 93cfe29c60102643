"""What a text asks for. Leaving is read generously, everything else exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.domain import closed_forms
from service.domain.opt_out import Leaving, read_leaving
from service.domain.quoted import own_words
from service.domain.spelling import LONGEST


class Keyword(StrEnum):
    STOP = "stop"
    UNCLEAR = "unclear"
    START = "start"
    HELP = "help"
    JOIN = "join"
    SIGN = "sign"
    MORE = "more"
    OWN = "own"
    NONE = ""


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """What a text asks for. `handled_by_provider`: Twilio acts on and answers exactly this word itself.

    `argument`: the name after SIGN as it was typed, the code after JOIN in capitals ("yes" where a YES answers us), the
    number or slug after MORE, the briefing of a word of the campaign's own. UNCLEAR may be meant as a STOP: nothing is
    texted to that number until a manager has looked.
    """

    keyword: Keyword
    handled_by_provider: bool = False
    argument: str = ""


# Twilio's own words; it answers them, and blocks or unblocks the number, before we hear of it.
PROVIDER_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
PROVIDER_START = frozenset({"START", "UNSTOP"})
PROVIDER_HELP = frozenset({"HELP", "INFO"})
_PROVIDER = {
    **dict.fromkeys(PROVIDER_STOP, Keyword.STOP),
    **dict.fromkeys(PROVIDER_START, Keyword.START),
    **dict.fromkeys(PROVIDER_HELP, Keyword.HELP),
}


def read_keyword(body: str, own: Mapping[str, str]) -> KeywordMatch:
    """Read a text, whatever it holds. `own`: the campaign's own words, in capitals, and the briefing each asks for."""
    exact = body.strip(" \t\r\n") if len(body) <= LONGEST else ""
    if exact.isascii() and exact.upper() in _PROVIDER:
        return KeywordMatch(_PROVIDER[exact.upper()], handled_by_provider=True)
    said = own_words(body[:LONGEST])
    leaving = read_leaving(said)
    if leaving is Leaving.ASKED:
        return KeywordMatch(Keyword.STOP)
    form = closed_forms.read_form(said, own)
    if leaving is Leaving.UNCLEAR and form.name != "own":
        return KeywordMatch(Keyword.UNCLEAR)
    return KeywordMatch(Keyword(form.name), argument=form.argument)
