"""A provider that refuses everything alike, over HTTP through its own package: nobody is lost, and nobody gets two."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from house_sandbox import ACCOUNT, Box
from sqlalchemy import text

from service.domain.channel import Channel
from service.planning.blasts import resume_blast
from service.providers.sendgrid.sending import SendGrid
from service.providers.twilio.sending import Twilio
from service.sending.carriers import email_carrier, text_carrier
from service.sending.hand_over import Carrier
from tests import make
from tests.sending.conftest import Desk

ZONES = ("Europe/London", "Asia/Baku", "Europe/Paris", "Europe/Madrid", "America/New_York", "Asia/Tokyo")
PEOPLE = 18
# A request too large, as nobody's batch is; a code that Twilio's dictionary does not have.
FAULTS = {
    Channel.EMAIL: {"error_before": {"rate": 1, "status": 413}},
    Channel.SMS: {"refused": {"rate": 1, "code": 29999}},
}


def open_blast(desk: Desk, channel: Channel) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.quiet_hours = {str(channel): {"from": "03:00", "until": "03:00"}}
        for place in range(PEOPLE):
            zone, phone = ZONES[place % len(ZONES)], f"+4477009004{place:02}"
            make.supporter(session, f"Alike{place}", campaign=campaign, time_zone=zone, phone=phone)
        make.blast(session, campaign, channels=(channel,))
    desk.open()


def hand_over(desk: Desk, carrier: Carrier) -> None:
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    desk.deliver_by(carrier)


def arrived(box: Box, channel: Channel) -> list[int]:
    """How many messages each of them has had."""
    places = range(PEOPLE)
    by_channel = {
        Channel.EMAIL: [f"alike{place}@example.org" for place in places],
        Channel.SMS: [f"+4477009004{place:02}" for place in places],
    }
    return [len(box.messages(address)) for address in by_channel[channel]]


@pytest.mark.parametrize("channel", list(Channel))
def test_what_is_refused_alike_goes_once_when_the_provider_takes_it_again(
    desk: Desk, box: Box, channel: Channel
) -> None:
    box.ask("DELETE", "/control/faults")
    before = arrived(box, channel)
    open_blast(desk, channel)
    if channel is Channel.EMAIL:
        email = SendGrid(box.key, box.url)
        carrier, close = email_carrier(email, desk.words), email.close
    else:
        sms = Twilio(ACCOUNT, box.token, box.url, from_numbers=("+447700900000",))
        carrier, close = text_carrier(sms, desk.words), sms.close
    try:
        box.faults(**{str(channel): FAULTS[channel]})
        hand_over(desk, carrier)
        with desk.sessions.begin() as session:
            state, why = session.execute(text("SELECT state, paused_reason FROM blasts")).one()
        refused = Counter(desk.states(channel).values())
        box.ask("DELETE", "/control/faults")
        with desk.sessions.begin() as session:
            resume_blast(session, 1, actor="cora@example.org", now=datetime.now(UTC))
        hand_over(desk, carrier)
    finally:
        box.ask("DELETE", "/control/faults")
        close()

    assert state == "paused"
    assert "413" in why or "29999" in why
    assert refused == {"queued": PEOPLE}
    assert Counter(desk.states(channel).values()) == {"accepted": PEOPLE}
    assert [one - other for one, other in zip(arrived(box, channel), before, strict=True)] == [1] * PEOPLE
