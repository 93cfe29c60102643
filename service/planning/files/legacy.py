"""Which of the old code pages a file is written in, judged by its words.

A byte above 127 is another letter in each code page. What people are called gives it away: capitals stand in front,
scripts are not mixed within a word, and the letters of a name are those of one language.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from charset_normalizer import from_bytes

from service.planning.files.faults import Reading

# In the order in which they are offered. The common name first, Python's after it.
CODE_PAGES = {
    "windows-1252": "cp1252",
    "windows-1254": "cp1254",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1257": "cp1257",
    "windows-1253": "cp1253",
    "windows-1255": "cp1255",
    "windows-1256": "cp1256",
    "windows-1258": "cp1258",
    "windows-874": "cp874",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "iso-8859-2": "iso8859_2",
    "iso-8859-5": "iso8859_5",
    "ibm850": "cp850",
    "ibm866": "cp866",
    "shift_jis": "cp932",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "cp949",
}
_WESTERN = (
    "àâæçéèêëîïôœùüÿ",
    "áéíñóúüº",
    "ãáàâçéêíõóôúü",
    "äöüß",
    "àèéìòù",
    "ëïéèöüá",
    "æøåéöü",
    "äöåé",
    "áéíóú",
    "çë",
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţéá", "čćđšž", "äöüß", "çë", "é")
_TURKISH = ("çğıiöşüâîû", "çğıöşüə", "éèêëïäöüß")
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž", "é")
_LANGUAGES = {
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp1254": _TURKISH,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1257": _BALTIC,
    "cp1258": ("ăâđêôơưàáâãèéêìíòóôõùúýạảấầẩẫậắằẳẵặ",),
}
# Letters of Western Europe where names of Western Europe do not have them: another code page is being misread.
_MISPLACED = re.compile(
    r"è$|è[aeou]|ê$|ñ$|ñ[^aeiouáéíóúàü]|ã[^eo]|õ[^e]|ò\B[^n]|ù\B|ì\B|û|[aeiouy]œ|ø[íáéæ]|æ$|y[õø]|[áí]ø|^[èìòùûõã]|ï[aou]|[bcdfghjklmnpqrstvwxz]ï",
    re.IGNORECASE,
)
_WORD = re.compile(rb"[A-Za-z\x80-\xff][A-Za-z'\x80-\xff-]*")
_LATIN_APOSTROPHE = re.compile(r"^[^\W\d_]{3,}[’'](?!s$)[^\W\d_]")
_DASH_IN_WORD = re.compile(r"[^\W\d_][–—](?![A-Z])[^\W\d_]|—")
_TYPOGRAPHY = frozenset("£€–—‘’“”„…•·°©®™§´«»¿¡½¼¾× ")
_MOST_WORDS = 3_000
_ENOUGH_WORDS = 60


def words_in(piece: bytes, found: dict[bytes, None]) -> None:
    """Gather the words of a piece that have other than plain letters, each once, up to some thousand."""
    if len(found) >= _MOST_WORDS:
        return
    for word in _WORD.findall(piece):
        if not word.isascii():
            found.setdefault(word)


def likely_encodings(words: Iterable[bytes]) -> tuple[Reading, ...]:
    """The readings these words may have, the likeliest first; one alone where there is no doubt."""
    distinct = list(words)
    plausible = [name for name, codec in CODE_PAGES.items() if _fits(distinct, codec)]
    if not plausible:
        return _offered(distinct, _by_frequency(distinct))
    if "windows-1252" in plausible:
        # Its letters are where the names of Western Europe have them, which no other page's names come to by chance.
        plausible = [name for name in plausible if _same(distinct, name, "windows-1252")]
    if len({_read(distinct, name) for name in plausible}) > 1 and len(distinct) >= _ENOUGH_WORDS:
        judged = [name for name in _by_frequency(distinct) if name in plausible]
        plausible = judged[:1] + [name for name in plausible if name not in judged[:1]]
    readings: dict[tuple[str, ...], Reading] = {}
    for name in plausible:
        readings.setdefault(_read(distinct, name), Reading(name, _shown(distinct, name)))
    return tuple(readings.values())


def _same(words: list[bytes], one: str, other: str) -> bool:
    return _read(words, one) == _read(words, other)


def _read(words: list[bytes], name: str) -> tuple[str, ...]:
    return tuple(word.decode(CODE_PAGES[name], "replace") for word in words)


def _shown(words: list[bytes], name: str) -> tuple[str, ...]:
    return _read(words[:5], name)


def _offered(words: list[bytes], first: list[str]) -> tuple[Reading, ...]:
    order = [*first, *(name for name in CODE_PAGES if name not in first)]
    readings: dict[tuple[str, ...], Reading] = {}
    for name in order:
        shown = _shown(words, name)
        if not any("\ufffd" in word for word in shown):
            readings.setdefault(shown, Reading(name, shown))
    return tuple(readings.values())[:6]


def _by_frequency(words: list[bytes]) -> list[str]:
    """What charset-normalizer thinks of them, in our names, the likeliest first."""
    names = {codec.replace("-", "_"): name for name, codec in CODE_PAGES.items()}
    found = from_bytes(b"\n".join(words), cp_isolation=list(CODE_PAGES.values()))
    return [names[each.encoding] for each in found if each.encoding in names]


def _fits(words: list[bytes], codec: str) -> bool:
    """Whether nearly every word is one in this code page."""
    odd = 0
    for word in words:
        try:
            odd += not _is_word(word.decode(codec), codec)
        except UnicodeDecodeError:
            return False
        if odd > len(words) // 50:
            return False
    return True


def _is_word(word: str, codec: str) -> bool:
    if len(word) <= 2 and all(sign in _TYPOGRAPHY for sign in word):
        return True
    bare = word.lstrip("'“‘„«¿¡ ").rstrip("'’”»… ®™©")
    # A dash joins two names that begin with capitals; before a small letter it is another page's letter.
    if _DASH_IN_WORD.search(bare):
        return False
    return all(_is_name(part, codec) for part in re.split(r"[-–]", bare) if not part.isascii())


def _is_name(part: str, codec: str) -> bool:
    letters = [sign for sign in part if sign not in "'’"]
    scripts = {_script(sign) for sign in letters}
    if len(scripts) != 1 or "" in scripts or _LATIN_APOSTROPHE.match(part):
        return False
    if any(sign.isupper() and not sign.isascii() for sign in part[1:]) and not part.isupper():
        return _script(part[0]) == "LATIN" and part[1:2] in "'’"
    if scripts != {"LATIN"}:
        # Capitals after small letters: koi8-r read as windows-1251, and the other way round.
        return part == part.upper() or not any(sign.isupper() for sign in part[1:])
    return _is_latin_name(part, codec)


def _is_latin_name(part: str, codec: str) -> bool:
    special = {sign for sign in part.lower() if not sign.isascii() and sign.isalpha()}
    plain = sum(1 for sign in part if sign.isascii())
    if len(part) > 1 and plain < len(part) / 2 - 0.5:
        return False
    if codec in _LANGUAGES and not any(special <= set(language) for language in _LANGUAGES[codec]):
        return False
    return codec not in {"cp1252", "mac_roman", "cp850"} or not _MISPLACED.search(part)


@cache
def _script(sign: str) -> str:
    """LATIN, CYRILLIC, CJK …; nothing for what is no letter."""
    if unicodedata.category(sign)[0] not in "LM":
        return ""
    script = unicodedata.name(sign, "").split(" ")[0]
    return {"HIRAGANA": "CJK", "KATAKANA": "CJK", "COMBINING": "LATIN"}.get(script, script)
