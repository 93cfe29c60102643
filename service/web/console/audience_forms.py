"""An audience as a form sends it: a few plain questions, made into rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from babel import Locale
from werkzeug.datastructures import MultiDict

from service.domain.audience import Audience, AudienceMistake, parse_rules
from service.domain.channel import Channel
from service.web.moments import read_moment

_YES_NO = ("signed", "shared")
# Answered by words, parted by commas.
WORDS = ("source", "locale", "country", "postcode", "tag", "last_name", "external_id", "detail")
_ENGLISH = Locale("en")
_DID = frozenset({"received", "opened", "clicked"})


@dataclass(frozen=True, slots=True)
class AudienceForm:
    """What was chosen, and the rules it comes to; `mistake` says what could not be read."""

    audience: Audience
    channels: tuple[Channel, ...]
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the form offers: where supporters came from, and their languages by code."""

    sources: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Each language once, with its English name."""
        codes = sorted({locale.partition("-")[0] for locale in self.locales})
        return [(code, str(_ENGLISH.languages.get(code, code))) for code in codes]


def read_audience(form: MultiDict[str, str], stage_slugs: Sequence[str], *, zone: str) -> AudienceForm:
    """Read the form. Whatever cannot be read is a mistake, never a wider audience."""
    channels = tuple(channel for channel in Channel if channel in form.getlist("channels"))
    try:
        return AudienceForm(parse_rules(_rules(form, stage_slugs, zone)), channels)
    except AudienceMistake as mistake:
        return AudienceForm(Audience(), channels, f"{str(mistake)[:1].upper()}{str(mistake)[1:]}.")


def hints_for(form: Mapping[str, str], known: Known, *, has_source: Callable[[str], bool]) -> tuple[str, ...]:
    """What was typed that nobody has: a source or a language, with what there is instead."""
    hints = []
    for source in _typed(form, "source"):
        if source not in known.sources and not has_source(source):
            near = get_close_matches(source, known.sources, n=3, cutoff=0.5)
            hints.append(f"Nobody came from “{source}”{_instead(near or known.sources[:8])}.")
    spoken = {locale.partition("-")[0] for locale in known.locales}
    for locale in _typed(form, "locale"):
        if locale.partition("-")[0] not in spoken:
            meant = [code for code, name in known.languages if name.lower().startswith(locale.lower()[:4])]
            codes = meant or [code for code, _ in known.languages]
            hints.append(f"Nobody’s language is “{locale}”{_instead(codes)}.")
    return tuple(hints)


def _instead(words: Sequence[str]) -> str:
    return f"; there is {', '.join(words)}" if words else ""


def _typed(form: Mapping[str, str], name: str) -> list[str]:
    return [word.strip() for word in form.get(name, "").split(",") if word.strip()]


def _rules(form: Mapping[str, str], stage_slugs: Sequence[str], zone: str) -> list[object]:
    rules: list[object] = []
    for name in _YES_NO:
        answer = form.get(name, "")
        if answer not in {"", "yes", "no"}:
            raise AudienceMistake(f"'{name}' is yes, no or either")
        if answer:
            rules.append({name: answer == "yes"})
    rules += _did(form, stage_slugs)
    for name in WORDS:
        if words := _typed(form, name):
            rules.append({name: words})
    for name in ("joined_after", "joined_before"):
        if form.get(name, "").strip():
            rules.append({name: _moment(form[name], zone)})
    return rules


def _did(form: Mapping[str, str], stage_slugs: Sequence[str]) -> list[object]:
    deed, stage = form.get("deed", ""), form.get("deed_stage", "")
    if not deed and stage:
        raise AudienceMistake("say what they did with that message, or leave the message at any")
    if not deed:
        return []
    name, _, negated = deed.partition("-")
    if name not in _DID or negated not in {"", "not"}:
        raise AudienceMistake("choose what they did from the list")
    if stage and stage not in stage_slugs:
        raise AudienceMistake("there is no such message on the timeline")
    if not stage and name == "received":
        raise AudienceMistake("say which message they received")
    rule = {name: stage or True}
    return [{"not": rule}] if negated else [rule]


def _moment(text: str, zone: str) -> str:
    try:
        return read_moment(text, zone).isoformat()
    except ValueError:
        raise AudienceMistake("give a day and a time") from None
