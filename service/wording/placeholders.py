"""The closed grammar of managers' copy: `{name}`, `{name|fallback}`, `{briefing_link:slug}`, `{{` and `}}`.

It is not a template language: nothing is evaluated, what is filled in is never read again, and a name that is not
in the lists below is a mistake shown with its place.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PERSONAL = frozenset(
    {"first_name", "kick_off", "kick_off_time", "petition_link", "share_link", "preferences_link", "leave_link"}
)
KEYWORD_HINTS = frozenset({f"keyword_{word}" for word in ("stop", "start", "help", "join", "sign", "more")})
SHARED = KEYWORD_HINTS | {
    *("home", "away", "fixture", "venue", "score", "result"),
    *("organisation", "campaign", "campaign_link", "signature_count"),
}
# What our own messages may say beside it: facts of the one thing they are about.
OWN = frozenset({"signature_link"})
BRIEFING_LINK = "briefing_link"
LINKS = frozenset({"petition_link", "share_link", "preferences_link", "leave_link"})
NAME_LENGTH = 40

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ADDRESS_LIKE = re.compile(r"://|www\.|@|\w\.\w{2,}", re.IGNORECASE)


class CopyMistake(ValueError):
    """A placeholder cannot be read; says where (`line`, `column`, from 1) and what is near to it."""

    def __init__(self, text: str, offset: int, why: str, suggestions: Sequence[str] = ()) -> None:
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        self.offset, self.why, self.suggestions = offset, why, tuple(suggestions)
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if suggestions else ""
        self.reason = f"{why}{hint}"
        super().__init__(f"line {self.line}, column {self.column}: {self.reason}")


class MissingFact(LookupError):
    """A placeholder has neither a fact nor a fallback."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{…}`. `name` is `briefing_link:<slug>` whole for briefings; `fallback` is None where none was written."""

    name: str
    fallback: str | None = None

    @property
    def is_personal(self) -> bool:
        return self.name in PERSONAL or self.briefing is not None

    @property
    def is_link(self) -> bool:
        return self.name in LINKS or self.briefing is not None

    @property
    def briefing(self) -> str | None:
        """The slug of the briefing it links to."""
        base, colon, slug = self.name.partition(":")
        return slug if colon and base == BRIEFING_LINK else None


Part = str | Placeholder


@dataclass(frozen=True, slots=True)
class Copy:
    """Managers' words, parsed: literal pieces and placeholders in order."""

    parts: tuple[Part, ...]


def parse(text: str, *, also: frozenset[str] = frozenset()) -> Copy:
    """Read copy. Raises CopyMistake at the first placeholder that is neither in the grammar nor in `also`."""
    parts: list[Part] = []
    literal: list[str] = []
    end = 0
    for piece in _PIECE.finditer(text):
        literal.append(text[end : piece.start()])
        end = piece.end()
        if piece[0] in {"{{", "}}"}:
            literal.append(piece[0][0])
        elif piece[1] is None:
            raise CopyMistake(text, piece.start(), _stray(piece[0]))
        else:
            if words := "".join(literal):
                parts.append(words)
            literal.clear()
            parts.append(_placeholder(text, piece, also))
    literal.append(text[end:])
    if words := "".join(literal):
        parts.append(words)
    return Copy(tuple(parts))


def _stray(brace: str) -> str:
    missing = "closed" if brace == "{" else "opened"
    return f"a {brace} that is never {missing}; write {brace * 2} for the sign itself"


def _placeholder(text: str, piece: re.Match[str], also: frozenset[str]) -> Placeholder:
    name, bar, fallback = piece[1].partition("|")
    name = name.strip()
    base, colon, slug = name.partition(":")
    if base == BRIEFING_LINK:
        if not _SLUG.fullmatch(slug):
            raise CopyMistake(text, piece.start(), "a briefing link names its briefing: {briefing_link:its-slug}")
    elif colon or name not in PERSONAL | SHARED | also:
        known = sorted(PERSONAL | SHARED | {BRIEFING_LINK})
        near = difflib.get_close_matches(name.lower().replace(" ", "_"), known, n=2, cutoff=0.6)
        raise CopyMistake(text, piece.start(), f"no such placeholder: {piece[0]}", [f"{{{n}}}" for n in near])
    if "\n" in fallback or len(fallback) > 80:
        raise CopyMistake(text, piece.start(), "a fallback is one line of at most 80 characters")
    return Placeholder(name, fallback.strip() if bar else None)


def placeholders(copy: Copy) -> tuple[Placeholder, ...]:
    """Every placeholder, each once, in order of appearance."""
    return tuple(dict.fromkeys(part for part in copy.parts if isinstance(part, Placeholder)))


def literals(copy: Copy) -> str:
    """The words between the placeholders, to be searched or counted."""
    return "".join(part for part in copy.parts if isinstance(part, str))


def write(copy: Copy) -> str:
    """The copy as its author would write it; `parse` reads the same again."""
    return "".join(_written(part) for part in copy.parts)


def _written(part: Part) -> str:
    if isinstance(part, str):
        return part.replace("{", "{{").replace("}", "}}")
    return f"{{{part.name}}}" if part.fallback is None else f"{{{part.name}|{part.fallback}}}"


def fill(copy: Copy, facts: Mapping[str, str]) -> str:
    """Put every fact in its place. Raises MissingFact where there is neither fact nor fallback."""
    return "".join(part if isinstance(part, str) else fact_for(part, facts) for part in copy.parts)


def fact_for(placeholder: Placeholder, facts: Mapping[str, str]) -> str:
    """One placeholder's words. A name is typed by a stranger, so it is cleaned here, whoever calls."""
    fact = facts.get(placeholder.name)
    if fact is not None and placeholder.name == "first_name":
        fact = clean_name(fact)
    if fact or (fact is not None and placeholder.fallback is None):
        return fact
    if placeholder.fallback is None:
        raise MissingFact(f"nothing is known for {{{placeholder.name}}}")
    return placeholder.fallback


def clean_name(name: str) -> str:
    """A first name fit to print: one line, no invisible signs, 40 characters at most.

    Empty where it looks like an address, so that nobody can have us send their link to a stranger.
    """
    if not (name.isprintable() and len(name) <= NAME_LENGTH):
        spaced = "".join(" " if sign.isspace() else sign for sign in name)
        name = "".join(sign for sign in spaced if sign.isprintable())[:NAME_LENGTH]
    if "." in name or "@" in name or "/" in name:
        return "" if _ADDRESS_LIKE.search(name) else name.strip()
    return name.strip()
