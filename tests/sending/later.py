"""What was handed over after a doubt, and told of: so that silence about the doubt means something."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.message import MessageRef
from service.domain.receipt import Receipt, ReceiptKind
from service.providers.ports import EmailBatch, EmailOutcome, Outcome
from service.sending.receipts import apply_receipts
from service.store.tables.campaign import Campaign
from tests import make
from tests.sending.conftest import Desk


def told_of_others(desk: Desk, *, share: float = 1.0, late: bool = False, people: int = 20) -> None:
    """A blast to others goes out by the same provider, and the webhook tells of so many of them."""
    with desk.sessions.begin() as session:
        campaign = session.get_one(Campaign, 1)
        others = [
            make.supporter(session, f"Other{place}", campaign=campaign, source="other").id for place in range(people)
        ]
        blast_id = make.blast(session, campaign, channels=(Channel.EMAIL,), audience=[{"source": "other"}]).id
        # Whatever else waits goes later.
        session.execute(text("UPDATE batches SET not_before = now() + interval '1 hour' WHERE state = 'queued'"))
    answer, sent, desk.email.answer = desk.email.answer, list(desk.email.batches), _taken
    desk.open()
    desk.deliver()
    desk.email.answer, desk.email.batches = answer, sent
    now = datetime.now(UTC)
    heard_at = now + timedelta(minutes=10) if late else now
    told = [str(MessageRef(blast_id, Channel.EMAIL, who)) for who in others[: round(people * share)]]
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
        receipts = [Receipt(f"{ref}:told", ref, None, ReceiptKind.DELIVERED, now) for ref in told]
        apply_receipts(session, desk.email.name, receipts, now=heard_at)


def _taken(_: EmailBatch) -> EmailOutcome:
    return EmailOutcome(Outcome.ACCEPTED, provider_ref="later")
