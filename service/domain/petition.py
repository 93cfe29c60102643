"""What a petition asks of whoever signs it, and what a name on it must be."""

import re
import unicodedata
from enum import StrEnum

from service.domain.closed_forms import is_name
from service.domain.quoted import own_words
from service.domain.titles import is_no_name, without_titles
from service.domain.unseen import may_belong, without_stray

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
_INTRODUCED = re.compile(
    r"^(?:my name is|my name's|my name|the name is|name|i am|i'm|it's|it is"
    r"|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è"
    r"|(?:o )?meu nome é|chamo-me|me chamo|nazywam się|mam na imię|m[ăa] numesc|numele meu este|mijn naam is|ik heet"
    r"|jag heter|mitt namn är|jeg he(?:ter|dder)|mit navn er|fy enw i yw|(?:benim |mənim )ad[ıi]m|ad[ıi]m(?=[:,]?\s+\S+\s+\S)"
    r"|меня зовут|мо[её] имя|мене звати|моє ім['’]?я|اسمي|نام من|اسم من|میرا نام|मेरा नाम|আমার নাম|ਮੇਰਾ ਨਾਮ)[:,]?\s+",
    re.I,
)
# Words that make a text something else than a name. Words that are names as well (Will, May, An) are not here.
_TALK = frozenset(
    """i you we he she they me us it its the a is are was were am be do does did dont not no yes yeah yep ok okay what who
    whom why how when where which can could would should have has had get got thanks thank please pls sorry hi hello hey
    my your our their this that these those to for from about with and or but if so just more join sign signed petition
    stop start help text texts name email vote match game never nothing later maybe sure come coming go going good great
    nice well done love loving free freedom justice luck lucky brilliant amazing awesome super proud happy sad true wow
    guys lads mate mates buddy pal bro boys girls everyone cheers haha hahaha lol work keep stay strong never ever wrong
    new old big day night week month till die win won lose lost beat goal goals score best worst home away football
    ja nein doch gerne danke bitte oui non merci allez bleus sim nao obrigado obrigada gracias vamos grazie forza
    tak dziekuje nie hvala spasibo net evet hayir tesekkurler beli xeyr sag mein ich heisse heiße llamo chiamo
    nazywam imię numesc numele benim mənim меня зовут мене звати""".split()  # noqa: SIM905 - a list of words reads best as words
)
_SURNAMES = frozenset({"best", "big", "day", "good", "love", "strong", "win"})
# What else may stand before and behind a name that is written as one, in capitals.
_BEFORE = re.compile(r"(?:(?:hi|hello|hey|ok|okay|yes|sure|this is|its|my names|sign)[,.!:]?\s+)+", re.I)
_BEHIND = re.compile(r"(?:[\s,.!]+(?:please|pls|thanks|thank you|thx|ta|cheers|x{1,4}|है|ہے|ਹੈ))+$", re.I)
# A letter of any script, then what stands in names beside letters.
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’ʼ‘.\-‐·]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u064b-\u065f])*")
# Names of China, Japan and Korea are whole without a space.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々]{2,12}")
_EDGES = ' .,!"“”'
_MOST_WORDS_TEXTED, _MOST_TEXTED = 5, 60


def petition_name(typed: str, *, one_word: bool = False) -> str:
    """The name as it will stand on the petition. Raises BadName.

    First and last name, unless whoever signs says that they have only one.
    """
    composed = unicodedata.normalize("NFC", typed)
    printable = "".join(" " if sign.isspace() else sign for sign in composed)
    seen = without_stray("".join(sign for sign in printable if sign.isprintable() or may_belong(sign)))
    name = " ".join(seen.split())[:NAME_LENGTH].rstrip()
    if not name:
        raise BadName("please give your name as it should stand on the petition")
    if _LINK.search(name):
        raise BadName("a name cannot hold a web address")
    words = [word for word in name.split() if any(sign.isalpha() for sign in word)]
    if sum(sign.isalpha() for sign in name) < 2:
        raise BadName("please write your name out, as it should stand on the petition")
    if len(words) < 2 and not one_word and not _UNSPACED.fullmatch(name):
        raise BadName("please give your first and your last name")
    return name


def name_in_text(body: str) -> str | None:
    """The name a short text consists of, asked for or not; None for anything a person should read."""
    said = _bare(body)
    words = said.split()
    if not 2 <= len(words) <= _MOST_WORDS_TEXTED or len(said) > _MOST_TEXTED or "?" in body:
        return None
    if not all(_WORD.fullmatch(word) for word in words) or not is_name(said):
        return None
    if any(_is_talk(word, is_last=at == len(words)) for at, word in enumerate(words, 1)):
        return None
    try:
        return petition_name(said)
    except BadName:
        return None


def _is_talk(word: str, *, is_last: bool) -> bool:
    """Courtney Love and George Best have names."""
    plain = word.casefold().strip(".'’")
    if plain == "do" and not is_last:
        # Maria do Carmo; a question that begins so holds other such words.
        return False
    return plain in _TALK and not (is_last and word[0].isupper() and plain in _SURNAMES)


def _bare(body: str) -> str:
    """A text without what introduces a name, and, around one in capitals, without greetings, thanks and small pictures."""
    lines = unicodedata.normalize("NFC", own_words(body)).strip()
    said = _INTRODUCED.sub("", lines, count=1).strip(_EDGES)
    name = _INTRODUCED.sub("", _BEFORE.sub("", _without_pictures(said), count=1), count=1)
    name = _BEHIND.sub("", name.strip(_EDGES)).strip(_EDGES)
    return name if all(not word[0].islower() for word in name.split()) else said


def _without_pictures(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"So", "Sk"} and sign != "\ufe0f")


def masked_name(name: str) -> str:
    """`M… L…` for `Maria Lopez`: enough for whoever it is, nothing for anybody else."""
    return " ".join(f"{word[:1]}…" for word in name.split()[:3])


def first_word(name: str) -> str:
    """What to greet somebody by of whom we know only the whole name; nothing where a title stands before the last."""
    last, comma, first = name.partition(",")
    typed = (first if comma and first.strip() else last).strip()
    untitled = without_titles(typed)
    words = untitled.split()
    if not words or is_no_name(words[0]) or (untitled != typed and len(words) == 1 and not comma):
        return ""
    return words[0]
