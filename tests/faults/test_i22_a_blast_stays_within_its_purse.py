"""I22: workers at once never spend more than the limit, by the segments each recipient's own text comes to."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from service.domain.channel import Channel
from service.providers.ports import Outcome, Text, TextOutcome
from service.store.tables.blasts import Blast
from service.wording.sms import measure
from tests import make
from tests.sending.conftest import Desk

ZONES = ("Europe/London", "Asia/Baku", "Europe/Paris", "Europe/Madrid", "America/New_York", "Asia/Tokyo")
PRICE = 400


def test_i22_what_is_spent_and_may_have_been_spent_stays_within_the_limit(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        # A batch for each zone; these quiet hours never hold.
        campaign.quiet_hours = {"sms": {"from": "03:00", "until": "03:00"}}
        for place, zone in enumerate(ZONES):
            ball = "\N{SOCCER BALL}" if place % 2 else ""
            phone = f"+4477009001{place:02}"
            email = f"fan{place}@example.org"
            make.supporter(session, f"Fan{ball}", email=email, phone=phone, campaign=campaign, time_zone=zone)
        body = "{first_name|friend}, " + "a" * 80 + " STOP to end"
        made = make.blast(session, campaign, channels=(Channel.SMS,), sms=body)
        # One segment for three of them, two for those with a ball in the name: nine in all, and money for six.
        made.spend_cap = 6 * PRICE
        blast_id = made.id
    desk.open()
    doubts = iter([True, False] * 6)

    def answer(_: Text) -> TextOutcome:
        # A text in doubt may have been sent: it is paid for until it is known that it was not.
        in_doubt = next(doubts)
        return TextOutcome(Outcome.IN_DOUBT if in_doubt else Outcome.ACCEPTED, provider_ref="" if in_doubt else "SM1")

    desk.sms.answer = answer
    with ThreadPoolExecutor(4) as workers:
        for run in [workers.submit(desk.deliver, Channel.SMS) for _ in range(4)]:
            run.result()

    spent = sum(measure(sent.body).segments for sent in desk.sms.texts) * PRICE
    assert 0 < spent <= 6 * PRICE
    with desk.sessions() as session:
        assert session.get_one(Blast, blast_id).state == "paused"
        booked = session.execute(text("SELECT sum(segments) FROM batches")).scalar_one()
        assert booked * PRICE == spent
