"""I14: who is written to has given consent for that channel, and has it at the moment of the intent."""

from sqlalchemy import text

from service.consenting.consent import Evidence, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.importing import Imported, import_chunk
from tests import make
from tests.faults.common import THEN, Blasting
from tests.sending.conftest import Desk


def test_i14_consent_withdrawn_for_texts_alone_stops_texts_alone(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", channels=(Channel.EMAIL, Channel.SMS))
    with desk.sessions.begin() as session:
        withdraw_consent(
            session,
            supporter_id=1,
            channel=Channel.SMS,
            reason=Suppressed.STOP,
            evidence=Evidence("", "test"),
            now=THEN,
        )

    desk.deliver(Channel.EMAIL)
    desk.deliver(Channel.SMS)

    assert desk.email.refs == ["1.e.1"]
    assert desk.sms.texts == []


def test_i14_a_permission_that_is_gone_at_the_intent_is_missed_by_nobody(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal")
    with desk.sessions.begin() as session:
        session.execute(text("DELETE FROM permissions WHERE supporter_id = 1"))

    desk.deliver()

    assert desk.email.refs == ["1.e.2"]
    with desk.sessions() as session:
        assert session.scalar(text("SELECT reason FROM messages WHERE supporter_id = 1")) == "no_consent"


def test_i14_every_permission_names_the_line_of_the_ledger_it_rests_on(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")

    with desk.sessions() as session:
        lines = session.execute(
            text("""SELECT c.act, c.wording, c.source, c.channel = p.channel AS same FROM permissions p
                JOIN consents c ON c.id = p.consent_id""")
        ).all()

    assert {tuple(line) for line in lines} == {("given", "I agree.", "test", True)}


def test_i14_a_file_without_proof_of_consent_permits_nobody(desk: Desk) -> None:
    rows = [(2, {"first_name": "Ana", "email": "ana@example.org", "consent_email": "yes"})]
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        import_chunk(session, rows, Imported(), campaign_id=campaign.id, key=make.KEY, source="fair", now=THEN)
        make.blast(session, campaign)
    desk.open()

    desk.deliver()

    assert desk.email.refs == []
