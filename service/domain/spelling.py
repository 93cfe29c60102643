"""How people's spelling is made comparable: any script, any signs, slips of the finger and letters in disguise."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# A text message holds 1,600 signs; whatever is longer did not come from a phone.
LONGEST = 1600
_LONGEST_WORD = 60

_STOP_SIGNS: dict[int, str] = dict.fromkeys(map(ord, "🛑⛔🚫"), " stop ")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʻ`´′＇ʹ"), "'")
# Letters that do not come apart into a plain letter and an accent, and the several ways to type one Arabic letter.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("ı", "i"),
        **dict.fromkeys("əǝ", "e"),
        **dict.fromkeys("ø", "o"),
        **dict.fromkeys("ł", "l"),
        **dict.fromkeys("đɗ", "d"),
        **dict.fromkeys("ɓ", "b"),
        **dict.fromkeys("ƙ", "k"),
        # Small capitals, and letters of Lisu, Cherokee and Armenian that are drawn as ours.
        **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)),
        **dict(zip("ꓢꓔꓳꓑꓮꓐꓚꓓꓰꓖꓧꓲꓡꓟꓠꓴᏚᎢᎾᏢɑօʂʈƭŧþ", "stopabcdeghilmnustopaostttp", strict=True)),
        **dict.fromkeys("یىې", "ي"),
        **dict.fromkeys("ک", "ك"),
        **dict.fromkeys("ہھةۃە", "ه"),
        "æ": "ae",
        "œ": "oe",
        "ـ": "",
    }
)
# Letters of other alphabets that look like ours.
_LOOKS_LATIN = str.maketrans("авеёкмнорстухѕіјԁԛԝһльпαβεικνορτυχςσηϲ", "abeekmhopctyxsijdqwhlbnabeikvoptuxssnc")
_LOOKS_CYRILLIC = str.maketrans("abekmhopctyxnu", "авекмнорстухпи")
_FIGURES_FOR_LETTERS = str.maketrans("0134578", "oleastb")
# Letters in squares and circles, and of flags, have no plain letter in Unicode's own tables.
_IN_SQUARES = {first + at: chr(ord("a") + at) for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for at in range(26)}
# Vowel signs of Indian scripts are part of the letter; accents, points and strokes through a letter are not.
_PART_OF_THE_LETTER = {0, 7, 9}
_SIGNS: dict[int, str] = {**dict.fromkeys(map(ord, "™®©"), " "), **_STOP_SIGNS, **_APOSTROPHES, **_IN_SQUARES}
_BREAKS_CLAUSE = ",:()[]{}،、，：–—"
_BREAKS_SENTENCE = ".!?;\n…؟۔؛。！？।॥|"

_SPACED = re.compile(r"(?<![a-z0-9Ͱ-ӿ])[a-z0-9Ͱ-ӿ](?:[ .\-_*,/~+()\[\]]{1,3}[a-z0-9Ͱ-ӿ](?![a-z0-9Ͱ-ӿ])){2,}")
_OPT_OUT = re.compile(r"\bopt[ \-–—]{1,5}(in|out)\b")
_HOLE = re.compile(r"\bst[^\w\s]{1,3}p\b")
_FIGURE_EDGE = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_DRAWN_OUT = re.compile(r"([^\W\d])\1{2,}")
_DRAWN_WORDS = frozenset(
    {"me", "texting", "texts", "please", "now", "it", "this", "off", "no", "messages", "my", "number", "text"}
)
_REPEATED = re.compile(r"(.)\1+")
_STOP_GLUED = re.compile(
    r"(please|pls|plz|just)?((?:stop)+)"
    r"(please|pls|plz|now|it|this|texting|texts|messages|messaging|me|all|to|end|thanks|thankyou|sms|spam|msgs)?(me|ing)?"
)

Sentence = list[list[str]]


def sentences(text: str) -> list[Sentence]:
    """The words of a text, by sentence and by clause, in the form in which words are compared."""
    folded = _OPT_OUT.sub(r"opt \1", _HOLE.sub("stop", _SPACED.sub(_together, fold(text))))
    found: list[Sentence] = []
    for sentence in re.split(f"[{re.escape(_BREAKS_SENTENCE)}]| - ", folded):
        clauses = [
            words for clause in re.split(f"[{re.escape(_BREAKS_CLAUSE)}]", sentence) if (words := _words(clause))
        ]
        if clauses:
            found.append(clauses)
    return found


def phrase(text: str) -> str:
    """All words of a text in the form in which they are compared, parted by single spaces."""
    return " ".join(word for sentence in sentences(text) for clause in sentence for word in clause)


def fold(text: str) -> str:
    """Small plain letters: no accents, no invisible signs, no fancy alphabets; signs between words stay."""
    plain = text[:LONGEST].translate(_SIGNS)
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
    return "".join(_kept(parted)).translate(_LETTERS)[:LONGEST]


def _kept(parted: str) -> Iterator[str]:
    for sign in parted[: 2 * LONGEST]:
        if sign.isalnum():
            yield sign
            continue
        kind = unicodedata.category(sign)
        if kind in {"Cf", "Cs", "Me", "Cn", "Co"} or sign == "\u034f" or "\ufe00" <= sign <= "\ufe0f":
            continue
        if kind == "Cc":
            yield "\n" if sign in "\r\n" else " "
        elif kind[0] == "M" and unicodedata.combining(sign) not in _PART_OF_THE_LETTER:
            continue
        else:
            yield sign


def _together(spaced: re.Match[str]) -> str:
    return re.sub(r"[ .\-_*,/~+()\[\]]", "", spaced.group())


def _words(clause: str) -> list[str]:
    return [word for raw in _raw_words(clause) for word in meant(raw).split()]


def _raw_words(clause: str) -> list[str]:
    spaced = []
    for sign in clause.replace("'", ""):
        if sign == "$" or unicodedata.category(sign)[0] in "LNM":
            spaced.append(f" {sign} " if _stands_alone(sign) else sign)
        else:
            spaced.append(" ")
    return "".join(spaced).split()


def _stands_alone(sign: str) -> bool:
    """Whether this script writes words without spaces: each sign is then a word."""
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff"


@lru_cache(maxsize=4096)
def meant(word: str) -> str:
    """The word that was meant: as it stands, unless it can only be one of the words of leaving in disguise."""
    if word in _REAL or len(word) > _LONGEST_WORD:
        return word
    for reading in (word, _latin(word), word.translate(_FIGURES_FOR_LETTERS).replace("$", "s")):
        known = _known(reading)
        if known:
            return known
    mixed = word.translate(_LOOKS_CYRILLIC)
    if mixed == "стоп":
        return mixed
    drawn = _DRAWN_OUT.sub(r"\1", word)
    word = drawn if drawn in _DRAWN_WORDS else word
    return _FIGURE_EDGE.sub(" ", _latin(word) if _is_mixed(word) else word).replace("$", " ")


def _known(word: str) -> str:
    if word in WORDS_OF_LEAVING or word in _SLIPS:
        return _SLIPS.get(word, word)
    glued = _STOP_GLUED.fullmatch(word)
    if glued:
        return " ".join(
            filter(None, (glued[1], "stop", f"{glued[3] or ''}{glued[4] or ''}".replace("textingme", "texting me")))
        )
    squeezed = _REPEATED.sub(r"\1", word)
    if squeezed != word and squeezed in _SQUEEZED and word not in _REAL:
        return _SQUEEZED[squeezed]
    if 9 <= len(word) <= 13 and word.startswith("u") and _distance(word, "unsubscribe") <= 2:
        return "unsubscribe"
    return ""


def _latin(word: str) -> str:
    return word.translate(_LOOKS_LATIN)


def _is_mixed(word: str) -> bool:
    return any("a" <= sign <= "z" for sign in word) and any("Ͱ" <= sign <= "ӿ" for sign in word)


def _distance(word: str, other: str) -> int:
    """Letters wrong, left out, added or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and word[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


# A short word is one slip from many others, so that of "stop" only slips of a finger count: a letter doubled, left
# out or swapped, or the key beside it.
_BESIDE = {"s": "adwxze", "t": "ryfg", "o": "ipkl", "p": "ol"}
_LONG_WORDS = ("cancel", "remove", "delete", "messages", "texting", "sending", "contacting", "messaging", "optout")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
WORDS_OF_LEAVING = frozenset({"stop", "unsubscribe", "unsub", "optout", *_LONG_WORDS})

# Real words, of any language, that are one slip away and are never taken for a word of leaving.
_REAL_WORDS = """
shop step stoop stoops stoep top spot sop slop stomp strop swop atop stow stol stot stops stopt stod stap sto
subscribe subscribed subscriber unsubscribed unsubscribes unsubscribing undescribed carcel cancer cancels
canal cancelled cancela cancelar cancele dance removed remover removes remote reprove demove deleted deletes
deleter delegate message massages massage passages testing taxing sensing lending mending spending vending
tending bending ending fending pending rending wending contracting vexing
"""
_REAL = frozenset(_REAL_WORDS.split())


def _slips_of_a_finger(word: str) -> Iterator[str]:
    for at, letter in enumerate(word):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + letter + word[at:]
        yield word[:at] + word[at + 1 : at + 2] + letter + word[at + 2 :]
        for key in _BESIDE.get(letter, ""):
            yield word[:at] + key + word[at + 1 :]
            yield word[: at + 1] + key + word[at + 1 :]


def _one_letter_off(word: str) -> Iterator[str]:
    yield from _slips_of_a_finger(word)
    for at in range(len(word) + 1):
        for letter in _ALPHABET:
            yield word[:at] + letter + word[at:]
            yield word[:at] + letter + word[at + 1 :]


_SLIPS = {
    **{slip: word for word in _LONG_WORDS for slip in _one_letter_off(word)},
    **dict.fromkeys(_slips_of_a_finger("stop"), "stop"),
    **dict.fromkeys(("stahp", "stawp", "stahhp", "stoppit"), "stop"),
    **dict.fromkeys(("unsuscribe", "unsubcribe", "desubscribe", "unsubscripe", "unsuscrib", "unsubs"), "unsubscribe"),
    **dict.fromkeys(("dnt", "donot", "dontt", "doont", "dint"), "dont"),
    **dict.fromkeys(("nummber", "numbr", "nubmer", "numbe", "numbre"), "number"),
    **{word: word for word in WORDS_OF_LEAVING},
}
_SQUEEZED = {_REPEATED.sub(r"\1", word): word for word in WORDS_OF_LEAVING}
