"""Managers' accounts: who, signed in where, by which one-time links, and the tries that failed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.manager import Role
from service.store.tables.base import Base, Id, one_of


class Manager(Base):
    """A person with a console account. Removed ones keep their row, for the audit log names them."""

    __tablename__ = "managers"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    # Empty until the first password is set; the link signs in until then.
    password_hash: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    # Where they are told by text when a blast stops by itself; none where they did not ask for that.
    alarm_phone: Mapped[str | None]

    __table_args__ = (one_of("role", Role), CheckConstraint("email = lower(email)", name="email_lower"))


class ManagerSession(Base):
    """One browser signed in. The cookie's token is kept as a hash, so reading this table opens nothing."""

    __tablename__ = "manager_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"), index=True)
    ip: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class SignInLink(Base):
    """A link that signs in once. Its token is signed with our key and never stored."""

    __tablename__ = "sign_in_links"

    id: Mapped[Id]
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTry(Base):
    """One try at a password, written before it is checked; taken away again when it was right."""

    __tablename__ = "sign_in_tries"

    id: Mapped[Id]
    account_hash: Mapped[bytes] = mapped_column(LargeBinary)
    ip: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_sign_in_tries_account_hash_at", "account_hash", "at"),
        Index("ix_sign_in_tries_ip_at", "ip", "at"),
    )
