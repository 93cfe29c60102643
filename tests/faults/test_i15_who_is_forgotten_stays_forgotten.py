"""I15: erasing leaves no trace of the person anywhere, and an old file does not bring them back."""

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.joining.preferences import erase
from service.planning.importing import Imported, import_chunk
from tests import make
from tests.faults.common import THEN, Blasting, everything
from tests.sending.conftest import Desk

_OLD_FILE = [
    (
        2,
        {
            "first_name": "Ana",
            "email": "ana@example.org",
            "phone": "+447700900100",
            "consent_email": "yes",
            "consent_sms": "yes",
            "consent_wording": "I agree.",
            "consent_at": "2026-10-01T12:00+00:00",
        },
    )
]


def _forget_ana(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        erase(session, 1, source="test", ip="", now=THEN)


def test_i15_erased_in_the_middle_of_a_blast_nothing_in_the_database_names_them(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal", channels=(Channel.EMAIL, Channel.SMS))
    desk.deliver(Channel.SMS)

    _forget_ana(desk)
    desk.deliver(Channel.EMAIL)

    assert desk.email.addresses == ["bilal@example.org"]
    rows = "\n".join(row for table in everything(desk.sessions).values() for row in table)
    assert "bilal@example.org" in rows
    for trace in ("ana@example.org", "+447700900100", "'Ana'"):
        assert trace not in rows


@pytest.mark.parametrize("channel", list(Channel))
def test_i15_an_old_file_does_not_bring_them_back(desk: Desk, blast_to: Blasting, channel: Channel) -> None:
    blast_to("Ana", "Bilal")
    _forget_ana(desk)

    with desk.sessions.begin() as session:
        import_chunk(session, _OLD_FILE, Imported(), campaign_id=1, key=make.KEY, source="old", now=THEN)
        make.blast(session, session.get_one(make.Campaign, 1), channels=(channel,))
    desk.open()
    desk.deliver(channel)

    assert "ana@example.org" not in desk.email.addresses
    assert "+447700900100" not in [each.to for each in desk.sms.texts]
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions WHERE reason = 'erased'")) == 2
