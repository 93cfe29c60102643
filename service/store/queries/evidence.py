"""How far evidence has carried a message, as SQL: the domain's ranks, so that there is one list of them."""

from service.domain.message import EVIDENCE_RANK


def rank_of(column: str) -> str:
    """An expression for the rank of the state in this column; 0 where evidence says nothing yet."""
    whens = " ".join(f"WHEN '{state}' THEN {rank}" for state, rank in EVIDENCE_RANK.items())
    return f"CASE {column} {whens} ELSE 0 END"
