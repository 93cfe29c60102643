"""A sending house of notebooks on a real database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.domain.channel import Channel, Pace
from service.domain.doubt import DoubtPolicy
from service.sending.carriers import Words, email_carrier, text_carrier
from service.sending.due import open_scheduled_blasts
from service.sending.hand_over import Carrier, Delivered, deliver
from service.sending.settle import Settled, Settler
from service.sending.sweep import tick
from service.sending.write import write_next_span
from service.store.tables.people import Supporter
from tests import make
from tests.sending.notebook import EmailNotebook, SmsNotebook

URL = "https://example.org"


@dataclass
class Desk:
    """Opens, hands over and settles, one step at a time."""

    sessions: sessionmaker[Session]
    email: EmailNotebook = field(default_factory=EmailNotebook)
    sms: SmsNotebook = field(default_factory=SmsNotebook)
    leave_mailbox: str = ""

    @property
    def words(self) -> Words:
        return Words(b"a key", URL, self.leave_mailbox)

    def schedule_due(self) -> None:
        with self.sessions.begin() as session:
            open_scheduled_blasts(session, public_url=URL, now=datetime.now(UTC))

    def open(self) -> None:
        self.schedule_due()
        while True:
            with self.sessions.begin() as session:
                if write_next_span(session) is None:
                    return

    def deliver(self, channel: Channel = Channel.EMAIL, pace: Pace = Pace.BULK) -> Delivered:
        carrier = email_carrier(self.email, self.words)
        if channel is Channel.SMS:
            carrier = text_carrier(self.sms, self.words)
        return deliver(self.sessions, carrier, pace, until=clock.monotonic() + 120)

    def deliver_by(self, carrier: Carrier, pace: Pace = Pace.BULK) -> Delivered:
        return deliver(self.sessions, carrier, pace, until=clock.monotonic() + 120)

    def settle(self, policy: DoubtPolicy) -> Settled:
        return Settler(self.sessions, self.sms, self.words, policy).settle_doubts()

    def tick(self, policy: DoubtPolicy) -> None:
        tick(self.sessions, public_url=URL, policy=policy)

    def states(self, channel: Channel = Channel.EMAIL) -> dict[str, str]:
        """First name to the state of their message."""
        question = text("""
            SELECT s.first_name, coalesce(m.state, b.state) AS state FROM messages m
            JOIN batches b ON b.id = m.batch_id JOIN supporters s ON s.id = m.supporter_id
            WHERE m.channel = :channel""")
        with self.sessions() as session:
            return {row.first_name: row.state for row in session.execute(question, {"channel": channel})}


@pytest.fixture
def desk(sessions: sessionmaker[Session]) -> Desk:
    return Desk(sessions)


@pytest.fixture
def blast_to(desk: Desk) -> Callable[..., list[Supporter]]:
    """A blast that has opened, to these people."""

    def opened(*names: str, channels: tuple[Channel, ...] = (Channel.EMAIL,), **kinds: object) -> list[Supporter]:
        with desk.sessions.begin() as session:
            campaign = make.campaign(session)
            people = [
                make.supporter(session, name, campaign=campaign, phone=f"+4477009001{place:02}")
                for place, name in enumerate(names)
            ]
            make.blast(session, campaign, channels=channels, **kinds)  # type: ignore[arg-type]  # passed through
        desk.open()
        return people

    return opened
