"""What a petition asks of whoever signs it, and what a name on it must be."""

import re
import unicodedata
from enum import StrEnum

NAME_LENGTH = 100
PLACE_LENGTH = 60


class Asks(StrEnum):
    """What a petition asks for beside the name."""

    NOTHING = ""
    COUNTRY = "country"
    POSTCODE = "postcode"


class ConfirmationPurpose(StrEnum):
    """What a confirmation is for; each has an allowance of its own."""

    NEWS = "news"
    SIGNATURE = "signature"


class BadName(Exception):
    """A name cannot stand on a petition; the message says why."""


_LINK = re.compile(r"https?:|www\.|//|@|\w\.\w{2,}/", re.I)
_INTRODUCED = re.compile(r"(?:my name is|my name's|my name|the name is|name|i am|i'm|it's|it is)[:,]?\s+", re.I)
# Words that make a text something else than a name. Words that are names as well (Will, May, An) are not here.
_TALK = frozenset(
    """i you we he she they me us it its the a is are was were am be do does did dont not no yes yeah yep ok okay what who
    whom why how when where which can could would should have has had get got thanks thank please pls sorry hi hello hey
    my your our their this that these those to for from about with and or but if so just more join sign signed petition
    stop start help text texts name email vote match game never nothing later maybe sure""".split()  # noqa: SIM905 - a list of words reads best as words
)
# A letter of any script, then what stands in names beside letters.
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’ʼ‘.\-‐·]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u064b-\u065f])*")
_MOST_WORDS_TEXTED, _MOST_TEXTED = 5, 60


def petition_name(typed: str, *, one_word: bool = False) -> str:
    """The name as it will stand on the petition. Raises BadName.

    First and last name, unless whoever signs says that they have only one.
    """
    composed = unicodedata.normalize("NFC", typed)
    printable = "".join(" " if sign.isspace() else sign for sign in composed)
    name = " ".join("".join(sign for sign in printable if sign.isprintable()).split())[:NAME_LENGTH].rstrip()
    if not name:
        raise BadName("please give your name as it should stand on the petition")
    if _LINK.search(name):
        raise BadName("a name cannot hold a web address")
    words = [word for word in name.split() if any(sign.isalpha() for sign in word)]
    if sum(sign.isalpha() for sign in name) < 2:
        raise BadName("please write your name out, as it should stand on the petition")
    if len(words) < 2 and not one_word:
        raise BadName("please give your first and your last name")
    return name


def name_in_text(body: str) -> str | None:
    """The name a short text consists of, asked for or not; None for anything a person should read."""
    said = _INTRODUCED.sub("", unicodedata.normalize("NFC", body).strip(), count=1).strip(' .,!"“”')
    words = said.split()
    if not 2 <= len(words) <= _MOST_WORDS_TEXTED or len(said) > _MOST_TEXTED or "?" in body:
        return None
    if not all(_WORD.fullmatch(word) for word in words):
        return None
    if {word.casefold().strip(".'’") for word in words} & _TALK:
        return None
    try:
        return petition_name(said)
    except BadName:
        return None


def masked_name(name: str) -> str:
    """`M… L…` for `Maria Lopez`: enough for whoever it is, nothing for anybody else."""
    return " ".join(f"{word[:1]}…" for word in name.split()[:3])


def first_word(name: str) -> str:
    """What to greet somebody by of whom we know only the whole name."""
    return name.split(maxsplit=1)[0] if name else ""
