"""Builders for tests: a campaign around a match, and the cast: Ana, Bilal, Cora and Dev."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from service.consenting.consent import AddressKey, Evidence, give_consent
from service.domain.channel import Channel
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Briefing, Campaign, Copy, Fixture, Link, Petition, Stage
from service.store.tables.people import SignUp, Supporter
from service.store.tables.testing import Tester

KICK_OFF = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
KEY = AddressKey(b"a key of the tests")
EVERYONE = tuple(Channel)


def fixture(session: Session, *, kick_off_at: datetime = KICK_OFF, slug: str = "aze-eng") -> Fixture:
    """Azerbaijan–England, scheduled."""
    row = Fixture(
        slug=slug,
        home="Azerbaijan",
        away="England",
        venue="Tofiq Bahramov Stadium, Baku",
        competition="World Cup qualifier",
        time_zone="Asia/Baku",
        state="scheduled",
        kick_off_at=kick_off_at,
    )
    session.add(row)
    session.flush()
    return row


def campaign(session: Session, *, slug: str = "fair-trials", match: Fixture | None = None) -> Campaign:
    """A campaign with a petition and one briefing, current unless there is one already."""
    match = match or fixture(session)
    has_current = session.query(Campaign).filter(Campaign.is_current).count() > 0
    row = Campaign(
        slug=slug,
        fixture_id=match.id,
        title="Fair trials in Azerbaijan",
        organisation="Fair Play for Rights",
        summary="The match shines a light.",
        language="en",
        sender_name="Fair Play for Rights",
        sender_email="news@example.org",
        reply_to="hello@example.org",
        postal_address="1 Example Street, London",
        consent_wordings={"en": {"email": "Email me about this campaign.", "sms": "Text me about this campaign."}},
        segment_price=400,
        email_price_per_thousand=8000,
        is_current=not has_current,
        loaded_at=KICK_OFF - timedelta(days=14),
    )
    session.add(row)
    session.flush()
    session.add(
        Petition(
            campaign_id=row.id,
            addressee="The Government of Azerbaijan",
            goal=1000,
            wordings={"en": {"title": "Fair trials for all", "body": "We ask for fair trials."}},
        )
    )
    session.add(
        Briefing(
            campaign_id=row.id,
            slug="election-2003",
            language="en",
            position=1,
            title="The election of 2003",
            summary="What was reported.",
            body="Amnesty International reported in October 2004 …",
        )
    )
    session.flush()
    return row


def stage(
    session: Session,
    campaign: Campaign,
    *,
    slug: str = "find-out-more",
    anchor: str = "kick_off",
    offset: timedelta | None = None,
    stale_after: timedelta = timedelta(hours=12),
    channels: Sequence[Channel] = EVERYONE,
    due_at: datetime | None = None,
    catch_up: str = "skip",
    only_result: str | None = None,
    audience: Sequence[object] = (),
    email: tuple[str, str] = ("Find out more", "Dear {first_name|friend}, sign: {petition_link}"),
    sms: str = "{first_name|friend}, sign: {petition_link} Reply STOP to end",
) -> Stage:
    """A stage with words for its channels; one that is due at a moment of its own is measured from kick-off too."""
    kick_off_at = session.get_one(Fixture, campaign.fixture_id).kick_off_at
    if offset is None:
        offset = due_at - kick_off_at if due_at and anchor == "kick_off" else timedelta(days=-2)
    row = Stage(
        campaign_id=campaign.id,
        slug=slug,
        title=slug.replace("-", " ").capitalize(),
        position=1,
        anchor=anchor,
        offset_span=offset,
        stale_after=stale_after,
        channels=[str(channel) for channel in channels],
        only_result=only_result,
        catch_up=catch_up,
        audience=list(audience),
        due_at=due_at if due_at or anchor != "kick_off" else kick_off_at + offset,
    )
    session.add(row)
    session.flush()
    words = {Channel.EMAIL: email, Channel.SMS: ("", sms)}
    for channel in channels:
        subject, body = words[channel]
        session.add(Copy(stage_id=row.id, channel=str(channel), language="en", subject=subject, body=body))
    session.flush()
    return row


def sign_up(session: Session, campaign: Campaign, email: str) -> SignUp:
    """Cora, who has yet to confirm that she wants emails."""
    row = SignUp(
        campaign_id=campaign.id,
        first_name="Cora",
        email=email,
        wants_email=True,
        wants_sms=False,
        wordings={"email": "I agree."},
        locale="en",
        time_zone="Europe/London",
        source="",
        ip="",
        created_at=KICK_OFF,
    )
    session.add(row)
    session.flush()
    return row


def supporter(
    session: Session,
    name: str = "Ana",
    *,
    campaign: Campaign | None = None,
    email: str | None = "",
    phone: str | None = None,
    consents: Iterable[Channel] | None = None,
    joined_at: datetime = KICK_OFF - timedelta(days=7),
    time_zone: str = "Europe/London",
    locale: str = "en",
    source: str = "",
    full_name: str | None = None,
) -> Supporter:
    """A confirmed supporter; consents to every channel they have an address on, unless told otherwise."""
    email = f"{name.lower()}@example.org" if email == "" else email
    row = Supporter(
        first_name=name,
        full_name=full_name if full_name is not None else f"{name} Example",
        email=email,
        phone=phone,
        email_hash=KEY.hash(Channel.EMAIL, email) if email else None,
        phone_hash=KEY.hash(Channel.SMS, phone) if phone else None,
        created_at=joined_at,
        time_zone=time_zone,
        locale=locale,
        source=source,
    )
    session.add(row)
    session.flush()
    has = [channel for channel, address in ((Channel.EMAIL, email), (Channel.SMS, phone)) if address]
    for channel in has if consents is None else consents:
        if campaign is not None:
            consent(session, row, campaign, channel, at=joined_at)
    return row


def consent(session: Session, who: Supporter, campaign: Campaign, channel: Channel, *, at: datetime = KICK_OFF) -> None:
    """Consent given in so many words."""
    evidence = Evidence(wording="I agree.", source="test")
    give_consent(session, campaign_id=campaign.id, channel=channel, supporter_id=who.id, evidence=evidence, now=at)


def a_tester(session: Session, address: str, *, confirmed_at: datetime | None = KICK_OFF) -> Tester:
    """Somebody named as a tester, who has said yes unless told otherwise."""
    row = Tester(
        channel="email" if "@" in address else "sms",
        address=address,
        added_by="dev@example.org",
        added_at=KICK_OFF,
        asked_at=KICK_OFF,
        ask_count=1,
        confirmed_at=confirmed_at,
    )
    session.add(row)
    session.flush()
    return row


def link(session: Session, campaign: Campaign, target: str) -> int:
    """The row of a tracked link."""
    row = Link(campaign_id=campaign.id, target=target)
    session.add(row)
    session.flush()
    return row.id


def blast(
    session: Session,
    campaign: Campaign,
    *,
    channels: Sequence[Channel] = EVERYONE,
    opens_at: datetime | None = None,
    audience: Sequence[object] = (),
    subject: str = "Find out more",
    email: str = "Dear {first_name|friend}, sign: {petition_link}",
    sms: str = "{first_name|friend}, sign: {petition_link} Reply STOP to end",
    state: str = "scheduled",
) -> Blast:
    """A manager's blast, due at once."""
    opens_at = opens_at or datetime.now(UTC) - timedelta(seconds=1)
    row = Blast(
        campaign_id=campaign.id,
        title="A blast",
        state=state,
        channels=[str(channel) for channel in channels],
        audience=list(audience),
        draft={"en": {"email": {"subject": subject, "preheader": "", "body": email}, "sms": {"body": sms}}},
        opens_at=opens_at,
        expires_at=opens_at + timedelta(hours=12),
        created_at=opens_at,
        opened_at=None if state == "scheduled" else opens_at,
    )
    session.add(row)
    session.flush()
    return row
