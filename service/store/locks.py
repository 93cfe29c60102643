"""Every advisory lock of the product, by name: no two share a number, and each says what it keeps apart.

Whoever leaves takes what they hold in one order: a number's texts, its conversation, the supporter, notices, messages, and
the lock of opt-outs last; after it nothing that somebody may hold while waiting for it.

Plain digits: the oldest Postgres we run on reads no underscores in the numbers of a statement.
"""

from enum import IntEnum

from sqlalchemy import text

from service.store import Session


class Lock(IntEnum):
    """A lock there is one of. All but the migrations' end with the transaction that took them."""

    # Intents hold it shared, opt-outs exclusively.
    OPT_OUT = 7714001
    # Writers of the audit, so that the chain of digests never forks.
    AUDIT = 7714002
    # Intents under a frequency cap, so that no two of them each see the other's messages not yet sent.
    FREQUENCY_CAP = 7001302
    # Whoever forgets a person holds it alone, whoever brings people in with others: see queries.forget_lock.
    FORGETTING = 7714003
    # Two that migrate at once; held by the session.
    MIGRATION = 7714209


class BlastLock(IntEnum):
    """A lock there is one of for each blast."""

    # Whoever writes its messages. Not its row: intents hold that, and would wait for each other.
    WRITING = 7001303
    # Who joins while its messages are being written holds it shared, its last span exclusively, for a moment.
    JOINING = 7001305
    # Intents hold it shared; whoever pauses, cancels or steers it exclusively.
    STEERING = 7001304


class NumberLock(IntEnum):
    """A lock there is one of for each phone number."""

    # The texts of one number are received one after another: each sees what the one before it did.
    TEXTS = 7001306


_TAKE = text("SELECT pg_advisory_xact_lock(:lock)")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(:lock)")
# Advisory locks of two numbers take small ones: blasts two thousand million apart would share a lock, and do no harm.
_BLAST = "CAST(:lock AS int), CAST(:blast_id % 2147483647 AS int)"
_TAKE_BLAST = text(f"SELECT pg_advisory_xact_lock({_BLAST})")
_TRY_BLAST = text(f"SELECT pg_try_advisory_xact_lock({_BLAST})")
_SHARE_BLAST = text(f"SELECT pg_advisory_xact_lock_shared({_BLAST})")


def take(session: Session, lock: Lock) -> None:
    """Hold a lock alone until the transaction ends. Ask in later statements only: they see what committed before."""
    session.execute(_TAKE, {"lock": int(lock)})


def share(session: Session, lock: Lock) -> None:
    """Hold a lock with others until the transaction ends."""
    session.execute(_SHARE, {"lock": int(lock)})


_TAKE_NUMBER = text("SELECT pg_advisory_xact_lock(CAST(:lock AS int), hashtext(:phone))")


def take_number(session: Session, lock: NumberLock, phone: str) -> None:
    """Hold a number's lock alone until the transaction ends. Ask in later statements only."""
    session.execute(_TAKE_NUMBER, {"lock": int(lock), "phone": phone})


def take_blast(session: Session, lock: BlastLock, blast_id: int) -> None:
    """Hold a blast's lock alone until the transaction ends."""
    session.execute(_TAKE_BLAST, {"lock": int(lock), "blast_id": blast_id})


def try_blast(session: Session, lock: BlastLock, blast_id: int) -> bool:
    """Hold a blast's lock alone, unless somebody else holds it."""
    return bool(session.scalar(_TRY_BLAST, {"lock": int(lock), "blast_id": blast_id}))


def share_blast(session: Session, lock: BlastLock, blast_id: int) -> None:
    """Hold a blast's lock with others until the transaction ends."""
    session.execute(_SHARE_BLAST, {"lock": int(lock), "blast_id": blast_id})
