"""What `touchline doctor` says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` only where it is not well."""

    what: str
    is_well: bool
    seen: str
    advice: str = ""
