"""Who forgets a person and who brings people in take turns, so that nobody forgotten comes back by a file.

Both take this lock first of all, before any row and before the lock of opt-outs, so that they never wait for each other
in a circle. Whoever brings people in holds it for one chunk; nothing else waits for it.
"""

from service.store import Session, locks
from service.store.locks import Lock


def lock_to_forget(session: Session) -> None:
    """Wait for chunks under way, and hold back new ones until this transaction ends: it sees all they brought."""
    locks.take(session, Lock.FORGETTING)


def lock_to_bring_in(session: Session) -> None:
    """Wait for whoever is forgetting somebody. Ask who is forgotten in later statements only: they see what committed."""
    locks.share(session, Lock.FORGETTING)
