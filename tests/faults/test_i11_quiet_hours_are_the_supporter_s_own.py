"""I11: no intent is written in the quiet hours of the supporter's own zone, judged at the moment of the intent."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.quiet import QuietHours
from service.points import watch
from tests import make
from tests.sending.conftest import Desk

pytestmark = pytest.mark.at_any_hour
NIGHT = QuietHours(time(21), time(8))


def _quiet_around_now(time_zone: str) -> dict[str, str]:
    """From an hour ago until in an hour, on the clocks there."""
    here = datetime.now(UTC).astimezone(ZoneInfo(time_zone))
    return {"from": f"{here - timedelta(hours=1):%H:%M}", "until": f"{here + timedelta(hours=1):%H:%M}"}


def _open(desk: Desk, quiet: dict[str, str] | None) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        campaign.quiet_hours = {"sms": quiet} if quiet else {}
        make.supporter(session, "Ana", campaign=campaign, phone="+447700900101", time_zone="Europe/London")
        make.supporter(session, "Bilal", campaign=campaign, phone="+447700900102", time_zone="Asia/Tokyo")
        make.blast(session, campaign, channels=(Channel.SMS,))
    desk.open()


def test_i11_it_is_night_for_one_and_day_for_the_other(desk: Desk) -> None:
    _open(desk, _quiet_around_now("Europe/London"))

    desk.deliver(Channel.SMS)

    assert desk.states(Channel.SMS) == {"Ana": "queued", "Bilal": "accepted"}
    with desk.sessions() as session:
        waits = session.scalar(text("SELECT not_before - now() FROM batches WHERE state = 'queued'"))
    assert timedelta(minutes=50) < waits < timedelta(minutes=61)


def test_i11_a_batch_held_up_until_the_night_does_not_go_in_it(desk: Desk) -> None:
    """Claimed by day, put back by the provider, claimed again by night: the gate asks again each time."""
    _open(desk, {"from": "00:00", "until": "00:00"})

    def nightfall(name: str) -> None:
        if name == "claim.before_commit":
            return
        with desk.sessions.begin() as session:
            quiet = _quiet_around_now("Europe/London")
            session.execute(
                text("""UPDATE campaigns SET quiet_hours = jsonb_build_object('sms',
                    jsonb_build_object('from', CAST(:from AS text), 'until', CAST(:until AS text)))"""),
                quiet,
            )

    with desk.sessions.begin() as session:
        session.execute(
            text("UPDATE batches SET not_before = now() + interval '1 hour' WHERE time_zone LIKE 'Europe%'")
        )
    watch(nightfall)
    try:
        desk.deliver(Channel.SMS)
        with desk.sessions.begin() as session:
            session.execute(text("UPDATE batches SET not_before = now() WHERE state = 'queued'"))
        desk.deliver(Channel.SMS)
    finally:
        watch(None)

    assert desk.states(Channel.SMS)["Ana"] == "queued"


@pytest.mark.parametrize(
    ("zone", "moment", "ends"),
    [
        # The clocks go forward in the night: it ends an hour earlier, in UTC.
        ("Europe/London", datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 3, 28, 7, tzinfo=UTC)),
        # They go back: it ends an hour later.
        ("Europe/London", datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
        # Baku keeps its clocks.
        ("Asia/Baku", datetime(2027, 3, 27, 20, tzinfo=UTC), datetime(2027, 3, 28, 4, tzinfo=UTC)),
    ],
)
def test_i11_the_night_the_clocks_change_ends_at_eight_all_the_same(
    zone: str, moment: datetime, ends: datetime
) -> None:
    assert NIGHT.ends_at(moment, zone) == ends
