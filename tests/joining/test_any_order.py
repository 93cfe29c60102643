"""Whatever order a person joins, signs, presses, leaves, stops and is forgotten in, what stands is what they said last."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.consenting.erase import erase_address
from service.domain.channel import Channel
from service.joining.confirm import confirm_email
from service.joining.leave import leave
from service.listening.receive import receive_text
from service.petitioning.sign import take_name_off
from service.providers.ports import InboundText
from service.store.queries import supporters
from service.store.tables.campaign import Campaign
from service.store.tables.signatures import SignatureCount
from tests import make
from tests.joining.forms import EMAIL, MINUTE, NOW, PHONE, join, sign

DEEDS = (
    *("join 0", "join 1", "sign 0", "sign 1", "sign and join 0", "press first", "press last", "leave", "forget"),
    *("name off 0", "give number 0", "JOIN", "STOP", "START", "SIGN Ana Aliyeva", "forget number"),
)

MAILBOX = make.KEY.hash(Channel.EMAIL, f"mailbox {EMAIL}")
NUMBER = make.KEY.hash(Channel.SMS, f"mailbox {PHONE}")


@dataclass(slots=True)
class _Form:
    id: int
    campaign: int
    news: bool
    signs: bool
    minute: int
    waits: bool = True
    forgotten: bool = False


@dataclass(slots=True)
class _Person:
    """What she has said, and what should stand of it."""

    forms: list[_Form] = field(default_factory=list)
    left_at: int = -1
    is_left: bool = False
    allowed: set[int] = field(default_factory=set)
    # Petitions her mailbox counts on, and those whose name is hers to take off.
    signed: set[int] = field(default_factory=set)
    own: set[int] = field(default_factory=set)
    has_stopped: bool = False


@dataclass(slots=True)
class _World:
    session: Session
    campaigns: list[Campaign]
    her: _Person = field(default_factory=_Person)
    minute: int = 0

    def do(self, deed: str) -> None:
        self.minute += 1
        what, _, number = deed.rpartition(" ")
        if number.isdigit():
            self._on(what, int(number))
        elif deed.startswith("press"):
            self._press(deed)
        elif deed == "leave":
            self._leave()
        elif deed == "forget":
            self._forget()
        elif deed == "forget number":
            erase_address(self.session, channel=Channel.SMS, address=PHONE, key=make.KEY, source="t", now=self._now())
            self.her.has_stopped = True
        else:
            self._text(deed)
        self.session.expire_all()

    def _now(self) -> datetime:
        return NOW + self.minute * MINUTE

    def _on(self, what: str, number: int) -> None:
        campaign = self.campaigns[number]
        if what == "name off":
            known = supporters.by_address(self.session, Channel.EMAIL, EMAIL)
            petition = self._petition(campaign)
            if known and take_name_off(
                self.session, petition_id=petition, supporter_id=known.id, source="t", now=self._now()
            ):
                assert number in self.her.own
                self.her.own.discard(number)
                self.her.signed.discard(number)
            return
        if what == "give number":
            join(self.session, campaign, at=self._now(), email="", consent_email=False, phone=PHONE, consent_sms=True)
            return
        news, signs = "join" in what, "sign" in what
        make_form = sign if signs else join
        form = make_form(self.session, campaign, at=self._now(), consent_email=news)
        self.her.forms.append(_Form(form, number, news, signs, self.minute))

    def _press(self, deed: str) -> None:
        forms = [form for form in self.her.forms if form.waits or form.forgotten]
        if not forms:
            return
        pressed = forms[0 if deed == "press first" else -1]
        came_to = confirm_email(self.session, pressed.id, key=make.KEY, ip="", now=self._now())
        if pressed.forgotten:
            assert came_to is None
            return
        waiting = [form for form in self.her.forms if form.waits]
        asked = max((form.minute for form in waiting if form.news), default=-1)
        if asked > self.her.left_at:
            self.her.is_left = False if asked >= 0 else self.her.is_left
        for form in waiting:
            form.waits = False
            if form.news and not self.her.is_left:
                self.her.allowed.add(form.campaign)
            if form.signs:
                self.her.signed.add(form.campaign)
                self.her.own.add(form.campaign)

    def _leave(self) -> None:
        known = supporters.by_address(self.session, Channel.EMAIL, EMAIL)
        if known is None:
            return
        channels = frozenset({Channel.EMAIL})
        leave(self.session, supporter_id=known.id, channels=channels, source="t", ip="", now=self._now())
        self._has_left()

    def _has_left(self) -> None:
        self.her.allowed.clear()
        if not self.her.is_left:
            self.her.left_at = self.minute
        self.her.is_left = True

    def _forget(self) -> None:
        erase_address(self.session, channel=Channel.EMAIL, address=EMAIL, key=make.KEY, source="t", now=self._now())
        self._has_left()
        self.her.left_at = self.minute
        self.her.own.clear()
        for form in self.her.forms:
            form.forgotten = True
            form.waits = False

    def _text(self, body: str) -> None:
        inbound = InboundText(f"SM{self.minute}", PHONE, "+447700900000", body, self._now())
        receive_text(self.session, inbound, key=make.KEY, now=self._now())
        if body in {"STOP", "JOIN", "START"}:
            self.her.has_stopped = body == "STOP"

    def _petition(self, campaign: Campaign) -> int:
        asked = text("SELECT id FROM petitions WHERE campaign_id = :id")
        return int(self.session.scalars(asked, {"id": campaign.id}).one())

    def check(self) -> None:
        assert self._allowed("email") == self.her.allowed
        if self.her.has_stopped:
            assert self._allowed("sms") == set()
        by_mail = {number for number, campaign in enumerate(self.campaigns) if self._counted(campaign, MAILBOX)}
        assert by_mail == self.her.signed
        for campaign in self.campaigns:
            assert self._count(campaign) == self._counted(campaign, MAILBOX) + self._counted(campaign, NUMBER) <= 2
        assert self.session.scalar(text("SELECT count(*) FROM supporters WHERE email NOT LIKE '%@%'")) == 0
        assert self.session.scalar(text("SELECT count(*) FROM supporters WHERE erased_at IS NULL")) <= 2

    def _allowed(self, channel: str) -> set[int]:
        found = self.session.scalars(
            text("""SELECT p.campaign_id FROM permissions p JOIN supporters s ON s.id = p.supporter_id
                WHERE p.channel = :channel
                  AND p.address_hash = CASE :channel WHEN 'email' THEN s.email_hash ELSE s.phone_hash END
                  AND NOT EXISTS (SELECT FROM suppressions x WHERE x.channel = p.channel AND x.address_hash = p.address_hash)
            """),
            {"channel": channel},
        )
        ids = [campaign.id for campaign in self.campaigns]
        return {ids.index(found_id) for found_id in found}

    def _counted(self, campaign: Campaign, mailbox: bytes) -> int:
        asked = text("""SELECT count(*) FROM signatures WHERE petition_id = :id AND mailbox = :mailbox
                        AND withdrawn_at IS NULL AND NOT awaits_name""")
        return int(self.session.scalar(asked, {"id": self._petition(campaign), "mailbox": mailbox}) or 0)

    def _count(self, campaign: Campaign) -> int:
        rows = self.session.query(SignatureCount).filter(SignatureCount.petition_id == self._petition(campaign))
        return sum(row.count for row in rows)


@pytest.fixture
def campaigns(session: Session) -> list[Campaign]:
    first = make.campaign(session)
    return [first, make.campaign(session, slug="other", match=make.fixture(session, slug="other"))]


@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=14))
@example(deeds=["join 1", "press first", "join 0", "leave", "join 1", "press first"])
@example(deeds=["join 0", "press first", "join 0", "leave", "sign 0", "press last"])
@example(deeds=["sign 0", "press first", "forget", "sign 0", "press last", "name off 0", "sign 0", "press last"])
@example(deeds=["join 0", "press first", "leave", "sign and join 0", "press last", "forget", "press first"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_stands_is_what_was_said_last(session: Session, campaigns: list[Campaign], deeds: list[str]) -> None:
    world = _World(session, campaigns)
    with session.begin_nested() as savepoint:
        for deed in deeds:
            world.do(deed)
            world.check()
        savepoint.rollback()
