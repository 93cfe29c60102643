"""Questions about managers' second steps: the app's secret, and the recovery codes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from service.store import Session
from service.store.tables.manager import ManagerTotp, RecoveryCode


def totp_of(session: Session, manager_id: int) -> ManagerTotp | None:
    """The secret of this manager's app, confirmed or not."""
    return session.scalars(select(ManagerTotp).where(ManagerTotp.manager_id == manager_id)).one_or_none()


def confirmed_totps(session: Session) -> Sequence[ManagerTotp]:
    """The secrets of every manager's app that is asked for, by manager; a row for each who works here."""
    asked = select(ManagerTotp).where(ManagerTotp.confirmed_at.is_not(None)).order_by(ManagerTotp.manager_id)
    return session.scalars(asked).all()


def set_totp(session: Session, manager_id: int, *, sealed_secret: bytes, now: datetime) -> None:
    """A fresh secret, to be confirmed by a code, in place of the one before."""
    forget_totp(session, manager_id)
    session.execute(insert(ManagerTotp).values(manager_id=manager_id, sealed_secret=sealed_secret, created_at=now))


def confirm_totp(session: Session, manager_id: int, *, now: datetime) -> None:
    """The app has shown a right code: it is asked from now on."""
    session.execute(update(ManagerTotp).where(ManagerTotp.manager_id == manager_id).values(confirmed_at=now))


def use_step(session: Session, manager_id: int, *, step: int, sealed_secret: bytes) -> bool:
    """Use a step up, with every one before it; False where it was used before. The row is held until the commit."""
    used = update(ManagerTotp).where(ManagerTotp.manager_id == manager_id, ManagerTotp.used_step < step)
    done = used.values(used_step=step, sealed_secret=sealed_secret)
    return session.scalar(done.returning(ManagerTotp.manager_id)) is not None


def forget_totp(session: Session, manager_id: int) -> None:
    """No app is known any more."""
    session.execute(delete(ManagerTotp).where(ManagerTotp.manager_id == manager_id))


def set_recovery_codes(session: Session, manager_id: int, hashes: Iterable[bytes]) -> None:
    """These codes in place of all before."""
    forget_recovery_codes(session, manager_id)
    session.execute(insert(RecoveryCode), [{"manager_id": manager_id, "code_hash": each} for each in hashes])


def use_recovery_code(session: Session, manager_id: int, code_hash: bytes, *, now: datetime) -> bool:
    """Use a code up; False where there is no such code, or it was used before."""
    used = update(RecoveryCode).where(
        RecoveryCode.manager_id == manager_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(used.values(used_at=now).returning(RecoveryCode.manager_id)) is not None


def count_recovery_codes(session: Session, manager_id: int) -> int:
    """How many are left."""
    left = select(func.count()).where(RecoveryCode.manager_id == manager_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def forget_recovery_codes(session: Session, manager_id: int) -> None:
    """No code is known any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.manager_id == manager_id))
