"""Questions about consent, permission and suppression."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, exists, insert, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute

from service.domain.channel import Channel
from service.domain.consent import GRAVITY, WISHES, ConsentAct, Suppressed
from service.store import Session, locks
from service.store.locks import Lock
from service.store.queries.gravity import KEEP_THE_GRAVER
from service.store.tables.people import Consent, Permission, Supporter, Suppression


def lock_for_opt_out(session: Session) -> None:
    """Wait for intents under way, and hold back new ones until this transaction ends."""
    locks.take(session, Lock.OPT_OUT)


def lock_for_intent(session: Session) -> None:
    """Wait for opt-outs under way. Ask the gate's questions in later statements only: they see what committed."""
    locks.share(session, Lock.OPT_OUT)


_APPEND = text("""
    INSERT INTO consents (campaign_id, channel, act, supporter_id, sign_up_id, address_hash, wording, source, ip, at)
    VALUES (:campaign_id, :channel, :act, :supporter_id, :sign_up_id, coalesce(CAST(:address_hash AS bytea),
        (SELECT CASE :channel WHEN 'email' THEN email_hash ELSE phone_hash END FROM supporters WHERE id = :supporter_id)),
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
    address_hash: bytes | None = None,
) -> int:
    """One line in the ledger; its id. Where no address is named it is the one the supporter has now."""
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
        "address_hash": address_hash,
    }
    return int(session.scalars(_APPEND, line).one())


def permit(
    session: Session, *, campaign_id: int, channel: Channel, supporter_id: int, consent_id: int, given_at: datetime
) -> None:
    """Let messages of this campaign through to the address of this consent; giving twice points to the later one.

    Every reader asks that this address is the one the supporter has at that moment.
    """
    row = upsert(Permission).values(
        campaign_id=campaign_id,
        channel=channel,
        supporter_id=supporter_id,
        consent_id=consent_id,
        address_hash=select(Consent.address_hash).where(Consent.id == consent_id).scalar_subquery(),
        given_at=given_at,
    )
    later = {"consent_id": consent_id, "address_hash": row.excluded.address_hash, "given_at": given_at}
    session.execute(row.on_conflict_do_update(constraint="pk_permissions", set_=later))


def withdraw(
    session: Session, *, supporter_id: int, channel: Channel, wording: str, source: str, ip: str, at: datetime
) -> int:
    """Delete the channel's permissions in every campaign and write each withdrawal down; how many there were."""
    gone = (
        delete(Permission)
        .where(Permission.supporter_id == supporter_id, Permission.channel == channel)
        .returning(Permission.campaign_id, Permission.address_hash)
        .cte("gone")
    )
    lines = select(
        gone.c.campaign_id,
        literal(str(channel)),
        literal(str(ConsentAct.WITHDRAWN)),
        literal(supporter_id),
        gone.c.address_hash,
        literal(wording),
        literal(source),
        literal(ip),
        literal(at),
    )
    written = insert(Consent).from_select(
        ["campaign_id", "channel", "act", "supporter_id", "address_hash", "wording", "source", "ip", "at"], lines
    )
    return len(session.scalars(written.returning(Consent.id)).all())


_SUPPRESS = text(f"""
    INSERT INTO suppressions AS kept (channel, address_hash, reason, at, forgotten_at)
    VALUES (:channel, :address_hash, :reason, :at, CASE WHEN :reason = 'erased' THEN CAST(:at AS timestamptz) END)
    {KEEP_THE_GRAVER} RETURNING channel
""")  # noqa: S608 - our own words


def suppress(session: Session, *, channel: Channel, address_hash: bytes, reason: Suppressed, at: datetime) -> bool:
    """Suppress a hashed address (pk_suppressions); whether that says more than what stood there."""
    asked = {"channel": str(channel), "address_hash": address_hash, "reason": str(reason), "at": at}
    return session.execute(_SUPPRESS, asked).one_or_none() is not None


def suppress_supporter(
    session: Session, *, supporter_id: int, channel: Channel, reason: Suppressed, at: datetime
) -> bool:
    """Suppress the address a supporter has on this channel, if any."""
    found = hash_of(session, channel=channel, supporter_id=supporter_id)
    return found is not None and suppress(session, channel=channel, address_hash=found, reason=reason, at=at)


def hash_of(session: Session, *, channel: Channel, supporter_id: int) -> bytes | None:
    """The hash of the address a supporter has on this channel now."""
    return session.scalars(select(_hash_column(channel)).where(Supporter.id == supporter_id)).one_or_none()


def address_of(session: Session, *, channel: Channel, supporter_id: int) -> tuple[str, bytes] | None:
    """The address a supporter has on this channel now and its hash; None where they have none."""
    address = Supporter.email if channel is Channel.EMAIL else Supporter.phone
    found = session.execute(select(address, _hash_column(channel)).where(Supporter.id == supporter_id)).one_or_none()
    return (found[0], found[1]) if found and found[0] and found[1] else None


def lift(
    session: Session,
    *,
    channel: Channel,
    address_hash: bytes,
    reasons: frozenset[Suppressed],
    asked_at: datetime | None = None,
) -> None:
    """Undo a suppression of one of these kinds. A wish that is later than `asked_at` stays."""
    undone = delete(Suppression).where(
        Suppression.channel == channel,
        Suppression.address_hash == address_hash,
        Suppression.reason.in_([str(reason) for reason in reasons]),
    )
    if asked_at is not None:
        wishes = [str(reason) for reason in WISHES]
        undone = undone.where(or_(Suppression.reason.not_in(wishes), Suppression.at <= asked_at))
    session.execute(undone)


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


def suppression(session: Session, *, channel: Channel, address_hash: bytes) -> tuple[Suppressed, datetime] | None:
    """Why and since when a hashed address is left alone; None where it is not (pk_suppressions)."""
    found = session.execute(
        select(Suppression.reason, Suppression.at).where(
            Suppression.channel == channel, Suppression.address_hash == address_hash
        )
    ).one_or_none()
    return (Suppressed(found.reason), found.at) if found else None


def left_at(session: Session, *, channel: Channel, supporter_id: int) -> datetime | None:
    """When the address a supporter has on this channel left; None where it did not, or another reason stands."""
    question = select(Suppression.at).where(
        Suppression.channel == channel,
        Suppression.address_hash == _hash_column(channel),
        Suppression.reason == Suppressed.LEFT,
        Supporter.id == supporter_id,
    )
    return session.scalars(question).one_or_none()


def was_given(session: Session, *, channel: Channel, supporter_id: int) -> bool:
    """Whether a supporter ever gave consent for the very address they have now (ix_consents_supporter_id)."""
    question = (
        select(Consent.id)
        .join(Supporter, Supporter.id == Consent.supporter_id)
        .where(
            Consent.supporter_id == supporter_id,
            Consent.channel == channel,
            Consent.act == ConsentAct.GIVEN,
            Consent.address_hash == _hash_column(channel),
        )
    )
    return session.scalar(question.limit(1)) is not None


def campaigns_left(session: Session, *, channel: Channel, supporter_id: int, at: datetime) -> Sequence[int]:
    """The campaigns a supporter's consent was withdrawn in at this very moment (ix_consents_supporter_id)."""
    question = select(Consent.campaign_id).where(
        Consent.supporter_id == supporter_id,
        Consent.channel == channel,
        Consent.act == ConsentAct.WITHDRAWN,
        Consent.at == at,
        # An import's undoing is no leaving.
        Consent.import_id.is_(None),
    )
    return session.scalars(question.distinct()).all()


_GIVEN_SINCE = text("""
    SELECT EXISTS (SELECT 1 FROM permissions p JOIN consents c ON c.id = p.consent_id
                   WHERE p.supporter_id = :supporter_id AND p.channel = :channel AND c.at > :at)
""")


def given_since(session: Session, *, channel: Channel, supporter_id: int, at: datetime) -> bool:
    """Whether a supporter gave a consent that stands after this moment (ix_permissions_supporter_id)."""
    asked = {"channel": str(channel), "supporter_id": supporter_id, "at": at}
    return bool(session.scalar(_GIVEN_SINCE, asked))


def suppressed_hashes(
    session: Session, *, channel: Channel, hashes: Sequence[bytes], reason: Suppressed
) -> frozenset[bytes]:
    """Those of these addresses that are left alone for this reason or a graver one (pk_suppressions)."""
    found = session.execute(
        select(Suppression.address_hash, Suppression.reason).where(
            Suppression.channel == channel, Suppression.address_hash.in_(hashes)
        )
    )
    return frozenset(row.address_hash for row in found if GRAVITY[Suppressed(row.reason)] >= GRAVITY[reason])


def permitted_channels(session: Session, *, supporter_id: int, campaign_id: int) -> frozenset[Channel]:
    """The channels a supporter lets this campaign use, without those whose address must be left alone.

    A consent that names an address the supporter had before lets nothing through.
    """
    present = case((Permission.channel == Channel.EMAIL, Supporter.email_hash), else_=Supporter.phone_hash)
    found = session.scalars(
        select(Permission.channel)
        .join(Supporter, Supporter.id == Permission.supporter_id)
        .where(
            Permission.supporter_id == supporter_id,
            Permission.campaign_id == campaign_id,
            Permission.address_hash == present,
        )
    )
    channels = [Channel(channel) for channel in found]
    return frozenset(
        channel for channel in channels if not is_suppressed(session, channel=channel, supporter_id=supporter_id)
    )


def _hash_column(channel: Channel) -> InstrumentedAttribute[bytes | None]:
    return Supporter.email_hash if channel is Channel.EMAIL else Supporter.phone_hash
