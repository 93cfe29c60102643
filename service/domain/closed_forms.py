"""SIGN, JOIN, YES, MORE, START, HELP and the campaign's own words: each in a few short forms, and in no others."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.spelling import fold, phrase


@dataclass(frozen=True, slots=True)
class Form:
    """A closed form, by the name of its keyword, and what it names."""

    name: str = ""
    argument: str = ""


_NOTHING = Form()
_HELP_TABLE = (
    "help|help me|help help|i need help|need help|info|information|who is this|whos this|who this|who dis|whos dis"
    "|who are you|who r u|who r you|who is it|what is this|whats this|what is this number|who is this number"
    "|whose number is this|who is texting|who is this from|who are you people|help info|more info help"
)
_HELP = frozenset(_HELP_TABLE.split("|"))
_START_TABLE = (
    "start|unstop|yes start|start again|start texts|restart|start start|ok start|start yes|start texting|resume"
)
_START = frozenset(_START_TABLE.split("|"))
_JOIN = frozenset({"join", "yes join", "join yes", "join join", "ok join"})
_YES = frozenset({"yes", "yes yes"})
_SIGN_TABLE = (
    "sign|yes sign|sign yes|sign it|sign petition|sign the petition|i sign|sign sign|sign your petition|ok sign"
)
_SIGN = frozenset(_SIGN_TABLE.split("|"))
_MORE = frozenset({"more", "more more", "yes more", "ok more"})
_COURTESY = re.compile(
    r"^(?:(?:please|pls|plz|plse|hi|hello|hey|ok|okay|thanks|thank you|dear all) )+"
    r"|(?: (?:please|pls|plz|plse|now|thanks|thank you|ta|thx|cheers|x{1,4}|asap|mate))+$"
)
_QUESTION = re.compile(r"[?؟¿？⸮፧՞]")
_CODE = re.compile(r"(?:[0-9]{4,6}|(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{4,8})")
_SLUG = re.compile(r"[0-9]{1,2}|[a-z0-9]+(?:-[a-z0-9]+){1,8}")
_VERB = re.compile(r"^(\w+)(?:[\s:,.!\-–—#]+|$)(.*)$", re.DOTALL)
_BEFORE_NAME = re.compile(
    r"^(?:my name is|name is|my name|name|i am|i'm|as|from|please|pls)\s*[:\-–—,]?\s+", re.IGNORECASE
)
_AFTER_NAME = re.compile(r"(?:[\s,.!]+(?:please|pls|plz|thanks|thank you|thx|ta|cheers|x{1,4}))+$", re.IGNORECASE)
_LONGEST_NAME, _MOST_NAMES = 80, 5
_UNSEEN = frozenset({"Cf", "Cs", "Cn", "Co", "So", "Sk", "Me", "Cc"})
# "Sign me up", "sign nothing", "sign what": words that stand in sentences and in nobody's name.
_NO_NAMES_TABLE = """
me my myself us we our ours you your yours u ur him his her hers them they their it its this that these those off
out up in on at to of for from with by about into over the a an and or but if so because as than then when where
what who whom why how which whose is are was were be been am do does did done dont doesnt didnt have has had havent
can cant could will wont would should must may might not no nope never nothing none nobody anything anyone anybody
everything everyone everybody something someone somebody all any some every each both too also again already yet
still ever always now today tomorrow tonight later soon before after twice once more less please petition petitions
letter paper papers document documents form forms contract deal sheet card shirt autograph language here there
online website link button list name names one two player players striker keeper goalkeeper manager team ball post
posts stop start join help yes okay ok wrong nothin bit what wat wen how where want wants wanted need needs like
know think see says said got get getting go going gone come coming make made take took give gave tell told ask wife
husband mum dad mother father sister brother son daughter friend friends family kids children people england
azerbaijan baku fifa uefa im ive id ill youre theyre thats whats hows whos isnt arent cannot shut sure maybe perhaps
really just only even well why waiting language times time years year away back down through thing things others
other another via using without while until against
"""
_NO_NAMES = frozenset(_NO_NAMES_TABLE.split())
# Of these, some are names too, where they stand in capitals among others: Văn An, Will May, Can Yıldız.
_ALSO_NAMES_TABLE = """
an so do can will may no to in even see player wing
"""
_ALSO_NAMES = frozenset(_ALSO_NAMES_TABLE.split())


def read_form(said: str, own: Mapping[str, str]) -> Form:
    """The closed form that this text is, if it is one; whatever asks, denies or goes on belongs to a person."""
    lines = [line for raw in said.splitlines() if (line := _trimmed(raw))]
    text = " ".join(lines)
    if not _has_letters(text):
        return Form("help") if _QUESTION.search(text) else _NOTHING
    if _without_courtesies(phrase(text)) in _HELP or all(_without_courtesies(phrase(line)) in _HELP for line in lines):
        return Form("help")
    if _QUESTION.search(said):
        return _NOTHING
    signed_below = " ".join(lines[1:])
    if signed_below and not is_name(signed_below):
        return _own(phrase(text), own)
    return _read_line(lines[0], signed_below, own)


def _read_line(line: str, signed_below: str, own: Mapping[str, str]) -> Form:
    words = _without_courtesies(phrase(line))
    if words in _SIGN:
        return Form("sign", signed_below)
    for name, forms, argument in (
        ("start", _START, ""),
        ("join", _JOIN, ""),
        ("join", _YES, "yes"),
        ("more", _MORE, ""),
    ):
        if words in forms:
            return Form(name, argument)
    found = _own(words, own)
    return found if found.name else _with_argument(line, own)


def _own(words: str, own: Mapping[str, str]) -> Form:
    for word, briefing in own.items():
        if words and words == phrase(word):
            return Form("own", briefing)
    return _NOTHING


def _with_argument(line: str, own: Mapping[str, str]) -> Form:
    glued = re.fullmatch(r"\s*(join|more)([0-9]{1,6})\W*", fold(line))
    found = _VERB.match(f"{glued[1]} {glued[2]}" if glued else line)
    if found is None:
        return _NOTHING
    verb, rest = fold(found[1]), found[2].strip()
    if verb in {"join", "yes"}:
        return _join(_without_courtesies(" ".join(fold(rest).replace("#", " ").split())))
    if verb == "more":
        return _more(_without_courtesies(" ".join(fold(rest).split()).strip(" .!")), own)
    return _sign(rest) if verb == "sign" else _NOTHING


def _join(rest: str) -> Form:
    code = re.sub(r"(?<=[0-9]) (?=[0-9])", "", rest.strip(" .!,"))
    return Form("join", _plain_digits(code).upper()) if _CODE.fullmatch(_plain_digits(code)) else _NOTHING


def _more(rest: str, own: Mapping[str, str]) -> Form:
    asked = _plain_digits(rest)
    if _SLUG.fullmatch(asked):
        return Form("more", asked)
    named = _own(phrase(rest), own)
    return Form("more", named.argument) if named.name else _NOTHING


def _sign(rest: str) -> Form:
    name = _AFTER_NAME.sub("", _BEFORE_NAME.sub("", rest)).strip(" \t,.!:;-–—")
    return Form("sign", name) if is_name(name) else _NOTHING


def is_name(text: str) -> bool:
    """One to five words of letters, none of which stands in sentences only."""
    words = text.split()
    if not 1 <= len(words) <= _MOST_NAMES or len(text) > _LONGEST_NAME:
        return False
    if not all(_is_name_word(word) for word in words):
        return False
    if any(_stands_in_no_name(word, words) for word in words):
        return False
    return any(len(word.strip(".")) > 1 or not word.isascii() for word in words)


def _stands_in_no_name(word: str, words: list[str]) -> bool:
    plain = phrase(word)
    if plain == "do" and word in words[1:-1]:
        # Maria do Carmo.
        return False
    may_be_one = word[0].isupper() and len(words) > 1 and plain in _ALSO_NAMES
    return plain in _NO_NAMES and not may_be_one


def _is_name_word(word: str) -> bool:
    if unicodedata.category(word[0])[0] != "L":
        return False
    return all(unicodedata.category(sign)[0] in "LM" or sign in "'’‘ʼ`´-‐‑.·\u200c\u200d" for sign in word)


def _trimmed(raw: str) -> str:
    """A line without invisible signs, emoji and the quotation marks around it, its letters as they were typed."""
    kept = "".join(sign for sign in unicodedata.normalize("NFC", raw) if _stays(sign))
    return " ".join(kept.split()).strip(" \"“”„«»*_~()[]<>.,!;:-–—'‘’`#")


def _stays(sign: str) -> bool:
    if sign in "\u200c\u200d\t":
        return True
    return unicodedata.category(sign) not in _UNSEEN and not "\ufe00" <= sign <= "\ufe0f"


def _without_courtesies(words: str) -> str:
    return _COURTESY.sub("", _COURTESY.sub("", words))


def _plain_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)


def _has_letters(text: str) -> bool:
    return any(sign.isalnum() for sign in text)
