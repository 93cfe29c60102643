"""A campaign's words on disk: a few `Name: value` lines, a blank line, then the words; one folder per language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.domain.lengths import LINE, SUMMARY, too_long
from service.wording.campaign_files import Mistake
from service.wording.checks import Kind, find_mistakes
from service.wording.placeholders import Copy, CopyMistake, Placeholder, parse

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
KINDS = {"email": ".md", "sms": ".txt", "briefings": ".md"}
# How long a header may be where it may be longer than a line.
_LONGEST = {"Summary": SUMMARY, "Source": SUMMARY}
_HEADER_LINE = re.compile(r"([A-Z][a-z]+):[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Headed:
    """One file, read: its headers and the lines they stand on, its body and the line that begins at."""

    name: str
    headers: dict[str, str]
    header_lines: dict[str, int]
    body: str
    body_line: int

    def parsed(self, mistakes: list[Mistake]) -> Copy:
        """All its words in the placeholder grammar; what cannot be read is noted with its line."""
        pieces = [
            _parse_noting(words, Kind.LINE, self.name, self.header_lines[header], mistakes, before=len(header) + 2)
            for header, words in self.headers.items()
        ]
        pieces.append(_parse_noting(self.body, _kind_of(self.name), self.name, self.body_line, mistakes))
        return Copy(tuple(part for piece in pieces for part in piece.parts))

    def line_of(self, placeholder: Placeholder) -> int:
        """The line on which a placeholder first stands."""
        opening = f"{{{placeholder.name}"
        for header, words in self.headers.items():
            if opening in words:
                return self.header_lines[header]
        return self.body_line + self.body[: self.body.find(opening)].count("\n")


@dataclass(frozen=True, slots=True)
class Found:
    """A file of words and what its place says: `email/full-time.draw.md` in the folder `az`."""

    path: Path
    name: str
    language: str
    kind: str
    slug: str
    variant: str


def _parse_noting(
    text: str, kind: Kind, name: str, first_line: int, mistakes: list[Mistake], *, before: int = 0
) -> Copy:
    for wrong in find_mistakes(text, kind):
        column = wrong.column + (before if wrong.line == 1 else 0)
        place = f"{wrong.why} (column {column})"
        mistakes.append(Mistake(name, first_line + wrong.line - 1, place, _expected(wrong)))
    try:
        return parse(text)
    except CopyMistake:
        return Copy(())


def _expected(wrong: CopyMistake) -> str:
    if wrong.instead:
        return wrong.instead
    if any(not near.startswith("{") for near in wrong.suggestions):
        return " or ".join(wrong.suggestions)
    return "a placeholder" + (f" such as {' or '.join(wrong.suggestions)}" if wrong.suggestions else "")


def _kind_of(name: str) -> Kind:
    """Where the words of a file stand, by its name: `az/sms/welcome.txt` is a text."""
    if name.endswith(KINDS["sms"]):
        return Kind.TEXT
    return Kind.EMAIL if "email" in name.split("/")[:-1] else Kind.PAGE


def read_headed(
    path: Path, name: str, mistakes: list[Mistake], *, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Headed:
    """Read a file with these headers; without any, the whole file is body."""
    text = read_text(path, name, mistakes) or ""
    lines = text.split("\n")
    headers: dict[str, str] = {}
    header_lines: dict[str, int] = {}
    at = 0
    while (needed or optional) and at < len(lines) and lines[at].strip():
        found = _HEADER_LINE.fullmatch(lines[at].rstrip())
        known = needed + optional
        if found is None or found[1] not in known:
            expected = f"{', '.join(f'{header}: …' for header in known)}, then a blank line"
            mistakes.append(Mistake(name, at + 1, f"{lines[at][:60]!r}", expected))
        else:
            headers[found[1]] = found[2].strip()
            if why := too_long(headers[found[1]], _LONGEST.get(found[1], LINE)):
                mistakes.append(Mistake(name, at + 1, f"{found[1]} is too long: {why}", f"a shorter {found[1]}"))
            header_lines[found[1]] = at + 1
        at += 1
    while at < len(lines) and not lines[at].strip():
        at += 1
    for header in needed:
        if not headers.get(header):
            mistakes.append(Mistake(name, 1, f"no {header}", f"a line {header}: … before the blank line"))
    body = "\n".join(lines[at:]).rstrip()
    if not body:
        mistakes.append(Mistake(name, len(lines), "no words", "the words to send or show, after a blank line"))
    return Headed(name, headers, header_lines, body, at + 1)


def read_text(path: Path, name: str, mistakes: list[Mistake]) -> str | None:
    """The text of a file with plain line ends; None, and a mistake, where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        line = path.read_bytes()[: wrong.start].count(b"\n") + 1
        mistakes.append(Mistake(name, line, f"byte {wrong.object[wrong.start]:#04x}", "text in UTF-8"))
    except OSError:
        mistakes.append(Mistake(name, 1, "no such file", f"a file {name}"))
    return None


def find_files(folder: Path, language: str, mistakes: list[Mistake]) -> Iterator[Found]:
    """Every file of words in a campaign's folder; whatever belongs nowhere is noted."""
    for place in sorted(folder.iterdir()):
        if place.name.startswith(".") or place.name in {"campaign.toml", "petition.md", "README.md"}:
            continue
        if place.is_dir() and place.name in KINDS:
            yield from _in_kind(place, place.name, language, mistakes)
        elif place.is_dir() and LANGUAGE.fullmatch(place.name) and place.name != language:
            for inner in sorted(place.iterdir()):
                if inner.is_dir() and inner.name in KINDS:
                    name = f"{place.name}/{inner.name}"
                    yield from _in_kind(inner, name, place.name, mistakes)
                elif inner.name != "petition.md" and not inner.name.startswith("."):
                    _stray(f"{place.name}/{inner.name}", mistakes)
        else:
            _stray(place.name, mistakes)


def languages_in(folder: Path, language: str) -> list[str]:
    """The campaign's own language first, then each further one."""
    further = (place.name for place in folder.iterdir() if place.is_dir() and LANGUAGE.fullmatch(place.name))
    return [language, *sorted(name for name in further if name not in KINDS and name != language)]


def _in_kind(folder: Path, name: str, language: str, mistakes: list[Mistake]) -> Iterator[Found]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() or path.suffix != KINDS[folder.name]:
            expected = f"files that end in {KINDS[folder.name]}"
            mistakes.append(Mistake(f"{name}/{path.name}", 1, f"a stray {path.name}", expected))
            continue
        slug, _, variant = path.stem.partition(".")
        yield Found(path, f"{name}/{path.name}", language, folder.name, slug, variant)


def _stray(name: str, mistakes: list[Mistake]) -> None:
    expected = "campaign.toml, petition.md, briefings/, email/, sms/ and a folder for each further language"
    mistakes.append(Mistake(name, 1, f"a stray {name}", expected))
