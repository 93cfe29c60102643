"""Quiet hours are said out loud: before a blast goes, while it waits, and where one looks up a supporter."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.domain.channel import Channel, Pace
from service.domain.manager import Role
from service.sending.carriers import Words, text_carrier
from service.sending.due import open_scheduled_blasts
from service.sending.hand_over import deliver
from service.sending.write import write_next_span
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from tests import make
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST
from tests.moments import MOMENTS
from tests.sending.notebook import SmsNotebook

SignedIn = Callable[[Role], Browser]
TEXTS: dict[str, object] = BLAST | {"channels": ["sms"], "signed": ""}
at_night = pytest.mark.parametrize("stopped_clock", [MOMENTS["at night"]], indirect=True)


@pytest.fixture
def night(stopped_clock: object, sessions: sessionmaker[Session], campaign_id: int) -> datetime:
    """02:15 in London, where Ana and Bilal are; noon in Auckland, where Hana is."""
    with sessions.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.quiet_hours = {"sms": {"from": "21:00", "until": "08:00"}}
        make.supporter(session, "Hana", campaign=campaign, phone="+447700900109", time_zone="Pacific/Auckland")
    return MOMENTS["at night"]


def _send(sessions: sessionmaker[Session], campaign_id: int, *, policy: str = "defer") -> None:
    with sessions.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        make.blast(session, campaign, channels=[Channel.SMS]).quiet_hours = policy
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url="http://localhost", now=clock.now())
    with sessions.begin() as session:
        write_next_span(session)
    carrier = text_carrier(SmsNotebook(), Words(b"a key", "http://localhost"))
    deliver(sessions, carrier, Pace.BULK, until=clock.monotonic() + 120)


@at_night
def test_before_it_goes_one_reads_for_how_many_it_is_night_and_until_when(signed_in: SignedIn, night: datetime) -> None:
    page = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", TEXTS))

    assert "Texts keep quiet hours: none goes between 21:00 and 08:00 where each supporter is." in page
    assert "It is night now for 2 of them: theirs wait until 08:00 there." in page


@at_night
def test_before_it_goes_one_reads_for_how_many_the_morning_is_too_late(signed_in: SignedIn, night: datetime) -> None:
    page = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", TEXTS | {"stale_hours": "3"}))

    assert "For 2 the quiet ends when it is too late: they do not get it." in page


@at_night
def test_before_it_goes_in_the_daytime_one_reads_that_nothing_waits(signed_in: SignedIn, night: datetime) -> None:
    # 19:30 in London, 08:30 in Auckland: written as the ground's clocks have it.
    day = {"when": "at", "opens_at": "2029-01-16T23:30"}

    page = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", TEXTS | day))

    assert "It is day then for all of them: nothing waits." in page


@at_night
def test_a_blast_that_waits_for_the_morning_says_so_and_until_when(
    signed_in: SignedIn, night: datetime, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    _send(sessions, campaign_id)

    page = words(signed_in(Role.VIEWER).see(f"{C}/blasts/1/progress"))

    assert "2 texts wait until 08:00 where each supporter is: texts keep quiet hours. The next go in 5 hours 4" in page
    assert "the rest wait, see below" in page
    assert "no pace yet" not in page


@at_night
def test_a_blast_that_drops_at_night_says_how_many_it_left_out_and_why(
    signed_in: SignedIn, night: datetime, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    _send(sessions, campaign_id, policy="drop")

    page = words(signed_in(Role.VIEWER).see(f"{C}/blasts/1/progress"))

    assert "2 because of quiet hours: it was night where they are" in page


@at_night
@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("defer", "waits for the end of quiet hours, 16 Jan 08:00 UTC"),
        ("drop", "because of quiet hours: it was night where they are"),
    ],
)
def test_a_supporter_s_page_says_why_a_text_has_not_come(
    signed_in: SignedIn,
    night: datetime,
    sessions: sessionmaker[Session],
    campaign_id: int,
    policy: str,
    said: str,
) -> None:
    _send(sessions, campaign_id, policy=policy)
    with sessions() as session:
        ana = session.query(Supporter).filter_by(first_name="Ana").one().id

    assert said in words(signed_in(Role.VIEWER).see(f"/console/supporters/{ana}/"))
