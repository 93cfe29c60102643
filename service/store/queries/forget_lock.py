"""Who forgets a person and who brings people in take turns, so that nobody forgotten comes back by a file.

Both take this lock first of all, before any row and before the lock of opt-outs, so that they never wait for each other
in a circle. Whoever brings people in holds it for one chunk; nothing else waits for it.
"""

from sqlalchemy import text

from service.store import Session

_FORGETTING = 7_714_003


def lock_to_forget(session: Session) -> None:
    """Wait for chunks under way, and hold back new ones until this transaction ends: it sees all they brought."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FORGETTING})


def lock_to_bring_in(session: Session) -> None:
    """Wait for whoever is forgetting somebody. Ask who is forgotten in later statements only: they see what committed."""
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _FORGETTING})
