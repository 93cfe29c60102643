"""What an author is told before words can be kept: every mistake with its line and column, and what to write instead.

Nothing here is asked again when a message goes out: words that were kept are sent as they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.wording.bare_links import LINK_BEGINS, link_at
from service.wording.destinations import LITERAL, OUR_FACT, OUR_LINK, why_no_destination
from service.wording.merge_tags import find_merge_tags
from service.wording.placeholders import BRIEFING_LINK, LINKS, CopyMistake, parse
from service.wording.unsupported import IN_PLAIN_WORDS, UNSUPPORTED


class Kind(StrEnum):
    """Where words stand: in an email's Markdown, on a page, in a subject or preheader, in a text."""

    EMAIL = "an email"
    PAGE = "a page"
    LINE = "a subject or preheader"
    TEXT = "a text"


@dataclass(frozen=True, slots=True)
class _Found:
    begin: int
    end: int
    why: str
    instead: str = ""
    suggestions: tuple[str, ...] = ()


_CODE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=fence)[ \t]*$|\Z)|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|\\[!-/:-@\[-`{-~]",
    re.DOTALL | re.MULTILINE,
)
_OURS = re.compile(r"\{ *([a-z_]+)[^{}\n]*\}")
_MISTYPED = re.compile(
    r"(?<![\w/:])(?:(?:htp|htps|htttps?|hhttps?|htpps?|hptts?|httpps?|ttps?):/{1,3}|https?:/(?!/)|https?:///+|https?//)(?=\w)",
    re.IGNORECASE,
)
# A number in a link that a space parts: what stands before it is too short to be one.
_PARTED_NUMBER = re.compile(
    r"(?<!\w)((?:tel|sms):)(\+?\(?\d(?:[().-]?\d){0,5}\)?)((?:[ \u00a0]+\(?\d[\d().-]*)+)", re.IGNORECASE
)
_DEFINED = re.compile(r"^ {0,3}\[([^\]\n]+)\]:[ \t]*<?(\S*?)>?(?=\s|$)", re.MULTILINE)
_ADDRESS = re.compile(
    r"\(\s*(?:<([^<>\n]*)>|((?:[^\s()<>]|\((?:[^\s()<>]|\([^\s()<>]*\))*\))*))"
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"
)
_APART = re.compile(r"[ \t]+\((?:https?://|www\.|mailto:)")


def find_mistakes(text: str, kind: Kind) -> list[CopyMistake]:
    """Everything in these words that would not arrive as it is meant, in order."""
    found = sorted(_all(text, kind), key=lambda each: (each.begin, -each.end))
    mistakes: list[CopyMistake] = []
    through = -1
    for each in found:
        if each.begin > through:
            mistakes.append(CopyMistake(text, each.begin, each.why, each.suggestions, each.instead))
            through = each.end - 1
    return mistakes


def find_in_answer(text: str) -> list[CopyMistake]:
    """What is wrong with words written to one person, in which nothing is filled in."""
    ours = (
        _Found(*each.span(), f"{each[0]} is not filled in here", "the words themselves")
        for each in _OURS.finditer(text)
    )
    found = [*ours, *_tags(text), *_plain(text, Kind.TEXT)]
    return [
        CopyMistake(text, each.begin, each.why, (), each.instead) for each in sorted(found, key=lambda each: each.begin)
    ]


def _all(text: str, kind: Kind) -> Iterator[_Found]:
    is_markdown = kind in {Kind.EMAIL, Kind.PAGE}
    bare = _blank(text, _CODE, LITERAL) if is_markdown else text
    tags = list(_tags(bare))
    yield from tags
    yield from _grammar(text)
    if not is_markdown:
        yield from _plain(bare, kind)
        return
    for each in tags:
        bare = _cover(bare, each.begin, each.end, LITERAL)
    bare = _OURS.sub(_ours, bare)
    words = _without_links(bare)
    for pattern, why, instead in UNSUPPORTED:
        for found in pattern.finditer(words):
            yield _Found(*found.span(), why, instead)
            bare, words = (_cover(before, *found.span(), LITERAL) for before in (bare, words))
    yield from _mistyped(words)
    yield from _parted_numbers(text)
    yield from _links(text, bare, kind)


def _grammar(text: str) -> Iterator[_Found]:
    try:
        parse(text)
    except CopyMistake as wrong:
        closing = text.find("}", wrong.offset)
        yield _Found(wrong.offset, max(closing, wrong.offset) + 1, wrong.why, "", wrong.suggestions)


def _tags(text: str) -> Iterator[_Found]:
    for each in find_merge_tags(text):
        why = f"{each.tag} is a placeholder of another tool and would arrive just so"
        yield _Found(each.begin, each.end, why, "", each.suggestions)


def _plain(text: str, kind: Kind) -> Iterator[_Found]:
    yield from _parted_numbers(text)
    text = _without_links(text)
    for pattern, why, instead in IN_PLAIN_WORDS:
        for each in pattern.finditer(text):
            yield _Found(*each.span(), why.format(kind=kind), instead)
    yield from _mistyped(text)


def _mistyped(words: str) -> Iterator[_Found]:
    for each in _MISTYPED.finditer(words):
        yield _Found(*each.span(), f"{each[0]} is no beginning of an address", "https://")


def _parted_numbers(words: str) -> Iterator[_Found]:
    for each in _PARTED_NUMBER.finditer(words):
        digits = re.sub(r"[^\d+]", "", each[2] + each[3])
        yield _Found(*each.span(), "a number in a link has no spaces", f"{each[1]}{digits}")


def _links(text: str, bare: str, kind: Kind) -> Iterator[_Found]:
    """Links in brackets, and brackets that come to nothing."""
    defined = {found[1].lower() for found in _DEFINED.finditer(bare)}
    for found in _DEFINED.finditer(bare):
        if why := why_no_destination(found[2], text[slice(*found.span(2))], in_email=kind is Kind.EMAIL):
            yield _Found(found.start(), found.end(), *why)
    opened: list[int] = []
    for place, sign in enumerate(bare):
        if sign == "[":
            opened.append(place)
        elif sign == "]" and opened:
            yield from _bracketed(text, bare, opened.pop(), place, defined, kind)
        elif sign == "]" and bare[place + 1 : place + 2] == "(":
            yield _Found(place, place + 2, "a ] that no [ comes before", "[words](address)")
        elif bare.startswith("\n\n", place):
            yield from _unclosed(opened)
            opened.clear()
    yield from _unclosed(opened)


def _unclosed(opened: Sequence[int]) -> Iterator[_Found]:
    for place in opened:
        yield _Found(
            place, place + 1, "a [ that is never closed", "[words](address) for a link, \\[ for the sign itself"
        )


def _bracketed(text: str, bare: str, begin: int, end: int, defined: set[str], kind: Kind) -> Iterator[_Found]:
    label, behind = bare[begin + 1 : end], bare[end + 1 : end + 2]
    if behind == "(":
        found = _ADDRESS.match(bare, end + 1)
        if found is None:
            line_end = bare.find("\n", end)
            yield _Found(begin, line_end if line_end > 0 else len(bare), *_broken(bare, end + 1))
            return
        if not label.strip():
            yield _Found(begin, found.end(), "this link has no words", "[words](address)")
        part = 1 if found[1] is not None else 2
        if why := why_no_destination(found[part], text[slice(*found.span(part))], in_email=kind is Kind.EMAIL):
            yield _Found(begin, found.end(), *why)
    elif behind == "[":
        closing = bare.find("]", end + 2)
        name = bare[end + 2 : closing] or label
        if closing > 0 and name.lower() not in defined:
            yield _Found(begin, closing + 1, f"no address is given for [{name}]", "[words](address)")
    elif _APART.match(bare, end + 1) and not label.isdigit():
        yield _Found(begin, end + 1, "a space parts the words of this link from its address", "[words](address)")


def _broken(bare: str, begin: int) -> tuple[str, str]:
    line = bare[begin:].partition("\n")[0]
    if ")" not in line:
        return "the ( of this link is never closed", "[words](address)"
    return "the address of this link holds a space", "%20 in its place"


def _ours(found: re.Match[str]) -> str:
    name = found[1]
    is_link = name in LINKS or name in {BRIEFING_LINK, "campaign_link"}
    return (OUR_LINK if is_link else OUR_FACT) * len(found[0])


def _without_links(bare: str) -> str:
    """The words with every bare link covered: no sign in it is Markdown."""
    for found in LINK_BEGINS.finditer(bare):
        link = link_at(bare, found.start())
        bare = _cover(bare, found.start(), found.start() + len(link), LITERAL)
    return bare


def _blank(text: str, pattern: re.Pattern[str], stand_in: str) -> str:
    return pattern.sub(lambda found: re.sub(r"[^\n]", stand_in, found[0]), text)


def _cover(text: str, begin: int, end: int, stand_in: str) -> str:
    return text[:begin] + re.sub(r"[^\n]", stand_in, text[begin:end]) + text[end:]
