"""The two roads to a supporter."""

from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Pace(StrEnum):
    """Prompt work (a confirmation, a late joiner's welcome) never waits behind a blast to a million."""

    PROMPT = "prompt"
    BULK = "bulk"
