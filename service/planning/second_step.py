"""The second step of signing in: an authenticator app's codes (RFC 6238), and recovery codes in its place."""

import hashlib
import logging
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

import pyotp

from service.planning.audit import note_sign_in
from service.planning.manager_sessions import SECOND_STEP_LIFE, open_session, token_hash
from service.planning.managers import Manager, NoSuchManager, as_manager, forget_second_factor
from service.planning.sealing import CannotUnseal, Sealer
from service.planning.sign_in_tries import CODE_TRIES, Here, check_tries, forget_tries, note_try
from service.planning.telling_managers import tell_manager
from service.store import Session
from service.store.queries import manager_sessions, managers, passkeys, second_factors
from service.store.queries.house import write_audit
from service.store.tables.manager import Manager as ManagerRow
from service.store.tables.manager import ManagerTotp

RECOVERY_CODES = 10
# Codes of one step (30 seconds) before and after are taken, for clocks that differ.
DRIFT = 1
_RECOVERY_BYTES = 10
_ISSUER = "Touchline"

log = logging.getLogger(__name__)


class WrongCode(Exception):
    """The code is not right, or was used before; says no more than that."""


class OwnSecondFactor(Exception):
    """Your own second step is taken away on its own page, with a code of it; or another admin takes it away."""


class NotHalfway(Exception):
    """Nobody has done the first step here, or too long ago: sign in from the start."""


class Proof(StrEnum):
    """What the second step was done with."""

    APP = "app"
    RECOVERY_CODE = "recovery code"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an app needs to know: the secret, as text and as the address that a QR code holds."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account has of a second step."""

    has_app: bool
    recovery_codes_left: int
    passkey_count: int


def standing(session: Session, manager_id: int) -> Standing:
    """What this account has of a second step."""
    row = second_factors.totp_of(session, manager_id)
    left = second_factors.count_recovery_codes(session, manager_id)
    return Standing(row is not None and row.confirmed_at is not None, left, passkeys.count_of(session, manager_id))


def begin_setup(session: Session, manager_id: int, *, sealer: Sealer, now: datetime) -> None:
    """Make a fresh secret, which is asked for once a code of it has been shown. Raises WrongCode where one is in use."""
    row = second_factors.totp_of(session, manager_id)
    if row is not None and row.confirmed_at is not None:
        raise WrongCode("an app is set up already; take it away first")
    second_factors.set_totp(session, manager_id, sealed_secret=sealer.seal(pyotp.random_base32()), now=now)


def setup_under_way(session: Session, who: Manager, *, sealer: Sealer) -> Setup | None:
    """The secret that waits for its first code; None where none does."""
    row = second_factors.totp_of(session, who.id)
    secret = _secret(row, sealer) if row is not None and row.confirmed_at is None else None
    if secret is None:
        return None
    return Setup(secret, pyotp.TOTP(secret).provisioning_uri(name=who.email, issuer_name=_ISSUER))


def confirm_setup(
    session: Session, manager_id: int, code: str, *, sealer: Sealer, here: Here, now: datetime
) -> tuple[str, ...]:
    """Ask for the app from now on, and give the recovery codes, which are told this once.

    Note the try first, as for `sign_in`. Raises WrongCode, TooManyTries.
    """
    account = _present(session, manager_id)
    check_tries(session, _tried(account), here=here, now=now, limits=CODE_TRIES)
    row = second_factors.totp_of(session, manager_id)
    if row is None or row.confirmed_at is not None or not _use_app(session, manager_id, code, sealer=sealer, now=now):
        raise WrongCode("that is not the app's present code")
    second_factors.confirm_totp(session, manager_id, now=now)
    account.second_factor_at = now
    session.flush()
    forget_tries(session, _tried(account), here=here)
    codes = fresh_recovery_codes(session, manager_id)
    _remember(session, account, "manager.second_factor", actor=account.email, now=now)
    return codes


def note_code_try(session: Session, who: Manager, *, here: Here, now: datetime) -> None:
    """Write a try at a code down; commit it before the code is checked."""
    note_try(session, _tried(who), here=here, now=now)


def finish_signing_in(
    session: Session, token: str, code: str, *, sealer: Sealer, here: Here, now: datetime
) -> tuple[Manager, Proof]:
    """Do the second step: the browser's session that waited for it ends, and a whole one begins under another token.

    Raises NotHalfway, WrongCode, TooManyTries.
    """
    half = token_hash(token)
    found = manager_sessions.session_of(session, half, now=now, seen_after=now - SECOND_STEP_LIFE, awaits_second=True)
    if found is None:
        raise NotHalfway("sign in from the start")
    row, _ = found
    proof = check_code(session, row.id, code, sealer=sealer, here=here, now=now)
    if not manager_sessions.end_session(session, half):
        raise NotHalfway("sign in from the start")
    open_session(session, row, here=here, now=now, is_whole=True)
    note_sign_in(session, email=row.email, manager_id=row.id, how=f"second step, {proof}", ip=here.ip, now=now)
    return as_manager(row), proof


def check_code(session: Session, manager_id: int, code: str, *, sealer: Sealer, here: Here, now: datetime) -> Proof:
    """Use a code of the app up, or a recovery code. Raises WrongCode, TooManyTries."""
    account = _present(session, manager_id)
    check_tries(session, _tried(account), here=here, now=now, limits=CODE_TRIES)
    row = second_factors.totp_of(session, manager_id)
    confirmed = row is not None and row.confirmed_at is not None
    if confirmed and _use_app(session, manager_id, code, sealer=sealer, now=now):
        proof = Proof.APP
    elif second_factors.use_recovery_code(session, manager_id, _code_hash(code), now=now):
        proof = Proof.RECOVERY_CODE
        _remember(session, account, "manager.recovery_code", actor=account.email, now=now)
    else:
        raise WrongCode("the code is not right, or was used before")
    forget_tries(session, _tried(account), here=here)
    return proof


def fresh_recovery_codes(session: Session, manager_id: int) -> tuple[str, ...]:
    """Ten fresh codes in place of those before; they are told this once."""
    codes = tuple(_spell(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    second_factors.set_recovery_codes(session, manager_id, [_code_hash(code) for code in codes])
    return codes


def renew_recovery_codes(session: Session, manager_id: int, *, now: datetime) -> tuple[str, ...]:
    """Ten fresh codes; those before no longer work. They are told this once."""
    account = _present(session, manager_id)
    codes = fresh_recovery_codes(session, manager_id)
    _remember(session, account, "manager.recovery_codes", actor=account.email, now=now)
    return codes


def drop_second_factor(session: Session, manager_id: int, *, now: datetime) -> None:
    """Their own app: where they have no passkey either, only the first step is asked of them from now on."""
    account = _present(session, manager_id)
    second_factors.forget_totp(session, manager_id)
    if not passkeys.count_of(session, manager_id):
        forget_second_factor(session, account)
    _remember(session, account, "manager.second_factor_off", actor=account.email, now=now)


def reset_second_factor(session: Session, manager_id: int, *, actor: str, now: datetime) -> Manager:
    """Somebody else's, who lost their phone: it is taken away, they are signed out everywhere and told by email.

    Nudge sending.send_notices after the commit. Raises NoSuchManager, and OwnSecondFactor where it is the actor's own:
    whoever finds a browser signed in must not be rid of it without a code.
    """
    account = _present(session, manager_id)
    if account.email == actor:
        raise OwnSecondFactor(OwnSecondFactor.__doc__)
    forget_second_factor(session, account)
    manager_sessions.end_sessions(session, manager_id=manager_id)
    _remember(session, account, "manager.second_factor_reset", actor=actor, now=now)
    tell_manager(
        session,
        account,
        "Your second step of signing in, and your recovery codes, were taken away by somebody who keeps the accounts. "
        "You are signed out everywhere. Sign in again and set it up anew.",
        now=now,
    )
    return as_manager(account)


def _present(session: Session, manager_id: int) -> ManagerRow:
    row = managers.by_id(session, manager_id, lock=True)
    if row is None or row.removed_at is not None:
        raise NoSuchManager(f"there is no manager {manager_id}")
    return row


def _use_app(session: Session, manager_id: int, code: str, *, sealer: Sealer, now: datetime) -> bool:
    """Whether the code is of a step near now and of none before one that was used; it is used up then."""
    row = second_factors.totp_of(session, manager_id)
    digits = "".join(code.split())
    secret = _secret(row, sealer) if row is not None and digits.isascii() and digits.isdecimal() else None
    if secret is None:
        return False
    app, step_now = pyotp.TOTP(secret), int(now.timestamp()) // 30
    for step in range(step_now - DRIFT, step_now + DRIFT + 1):
        if compare_digest(app.generate_otp(step), digits):
            return second_factors.use_step(session, manager_id, step=step, sealed_secret=sealer.seal(secret))
    return False


def _secret(row: ManagerTotp, sealer: Sealer) -> str | None:
    try:
        return sealer.unseal(row.sealed_secret)
    except CannotUnseal:
        # The recovery codes still work, and lead to setting the app up anew.
        log.warning("a second step cannot be read: SECRET_KEY was changed", extra={"manager": row.manager_id})
        return None


def apps_by_older_keys(session: Session, sealer: Sealer) -> tuple[int, ...]:
    """The managers whose app can be read with an older key only: once that is retired, their codes are refused."""
    present, rows = sealer.without_older(), second_factors.confirmed_totps(session)
    return tuple(row.manager_id for row in rows if not _reads(present, row) and _reads(sealer, row))


def _reads(sealer: Sealer, row: ManagerTotp) -> bool:
    try:
        sealer.unseal(row.sealed_secret)
    except CannotUnseal:
        return False
    return True


def _spell(random: bytes) -> str:
    letters = b32encode(random).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _code_hash(code: str) -> bytes:
    # 80 random bits cannot be guessed from a hash, however fast it is made.
    return hashlib.sha256("".join(code.lower().replace("-", " ").split()).encode()).digest()


def _tried(who: ManagerRow | Manager) -> str:
    return f"second step of {who.id}"


def _remember(session: Session, account: ManagerRow, deed: str, *, actor: str, now: datetime) -> None:
    write_audit(session, at=now, actor=actor, deed=deed, subject=f"manager {account.id}")
