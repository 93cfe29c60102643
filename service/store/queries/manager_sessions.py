"""Questions about managers' sessions and the tries at their passwords and codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.store import Session
from service.store.tables.manager import Manager, ManagerPlace, ManagerSession, SignInTry


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser to be signed in: as whom, from where, until when, and whether the second step is still to come."""

    token_hash: bytes
    manager_id: int
    ip: str
    agent: str
    ends_at: datetime
    awaits_second: bool


def open_session(session: Session, opened: OpenSession, *, now: datetime) -> None:
    """Note that a browser is signed in, or has done the first step of it."""
    session.execute(
        insert(ManagerSession).values(
            token_hash=opened.token_hash,
            manager_id=opened.manager_id,
            ip=opened.ip,
            agent=opened.agent,
            created_at=now,
            seen_at=now,
            ends_at=opened.ends_at,
            awaits_second=opened.awaits_second,
            proved_at=None if opened.awaits_second else now,
        )
    )
    if not opened.awaits_second:
        session.execute(update(Manager).where(Manager.id == opened.manager_id).values(signed_in_at=now))


def session_of(
    session: Session, token_hash: bytes, *, now: datetime, seen_after: datetime, awaits_second: bool = False
) -> tuple[Manager, ManagerSession] | None:
    """Whose browser this is and its session; None once it ended, idled away or lost its account."""
    asked = (
        select(Manager, ManagerSession)
        .join(ManagerSession, ManagerSession.manager_id == Manager.id)
        .where(
            ManagerSession.token_hash == token_hash,
            ManagerSession.ends_at > now,
            ManagerSession.seen_at > seen_after,
            ManagerSession.awaits_second.is_(awaits_second),
            Manager.removed_at.is_(None),
        )
    )
    found = session.execute(asked).one_or_none()
    return (found[0], found[1]) if found else None


def touch_session(session: Session, token_hash: bytes, *, now: datetime) -> None:
    """Seen just now."""
    session.execute(update(ManagerSession).where(ManagerSession.token_hash == token_hash).values(seen_at=now))


def prove_session(session: Session, token_hash: bytes, *, now: datetime) -> None:
    """Whoever sits there has just shown who they are."""
    session.execute(update(ManagerSession).where(ManagerSession.token_hash == token_hash).values(proved_at=now))


def end_session(session: Session, token_hash: bytes) -> bool:
    """Sign one browser out; False where it was not signed in."""
    ended = delete(ManagerSession).where(ManagerSession.token_hash == token_hash)
    return session.scalar(ended.returning(ManagerSession.manager_id)) is not None


def end_sessions(session: Session, *, manager_id: int) -> None:
    """Sign a manager out everywhere."""
    session.execute(delete(ManagerSession).where(ManagerSession.manager_id == manager_id))


def sessions_of(session: Session, manager_id: int, *, now: datetime, seen_after: datetime) -> Sequence[ManagerSession]:
    """The browsers this manager is signed in with, the one seen last first (ix_manager_sessions_manager_id)."""
    asked = select(ManagerSession).where(
        ManagerSession.manager_id == manager_id,
        ManagerSession.ends_at > now,
        ManagerSession.seen_at > seen_after,
        ManagerSession.awaits_second.is_(False),
    )
    return session.scalars(asked.order_by(ManagerSession.seen_at.desc(), ManagerSession.token_hash)).all()


def end_session_of(session: Session, manager_id: int, token_hash: bytes) -> bool:
    """Sign one of this manager's browsers out; False where it is not one of theirs."""
    ended = delete(ManagerSession).where(
        ManagerSession.manager_id == manager_id, ManagerSession.token_hash == token_hash
    )
    return session.scalar(ended.returning(ManagerSession.manager_id)) is not None


def end_other_sessions(session: Session, manager_id: int, *, but: bytes) -> int:
    """Sign a manager out everywhere but here; how many browsers that were."""
    ended = delete(ManagerSession).where(ManagerSession.manager_id == manager_id, ManagerSession.token_hash != but)
    return len(session.scalars(ended.returning(ManagerSession.manager_id)).all())


def note_place(
    session: Session, manager_id: int, *, network: str, agent: str, now: datetime, forget_before: datetime
) -> bool:
    """Remember where a manager signs in from; True where they did before, but never from there."""
    session.execute(
        delete(ManagerPlace).where(ManagerPlace.manager_id == manager_id, ManagerPlace.seen_at < forget_before)
    )
    known = session.execute(
        select(ManagerPlace.network, ManagerPlace.agent).where(ManagerPlace.manager_id == manager_id)
    ).all()
    here = {"manager_id": manager_id, "network": network, "agent": agent, "seen_at": now}
    noted = upsert(ManagerPlace).values(here)
    session.execute(noted.on_conflict_do_update(constraint="pk_manager_places", set_={"seen_at": now}))
    return bool(known) and (network, agent) not in {(row.network, row.agent) for row in known}


def knows_network(session: Session, manager_id: int, network: str) -> bool:
    """Whether a manager has signed in from this masked network."""
    asked = select(ManagerPlace.manager_id).where(
        ManagerPlace.manager_id == manager_id, ManagerPlace.network == network
    )
    return session.scalar(asked.limit(1)) is not None


def forget_places(session: Session, manager_id: int) -> None:
    """Where a manager signed in from is no longer known."""
    session.execute(delete(ManagerPlace).where(ManagerPlace.manager_id == manager_id))


def forget_old(session: Session, *, tried_before: datetime, seen_before: datetime) -> None:
    """Drop tries and sessions that no longer count."""
    session.execute(delete(SignInTry).where(SignInTry.at < tried_before))
    session.execute(delete(ManagerSession).where(ManagerSession.seen_at < seen_before))


def add_try(session: Session, *, account_hash: bytes, ip: str, now: datetime) -> None:
    """One try at a password or code."""
    session.execute(insert(SignInTry).values(account_hash=account_hash, ip=ip, at=now))


def count_tries(session: Session, *, account_hash: bytes, ip: str, since: datetime) -> tuple[int, int, int]:
    """Tries at the account from this network, at the account at all, and from this network at all."""
    mine, here = SignInTry.account_hash == account_hash, SignInTry.ip == ip
    asked = select(func.count().filter(mine, here), func.count().filter(mine), func.count().filter(here)).where(
        SignInTry.at > since, or_(mine, here)
    )
    both, account, address = session.execute(asked).one()
    return both, account, address


def forget_tries(session: Session, *, account_hash: bytes, ip: str) -> None:
    """The password was right: what was mistyped from here before it no longer counts."""
    session.execute(delete(SignInTry).where(SignInTry.account_hash == account_hash, SignInTry.ip == ip))
