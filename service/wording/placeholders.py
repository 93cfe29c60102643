"""The closed grammar of managers' copy: `{name}`, `{name|fallback}`, `{briefing_link:slug}`, `{{` and `}}`.

A count may bring its words, for one and for more: `{signature_count:one person has|# people have}`.

It is not a template language: nothing is evaluated, what is filled in is never read again, and a name that is not
in the lists below is a mistake shown with its place.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.wording.link_places import LinkPlace, in_link
from service.wording.names import clean_name
from service.wording.plurals import forms_mistake, with_count

PERSONAL = frozenset(
    {
        *("first_name", "kick_off", "kick_off_time", "petition_link", "share_link", "friend_link"),
        *("preferences_link", "leave_link"),
    }
)
# What stands around an email, and in nobody's own words: a text has no page.
OF_THE_FRAME = frozenset({"view_link"})
KEYWORD_HINTS = frozenset({f"keyword_{word}" for word in ("stop", "start", "help", "join", "sign", "more")})
SHARED = KEYWORD_HINTS | {
    *("home", "away", "fixture", "venue", "score", "result"),
    *("organisation", "campaign", "campaign_link", "signature_count"),
}
# What our own messages may say beside it: facts of the one thing they are about.
OWN = frozenset(
    {"signature_link", "own_link", "briefing_title", "briefing_number", "briefing_count", "briefing_numbers"}
    | {"tester_code"}
)
BRIEFING_LINK = "briefing_link"
LINKS = OF_THE_FRAME | {"petition_link", "share_link", "friend_link", "preferences_link", "leave_link"}
# What has a form for one and another for more.
COUNTS = frozenset({"signature_count"})

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class CopyMistake(ValueError):
    """Words that cannot be sent; says where (`line`, `column`, from 1), what may be meant, what to write instead."""

    def __init__(self, text: str, offset: int, why: str, suggestions: Sequence[str] = (), instead: str = "") -> None:
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        self.offset, self.why, self.suggestions, self.instead = offset, why, tuple(suggestions), instead
        hint = (
            f"; did you mean {' or '.join(self.suggestions)}?" if suggestions else f"; write {instead}" * bool(instead)
        )
        self.reason = f"{why}{hint}"
        super().__init__(f"line {self.line}, column {self.column}: {self.reason}")


class MissingFact(LookupError):
    """A placeholder has neither a fact nor a fallback."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{…}`. `name` is `briefing_link:<slug>` whole for briefings; `fallback` is None where none was written.

    `forms` are a count's words for one and for more.
    """

    name: str
    fallback: str | None = None
    forms: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        return self.name in PERSONAL | OF_THE_FRAME or self.briefing is not None

    @property
    def is_link(self) -> bool:
        return self.name in LINKS or self.briefing is not None

    @property
    def is_address(self) -> bool:
        """Whether a link may begin with it."""
        return self.is_link or self.name == "campaign_link"

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
    base, colon, words = piece[1].partition(":")
    if colon and base.strip() in COUNTS:
        forms = tuple(words.split("|"))
        if why := forms_mistake(forms) or ("" if len(words) <= 400 and "\n" not in words else _ONE_LINE):
            raise CopyMistake(text, piece.start(), why)
        return Placeholder(base.strip(), None, forms)
    name, bar, fallback = piece[1].partition("|")
    name = name.strip()
    base, colon, slug = name.partition(":")
    if base == BRIEFING_LINK:
        if not _SLUG.fullmatch(slug):
            raise CopyMistake(text, piece.start(), "a briefing link names its briefing: {briefing_link:its-slug}")
    elif colon or name not in PERSONAL | SHARED | also:
        raise CopyMistake(text, piece.start(), f"no such placeholder: {piece[0]}", near_to(name))
    if "\n" in fallback or len(fallback) > 80:
        raise CopyMistake(text, piece.start(), _ONE_LINE)
    return Placeholder(name, fallback.strip() if bar else None)


# What other tools call what we have, with everything but the letters left out.
_ELSEWHERE = {
    **dict.fromkeys(
        (
            *("fname", "name", "firstname", "first", "givenname", "forename", "nickname", "username", "fullname"),
            *(
                "vorname",
                "nom",
                "prenom",
                "prénom",
                "nombre",
                "nome",
                "imie",
                "imię",
                "ad",
                "adi",
                "adı",
                *("имя", "імя", "όνομα", "姓名", "名前", "이름", "الاسم", "שם"),
                "voornaam",
            ),
            *("fornavn", "förnamn", "isim", "contactfirstname", "personfirstname", "subscribername", "recipientname"),
        ),
        "first_name",
    ),
    **dict.fromkeys(
        (
            *("unsub", "unsubscribe", "unsubscribelink", "unsubscribeurl", "optout", "optoutlink", "unsublink"),
            *("globalunsubscribe", "asmgroupunsubscriberawurl", "actionoptouturl"),
        ),
        "leave_link",
    ),
    **dict.fromkeys(("updateprofile", "preferences", "managepreferences", "preferencecenter"), "preferences_link"),
    **dict.fromkeys(("company", "listcompany", "org", "sender", "sendername", "organization"), "organisation"),
    **dict.fromkeys(("signatures", "count", "total", "signaturecount"), "signature_count"),
}


KNOWN_ELSEWHERE = [[f"{{{name}}}"] for name in dict.fromkeys(_ELSEWHERE.values())]


def near_to(name: str) -> list[str]:
    """The placeholders of ours that somebody who wrote this may have meant."""
    letters = "".join(letter for letter in name.lower() if letter.isalpha())
    known = sorted(PERSONAL | SHARED | {BRIEFING_LINK})
    if letters in _ELSEWHERE or "firstname" in letters:
        return [f"{{{_ELSEWHERE.get(letters, 'first_name')}}}"]
    near = difflib.get_close_matches(name.strip().lower().replace(" ", "_"), known, n=2, cutoff=0.6)
    return [f"{{{each}}}" for each in near]


_ONE_LINE = "a fallback is one line of at most 80 characters"


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
    if part.forms:
        return f"{{{part.name}:{'|'.join(part.forms)}}}"
    return f"{{{part.name}}}" if part.fallback is None else f"{{{part.name}|{part.fallback}}}"


def fill(copy: Copy, facts: Mapping[str, str]) -> str:
    """Put every fact in its place, percent-encoded inside a link. Raises MissingFact where there is none."""
    words, place = [], LinkPlace()
    for part in copy.parts:
        if isinstance(part, str):
            words.append(part)
            place.after(part)
            continue
        said = fact_for(part, facts)
        words.append(in_link(said) if place.inside else said)
        if part.is_personal:
            place.after_fact(is_address=part.is_address)
        else:
            place.after(words[-1])
    return "".join(words)


def fact_for(placeholder: Placeholder, facts: Mapping[str, str]) -> str:
    """One placeholder's words. A name is typed by a stranger, so it is cleaned here, whoever calls."""
    fact = facts.get(placeholder.name)
    if fact is not None and placeholder.name == "first_name":
        fact = clean_name(fact)
    if fact and placeholder.forms:
        count = int("".join(sign for sign in fact if sign.isdecimal()) or "0")
        return with_count(placeholder.forms, count, fact, facts.get("language", "en"))
    if fact or (fact is not None and placeholder.fallback is None):
        return fact
    if placeholder.fallback is None:
        raise MissingFact(f"nothing is known for {{{placeholder.name}}}")
    return placeholder.fallback
