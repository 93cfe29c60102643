"""Managers' accounts: who, signed in where, by which one-time links, and the tries that failed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
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
    # Since when a second step is asked for after the password or link; none where it is not.
    second_factor_at: Mapped[datetime | None]
    # What the organisation's directory calls them, after its own name; none until they first sign in by it.
    directory_subject: Mapped[str | None] = mapped_column(unique=True)

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
    # The browser in words, such as "Firefox on Android".
    agent: Mapped[str] = mapped_column(server_default="")
    # Whether only the first step is done: such a session opens nothing but the second.
    awaits_second: Mapped[bool] = mapped_column(server_default=text("false"))
    # When whoever sits there last showed who they are.
    proved_at: Mapped[datetime | None]


class ManagerTotp(Base):
    """The secret an authenticator app shares with us, sealed; asked for once it has been confirmed by a code."""

    __tablename__ = "manager_totp"

    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"), primary_key=True, autoincrement=False)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # The newest 30-second step whose code was accepted: none is accepted twice.
    used_step: Mapped[int] = mapped_column(server_default="0")


class RecoveryCode(Base):
    """A code that stands in for the app once. 80 random bits, kept as a hash."""

    __tablename__ = "recovery_codes"

    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


class ManagerPasskey(Base):
    """A key on a device of a manager's; only its public half is here."""

    __tablename__ = "manager_passkeys"

    id: Mapped[Id]
    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    # When the challenge was made that it answered last: none from before is accepted.
    asked_at: Mapped[datetime]


class ManagerPlace(Base):
    """Where a manager has signed in from: a masked network and a browser in words. From elsewhere, they are told."""

    __tablename__ = "manager_places"

    manager_id: Mapped[int] = mapped_column(ForeignKey("managers.id"), primary_key=True, autoincrement=False)
    network: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


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
