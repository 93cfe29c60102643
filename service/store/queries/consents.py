"""Questions about consent, permission and suppression."""

from datetime import datetime

from sqlalchemy import and_, delete, exists, insert, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute

from service.domain.channel import Channel
from service.domain.consent import ConsentAct, Suppressed
from service.store import Session
from service.store.tables.people import Consent, Permission, Supporter, Suppression

# One advisory lock: intents hold it shared, opt-outs exclusively, both until their transaction ends.
_GATE = 7_714_001


def lock_for_opt_out(session: Session) -> None:
    """Wait for intents under way, and hold back new ones until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:gate)"), {"gate": _GATE})


def lock_for_intent(session: Session) -> None:
    """Wait for opt-outs under way. Ask the gate's questions in later statements only: they see what committed."""
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:gate)"), {"gate": _GATE})


_APPEND = text("""
    INSERT INTO consents (campaign_id, channel, act, supporter_id, sign_up_id, address_hash, wording, source, ip, at)
    VALUES (:campaign_id, :channel, :act, :supporter_id, :sign_up_id,
        (SELECT CASE :channel WHEN 'email' THEN email_hash ELSE phone_hash END FROM supporters WHERE id = :supporter_id),
        :wording, :source, :ip, :at) RETURNING id
""")


def append(
    session: Session,
    *,
    campaign_id: int,
    channel: Channel,
    act: ConsentAct,
    supporter_id: int | None,
    sign_up_id: int | None,
    wording: str,
    source: str,
    ip: str,
    at: datetime,
) -> int:
    """One line in the ledger; its id."""
    line = {
        "campaign_id": campaign_id,
        "channel": str(channel),
        "act": str(act),
        "supporter_id": supporter_id,
        "sign_up_id": sign_up_id,
        "wording": wording,
        "source": source,
        "ip": ip,
        "at": at,
    }
    return int(session.scalars(_APPEND, line).one())


def permit(
    session: Session, *, campaign_id: int, channel: Channel, supporter_id: int, consent_id: int, given_at: datetime
) -> None:
    """Let messages of this campaign through to the address of this consent; giving twice points to the later one."""
    row = upsert(Permission).values(
        campaign_id=campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        consent_id=consent_id,
        address_hash=select(Consent.address_hash).where(Consent.id == consent_id).scalar_subquery(),
        given_at=given_at,
    )
    later = {"consent_id": consent_id, "address_hash": row.excluded.address_hash}
    session.execute(row.on_conflict_do_update(constraint="pk_permissions", set_=later))


def withdraw(
    session: Session, *, supporter_id: int, channel: Channel, wording: str, source: str, ip: str, at: datetime
) -> int:
    """Delete the channel's permissions in every campaign and write each withdrawal down; how many there were."""
    gone = (
        delete(Permission)
        .where(Permission.supporter_id == supporter_id, Permission.channel == channel)
        .returning(Permission.campaign_id)
        .cte("gone")
    )
    lines = select(
        gone.c.campaign_id,
        literal(str(channel)),
        literal(str(ConsentAct.WITHDRAWN)),
        literal(supporter_id),
        literal(wording),
        literal(source),
        literal(ip),
        literal(at),
    )
    written = insert(Consent).from_select(
        ["campaign_id", "channel", "act", "supporter_id", "wording", "source", "ip", "at"], lines
    )
    return len(session.scalars(written.returning(Consent.id)).all())


def suppress(session: Session, *, channel: Channel, address_hash: bytes, reason: Suppressed, at: datetime) -> bool:
    """Suppress a hashed address; whether it was new. The first reason stands, except that STOP outranks leaving."""
    row = upsert(Suppression).values(channel=channel, address_hash=address_hash, reason=reason, at=at)
    kept = row.on_conflict_do_update(
        constraint="pk_suppressions",
        set_={"reason": reason, "at": at},
        where=or_(
            and_(
                Suppression.reason == Suppressed.LEFT,
                literal(str(reason)).in_([str(Suppressed.STOP), str(Suppressed.COMPLAINT)]),
            ),
            and_(Suppression.reason == Suppressed.UNCLEAR, literal(str(reason)) != str(Suppressed.UNCLEAR)),
        ),
    )
    return session.scalars(kept.returning(Suppression.reason)).one_or_none() is not None


def suppress_supporter(
    session: Session, *, supporter_id: int, channel: Channel, reason: Suppressed, at: datetime
) -> bool:
    """Suppress the address a supporter has on this channel, if any."""
    found = session.scalars(select(_hash_column(channel)).where(Supporter.id == supporter_id)).one_or_none()
    return found is not None and suppress(session, channel=channel, address_hash=found, reason=reason, at=at)


def lift(session: Session, *, channel: Channel, address_hash: bytes, reasons: frozenset[Suppressed]) -> None:
    """Undo a suppression of one of these kinds."""
    session.execute(
        delete(Suppression).where(
            Suppression.channel == channel,
            Suppression.address_hash == address_hash,
            Suppression.reason.in_([str(reason) for reason in reasons]),
        )
    )


def lift_suppressions(session: Session, *, channel: Channel, supporter_id: int, reasons: frozenset[Suppressed]) -> None:
    """Undo suppressions of these kinds for the address a supporter has on this channel."""
    found = session.scalars(select(_hash_column(channel)).where(Supporter.id == supporter_id)).one_or_none()
    if found is not None and reasons:
        lift(session, channel=channel, address_hash=found, reasons=reasons)


def is_suppressed(session: Session, *, channel: Channel, supporter_id: int) -> bool:
    """Whether the address a supporter has on this channel must be left alone."""
    column = _hash_column(channel)
    question = select(
        exists().where(Supporter.id == supporter_id, Suppression.channel == channel, Suppression.address_hash == column)
    )
    return bool(session.scalar(question))


def suppressed_reason(session: Session, *, channel: Channel, address_hash: bytes) -> Suppressed | None:
    """Why a hashed address is left alone; None where it is not."""
    found = session.scalar(
        select(Suppression.reason).where(Suppression.channel == channel, Suppression.address_hash == address_hash)
    )
    return Suppressed(found) if found else None


def permitted_channels(session: Session, *, supporter_id: int, campaign_id: int) -> frozenset[Channel]:
    """The channels a supporter lets this campaign use, without those whose address must be left alone."""
    found = session.scalars(
        select(Permission.channel).where(Permission.supporter_id == supporter_id, Permission.campaign_id == campaign_id)
    )
    channels = [Channel(channel) for channel in found]
    return frozenset(
        channel for channel in channels if not is_suppressed(session, channel=channel, supporter_id=supporter_id)
    )


def _hash_column(channel: Channel) -> InstrumentedAttribute[bytes | None]:
    return Supporter.email_hash if channel is Channel.EMAIL else Supporter.phone_hash
