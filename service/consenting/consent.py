"""Give, withdraw, suppress. Withdrawing happens in the caller's own transaction and is obeyed by every later intent."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.channel import Channel
from service.domain.consent import ConsentAct, Suppressed, address_hash
from service.settings import Settings
from service.store import Session
from service.store.queries import consents


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where and how something was asked, given or withdrawn; kept in the ledger as it was."""

    wording: str
    source: str
    ip: str = ""


@dataclass(frozen=True, slots=True)
class AddressKey:
    """The key that turns an address into the hash it is suppressed under."""

    key: bytes

    @classmethod
    def of(cls, settings: Settings) -> "AddressKey":
        """Derived from the suppression key for this purpose alone."""
        return cls(address_hash(Channel.EMAIL, "suppression key", settings.suppression_key.encode()))

    def hash(self, channel: Channel, address: str) -> bytes:
        """The hash of a normalised address."""
        return address_hash(channel, address, self.key)


def ask_consent(
    session: Session, *, campaign_id: int, channel: Channel, sign_up_id: int, evidence: Evidence, now: datetime
) -> None:
    """Note that consent was asked of, and ticked by, somebody who has yet to confirm."""
    consents.append(
        session,
        campaign_id=campaign_id,
        channel=channel,
        act=ConsentAct.ASKED,
        supporter_id=None,
        sign_up_id=sign_up_id,
        wording=evidence.wording,
        source=evidence.source,
        ip=evidence.ip,
        at=now,
    )


def give_consent(
    session: Session,
    *,
    campaign_id: int,
    channel: Channel,
    supporter_id: int,
    evidence: Evidence,
    now: datetime,
    sign_up_id: int | None = None,
    lifting: frozenset[Suppressed] = frozenset(),
    asked_at: datetime | None = None,
    address_hash: bytes | None = None,
) -> bool:
    """Write consent into the ledger and let messages through to the one address it is for.

    `address_hash`: that address; without it, the one the supporter has now. `lifting`: the kinds of suppression this
    act undoes (see domain.consent); a wish later than `asked_at`, when this act began, is not undone. Returns False,
    with the ledger written and nothing let through, when the address must still be left alone.
    """
    address = address_hash or consents.hash_of(session, channel=channel, supporter_id=supporter_id)
    consent_id = consents.append(
        session,
        campaign_id=campaign_id,
        channel=channel,
        act=ConsentAct.GIVEN,
        supporter_id=supporter_id,
        sign_up_id=sign_up_id,
        wording=evidence.wording,
        source=evidence.source,
        ip=evidence.ip,
        at=now,
        address_hash=address,
    )
    if address is None:
        return False
    if lifting:
        consents.lift(session, channel=channel, address_hash=address, reasons=lifting, asked_at=asked_at)
    if consents.suppressed_reason(session, channel=channel, address_hash=address) is not None:
        return False
    consents.permit(
        session,
        campaign_id=campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        consent_id=consent_id,
        given_at=now,
    )
    return True


def withdraw_consent(
    session: Session,
    *,
    supporter_id: int,
    channel: Channel,
    reason: Suppressed,
    evidence: Evidence,
    now: datetime,
) -> bool:
    """Leave this supporter alone on this channel, in every campaign, from the moment the caller commits.

    Waits for intents that are being committed, so that none commits after it. Returns whether anything changed.
    """
    consents.lock_for_opt_out(session)
    withdrawn = consents.withdraw(
        session,
        supporter_id=supporter_id,
        channel=channel,
        wording=evidence.wording,
        source=evidence.source,
        ip=evidence.ip,
        at=now,
    )
    suppressed = consents.suppress_supporter(session, supporter_id=supporter_id, channel=channel, reason=reason, at=now)
    return withdrawn > 0 or suppressed


def suppress_address(
    session: Session, *, channel: Channel, address: str, key: AddressKey, reason: Suppressed, now: datetime
) -> bool:
    """Leave an address alone whether or not it is a supporter's; whether that says more than what stood there."""
    consents.lock_for_opt_out(session)
    return consents.suppress(session, channel=channel, address_hash=key.hash(channel, address), reason=reason, at=now)


def lift_address(
    session: Session,
    *,
    channel: Channel,
    address: str,
    key: AddressKey,
    lifting: frozenset[Suppressed],
    asked_at: datetime | None = None,
) -> None:
    """Undo what a fresh act from the address itself may undo; a wish later than `asked_at`, that act, stays."""
    hashed = key.hash(channel, address)
    consents.lift(session, channel=channel, address_hash=hashed, reasons=lifting, asked_at=asked_at)
