"""Copy made ready for a blast: what is the same for everyone filled once, what is personal left as slots."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from service.wording.link_places import LinkPlace, in_link
from service.wording.names import clean_name
from service.wording.placeholders import Copy, Part, Placeholder, fact_for, placeholders
from service.wording.sms import is_gsm, straighten_quotes

TOKEN = re.compile(r"-tl_[a-z0-9_]+(?:\.\d+)?(?:\.[hu])?-")
# A token that somebody typed is parted by this invisible sign, so that no provider takes it for ours.
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class CompiledCopy:
    """Copy with the shared facts in place. `fill` is for texts; emails are filled by the provider, from tokens."""

    parts: tuple[Part, ...]
    _literal: tuple[str, ...]
    _personal: tuple[tuple[int, str, str | None], ...]
    # Which of them stand inside a link.
    _in_links: frozenset[int]
    # Whether the words themselves need no more than GSM-7, so that a name can be what spoils it.
    _is_plain: bool

    def text(self, values: Mapping[str, str]) -> str:
        """One person's text, ready to be sent: what is theirs is tidied like the words around it.

        A curly apostrophe in a name costs as much as one in the copy, and phones write it by themselves.
        """
        said = self.fill(values)
        if not self._is_plain or is_gsm(said):
            return said
        tidied = self.fill({name: words if words.isascii() else _tidied(words) for name, words in values.items()})
        return tidied if is_gsm(tidied) else said

    def fill(self, values: Mapping[str, str]) -> str:
        """One person's text."""
        words = list(self._literal)
        for index, name, fallback in self._personal:
            value = values.get(name)
            if name == "first_name" and value:
                value = clean_name(value)
            if value:
                words[index] = in_link(value) if index in self._in_links else value
            elif fallback is not None:
                words[index] = in_link(fallback) if index in self._in_links else fallback
            else:
                words[index] = fact_for(Placeholder(name), values)
        return "".join(words)

    @property
    def slots(self) -> tuple[Placeholder, ...]:
        """What is still to be filled for each person."""
        return placeholders(Copy(self.parts))


@lru_cache(maxsize=4096)
def _tidied(words: str) -> str:
    """Many people have the same first name, and most the same kick-off."""
    return straighten_quotes(words)


def compile_for(copy: Copy, shared_facts: Mapping[str, str]) -> CompiledCopy:
    """Fill what is the same for everyone in a blast. Raises MissingFact for a shared fact that is not known."""
    parts: list[Part] = []
    in_links, place = set(), LinkPlace()
    for part in copy.parts:
        if isinstance(part, Placeholder) and part.is_personal:
            if place.inside:
                in_links.add(len(parts))
            place.after_fact(is_address=part.is_address)
            parts.append(part)
            continue
        words = part if isinstance(part, str) else fact_for(part, shared_facts)
        words = in_link(words) if place.inside and isinstance(part, Placeholder) else words
        place.after(words)
        if parts and isinstance(last := parts[-1], str):
            parts[-1] = last + words
        else:
            parts.append(words)
    literal = tuple(part if isinstance(part, str) else "" for part in parts)
    personal = tuple(
        (index, part.name, part.fallback) for index, part in enumerate(parts) if isinstance(part, Placeholder)
    )
    return CompiledCopy(tuple(parts), literal, personal, frozenset(in_links), is_gsm("".join(literal)))


def tokens_for(slots: tuple[Placeholder, ...]) -> dict[Placeholder, str]:
    """A token for each placeholder. None is part of another, so the order of substitution does not matter."""
    tokens: dict[Placeholder, str] = {}
    used: set[str] = set()
    for slot in dict.fromkeys(slots):
        stem = re.sub(r"[^a-z0-9]", "_", slot.name)
        number = 1
        while (token := f"-tl_{stem}{f'.{number}' if number > 1 else ''}-") in used:
            number += 1
        used.add(token)
        tokens[slot] = token
    return tokens


def with_tokens(parts: Iterable[Part], tokens: Mapping[Placeholder, str]) -> str:
    """One text for everybody, with substitution tokens where people differ."""
    return "".join(tokens[part] if isinstance(part, Placeholder) else disarm(part) for part in parts)


def html_token(token: str) -> str:
    """The token whose value is escaped for HTML, beside the one for plain text."""
    return f"{token[:-1]}.h-"


def link_token(token: str) -> str:
    """The token whose value is percent-encoded, for the inside of a link."""
    return f"{token[:-1]}.u-"


def is_link_token(token: str) -> bool:
    """Whether it stands inside a link."""
    return token.endswith(".u-")


def disarm(words: str) -> str:
    """Words in which nothing can be taken for one of our tokens."""
    return words.replace("-tl_", f"-{_WORD_JOINER}tl_") if "-tl_" in words else words


def replace_tokens(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of tokens in a single pass: what is put in is never read again."""
    return TOKEN.sub(lambda found: values.get(found[0], found[0]), text)
