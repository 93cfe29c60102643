"""The forms on a stage's pages: how they are filled, and what they say when they come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from service.planning.stage_checks import NewLimits, NewTiming
from service.planning.stages import StageRefused, StageView
from service.web.console.controls import read_controls
from service.web.console.words import field_value
from service.web.moments import read_moment
from service.web.numbers import whole_number

_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into one form of a stage's page and was not kept, and why."""

    part: str
    why: str
    form: Mapping[str, str] = field(default_factory=dict)


def timing_fields(stage: StageView, zone: str, typed: Typed | None = None) -> dict[str, str]:
    """The fields of a stage's timing: what was typed, else what is kept."""
    count, unit = _number_and_unit(abs(stage.offset))
    worth, worth_unit = _number_and_unit(stage.stale_after)
    kept = {
        "offset_count": count,
        "offset_unit": unit,
        "side": "before" if stage.offset < timedelta(0) else "after",
        "stale_count": worth,
        "stale_unit": worth_unit,
        "at": field_value(stage.at + stage.offset, zone) if stage.at else "",
    }
    form = typed.form if typed else {}
    return {name: form.get(name, value) for name, value in kept.items()}


def has_timing(form: Mapping[str, str]) -> bool:
    """Whether a form says when."""
    return "stale_count" in form


def read_timing(form: Mapping[str, str], zone: str) -> NewTiming:
    """The timing a form says. Raises StageRefused."""
    try:
        stale_after = _span(form, "stale")
        if "at" in form:
            return NewTiming(timedelta(0), stale_after, at=read_moment(form["at"], zone))
        return NewTiming(_span(form, "offset") * (-1 if form.get("side") == "before" else 1), stale_after)
    except (ValueError, OverflowError) as wrong:
        kind = "give a day and a time" if "at" in form else "a time is a whole number of minutes, hours or days"
        raise StageRefused(kind) from wrong


def read_limits(form: MultiDict[str, str]) -> NewLimits:
    """The limits a form says. Raises StageRefused."""
    chosen = read_controls(form, "")
    if chosen.mistakes:
        raise StageRefused(chosen.mistakes[0][:1].lower() + chosen.mistakes[0][1:].rstrip("."))
    return NewLimits(chosen.local_time, chosen.cap_count)


def _span(form: Mapping[str, str], name: str) -> timedelta:
    return whole_number(form.get(f"{name}_count", "")) * _UNITS.get(form.get(f"{name}_unit", ""), timedelta())


def _number_and_unit(length: timedelta) -> tuple[str, str]:
    for unit in ("days", "hours"):
        if length and not length % _UNITS[unit]:
            return str(length // _UNITS[unit]), unit
    return str(length // _UNITS["minutes"]), "minutes"
