"""Questions about testers: a few dozen rows, found by their address or read whole."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from service.domain.channel import Channel
from service.store import Session
from service.store.tables.testing import Tester


def all_present(session: Session) -> Sequence[Tester]:
    """Everybody who was named and not removed, by channel and address."""
    present = select(Tester).where(Tester.removed_at.is_(None)).order_by(Tester.channel, Tester.address)
    return session.scalars(present).all()


def hold(session: Session, tester_id: int) -> Tester | None:
    """The tester of this id, removed or not, held until the transaction ends."""
    return session.scalars(select(Tester).where(Tester.id == tester_id).with_for_update()).one_or_none()


def hold_address(session: Session, channel: Channel, address: str) -> Tester | None:
    """The tester of this address, removed or not, held until the transaction ends (uq_testers_channel_address)."""
    of_address = select(Tester).where(Tester.channel == channel, Tester.address == address)
    return session.scalars(of_address.with_for_update()).one_or_none()


def asked_count(session: Session, *, since: datetime) -> int:
    """How many were asked since then."""
    asked = select(func.count()).select_from(Tester).where(Tester.asked_at > since, Tester.ask_count > 0)
    return session.scalar(asked) or 0


def tests_since(session: Session, *, since: datetime) -> int:
    """How many tests were counted in hours that began since then."""
    question = select(func.coalesce(func.sum(Tester.test_count), 0)).where(Tester.counted_from > since)
    return int(session.scalar(question) or 0)


def add(session: Session, row: Tester) -> Tester:
    """Somebody newly named."""
    session.add(row)
    session.flush()
    return row
