"""Managers' accounts: who has one, in which role, and the link by which they first come in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.addresses import normalise, normalise_email
from service.domain.chain import was_becomes
from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import manager_sessions, managers, passkeys, second_factors
from service.store.queries.house import write_audit
from service.store.tables.manager import Manager as ManagerRow
from service.wording.links import LinkKind, sign

LINK_LIFE = timedelta(hours=24)
MAILED_LINK_LIFE = timedelta(minutes=30)
# Anybody can ask for a link to anybody's mailbox. The first few come soon after each other; then there is always one in
# the mailbox that still signs in, and no more than four an hour.
_MAILS_SOON = 3
_MAIL_AGAIN_AFTER = timedelta(minutes=2)
_MAIL_LATER_AFTER = timedelta(minutes=15)
_MAILS_REMEMBERED = timedelta(hours=24)


class NoSuchManager(Exception):
    """There is no account of this id or address."""


class LastAdmin(Exception):
    """The last admin can neither be removed nor given a lesser role: nobody could undo it."""


@dataclass(frozen=True, slots=True)
class Manager:
    """A person with a console account."""

    id: int
    email: str
    role: Role
    has_password: bool
    created_at: datetime
    signed_in_at: datetime | None
    # Where they are told by text when a blast stops by itself.
    alarm_phone: str = ""
    # Whether a second step is asked for after the password or link.
    has_second_factor: bool = False


def as_manager(row: ManagerRow) -> Manager:
    """The account as the doors see it: without its password's hash."""
    return Manager(
        id=row.id,
        email=row.email,
        role=Role(row.role),
        has_password=bool(row.password_hash),
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
        alarm_phone=row.alarm_phone or "",
        has_second_factor=row.second_factor_at is not None,
    )


def list_managers(session: Session) -> list[Manager]:
    """Everybody who has an account, by address."""
    return [as_manager(row) for row in managers.all_present(session)]


def find_manager(session: Session, email: str) -> Manager:
    """The account of this address. Raises NoSuchManager."""
    row = managers.by_email(session, email.strip().lower())
    if row is None or row.removed_at is not None:
        raise NoSuchManager("there is no account of that address; `touchline manager list` shows them all")
    return as_manager(row)


def add_manager(session: Session, email: str, role: Role, *, actor: str, now: datetime) -> Manager:
    """The account of this address: made where there is none, taken back where it was removed, else as it is.

    Raises BadAddress.
    """
    address = normalise_email(email)
    row = managers.by_email(session, address)
    if row is not None and row.removed_at is None:
        return as_manager(row)
    was = "none" if row is None else f"{row.role}, removed"
    if row is None:
        row = managers.add(session, email=address, role=role, now=now)
    else:
        row.role, row.removed_at, row.password_hash = str(role), None, ""
        session.flush()
    details = {"role": was_becomes(was, role)}
    write_audit(session, at=now, actor=actor, deed="manager.add", subject=f"manager {row.id}", details=details)
    return as_manager(row)


def make_sign_in_link(
    session: Session,
    email: str,
    role: Role | str,
    *,
    public_url: str,
    key: bytes,
    now: datetime,
    actor: str = "command line",
    life: timedelta = LINK_LIFE,
) -> str:
    """An address that signs this manager in once; the account is made where there is none.

    Links made for them before, and not used, stop working. `key` is the one that signs links. Raises BadAddress.
    """
    manager = add_manager(session, email, Role(role), actor=actor, now=now)
    expires_at = now + life
    managers.void_links(session, manager_id=manager.id, now=now)
    link_id = managers.add_link(session, manager_id=manager.id, now=now, expires_at=expires_at)
    token = sign(LinkKind.SIGN_IN, manager.id, key=key, expires_at=expires_at, nonce=link_id)
    return f"{public_url}/console/enter/{token}"


def mail_link(session: Session, email: str, *, now: datetime, life: timedelta = MAILED_LINK_LIFE) -> bool:
    """Ask for a sign-in link to be emailed to the account of this address.

    Links made before go on working until one of them is used. False where there is no account, or a link is on its way
    already. Nudge sending.send_notices after the commit, and
    answer the asker the same either way. The link is signed as it is handed over; no secret is stored.
    """
    row = managers.by_email(session, email.strip().lower())
    if row is None or row.removed_at is not None:
        return False
    lately = managers.unused_links_since(session, manager_id=row.id, since=now - _MAILS_REMEMBERED, most=_MAILS_SOON)
    pause = _MAIL_AGAIN_AFTER if len(lately) < _MAILS_SOON else _MAIL_LATER_AFTER
    if lately and now - lately[0] < pause:
        return False
    expires_at = now + life
    link_id = managers.add_link(session, manager_id=row.id, now=now, expires_at=expires_at)
    minutes = int(life.total_seconds() // 60)
    request = NoticeRequest(
        kind=NoticeKind.MANAGER_LINK,
        channel=Channel.EMAIL,
        to_address=row.email,
        dedupe_key=f"manager_link:{link_id}",
        facts={
            "manager_id": str(row.id),
            "sign_in_link_id": str(link_id),
            "expires_at": expires_at.isoformat(),
            "minutes": str(minutes),
            "lasts": f"{minutes // 60} hours" if minutes >= 120 else f"{minutes} minutes",
        },
        passes_suppression=True,
    )
    return ask_notice(session, request, now=now) is not None


def change_role(session: Session, manager_id: int, role: Role, *, actor: str, now: datetime) -> Manager:
    """Give a manager another role. Raises NoSuchManager, LastAdmin."""
    row = _to_change(session, manager_id, keeps_admin=role is Role.ADMIN)
    if row.role == role:
        return as_manager(row)
    details = {"role": was_becomes(row.role, role)}
    row.role = str(role)
    session.flush()
    write_audit(session, at=now, actor=actor, deed="manager.role", subject=f"manager {row.id}", details=details)
    return as_manager(row)


def set_alarm_phone(session: Session, manager_id: int, phone: str, *, now: datetime) -> Manager:
    """Where a manager is told by text when a blast stops by itself; '' for nowhere. Raises NoSuchManager, BadAddress."""
    row = managers.by_id(session, manager_id, lock=True)
    if row is None or row.removed_at is not None:
        raise NoSuchManager(f"there is no manager {manager_id}")
    was = _by_text(row)
    row.alarm_phone = normalise(Channel.SMS, phone) if phone.strip() else None
    session.flush()
    details = {"by_text": was_becomes(was, _by_text(row))}
    write_audit(session, at=now, actor=row.email, deed="manager.alarms", subject=f"manager {row.id}", details=details)
    return as_manager(row)


def _by_text(row: ManagerRow) -> str:
    return "yes" if row.alarm_phone else "no"


def remove_manager(session: Session, manager_id: int, *, actor: str, now: datetime) -> Manager:
    """Take an account away and sign it out everywhere, at once. Raises NoSuchManager, LastAdmin."""
    row = _to_change(session, manager_id, keeps_admin=False)
    details = {"role": was_becomes(row.role, "none")}
    row.removed_at, row.password_hash, row.alarm_phone = now, "", None
    row.directory_subject = None
    manager_sessions.end_sessions(session, manager_id=row.id)
    manager_sessions.forget_places(session, row.id)
    forget_second_factor(session, row)
    managers.void_links(session, manager_id=row.id, now=now)
    session.flush()
    write_audit(session, at=now, actor=actor, deed="manager.remove", subject=f"manager {row.id}", details=details)
    return as_manager(row)


def forget_second_factor(session: Session, row: ManagerRow) -> None:
    """Nothing but the first step is asked of this account any more."""
    row.second_factor_at = None
    second_factors.forget_totp(session, row.id)
    passkeys.forget_all(session, row.id)
    second_factors.forget_recovery_codes(session, row.id)
    session.flush()


def _to_change(session: Session, manager_id: int, *, keeps_admin: bool) -> ManagerRow:
    admins = managers.lock_admins(session)
    row = managers.by_id(session, manager_id, lock=True)
    if row is None or row.removed_at is not None:
        raise NoSuchManager(f"there is no manager {manager_id}")
    if not keeps_admin and list(admins) == [row.id]:
        raise LastAdmin(f"manager {manager_id} is the only admin")
    return row
