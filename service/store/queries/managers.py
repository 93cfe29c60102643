"""Questions about managers' accounts and their one-time links."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, insert, select, update

from service.domain.manager import Role
from service.store import Session
from service.store.tables.manager import Manager, SignInLink


def by_email(session: Session, email: str) -> Manager | None:
    """The account of this address, removed or not."""
    return session.scalars(select(Manager).where(Manager.email == email)).one_or_none()


def by_directory(session: Session, directory_subject: str) -> Manager | None:
    """The account of whom the directory calls so (uq_managers_directory_subject), removed or not."""
    return session.scalars(select(Manager).where(Manager.directory_subject == directory_subject)).one_or_none()


def by_id(session: Session, manager_id: int, *, lock: bool = False) -> Manager | None:
    """The account of this id, removed or not."""
    asked = select(Manager).where(Manager.id == manager_id)
    return session.scalars(asked.with_for_update() if lock else asked).one_or_none()


def all_present(session: Session) -> Sequence[Manager]:
    """Everybody who has an account, by address."""
    return session.scalars(select(Manager).where(Manager.removed_at.is_(None)).order_by(Manager.email)).all()


def to_alarm(session: Session, roles: Sequence[str]) -> list[tuple[int, str, str | None]]:
    """Managers with one of these roles: id, address and the number they gave for alarms."""
    found = select(Manager.id, Manager.email, Manager.alarm_phone)
    asked = found.where(Manager.removed_at.is_(None), Manager.role.in_(roles)).order_by(Manager.id)
    return [(row.id, row.email, row.alarm_phone) for row in session.execute(asked)]


def may_launch(session: Session, email: str) -> bool:
    """Whether whoever has this address is here still, and may launch."""
    roles = [role for role in Role if role.may_act_as(Role.LAUNCHER)]
    here = select(Manager.id).where(Manager.removed_at.is_(None), Manager.role.in_(roles))
    return session.scalar(select(exists(here.where(func.lower(Manager.email) == email.lower())))) or False


def lock_admins(session: Session) -> Sequence[int]:
    """The ids of the admins, held until the transaction ends so that two of them cannot remove each other."""
    asked = select(Manager.id).where(Manager.role == Role.ADMIN, Manager.removed_at.is_(None))
    return session.scalars(asked.order_by(Manager.id).with_for_update()).all()


def add(session: Session, *, email: str, role: Role, now: datetime) -> Manager:
    """A new account without a password."""
    row = Manager(email=email, role=str(role), password_hash="", created_at=now)
    session.add(row)
    session.flush()
    return row


def add_link(session: Session, *, manager_id: int, now: datetime, expires_at: datetime) -> int:
    """A fresh link, beside those made before it."""
    made = insert(SignInLink).values(manager_id=manager_id, created_at=now, expires_at=expires_at)
    return session.scalars(made.returning(SignInLink.id)).one()


def void_links(session: Session, *, manager_id: int, now: datetime) -> None:
    """No link of this manager signs in any more."""
    unused = update(SignInLink).where(SignInLink.manager_id == manager_id, SignInLink.used_at.is_(None))
    session.execute(unused.values(used_at=now))


def unused_links_since(session: Session, *, manager_id: int, since: datetime, most: int) -> Sequence[datetime]:
    """When the newest links were made that nobody used (ix_sign_in_links_manager_id)."""
    asked = select(SignInLink.created_at).where(
        SignInLink.manager_id == manager_id, SignInLink.used_at.is_(None), SignInLink.created_at > since
    )
    return session.scalars(asked.order_by(SignInLink.created_at.desc()).limit(most)).all()


def link_is_open(session: Session, *, link_id: int, manager_id: int, now: datetime) -> bool:
    """Whether the link could still be used."""
    asked = select(SignInLink.id).where(
        SignInLink.id == link_id,
        SignInLink.manager_id == manager_id,
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
    )
    return session.scalar(asked) is not None


def use_link(session: Session, *, link_id: int, manager_id: int, now: datetime) -> bool:
    """Use the link up; False where somebody already has, or it is too old."""
    used = (
        update(SignInLink)
        .where(
            SignInLink.id == link_id,
            SignInLink.manager_id == manager_id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
    )
    return session.scalar(used.returning(SignInLink.id)) is not None
