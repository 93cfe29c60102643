"""I29: a provider that takes emails and then fails hands the queue to the second road, never what is in doubt."""

from collections import Counter

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.doubt import STANDARD
from service.providers.ports import EmailOutcome, Outcome
from service.sending.carriers import email_carrier
from service.sending.sweep import tick
from service.store.queries.breakers import email_road
from tests import make
from tests.sending.conftest import URL, Desk
from tests.sending.notebook import EmailNotebook

ZONES = ("Europe/London", "Asia/Baku", "Europe/Paris", "Europe/Madrid", "America/New_York", "Asia/Tokyo", "UTC")


def test_i29_what_the_first_road_may_have_taken_never_goes_by_the_second(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.quiet_hours = {"email": {"from": "03:00", "until": "03:00"}}
        for place, zone in enumerate(ZONES):
            make.supporter(session, f"Fan{place}", campaign=campaign, time_zone=zone)
        make.blast(session, campaign, channels=(Channel.EMAIL,))
    desk.open()
    # It takes them all, and answers 500 to each.
    desk.email.answer = lambda _: EmailOutcome(Outcome.IN_DOUBT, code="500", detail="the provider failed")
    second = EmailNotebook(name="second")
    carrier = email_carrier(desk.email, desk.words, second)
    with desk.sessions.begin() as session:
        last_two = "SELECT id FROM batches ORDER BY id DESC LIMIT 2"
        session.execute(text(f"UPDATE batches SET not_before = now() + interval '1 hour' WHERE id IN ({last_two})"))
    desk.deliver_by(carrier)

    tick(desk.sessions, public_url=URL, has_second_road=True)
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
    for _ in range(3):
        tick(desk.sessions, public_url=URL, has_second_road=True)
        desk.deliver_by(carrier)
        desk.settle(STANDARD)

    with desk.sessions() as session:
        assert email_road(session).name == "second"
    assert Counter(desk.email.refs + second.refs).most_common(1)[0][1] == 1
    assert (len(desk.email.refs), len(second.refs)) == (5, 2)
    assert Counter(desk.states().values()) == {"in_doubt": 5, "accepted": 2}
