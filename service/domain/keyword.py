"""What the first word of a text asks for. Stopping is read generously, everything else exactly."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Keyword(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    JOIN = "join"
    SIGN = "sign"
    MORE = "more"
    OWN = "own"
    # It may be an opt-out: nothing more is texted to the number until a manager has looked.
    UNCLEAR = "unclear"
    NONE = ""


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """What a text asks for. `handled_by_provider`: Twilio acts on and answers exactly this word itself."""

    keyword: Keyword
    handled_by_provider: bool = False
    argument: str = ""


# Twilio's own words; it answers them, and blocks or unblocks the number, before we hear of it.
PROVIDER_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
PROVIDER_START = frozenset({"START", "UNSTOP"})
PROVIDER_HELP = frozenset({"HELP", "INFO"})

# Any reasonable way of saying stop counts, provided that it is the whole of what is said: "don't stop the campaign"
# and "stop the torture" are free text and go to a person.
_PLEASE = r"(?:please|pls|plz|now|thanks|thank you|thx|cheers|immediately|ok|sorry|hi|hello)"
_ME = r"(?: me| us)?"
_WHICH = r"(?: (?:these|those|the|my|your|any|all|this|more|further|sending|getting|receiving))*"
_THINGS = "texts?|messages?|msgs?|sms|texting|messaging|sending|contacting|emails?|updates?|alerts?|list|number"
_WHAT = rf"{_WHICH}(?: (?:{_THINGS}|everything|all|it|this))*"
_STOP_FORMS = (
    r"stop+(?: all)?",
    r"stop(?: it| this| that)?",
    rf"stop (?:texting|messaging|sending|contacting|bothering|spamming){_ME}{_WHAT}",
    rf"stop{_WHAT}",
    r"(?:un ?subscribe|unsuscribe|unsubscibe|unsub|unsubscribed|desubscribe)" + _ME + _WHAT,
    rf"(?:opt|opting|opted)[ -]?out{_WHAT}",
    rf"(?:remove|delete|take){_ME}(?: off)?(?: (?:from|off))?{_WHAT}",
    r"(?:cancel|end|quit|revoke|leave|exit)" + _ME + _WHAT,
    r"no (?:more|further)" + _WHAT,
    r"no mas|basta|arret(?:er)?|arrete|parar?|pare|dur|dayandir|stopp|halt",
    rf"(?:do not|dont|don t|never) (?:text|message|msg|contact|sms|send|write to){_ME}{_WHAT}"
    r"(?: again| anymore| any more)*",
    r"(?:i )?(?:want|would like|d like|wish) to (?:stop|leave|unsubscribe|opt out)",
    r"(?:i )?(?:no longer|dont|do not|don t) (?:want|wish)(?: to (?:get|receive|have))?" + _WHAT,
    r"leave me alone|go away|wrong number|not interested|fuck off|piss off|f off",
)
_STOP = re.compile(rf"(?:{_PLEASE} )*(?:{'|'.join(_STOP_FORMS)})(?: {_PLEASE})*")
_STOP_SIGNS = frozenset("🛑⛔🚫✋")
_HELP = re.compile(rf"(?:help(?: me)?(?: {_PLEASE})*|{_PLEASE} help|who is this|what is this|\?+)")


def read_keyword(body: str, own: Mapping[str, str]) -> KeywordMatch:
    """Read a text. `own`: the campaign's own words, in capitals, and the briefing each asks for."""
    said = body.strip()
    exact = said.upper()
    if exact in PROVIDER_STOP:
        return KeywordMatch(Keyword.STOP, handled_by_provider=True)
    if exact in PROVIDER_START:
        return KeywordMatch(Keyword.START, handled_by_provider=True)
    if exact in PROVIDER_HELP:
        return KeywordMatch(Keyword.HELP, handled_by_provider=True)
    if said and set(said.replace("\ufe0f", "")) <= _STOP_SIGNS:
        return KeywordMatch(Keyword.STOP)
    words = plain(said)
    if _STOP.fullmatch(words):
        return KeywordMatch(Keyword.STOP)
    if said in {"?", "??", "???"} or _HELP.fullmatch(words):
        return KeywordMatch(Keyword.HELP)
    return _first_word(words, said.split(maxsplit=1)[-1] if " " in said else "", own)


def _first_word(words: str, typed: str, own: Mapping[str, str]) -> KeywordMatch:
    first, _, rest = words.partition(" ")
    if words in {"start", "unstop", "yes start", "start please", "start again"}:
        return KeywordMatch(Keyword.START)
    if words == "yes" or (first == "join" and len(rest) <= 40):
        return KeywordMatch(Keyword.JOIN, argument="yes" if words == "yes" else rest.upper())
    if first == "sign" and len(rest) <= 40:
        return KeywordMatch(Keyword.SIGN, argument="" if re.fullmatch(rf"{_PLEASE}(?: {_PLEASE})*", rest) else typed)
    if first == "more":
        return KeywordMatch(Keyword.MORE, argument=rest)
    if words.upper() in own:
        return KeywordMatch(Keyword.OWN, argument=own[words.upper()])
    return KeywordMatch(Keyword.NONE)


def plain(text: str) -> str:
    """Lower case, no accents, no punctuation, single spaces: how people's spelling is compared."""
    parted = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    bare = "".join(sign for sign in parted if not unicodedata.combining(sign)).replace("'", " ")
    return " ".join(re.sub(r"[^a-z0-9ı?]+", " ", bare.replace("ı", "i")).split())
