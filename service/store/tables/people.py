"""Supporters, what they allowed and what they did."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel
from service.domain.consent import ConsentAct, Suppressed
from service.store.tables.base import Base, Id, one_of


class Supporter(Base):
    """A person who confirmed at least one address, or was imported with proof of consent."""

    __tablename__ = "supporters"

    id: Mapped[Id]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    first_name: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="Europe/London")
    source: Mapped[str] = mapped_column(server_default="")
    # The number this supporter's texts come from, kept for as long as we have it.
    sms_sender: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("phone ~ '^\\+[1-9][0-9]{6,14}$'", name="phone_e164"),
        CheckConstraint("(email IS NULL) = (email_hash IS NULL)", name="email_hashed"),
        CheckConstraint("(phone IS NULL) = (phone_hash IS NULL)", name="phone_hashed"),
        Index("ix_supporters_created_at", "created_at"),
    )


class SignUp(Base):
    """What somebody asked for on a landing page. It becomes a supporter only when an address confirms."""

    __tablename__ = "sign_ups"

    id: Mapped[Id]
    # No foreign key to the campaign here, in consents and in permissions: each would lock the one row of the campaign,
    # and thousands of people signing up at once would wait for each other. Campaigns are never deleted.
    campaign_id: Mapped[int]
    first_name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    wants_email: Mapped[bool]
    wants_sms: Mapped[bool]
    signs_petition: Mapped[bool] = mapped_column(server_default=text("false"))
    # The wording shown beside each ticked box, kept as it was.
    wordings: Mapped[dict[str, str]] = mapped_column(JSONB)
    locale: Mapped[str]
    time_zone: Mapped[str]
    source: Mapped[str]
    ip: Mapped[str]
    created_at: Mapped[datetime]
    email_confirmed_at: Mapped[datetime | None]
    phone_confirmed_at: Mapped[datetime | None]
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))

    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="has_address"),
        Index("ix_sign_ups_email_created_at", "email", "created_at"),
        Index("ix_sign_ups_phone_created_at", "phone", "created_at"),
        Index(
            "ix_sign_ups_phone_confirmed_at",
            *("campaign_id", "phone_confirmed_at"),
            postgresql_where=text("phone_confirmed_at IS NOT NULL"),
        ),
        Index("ix_sign_ups_phone_prefix", "phone", postgresql_ops={"phone": "text_pattern_ops"}),
    )


class Consent(Base):
    """The ledger: asked, given, withdrawn; per channel and campaign; appended to, never changed."""

    __tablename__ = "consents"

    id: Mapped[Id]
    campaign_id: Mapped[int]
    channel: Mapped[str]
    act: Mapped[str]
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    sign_up_id: Mapped[int | None] = mapped_column(ForeignKey("sign_ups.id"))
    # The address it is for, as a keyed hash: consent is given for one address, not for whatever a person has later.
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    wording: Mapped[str]
    source: Mapped[str]
    ip: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]

    __table_args__ = (
        one_of("channel", Channel),
        one_of("act", ConsentAct),
        CheckConstraint("supporter_id IS NOT NULL OR sign_up_id IS NOT NULL", name="of_somebody"),
        Index("ix_consents_supporter_id", "supporter_id"),
    )


class Permission(Base):
    """What the ledger comes to: a row exists exactly while consent for the channel stands."""

    __tablename__ = "permissions"

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    # The consent names the supporter too, and is held to by a key; a second key would only be asked again.
    supporter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"))
    # The one address it lets messages through to; null in rows of the version before, until they are given anew.
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_at: Mapped[datetime]

    __table_args__ = (one_of("channel", Channel), Index("ix_permissions_supporter_id", "supporter_id"))


class Suppression(Base):
    """An address that must be left alone, kept as a keyed hash so that it outlives erasure."""

    __tablename__ = "suppressions"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    reason: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (one_of("channel", Channel), one_of("reason", Suppressed))


class Signature(Base):
    """Signed at most once by each supporter: the primary key is the promise."""

    __tablename__ = "signatures"

    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    supporter_id: Mapped[int] = mapped_column(ForeignKey("supporters.id"), primary_key=True)
    name: Mapped[str]
    source: Mapped[str]
    blast_id: Mapped[int | None] = mapped_column(ForeignKey("blasts.id"))
    signed_at: Mapped[datetime]

    __table_args__ = (Index("ix_signatures_blast_id", "blast_id"), Index("ix_signatures_supporter_id", "supporter_id"))


class Action(Base):
    """Something a supporter did that audiences and reports ask about: shared, read a briefing, clicked."""

    __tablename__ = "actions"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    kind: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    blast_id: Mapped[int | None] = mapped_column(ForeignKey("blasts.id"))
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_actions_supporter_id_kind", "supporter_id", "kind"),
        Index("ix_actions_campaign_id_kind", "campaign_id", "kind"),
        Index("ix_actions_blast_id", "blast_id"),
    )


class Reply(Base):
    """A text from a phone; one row per provider message, however often the webhook calls."""

    __tablename__ = "replies"

    id: Mapped[Id]
    provider_ref: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    phone: Mapped[str]
    to_number: Mapped[str]
    body: Mapped[str]
    keyword: Mapped[str] = mapped_column(server_default="")
    # Free text waits in the inbox until a manager answers it or sets it aside.
    needs_answer: Mapped[bool]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        UniqueConstraint("provider_ref"),
        Index("ix_replies_phone", "phone", "received_at"),
        Index("ix_replies_waiting", "received_at", postgresql_where=text("needs_answer AND handled_at IS NULL")),
    )
