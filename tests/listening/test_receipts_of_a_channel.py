"""A provider of texts moves no email, and one of email moves no text."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.domain.receipt import Receipt, ReceiptKind
from service.sending.notices import NoticeRequest, ask_notice
from service.sending.receipts import apply_receipts
from tests import make
from tests.faults.common import THEN
from tests.listening.conftest import Hooks


def _message(session: Session, channel: Channel) -> str:
    blast = make.blast(session, make.campaign(session), state="running")
    ana = make.supporter(session, "Ana", phone="+447700900100")
    session.execute(
        text("""INSERT INTO messages (blast_id, channel, supporter_id, batch_id, state)
                VALUES (:blast, :channel, :who, 1, 'accepted')"""),
        {"blast": blast.id, "channel": str(channel), "who": ana.id},
    )
    return f"{blast.id}.{channel[0]}.{ana.id}"


@pytest.mark.parametrize("provider", ["twilio", "sendgrid", "smtp"])
@pytest.mark.parametrize("channel", Channel)
def test_a_message_is_moved_by_its_own_provider_alone(session: Session, provider: str, channel: Channel) -> None:
    ref = _message(session, channel)
    own = (provider == "twilio") is (channel is Channel.SMS)

    apply_receipts(session, provider, [Receipt("E1", ref, None, ReceiptKind.DELIVERED, THEN)], now=THEN)

    assert session.scalar(text("SELECT state FROM messages")) == ("delivered" if own else "accepted")
    assert session.scalar(text("SELECT count(*) FROM receipts")) == 1


@pytest.mark.parametrize(("provider", "state"), [("twilio", "queued"), ("sendgrid", "delivered")])
def test_so_is_a_notice(session: Session, provider: str, state: str) -> None:
    request = NoticeRequest(NoticeKind.CONFIRM_EMAIL, Channel.EMAIL, "ana@example.org", "key")
    notice_id = ask_notice(session, request, now=THEN)

    apply_receipts(session, provider, [Receipt("E1", f"n.{notice_id}", None, ReceiptKind.DELIVERED, THEN)], now=THEN)

    assert session.scalar(text("SELECT state FROM notices")) == state


def test_a_complaint_about_the_other_channel_withdraws_nothing(session: Session) -> None:
    ref = _message(session, Channel.EMAIL)

    applied = apply_receipts(
        session, "twilio", [Receipt("E1", ref, None, ReceiptKind.FAILED, THEN, permanent=True)], now=THEN
    )

    assert applied.suppressed == 0


@pytest.mark.parametrize("ref", ["1.e.1", "n.1", "\0", "9" * 400, "n.9999999999999999999", "é"])
def test_any_name_in_a_signed_callback_is_taken(hooks: Hooks, ref: str) -> None:
    form = {"MessageSid": "SM1\0", "MessageStatus": "delivered\0", "ErrorCode": "\0"}

    # A sign that no address holds never reaches us by one.
    if ref.isascii() and ref.isprintable():
        assert hooks.post(f"/hooks/twilio/status/{ref}", form).status_code == 204
