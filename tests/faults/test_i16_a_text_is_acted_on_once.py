"""I16: one inbound text leads to one act and one answer at most, however often and at whatever moment it comes."""

from sqlalchemy import text

from service.listening.receive import receive_text
from service.providers.ports import InboundText
from tests import make
from tests.faults.common import THEN, at_once
from tests.sending.conftest import Desk

_SIGN = InboundText("SM" + "1" * 32, "+447700900101", "+447700900000", "SIGN", THEN)


def _receive(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        receive_text(session, _SIGN, key=make.KEY, now=THEN)


def test_i16_the_same_text_five_times_at_once_signs_once_and_is_answered_once(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        make.supporter(session, "Ana", campaign=make.campaign(session), phone="+447700900101")

    at_once(*[lambda: _receive(desk)] * 5)
    _receive(desk)

    with desk.sessions() as session:
        counted = {
            table: session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("replies", "signatures", "notices")
        }
    assert counted == {"replies": 1, "signatures": 1, "notices": 1}
