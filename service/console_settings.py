"""What an installation asks of managers beyond a password."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.environment import Environment


class SecondFactor(StrEnum):
    """Whether managers must have a second step of signing in."""

    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class ConsoleRules:
    """How signing in to the console is guarded."""

    second_factor: SecondFactor = SecondFactor.OPTIONAL
    # For how long a password, a code or a link is a fresh proof of who somebody is.
    proof_life: timedelta = timedelta(minutes=15)
    # More messages than this are only sent after a fresh proof.
    proof_above: int = 1_000


def read_console(read: Environment) -> ConsoleRules:
    """Read and check the settings of the console. Raises SettingsError."""
    standard = ConsoleRules()
    return ConsoleRules(
        second_factor=read.choice("CONSOLE_SECOND_FACTOR", SecondFactor, standard.second_factor),
        proof_life=timedelta(
            minutes=read.number("CONSOLE_PROOF_MINUTES", int(standard.proof_life.total_seconds() // 60))
        ),
        proof_above=read.number("CONSOLE_PROOF_ABOVE", standard.proof_above),
    )
