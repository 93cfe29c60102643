"""When the forms of a campaign are flooded: very many in a minute, and of a kind that no crowd of people sends."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.flood_settings import FloodLimits


class Flood(StrEnum):
    """Why forms ask the browser for work; SET: because a setting says so, flood or none."""

    FEW_CONFIRM = "few confirm"
    MANY_REFUSED = "many refused"
    ONE_RANGE = "one range"
    SET = "set"


FLOOD_WORDS = {
    Flood.FEW_CONFIRM: "very many forms come in and hardly anybody confirms",
    Flood.MANY_REFUSED: "very many forms come in and most of them hold mistakes",
    Flood.ONE_RANGE: "very many forms come in with numbers that begin alike",
    Flood.SET: "PROOF_OF_WORK is always",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """That forms of a campaign ask for work, why, and since when (None where it is a setting)."""

    why: Flood
    since: datetime | None = None

    @property
    def words(self) -> str:
        return FLOOD_WORDS[self.why]


@dataclass(frozen=True, slots=True)
class Forms:
    """What came to the forms of one campaign. In the last minute: every form, those with mistakes, those that lacked the
    work asked for, and those to the range of numbers looked at. In ten minutes: those taken, of these those of the last
    two, and what was confirmed."""

    sent: int = 0
    refused: int = 0
    unproven: int = 0
    one_range: int = 0
    taken: int = 0
    taken_lately: int = 0
    confirmed: int = 0


def is_many(forms: Forms, limits: FloodLimits) -> bool:
    """Whether so many came in a minute that it is worth looking at what they are."""
    return forms.sent > limits.limit_flood_forms


def judge(forms: Forms, limits: FloodLimits) -> Flood | None:
    """Why this is a flood; None where it may be a crowd.

    How many networks they come from says nothing: a ground's Wi-Fi is one. People take a minute or two to open their
    inbox, so the forms of the last two minutes need not be confirmed yet, up to a number that no crowd reaches in them.
    """
    if not is_many(forms, limits):
        return None
    if forms.refused * 100 > limits.limit_flood_refused_percent * forms.sent:
        return Flood.MANY_REFUSED
    if forms.one_range * 100 > limits.limit_flood_range_percent * forms.sent:
        return Flood.ONE_RANGE
    judged = forms.taken - min(forms.taken_lately, limits.limit_flood_unconfirmed)
    if judged > 0 and forms.confirmed * 100 < limits.limit_flood_confirm_percent * judged:
        return Flood.FEW_CONFIRM
    return None


def goes_on(forms: Forms, limits: FloodLimits) -> bool:
    """Whether a flood that was seen is still under way: its forms are, and mostly lack the work asked for."""
    return judge(forms, limits) is not None or forms.unproven * 2 > limits.limit_flood_forms
