"""Supporters, what they allowed and what they did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.channel import Channel
from service.domain.consent import ConsentAct, Suppressed
from service.domain.petition import ConfirmationPurpose
from service.store.tables.base import Base, Id, one_of


class Supporter(Base):
    """A person who confirmed at least one address, or was imported with proof of consent."""

    __tablename__ = "supporters"

    id: Mapped[Id]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The one form of the mailbox, for counting and limits; a trigger keeps it, whoever writes the row.
    email_canonical: Mapped[str | None] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    # What we greet by, and the name as it stands on petitions.
    first_name: Mapped[str] = mapped_column(server_default="")
    full_name: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="Europe/London")
    source: Mapped[str] = mapped_column(server_default="")
    # The supporter by whose link they came. Without a foreign key: a row locked for each friend would make friends wait.
    referred_by: Mapped[int | None]
    # The number this supporter's texts come from, kept for as long as we have it.
    sms_sender: Mapped[str] = mapped_column(server_default="")
    # What files say of them, for audiences to ask after: the country in two letters, own fields of the organisation.
    last_name: Mapped[str] = mapped_column(server_default="")
    postcode: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    external_id: Mapped[str | None]
    details: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    # The import that added them; without a foreign key, as for the campaign.
    import_id: Mapped[int | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        # No word that stands for an address is one.
        CheckConstraint("position('@' IN email) > 1", name="email_has_at"),
        CheckConstraint("phone ~ '^\\+[1-9][0-9]{6,14}$'", name="phone_e164"),
        CheckConstraint("(email IS NULL) = (email_hash IS NULL)", name="email_hashed"),
        CheckConstraint("(phone IS NULL) = (phone_hash IS NULL)", name="phone_hashed"),
        Index("ix_supporters_created_at", "created_at"),
        Index("ix_supporters_referred_by", "referred_by", postgresql_where=text("referred_by IS NOT NULL")),
        Index(
            "ix_supporters_name_prefix",
            func.lower(text("first_name")).label("name"),
            postgresql_ops={"name": "text_pattern_ops"},
        ),
        Index("ix_supporters_email_canonical", "email_canonical"),
        # Without those who have none: an import of a million writes nothing here, and each question names the limit.
        Index("ix_supporters_tags", "tags", postgresql_using="gin", postgresql_where=text("tags <> '{}'::text[]")),
        Index(
            "ix_supporters_details",
            "details",
            postgresql_using="gin",
            postgresql_ops={"details": "jsonb_path_ops"},
            postgresql_where=text("details <> '{}'::jsonb"),
        ),
        *(
            Index(
                f"ix_supporters_{name}",
                name,
                postgresql_ops={name: "text_pattern_ops"},
                postgresql_where=text(f"{name} <> ''"),
            )
            for name in ("last_name", "postcode", "country")
        ),
        Index("ix_supporters_external_id", "external_id", postgresql_where=text("external_id IS NOT NULL")),
        Index("ix_supporters_import_id", "import_id", "id", postgresql_where=text("import_id IS NOT NULL")),
        Index("ix_supporters_source", "source"),
        Index("ix_supporters_locale", "locale"),
    )


class SignUp(Base):
    """What somebody asked for on a landing page. It becomes a supporter only when an address confirms."""

    __tablename__ = "sign_ups"

    id: Mapped[Id]
    # No foreign key to the campaign here, in consents and in permissions: each would lock the one row of the campaign,
    # and thousands of people signing up at once would wait for each other. Campaigns are never deleted.
    campaign_id: Mapped[int]
    first_name: Mapped[str]
    # What the petition was signed with: the name as it should stand, and the country or postcode where it asks.
    full_name: Mapped[str] = mapped_column(server_default="")
    place: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str | None]
    email_canonical: Mapped[str | None] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    phone: Mapped[str | None]
    # What our text names this sign-up by; '' where no text was asked for. Tries are of typing it on a page.
    phone_code: Mapped[str] = mapped_column(server_default="")
    code_tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    wants_email: Mapped[bool]
    wants_sms: Mapped[bool]
    signs_petition: Mapped[bool] = mapped_column(server_default=text("false"))
    # The wording shown beside each ticked box, and what was signed, kept as it was.
    wordings: Mapped[dict[str, str]] = mapped_column(JSONB)
    locale: Mapped[str]
    time_zone: Mapped[str]
    source: Mapped[str]
    referred_by: Mapped[int | None]
    ip: Mapped[str]
    created_at: Mapped[datetime]
    email_confirmed_at: Mapped[datetime | None]
    phone_confirmed_at: Mapped[datetime | None]
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    # When whoever this was asked to be forgotten: nothing of theirs is left in the row, and it confirms nothing.
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL OR erased_at IS NOT NULL", name="has_address"),
        Index("ix_sign_ups_supporter_id", "supporter_id"),
        Index("ix_sign_ups_email_created_at", "email", "created_at"),
        Index("ix_sign_ups_email_canonical", "email_canonical", "created_at"),
        Index("ix_sign_ups_phone_created_at", "phone", "created_at"),
        # What is let go by its age (service/store/queries/retention.py).
        Index(
            "ix_sign_ups_unconfirmed",
            "created_at",
            postgresql_where=text(
                "supporter_id IS NULL AND erased_at IS NULL AND email_confirmed_at IS NULL AND phone_confirmed_at IS NULL"
            ),
        ),
        Index("ix_sign_ups_with_ip", "created_at", postgresql_where=text("ip <> ''")),
        Index(
            "ix_sign_ups_phone_confirmed_at",
            *("campaign_id", "phone_confirmed_at"),
            postgresql_where=text("phone_confirmed_at IS NOT NULL"),
        ),
    )


class ConfirmationRequest(Base):
    """That an address was asked to confirm, or told that it had; what its allowance is counted from."""

    __tablename__ = "confirmation_requests"

    id: Mapped[Id]
    sign_up_id: Mapped[int] = mapped_column(ForeignKey("sign_ups.id"), index=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    # The notice it became; null where the address had nothing to be told.
    notice_id: Mapped[int | None]
    asked_at: Mapped[datetime]

    __table_args__ = (one_of("channel", Channel), one_of("purpose", ConfirmationPurpose))


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
    # The import that gave it, or whose undoing withdrew it.
    import_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (
        one_of("channel", Channel),
        one_of("act", ConsentAct),
        CheckConstraint("supporter_id IS NOT NULL OR sign_up_id IS NOT NULL", name="of_somebody"),
        Index("ix_consents_supporter_id", "supporter_id"),
        Index("ix_consents_sign_up_id", "sign_up_id"),
        Index("ix_consents_with_ip", "at", postgresql_where=text("ip <> ''")),
        Index("ix_consents_withdrawn", "campaign_id", "supporter_id", postgresql_where=text("act = 'withdrawn'")),
    )


class Permission(Base):
    """What the ledger comes to: a row exists exactly while consent for the channel stands."""

    __tablename__ = "permissions"

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    # The consent names the supporter too, and is held to by a key; a second key would only be asked again.
    supporter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"))
    # The one address it lets messages through to. A row of the version before, which names none, is given the
    # supporter's present one by a trigger as it is written; a null lets nothing through.
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
    # When its owner asked to be forgotten, beside whatever reason is graver: no import brings them back.
    forgotten_at: Mapped[datetime | None]

    __table_args__ = (one_of("channel", Channel), one_of("reason", Suppressed))


class SuppressionList(Base):
    """How far one of the provider's own suppression lists has been read, and what came of it."""

    __tablename__ = "suppression_lists"

    name: Mapped[str] = mapped_column(primary_key=True)
    # The stretch of time being read, and the place in it; a list read whole has none.
    reading_from: Mapped[datetime | None]
    reading_upto: Mapped[datetime | None]
    next_offset: Mapped[int] = mapped_column(Integer, server_default="0")
    # Everything up to here has been read.
    read_upto: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    added_count: Mapped[int] = mapped_column(server_default="0")
    # What stands in the way of reading it; empty where nothing does.
    trouble: Mapped[str] = mapped_column(server_default="")
    tried_at: Mapped[datetime | None]


class Erasure(Base):
    """That somebody was forgotten, and what was gone through; it names nobody but by the keyed hashes left alone."""

    __tablename__ = "erasures"

    id: Mapped[Id]
    # The number of its certificate.
    ref: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    at: Mapped[datetime]
    source: Mapped[str]
    # Whether there was anything to erase.
    was_known: Mapped[bool]
    # Table to rows emptied or deleted, each table that was gone through.
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    # `email:` or `sms:` and the keyed hash, by which they are erased again after a restore.
    hashes: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Action(Base):
    """Something a supporter did that audiences and reports ask about: shared, read a briefing, clicked."""

    __tablename__ = "actions"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    kind: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    # No foreign key: each click would lock the blast's row, which everybody shares.
    blast_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_actions_supporter_id_kind", "supporter_id", "kind"),
        Index("ix_actions_campaign_id_kind", "campaign_id", "kind"),
        Index("ix_actions_blast_id", "blast_id"),
        Index("ix_actions_clicks", "at", postgresql_where=text("kind = 'clicked'")),
    )
