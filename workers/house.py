"""What a worker process holds: settings, sessions, providers; made once, after the process has forked."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy.orm import sessionmaker

from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.domain.allowed import EVERYBODY, AllowList
from service.domain.doubt import STANDARD, DoubtPolicy
from service.nudges import Nudger
from service.providers.choosing import (
    channels_carried,
    email_provider,
    second_email_provider,
    sms_provider,
    suppression_lists,
)
from service.providers.ports import EmailProvider, SmsProvider, SuppressionLists
from service.sending.carriers import Words
from service.sending.notice_hand_over import NoticeDesk
from service.sending.notice_words import NoticeWriter
from service.sending.write import SPAN
from service.settings import Settings, load_settings
from service.store import Session
from service.store.engine import make_engine, make_sessions
from service.wording.links import link_keys


@dataclass(frozen=True, slots=True)
class House:
    """Everything an errand needs."""

    settings: Settings
    sessions: sessionmaker[Session]
    email: EmailProvider
    email_second: EmailProvider | None
    sms: SmsProvider
    words: Words
    desk: NoticeDesk
    nudger: Nudger
    # The provider's own suppression lists, where it keeps some.
    lists: SuppressionLists | None = None
    allowed: AllowList = EVERYBODY
    policy: DoubtPolicy = STANDARD
    # Supporters whose messages are written in one transaction.
    span: int = SPAN


@cache
def house() -> House:
    """This process's house; built at the first errand, so that connections are never shared across a fork."""
    return build_house(load_settings())


def build_house(settings: Settings, *, nudges: bool = True) -> House:
    """A house by these settings, connected to nothing yet. Raises SettingsError where there is no database."""
    engine = make_engine(settings.needed_database_url, pool_size=20)
    sessions = make_sessions(engine, channels=channels_carried(settings), approval_above=settings.approval_above)
    key = link_keys(settings)[0]
    email, sms = email_provider(settings), sms_provider(settings)
    allowed = AllowList(settings.recipient_allow_list)
    email_second = second_email_provider(settings)
    desk = NoticeDesk(
        sessions=sessions,
        email=email,
        email_second=email_second,
        sms=sms,
        writer=NoticeWriter(key, settings.public_url, settings.sender_email),
        address_key=AddressKey.of(settings),
        public_url=settings.public_url,
        allowed=allowed,
        limits=settings.limits,
        countries=Countries.of(settings),
    )
    words = Words(key, settings.public_url, settings.leave_mailbox)
    return House(
        settings,
        sessions,
        email,
        email_second,
        sms,
        words,
        desk,
        Nudger(settings.redis_url if nudges else None),
        lists=suppression_lists(settings),
        allowed=allowed,
    )
