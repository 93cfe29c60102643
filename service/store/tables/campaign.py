"""Fixtures and what a campaign plans around them."""

from datetime import datetime, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.fixture import FixtureState, Result
from service.domain.petition import Asks
from service.domain.stage import Anchor, CatchUp, Firing, QuietHoursPolicy
from service.store.tables.base import Base, Id, one_of


class Fixture(Base):
    __tablename__ = "fixtures"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    home: Mapped[str]
    away: Mapped[str]
    venue: Mapped[str]
    competition: Mapped[str]
    time_zone: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="scheduled")
    kick_off_at: Mapped[datetime]
    half_time_at: Mapped[datetime | None]
    full_time_at: Mapped[datetime | None]
    home_score: Mapped[int | None] = mapped_column(SmallInteger)
    away_score: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (
        one_of("state", FixtureState),
        CheckConstraint("(home_score IS NULL) = (away_score IS NULL)", name="score_whole"),
    )


class FixtureChange(Base):
    """One thing that was done to a match, and what the match was before and after: the newest can be taken back."""

    __tablename__ = "fixture_changes"

    id: Mapped[Id]
    fixture_id: Mapped[int] = mapped_column(ForeignKey("fixtures.id"))
    deed: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    before: Mapped[dict[str, str | int | None]] = mapped_column(JSONB)
    after: Mapped[dict[str, str | int | None]] = mapped_column(JSONB)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (Index("ix_fixture_changes_last", "fixture_id", "id", postgresql_where=text("undone_at IS NULL")),)


class Campaign(Base):
    __tablename__ = "campaigns"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    fixture_id: Mapped[int] = mapped_column(ForeignKey("fixtures.id"), index=True)
    title: Mapped[str]
    organisation: Mapped[str]
    summary: Mapped[str]
    language: Mapped[str]
    sender_name: Mapped[str]
    sender_email: Mapped[str]
    reply_to: Mapped[str]
    postal_address: Mapped[str]
    privacy_url: Mapped[str] = mapped_column(server_default="")
    # Per language: the wording shown beside each channel's box: {"en": {"email": "…", "sms": "…"}}.
    consent_wordings: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)
    # The campaign's own keywords beside the built-in ones: {"MORE": "election-2003"}.
    keywords: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    # Per channel, local to the supporter: {"sms": {"from": "21:00", "until": "08:00"}}.
    quiet_hours: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    # What whoever writes a text in their own words gets at once, once a day; '' for nothing.
    reply_receipt: Mapped[str] = mapped_column(server_default="")
    # Where its texts may go: two-letter countries; none for where its numbers are.
    countries: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    currency: Mapped[str] = mapped_column(server_default="GBP")
    # Ten-thousandths of a currency unit, so that a text at 4.12p is a whole number.
    segment_price: Mapped[int] = mapped_column(Integer, server_default="0")
    email_price_per_thousand: Mapped[int] = mapped_column(Integer, server_default="0")
    # At most so many of our messages a channel for one supporter within the window; null for no limit.
    cap_count: Mapped[int | None] = mapped_column(SmallInteger)
    # To how many one person may launch alone, where that is fewer than the installation allows; null for as it allows.
    approval_above: Mapped[int | None]
    cap_window: Mapped[timedelta] = mapped_column(server_default=text("'1 day'"))
    is_current: Mapped[bool] = mapped_column(server_default=text("false"))
    loaded_at: Mapped[datetime]

    __table_args__ = (
        # One campaign at most answers at `/`.
        Index("uq_campaigns_is_current", "is_current", unique=True, postgresql_where=text("is_current")),
    )


class Stage(Base):
    __tablename__ = "stages"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    slug: Mapped[str]
    title: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    anchor: Mapped[str]
    # "offset" is a word of SQL's own.
    offset_span: Mapped[timedelta]
    at: Mapped[datetime | None]
    stale_after: Mapped[timedelta]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    only_result: Mapped[str | None]
    catch_up: Mapped[str]
    quiet_hours: Mapped[str] = mapped_column(server_default="defer")
    audience: Mapped[list[object]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    # The hour each supporter gets it at, where they are; null for everyone at once.
    local_time: Mapped[time | None]
    # A limit of this stage's own in place of the campaign's.
    cap_count: Mapped[int | None] = mapped_column(SmallInteger)
    # Computed from the fixture whenever it moves; null while it cannot be known.
    due_at: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    # When somebody said that it goes out although its match was abandoned; null where nobody did.
    goes_on_at: Mapped[datetime | None]
    # Since when a change by somebody who may not launch waits for a release, and whose it is; null where none waits.
    unreleased_at: Mapped[datetime | None]
    unreleased_by: Mapped[str] = mapped_column(server_default="")
    # What it was before the first of those changes: {"timing": {"due": "2 days before kick-off", …}, "words": {…}}.
    released_facts: Mapped[dict[str, dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))
    # When managers were told that it waits; null where they were not, or it was changed or moved since.
    release_asked_at: Mapped[datetime | None]
    # Who changed it last; '' for nobody.
    changed_by: Mapped[str] = mapped_column(server_default="")
    # Since when it waits for a second person's approval; null where it does not. And when managers were told.
    approval_wanted_at: Mapped[datetime | None]
    approval_asked_at: Mapped[datetime | None]
    # When it was last looked at whether it will need one.
    approval_looked_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("campaign_id", "slug"),
        one_of("anchor", Anchor),
        one_of("catch_up", CatchUp),
        one_of("only_result", Result, nullable=True),
        one_of("quiet_hours", QuietHoursPolicy),
        CheckConstraint("(anchor = 'absolute') = (at IS NOT NULL)", name="absolute_has_at"),
        CheckConstraint("stale_after > interval '0'", name="stale_after_positive"),
        Index("ix_stages_due_at", "due_at", postgresql_where=text("fired_at IS NULL AND removed_at IS NULL")),
        Index("ix_stages_unreleased", "id", postgresql_where=text("unreleased_at IS NOT NULL AND fired_at IS NULL")),
        Index(
            "ix_stages_approval_wanted",
            "id",
            postgresql_where=text("approval_wanted_at IS NOT NULL AND fired_at IS NULL"),
        ),
    )


class StageFiring(Base):
    """A stage fires at most once, ever: its primary key is the promise."""

    __tablename__ = "stage_firings"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), primary_key=True)
    outcome: Mapped[str]
    due_at: Mapped[datetime | None]
    fired_at: Mapped[datetime]

    __table_args__ = (one_of("outcome", Firing),)


class Copy(Base):
    """What a stage says, per channel, language and result ('' where it says the same whatever the result)."""

    __tablename__ = "copies"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True, server_default="")
    subject: Mapped[str] = mapped_column(server_default="")
    preheader: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str]


class Briefing(Base):
    __tablename__ = "briefings"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    slug: Mapped[str]
    language: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (UniqueConstraint("campaign_id", "slug", "language"),)


class Petition(Base):
    """One petition a campaign; its words per language: {"en": {"title": …, "body": …}}."""

    __tablename__ = "petitions"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), unique=True)
    addressee: Mapped[str]
    goal: Mapped[int] = mapped_column(Integer)
    # What it asks for beside the name: '', country or postcode.
    asks: Mapped[str] = mapped_column(server_default="")
    wordings: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)
    closed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (one_of("asks", Asks),)


class Link(Base):
    """Where a tracked link leads; a token names the row, never the address."""

    __tablename__ = "links"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    # A path below PUBLIC_URL ("/slug/briefings/x") or, for a manager's own link, a whole https address.
    target: Mapped[str]

    __table_args__ = (UniqueConstraint("campaign_id", "target"),)
