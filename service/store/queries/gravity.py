"""The domain's ranks as SQL, so that there is one list of them."""

from service.domain.consent import GRAVITY


def gravity_of(column: str) -> str:
    """An expression for how grave the reason in this column is; 0 for one this version does not know."""
    whens = " ".join(f"WHEN '{reason}' THEN {rank}" for reason, rank in GRAVITY.items())
    return f"CASE {column} {whens} ELSE 0 END"


# Ends any INSERT INTO suppressions AS kept. The graver reason stays; of the same reason the latest act. Whoever was
# forgotten stays so, whatever reason stands.
KEEP_THE_GRAVER = f"""
    ON CONFLICT ON CONSTRAINT pk_suppressions DO UPDATE SET
        reason = CASE WHEN {gravity_of("excluded.reason")} > {gravity_of("kept.reason")}
            THEN excluded.reason ELSE kept.reason END,
        at = CASE WHEN {gravity_of("excluded.reason")} >= {gravity_of("kept.reason")}
            THEN greatest(kept.at, excluded.at) ELSE kept.at END,
        forgotten_at = coalesce(kept.forgotten_at, excluded.forgotten_at, CASE WHEN kept.reason = 'erased' THEN kept.at END)
    WHERE {gravity_of("excluded.reason")} > {gravity_of("kept.reason")}
        OR (excluded.reason = kept.reason AND excluded.at > kept.at)
        OR (excluded.forgotten_at IS NOT NULL AND kept.forgotten_at IS NULL)
"""
