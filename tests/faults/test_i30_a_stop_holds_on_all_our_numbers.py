"""I30: a STOP to any one of our numbers is a STOP to all of them."""

from datetime import UTC, datetime

from sqlalchemy import text

from service import clock
from service.domain.channel import Channel, Pace
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.sending.carriers import text_carrier
from service.sending.hand_over import deliver
from tests import make
from tests.faults.common import Blasting
from tests.sending.conftest import Desk

POOL = ("+447700900901", "+447700900902", "+447700900903")


def test_i30_a_stop_to_one_number_of_the_pool_stops_texts_from_the_others(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.SMS,))
    carrier = text_carrier(desk.sms, desk.words, POOL)
    deliver(desk.sessions, carrier, Pace.BULK, until=clock.monotonic() + 120)
    from_number = next(each.sender for each in desk.sms.texts if each.to == "+447700900100")
    other = next(number for number in POOL if number != from_number)

    with desk.sessions.begin() as session:
        stop = InboundText("SM" + "9" * 32, "+447700900100", other, "STOP", datetime.now(UTC))
        receive_text(session, stop, key=make.KEY, now=datetime.now(UTC))
        make.blast(session, session.get_one(make.Campaign, 1), channels=(Channel.SMS,))
    desk.open()
    deliver(desk.sessions, carrier, Pace.BULK, until=clock.monotonic() + 120)

    assert [each.to for each in desk.sms.texts].count("+447700900100") == 1
    assert [each.to for each in desk.sms.texts].count("+447700900101") == 2
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions WHERE channel = 'sms'")) == 1
