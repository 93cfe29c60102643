"""An audience as a form sends it: a few plain questions, made into rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from service.domain.audience import Audience, AudienceMistake, parse_rules
from service.domain.channel import Channel
from service.web.console.words import read_field

_YES_NO = ("signed", "shared")
# Answered by words, parted by commas.
WORDS = ("source", "locale", "country", "postcode", "tag", "last_name", "external_id", "detail")
_DID = frozenset({"received", "opened", "clicked"})


@dataclass(frozen=True, slots=True)
class AudienceForm:
    """What was chosen, and the rules it comes to; `mistake` says what could not be read."""

    audience: Audience
    channels: tuple[Channel, ...]
    mistake: str = ""


def read_audience(form: MultiDict[str, str], stage_slugs: Sequence[str], *, zone: str) -> AudienceForm:
    """Read the form. Whatever cannot be read is a mistake, never a wider audience."""
    channels = tuple(channel for channel in Channel if channel in form.getlist("channels"))
    try:
        return AudienceForm(parse_rules(_rules(form, stage_slugs, zone)), channels)
    except AudienceMistake as mistake:
        return AudienceForm(Audience(), channels, f"{str(mistake)[:1].upper()}{str(mistake)[1:]}.")


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
        words = [word.strip() for word in form.get(name, "").split(",") if word.strip()]
        if words:
            rules.append({name: words})
    for name in ("joined_after", "joined_before"):
        if form.get(name, "").strip():
            rules.append({name: _moment(form[name], zone)})
    return rules


def _did(form: Mapping[str, str], stage_slugs: Sequence[str]) -> list[object]:
    deed, stage = form.get("deed", ""), form.get("deed_stage", "")
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
        return read_field(text, zone).isoformat()
    except ValueError:
        raise AudienceMistake("give a day and a time") from None
