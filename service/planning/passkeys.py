"""Passkeys (WebAuthn): keys on a manager's own devices, which sign in without a password and cannot be phished."""

from dataclasses import dataclass
from datetime import datetime

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.domain.inbound_text import clean_field
from service.planning.audit import note_sign_in
from service.planning.challenges import NotOurChallenge, RelyingParty
from service.planning.manager_sessions import open_session
from service.planning.managers import Manager, NoSuchManager, as_manager, forget_second_factor
from service.planning.second_step import fresh_recovery_codes
from service.planning.sign_in_tries import Here
from service.store import Session
from service.store.queries import managers, passkeys, second_factors
from service.store.queries.house import write_audit
from service.store.queries.passkeys import NewPasskey
from service.store.tables.manager import Manager as ManagerRow

NAME_LIMIT = 60
_ANSWER_LIMIT = 20_000
_SIGN_IN = "sign in"
# What a malformed answer raises, beside the library's own: it is whatever anybody sends.
_MALFORMED = (WebAuthnException, NotOurChallenge, ValueError, TypeError, KeyError, RecursionError)


class PasskeyRefused(Exception):
    """The device's answer was not accepted; says no more than that."""


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """One key, as its owner sees it."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


def list_passkeys(session: Session, manager_id: int) -> list[PasskeyView]:
    """A manager's keys, the oldest first."""
    found = passkeys.of_manager(session, manager_id)
    return [PasskeyView(row.id, row.name, row.created_at, row.used_at) for row in found]


def options_to_add(session: Session, who: Manager, *, party: RelyingParty, now: datetime) -> str:
    """What the browser needs to make a key, as JSON."""
    known = [PublicKeyCredentialDescriptor(id=row.credential_id) for row in passkeys.of_manager(session, who.id)]
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Touchline",
        user_id=str(who.id).encode(),
        user_name=who.email,
        challenge=party.challenge(_adding(who.id), now=now),
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def options_to_sign_in(*, party: RelyingParty, now: datetime) -> str:
    """What the browser needs to sign in with any key of ours, as JSON."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=party.challenge(_SIGN_IN, now=now),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add_passkey(
    session: Session, manager_id: int, answer: str, *, name: str, party: RelyingParty, now: datetime
) -> tuple[str, ...]:
    """Keep the key a device made. It is a second step, too: recovery codes, told this once, come with the first.

    Raises PasskeyRefused, NoSuchManager.
    """
    account = _present(session, manager_id)
    made = _registered(manager_id, answer, name=name, party=party, now=now)
    if passkeys.by_credential(session, made.credential_id) is not None:
        raise PasskeyRefused("this device has a passkey here already")
    key_id = passkeys.add(session, made, now=now)
    _remember(session, account, "manager.passkey_add", key_id, now=now)
    if account.second_factor_at is not None:
        return ()
    account.second_factor_at = now
    session.flush()
    return fresh_recovery_codes(session, manager_id)


def sign_in_by_passkey(session: Session, answer: str, *, party: RelyingParty, here: Here, now: datetime) -> Manager:
    """Open a whole session: the device was there, and asked for a finger, a face or a number. Raises PasskeyRefused."""
    try:
        if len(answer) > _ANSWER_LIMIT:
            raise PasskeyRefused("the answer is too long")
        credential = parse_authentication_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        asked_at = party.made_at(_SIGN_IN, challenge, now=now)
        known = passkeys.by_credential(session, credential.raw_id)
        if known is None:
            raise PasskeyRefused("no passkey of this installation")
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as wrong:
        raise PasskeyRefused("the answer was not accepted") from wrong
    row = managers.by_id(session, known.manager_id)
    if row is None or row.removed_at is not None:
        raise PasskeyRefused("the account is gone")
    if not passkeys.use(session, known.id, sign_count=verified.new_sign_count, asked_at=asked_at, now=now):
        raise PasskeyRefused("this was answered before")
    open_session(session, row, here=here, now=now, is_whole=True)
    note_sign_in(session, email=row.email, manager_id=row.id, how="passkey", ip=here.ip, now=now)
    return as_manager(row)


def remove_passkey(session: Session, manager_id: int, passkey_id: int, *, now: datetime) -> bool:
    """Take one of one's own keys away; with the last, where there is no app, the second step goes. False where none."""
    account = _present(session, manager_id)
    if not passkeys.remove(session, manager_id, passkey_id):
        return False
    _remember(session, account, "manager.passkey_remove", passkey_id, now=now)
    app = second_factors.totp_of(session, manager_id)
    if not passkeys.count_of(session, manager_id) and (app is None or app.confirmed_at is None):
        forget_second_factor(session, account)
    return True


def _registered(manager_id: int, answer: str, *, name: str, party: RelyingParty, now: datetime) -> NewPasskey:
    try:
        if len(answer) > _ANSWER_LIMIT:
            raise PasskeyRefused("the answer is too long")
        credential = parse_registration_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        asked_at = party.made_at(_adding(manager_id), challenge, now=now)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except _MALFORMED as wrong:
        raise PasskeyRefused("the answer was not accepted") from wrong
    return NewPasskey(
        manager_id=manager_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=clean_field(name)[:NAME_LIMIT] or "Passkey",
        asked_at=asked_at,
    )


def _adding(manager_id: int) -> str:
    return f"add to {manager_id}"


def _present(session: Session, manager_id: int) -> ManagerRow:
    row = managers.by_id(session, manager_id, lock=True)
    if row is None or row.removed_at is not None:
        raise NoSuchManager(f"there is no manager {manager_id}")
    return row


def _remember(session: Session, account: ManagerRow, deed: str, key_id: int, *, now: datetime) -> None:
    details = {"passkey": str(key_id)}
    write_audit(session, at=now, actor=account.email, deed=deed, subject=f"manager {account.id}", details=details)
