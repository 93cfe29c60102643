"""The domain's ranks as SQL, so that there is one list of them."""

from service.domain.consent import GRAVITY


def gravity_of(column: str) -> str:
    """An expression for how grave the reason in this column is; 0 for one this version does not know."""
    whens = " ".join(f"WHEN '{reason}' THEN {rank}" for reason, rank in GRAVITY.items())
    return f"CASE {column} {whens} ELSE 0 END"
