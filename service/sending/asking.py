"""What a stranger's form may make us send: limits a mailbox, number range, country and campaign, and the breaker.

Everything is counted where it is handed over, in the intent's own transaction, so that what expired, failed or was
withheld does not count (but for whom left in that very moment), and no process and no route has limits of its own. What meets a budget of a campaign waits,
and goes on by itself when there is room: people confirm, an hour passes, or a manager lets it go.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.consenting.addresses import canonical_email
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries, country_of
from service.domain.alert import AlertKind
from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.message import Withheld
from service.domain.notice import ASKED_BY_FORM, TOLD_ALREADY, NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.settings import Limits
from service.store import Session
from service.store.queries import asking
from service.store.queries.alerts import raise_alert
from service.store.queries.house import write_audit
from service.store.queries.notice_life import IntendedNotice

log = logging.getLogger(__name__)

_HOUR, _DAY, _MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
_BUCKET = timedelta(minutes=10)
_RANGE_LENGTH = 10
# Alarms are told at once where fewer than one in fifty confirms, else when texts have waited for so long.
_HOPELESS, _PATIENCE = 50, timedelta(minutes=2)
_ALARM_ENDS_AFTER = timedelta(minutes=15)
_LET_GO_FOR = _HOUR
# A tester is one for every campaign.
_TO_TESTERS = frozenset({NoticeKind.TESTER_SMS, NoticeKind.TEST_SMS})
_RELEASED_A_TICK = 200


class Budget(StrEnum):
    """What was used up, as alarms keep it."""

    UNCONFIRMED = "unconfirmed"
    RANGE = "range"
    COUNTRY = "country"
    TEXTS_OF_CAMPAIGN = "texts of campaign"
    TEXTS = "texts"
    EMAILS_OF_CAMPAIGN = "emails of campaign"
    EMAILS = "emails"


BUDGET_WORDS = {
    Budget.UNCONFIRMED: "many numbers were typed into its forms and hardly anybody confirms",
    Budget.RANGE: "many numbers that begin alike were typed into its forms",
    Budget.COUNTRY: "its confirmation texts to one country reached their hourly limit",
    Budget.TEXTS_OF_CAMPAIGN: "its confirmation texts reached their hourly limit",
    Budget.TEXTS: "confirmation texts of all campaigns reached their hourly limit",
    Budget.EMAILS_OF_CAMPAIGN: "its confirmation emails reached their hourly limit",
    Budget.EMAILS: "confirmation emails of all campaigns reached their hourly limit",
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a notice may go: at once (neither is set), never (`withheld`), or when its budget has room (`waits`)."""

    withheld: Withheld | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    """One thing a message counts towards: since when, up to how many, and what it means to be over."""

    most: int
    since: datetime
    bucket: datetime
    budget: Budget | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """The rules of one installation."""

    limits: Limits
    countries: Countries
    key: AddressKey

    def rule(self, session: Session, notice: IntendedNotice, *, now: datetime) -> Ruling:
        """Whether this notice may be handed over now; where it may, it is counted."""
        # A manager's own number may be anywhere.
        is_manager_s = notice.kind == NoticeKind.BLAST_STOPPED_SMS
        if notice.channel is Channel.SMS and not is_manager_s and not self._may_text(session, notice):
            return Ruling(Withheld.COUNTRY)
        # One that is handed over once more, for the first time's fate is not known, was counted then.
        if NoticeKind(notice.kind) not in ASKED_BY_FORM or notice.attempt_count > 1:
            return Ruling()
        if notice.channel is Channel.EMAIL and asking.must_not_ask(session, self._mailbox(notice)):
            return Ruling(Withheld.NOT_ME)
        return self._count(session, notice, now=now)

    def _may_text(self, session: Session, notice: IntendedNotice) -> bool:
        if notice.kind in _TO_TESTERS:
            countries = self.countries.for_any(asking.countries_of_all(session))
        else:
            countries = self.countries.for_campaign(asking.countries_of(session, notice.campaign_id))
        return country_of(notice.to_address) in countries

    def _count(self, session: Session, notice: IntendedNotice, *, now: datetime) -> Ruling:
        scopes = self._scopes(notice, now)
        buckets = {name: scope.bucket for name, scope in scopes.items()}
        asking.take(session, buckets)
        counts = asking.sums(session, {name: scope.since for name, scope in scopes.items()})
        over = next((scope for name, scope in scopes.items() if counts[name] > scope.most), None)
        campaign_id = notice.campaign_id or 0
        if over is not None and over.waits and asking.is_let_go(session, campaign_id, now=now):
            over = None
        if over is None and notice.channel is Channel.SMS:
            over = self._unconfirmed(session, campaign_id, counts[f"texts:{campaign_id}"], now=now)
        if over is None:
            return Ruling()
        asking.give_back(session, buckets)
        if over.budget is not None:
            asking.note_alarm(session, campaign_id, over.budget, now=now)
        return Ruling(waits=True) if over.waits else Ruling(Withheld.OVER_BUDGET)

    def _scopes(self, notice: IntendedNotice, now: datetime) -> dict[str, _Scope]:
        """What a notice counts towards, the narrowest first."""
        limits, campaign, number = self.limits, notice.campaign_id or 0, notice.to_address
        scopes: dict[str, _Scope] = {}
        if NoticeKind(notice.kind) in TOLD_ALREADY:
            scopes[f"{MONTHLY}{self._mailbox(notice).hex()}"] = _Scope(1, now - _MONTH, _floor(now, _DAY))
        if notice.channel is Channel.EMAIL:
            most = limits.limit_emails_per_mailbox
            scopes[f"mailbox:{self._mailbox(notice).hex()}"] = _Scope(most, now - _DAY, _floor(now, _DAY))
            hourly = {
                f"emails:{campaign}": (limits.limit_emails_per_campaign, Budget.EMAILS_OF_CAMPAIGN),
                "emails": (limits.limit_emails, Budget.EMAILS),
            }
        else:
            hourly = {
                f"range:{range_of(number)}": (limits.limit_texts_per_range, Budget.RANGE),
                f"country:{country_of(number)}": (limits.limit_texts_per_country, Budget.COUNTRY),
                f"texts:{campaign}": (limits.limit_texts_per_campaign, Budget.TEXTS_OF_CAMPAIGN),
                "texts": (limits.limit_texts, Budget.TEXTS),
            }
        for name, (most, budget) in hourly.items():
            # Numbers that begin alike are no crowd's: what is over does not wait for anything.
            waits = budget is not Budget.RANGE
            scopes[name] = _Scope(most, now - _HOUR, _floor(now, _BUCKET), budget, waits)
        return scopes

    def _unconfirmed(self, session: Session, campaign_id: int, asked: int, *, now: datetime) -> _Scope | None:
        """The breaker: over it where more is asked than what confirms of it lets us trust."""
        if asked <= self._trusted(session, campaign_id, asked, now=now):
            return None
        if asking.is_let_go(session, campaign_id, now=now):
            return None
        return _Scope(0, now, now, Budget.UNCONFIRMED, waits=True)

    def _trusted(self, session: Session, campaign_id: int, asked: int, *, now: datetime) -> int:
        """How many texts of an hour are trusted: some at first, and more with each number that confirms."""
        first, percent = self.limits.limit_unconfirmed_texts, self.limits.limit_confirm_percent
        if asked <= first:
            return first
        confirmed = asking.confirmed_by_text(session, campaign_id, since=now - _HOUR, most=asked)
        return first + confirmed * 100 // percent

    def _mailbox(self, notice: IntendedNotice) -> bytes:
        return mailbox_hash(notice.channel, notice.to_address, self.key)

    def go_on(self, session: Session, *, now: datetime) -> None:
        """Let what is held go on where there is room again, tell the managers, end alarms that are over."""
        for alarm in asking.alarms(session):
            is_held = asking.has_held(session, alarm.campaign_id)
            if is_held:
                for channel in Channel:
                    room = self._room(session, alarm.campaign_id, channel, now=now)
                    asking.release(session, alarm.campaign_id, channel, most=max(0, min(room, _RELEASED_A_TICK)))
            if alarm.told_at is None and self._is_worth_telling(session, alarm, is_held=is_held, now=now):
                tell_managers(session, alarm, now=now)
            if not is_held:
                asking.end_alarm(session, alarm.campaign_id, alarm.budget, quiet_for=_ALARM_ENDS_AFTER, now=now)
        asking.forget_counts(session, before=now - 2 * _DAY, monthly_before=now - _MONTH - _DAY, monthly=MONTHLY)

    def _room(self, session: Session, campaign_id: int, channel: Channel, *, now: datetime) -> int:
        limits, since = self.limits, now - _HOUR
        what = "texts" if channel is Channel.SMS else "emails"
        counts = asking.sums(session, {what: since, f"{what}:{campaign_id}": since})
        whole = (limits.limit_texts if channel is Channel.SMS else limits.limit_emails) - counts[what]
        if asking.is_let_go(session, campaign_id, now=now):
            return whole
        asked = counts[f"{what}:{campaign_id}"]
        own = limits.limit_texts_per_campaign if channel is Channel.SMS else limits.limit_emails_per_campaign
        room = min(whole, own - asked)
        if channel is Channel.SMS:
            room = min(room, self._trusted(session, campaign_id, asked + 1, now=now) - asked)
        return room

    def _is_worth_telling(self, session: Session, alarm: asking.Alarm, *, is_held: bool, now: datetime) -> bool:
        """A crowd's first replies may be half a minute away: only what looks hopeless is told at once."""
        if alarm.budget != Budget.UNCONFIRMED or now - alarm.began_at > _PATIENCE:
            return is_held or alarm.budget == Budget.RANGE
        asked = asking.sums(session, {"a": now, f"texts:{alarm.campaign_id}": now - _HOUR})[
            f"texts:{alarm.campaign_id}"
        ]
        confirmed = asking.confirmed_by_text(session, alarm.campaign_id, since=now - _HOUR, most=asked or 1)
        return confirmed * _HOPELESS < asked


# What a member is told once a month at most.
MONTHLY = "told:"


def mailbox_hash(channel: Channel, address: str, key: AddressKey) -> bytes:
    """The keyed hash of an address, the same however a mailbox is spelt."""
    return key.hash(channel, canonical_email(address) if channel is Channel.EMAIL else address)


def range_of(number: str) -> str:
    """How a number begins: never so much of a short one that it could be told whose it is."""
    return number[: min(_RANGE_LENGTH, len(number) - 3)]


def _floor(moment: datetime, span: timedelta) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % span.total_seconds())


def tell_managers(session: Session, alarm: asking.Alarm, *, now: datetime) -> None:
    """Write to everybody who may let it go, once an alarm."""
    if not asking.note_told(session, alarm.campaign_id, alarm.budget, now=now):
        return
    once = f"{alarm.campaign_id}:{alarm.budget}:{alarm.began_at.isoformat()}"
    facts = {"budget": alarm.budget, "campaign": str(alarm.campaign_id)}
    raise_alert(session, AlertKind.FORMS_OVER_LIMIT, once, facts)
    log.warning("a budget is used up", extra={"campaign": alarm.campaign_id, "budget": alarm.budget})
    for manager_id, address in asking.managers_to_tell(session, [Role.LAUNCHER, Role.ADMIN]):
        request = NoticeRequest(
            kind=NoticeKind.ALARM,
            channel=Channel.EMAIL,
            to_address=address,
            dedupe_key=f"alarm:{alarm.campaign_id}:{alarm.budget}:{alarm.began_at.isoformat()}:{manager_id}",
            facts={"why": BUDGET_WORDS[Budget(alarm.budget)]},
            campaign_id=alarm.campaign_id or None,
            passes_suppression=True,
        )
        ask_notice(session, request, now=now)


def let_go(session: Session, campaign_id: int, *, actor: str, now: datetime) -> bool:
    """A manager has looked: for an hour nothing of this campaign waits for its budgets. False without an alarm."""
    if not asking.let_go(session, campaign_id, until=now + _LET_GO_FOR):
        return False
    write_audit(session, at=now, actor=actor, deed="confirmations let go", subject=f"campaign {campaign_id}")
    return True
