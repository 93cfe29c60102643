"""Leaving in other languages: their tables, looked up by word."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from service.domain import (
    opt_out_words_at_home,
    opt_out_words_caucasus,
    opt_out_words_elsewhere,
    opt_out_words_our_letters,
)
from service.domain.spelling import phrase

_MOST_WORDS = 16
# Between two words of a phrase others may stand: "no ME mandes".
_MOST_BETWEEN = 2


class _Kind(StrEnum):
    NEVER = "never"
    VERB = "verb"
    THING = "thing"


LANGUAGES = {
    **opt_out_words_at_home.LANGUAGES,
    **opt_out_words_caucasus.LANGUAGES,
    **opt_out_words_elsewhere.LANGUAGES,
    **opt_out_words_our_letters.LANGUAGES,
}
_Phrase = tuple[tuple[str, ...], str, _Kind]


def _split(table: str) -> Iterator[str]:
    return filter(None, (phrase(entry) for entry in table.split("|")))


_ALONE = frozenset(said for language in LANGUAGES.values() for said in _split(language.alone))
_COURTESIES = {name: frozenset(_split(language.courtesies)) for name, language in LANGUAGES.items()}
_EVERY_COURTESY = frozenset(said for courtesies in _COURTESIES.values() for said in courtesies) - _ALONE
_LONGEST_COURTESY = max(len(said.split()) for said in _EVERY_COURTESY)


def _phrases() -> Iterator[_Phrase]:
    for name, language in LANGUAGES.items():
        for kind, table in (
            (_Kind.NEVER, language.never),
            (_Kind.VERB, language.verbs),
            (_Kind.THING, language.things),
        ):
            for said in _split(table):
                yield tuple(said.split()), name, kind


def _by_first_word(phrases: Iterable[_Phrase]) -> dict[str, list[_Phrase]]:
    found: dict[str, list[_Phrase]] = {}
    for entry in phrases:
        found.setdefault(entry[0][0], []).append(entry)
    return found


_PHRASES = _by_first_word(_phrases())
# Words of leaving that no other language uses for something else: in a longer text they leave a doubt.
_DOUBTFUL = frozenset(
    _split(
        "стоп|отпишите|отписаться|отписка|прекратите|хватит|відписатися|відпишіть|припиніть|arretez|desabonner|desabonnez|desinscrire|desinscription"
        "|abmelden|abbestellen|durdurun|durdur|dayandirin|dayandir|dezabonare|dezabonati|wypisz|wypisac|przestancie|basta|cancelar|descadastrar|disiscrivi|cancellatemi"
        "|uitschrijven|afmelden|توقف|توقفوا|退订|退訂|停止|jooji|stopiwch|atsisakau|nebesiuskite|نفرستید|paren|parem|smettetela"
    )
)


# Beginnings of words for messages, and of words for writing to somebody, that are not said of the campaign.
_MESSAGES = tuple(
    _split(
        "sms|смс|эсэмэс|есемес|esemes|mesaj|messag|mensaj|mensag|missatg|mesazh|nachricht|berichtje|wiadomos|сообщен|повідомлен|съобщен|рассыл|розсил|poruk|поруке|sporocil"
        "|zprav|uzenet|meddelande|meldinger|besked|viestej|viestia|skilabod|sonumei|zinuc|μηνυμα|رسائل|رساله|پیام|پیغام|tekstow|tekstbericht|сообщ|neges|tecst|teachtaireacht|teacs"
        "|esemsi|zinas|הודעות|मैसेज|मेसेज|संदेश|एसएमएस|মেসেজ|এসএমএস|ਮੈਸੇਜ|ਸੁਨੇਹ|મેસેજ|સંદેશ|மெசேஜ்|குறுஞ்செய்தி"
        # Writing to the reader, in one word.
        "|mandarme|enviarme|escribirme|escreverme|mandarmi|inviarmi|scrivermi|toglietemi|cancellatemi"
    )
)
_WRITING = tuple(
    _split(
        "пиш|пис|schreib|anschreib|ecri|mecri|contact|contatt|kontakt|escri|escre|scriv|pisz|pisa|pis|yaz|skriv|schrijf|kirjoit|scrie|deranj|беспоко|звон|texto|app|sms"
    )
)
_ME = frozenset(
    _split(
        "мне|меня|мені|мене|ми|me|mi|mne|mnie|mir|mich|moi|bana|beni|mene|meni|mig|meg|mij|ma|imi|mulle|minulle|minua|men|برایم"
    )
)
_US = frozenset(_split("нам|нас|nos|ci|uns|nous|bize|ons|nam"))
# "Berichte" are reports, and "berichten" is to report, in German; scripts without spaces are read sign by sign.
_MESSAGES_OF_SEVERAL_WORDS = tuple(_split("geen berichten|短信|簡訊|简讯|訊息|メッセージ|メール"))
# Said of a match, and of the campaign, by whoever does not care for it: with a word for oneself and a denial, as the
# government's not caring is what the campaign is about; with one that holds the other; or with one that holds both.
_INTEREST = tuple(
    _split("интерес|інтерес|interes|interess|interesuj|obchodz|bryr|maraql|importa|волну|kummer|piacci|مهم")
)
_MY_INTEREST = tuple(_split("интересн|цікав|minteress|ilgim|umurum|vecim"))
_NO_INTEREST = tuple(_split("egal|fiche|maraqlandirmir"))
_NO_INTEREST_OF_MINE = tuple(_split("ilgilenmiyoru|maraqlanmira"))

_NOT_TABLE = """
no nao ne nie nicht non nu niet not не лa لا
"""
_NOT = frozenset(_NOT_TABLE.split())
_DENIALS = _NOT | frozenset(_split("inte|ikke|kein|keine|ei|pas|plus|ні|degil|deyil|nao|نیست"))


def is_opt_out_abroad(words: Sequence[str], plain: Sequence[str], *, about: bool) -> bool:
    """Whether a clause is one of the table's ways of leaving.

    `plain`: without English courtesies. `about`: it also speaks of the campaign.
    """
    if len(words) > _MOST_WORDS:
        return False
    for said in (list(words), list(plain), _without_courtesies(words), _without_courtesies(plain)):
        if " ".join(said) in _ALONE or _is_repeated(said):
            return True
    return not about and _asks(words)


def is_alone_abroad(words: Sequence[str]) -> bool:
    """Whether a clause is a word of leaving by itself, which some languages have for any stopping."""
    return " ".join(words) in _ALONE


def is_about_our_texts(words: Sequence[str]) -> bool:
    """Whether a clause that also speaks of the campaign is about our writing of it, or of no care for it."""
    if any(word.startswith(_MESSAGES) for word in words) or _has_any(words, _MESSAGES_OF_SEVERAL_WORDS):
        return True
    kinds = {kind for _, kind in _found(words)}
    if _Kind.NEVER in kinds and any(word in _ME | _US or word.startswith(_WRITING) for word in words):
        return True
    return _is_of_no_interest(words)


def _has_any(words: Sequence[str], phrases: Iterable[str]) -> bool:
    spoken = f" {' '.join(words)} "
    return any(f" {each} " in spoken for each in phrases)


def _is_of_no_interest(words: Sequence[str]) -> bool:
    mine, denied = not _ME.isdisjoint(words), not _DENIALS.isdisjoint(words)
    return any(
        word.startswith(_NO_INTEREST_OF_MINE)
        or (mine and word.startswith(_NO_INTEREST))
        or (denied and (word.startswith(_MY_INTEREST) or (mine and word.startswith(_INTEREST))))
        for word in words
    )


def is_doubtful_abroad(plain: str) -> bool:
    words = plain.split()
    # "ne vous arretez pas": a word may stand between.
    return any(word in _DOUBTFUL and _NOT.isdisjoint(words[max(0, at - 2) : at]) for at, word in enumerate(words))


def _is_repeated(words: list[str]) -> bool:
    """The same way of leaving, several times over, or several ways of one word."""
    return (
        len(words) > 1
        and all(word in _ALONE or word == "stop" or word.isdigit() for word in words)
        and bool(_ALONE.intersection(words))
    )


def _without_courtesies(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(words):
        length = next(
            (size for size in range(_LONGEST_COURTESY, 0, -1) if " ".join(words[at : at + size]) in _EVERY_COURTESY), 0
        )
        if not length:
            kept.append(words[at])
        at += max(1, length)
    return kept


def _asks(words: Sequence[str]) -> bool:
    """A prohibition, or a verb of stopping and a word for messages of the same language."""
    seen = _found(words)
    return any(kind is _Kind.NEVER or (kind is _Kind.VERB and (name, _Kind.THING) in seen) for name, kind in seen)


def _found(words: Sequence[str]) -> set[tuple[str, _Kind]]:
    """Of which languages and kinds there are phrases in a clause."""
    return {
        (language, kind)
        for at, word in enumerate(words)
        for parts, language, kind in _PHRASES.get(word, ())
        if _stands_at(parts, words, at)
    }


def _stands_at(parts: Sequence[str], words: Sequence[str], at: int) -> bool:
    position = at
    for part in parts[1:]:
        within = words[position + 1 : position + 2 + _MOST_BETWEEN]
        if part not in within:
            return False
        position += 1 + list(within).index(part)
    return True
