"""What counts as a flood of the public forms, and when they ask the browser for work."""

from dataclasses import dataclass, fields
from enum import StrEnum

from service.environment import Environment


class ProofOfWork(StrEnum):
    """When public forms ask the browser for work: where a flood is seen, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """What a flood is (service/domain/flood.py); each a setting of its name."""

    # Forms of a campaign in a minute below which there is none, and forms of the last two minutes that nobody needs to
    # have confirmed yet.
    limit_flood_forms: int = 600
    limit_flood_unconfirmed: int = 3_000
    # Of a hundred: those that must be confirmed of the others, may hold mistakes, may name numbers that begin alike.
    limit_flood_confirm_percent: int = 10
    limit_flood_refused_percent: int = 50
    limit_flood_range_percent: int = 20
    # Letters in a minute to people of a campaign who cannot do the work while there is a flood.
    limit_flood_letters: int = 30


STANDARD_FLOOD_LIMITS = FloodLimits()


@dataclass(frozen=True, slots=True)
class FloodSettings:
    """When the work is asked for, and what a flood is."""

    proof_of_work: ProofOfWork
    limits: FloodLimits


def read_floods(read: Environment) -> FloodSettings:
    """Read and check them. Raises SettingsError."""
    limits = {each.name: read.number(each.name.upper(), int(str(each.default))) for each in fields(FloodLimits)}
    return FloodSettings(read.choice("PROOF_OF_WORK", ProofOfWork, ProofOfWork.AUTO), FloodLimits(**limits))
