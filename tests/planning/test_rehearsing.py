"""A rehearsal tells, before anything is sent, when each stage goes out, to how many, and what looks wrong."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.stage import Firing
from service.planning import fixtures
from service.planning.loading import load_campaign
from service.planning.rehearsing import Rehearsal, rehearse
from service.store.queries import opening
from service.store.tables.campaign import Campaign, StageFiring
from service.wording.campaign_reader import read_campaign
from tests import make
from tests.planning.changing import AUTHOR, change, timing

SAMPLE = Path(__file__).parents[2] / "templates" / "campaigns" / "azerbaijan-england"
NOW = make.KICK_OFF - timedelta(days=5)
GOOD_TEXT = "Sign: {petition_link} Reply STOP to end"


def rehearsed(session: Session, campaign: Campaign) -> Rehearsal:
    return rehearse(session, campaign.id, key=b"k" * 32, public_url="https://example.org", now=NOW)


def warnings(session: Session, campaign: Campaign) -> list[str]:
    return [warning for stage in rehearsed(session, campaign).stages for warning in stage.warnings]


def test_the_sample_campaign_rehearses_without_a_warning(session: Session) -> None:
    files = read_campaign(SAMPLE)
    loaded = load_campaign(session, files, now=NOW, kick_off_at=make.KICK_OFF)

    found = rehearse(session, loaded.campaign_id, key=b"k" * 32, public_url="https://example.org", now=NOW)

    assert [stage.slug for stage in found.stages] == [stage.slug for stage in files.stages]
    assert [warning for stage in found.stages for warning in stage.warnings] == []


def test_each_stage_tells_its_audience_and_its_price(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, sms=GOOD_TEXT)
    for number in range(3):
        make.supporter(session, f"Ana{number}", campaign=campaign, phone=f"+44770090010{number}")

    found = rehearsed(session, campaign)

    legs = {leg.channel: (leg.people, leg.segments, leg.price) for leg in found.stages[0].legs}
    assert legs == {Channel.EMAIL: (3, 0, 24), Channel.SMS: (3, 1, 1200)}
    assert (found.price, found.warning_count) == (1224, 0)


def test_the_price_takes_the_dearest_way_the_match_can_end(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
    for slug, result, text in (("won", "home_win", GOOD_TEXT), ("lost", "away_win", GOOD_TEXT + "x" * 200)):
        make.stage(
            session,
            campaign,
            slug=slug,
            anchor="full_time",
            offset=timedelta(0),
            only_result=result,
            channels=[Channel.SMS],
            sms=text,
        )

    assert rehearsed(session, campaign).price == 2 * 400


def test_a_stage_for_nobody_is_pointed_out_once_there_are_supporters(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, sms=GOOD_TEXT, audience=[{"signed": True}])

    before = warnings(session, campaign)
    make.supporter(session, "Ana", campaign=campaign)

    assert (before, warnings(session, campaign)) == ([], ["it would reach nobody"])


def test_a_stage_that_has_fired_is_not_rehearsed(session: Session) -> None:
    campaign = make.campaign(session)
    opening.fire(session, make.stage(session, campaign), outcome=Firing.OPENED, now=NOW)

    assert rehearsed(session, campaign).stages == ()


@pytest.mark.parametrize(
    ("offset", "stale_after", "warning"),
    [
        (timedelta(days=-6), timedelta(hours=1), "too late: it will be skipped"),
        (timedelta(days=-6), timedelta(days=2), "due already: it goes out at once"),
        (timedelta(hours=-3), timedelta(hours=5), "may still go out after kick-off"),
    ],
)
def test_a_stage_out_of_time_is_pointed_out(
    session: Session, offset: timedelta, stale_after: timedelta, warning: str
) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, offset=offset, stale_after=stale_after)

    assert any(warning in each for each in warnings(session, campaign))


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("Sign {petition_lnk} STOP", "sms: en: cannot be written"),
        ("It is {score}, STOP {venu|here}", "cannot be written"),
        ("Sign now ✍ Reply STOP to end", "✍ leaves 70 signs to a segment"),
        ("Sign now", "sms: en: does not say how to stop"),
        ("", "sms: there are no words for it"),
    ],
)
def test_words_that_will_not_do_are_pointed_out(session: Session, text: str, warning: str) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, channels=[Channel.SMS], sms=text)

    assert any(warning in each for each in warnings(session, campaign))


def test_a_language_of_the_pages_that_a_stage_does_not_speak_is_pointed_out(session: Session) -> None:
    campaign = make.campaign(session)
    campaign.consent_wordings = {**campaign.consent_wordings, "az": {"email": "…"}}
    make.stage(session, campaign, sms=GOOD_TEXT)

    assert "email: nothing is written in az; its readers get en" in warnings(session, campaign)


def sleepers(session: Session) -> Campaign:
    """A campaign whose texts keep quiet hours, with three people in London, two in Baku and one in New York."""
    campaign = make.campaign(session)
    campaign.quiet_hours = {"sms": {"from": "21:00", "until": "08:00"}}
    zones = ["Europe/London"] * 3 + ["Asia/Baku"] * 2 + ["America/New_York"]
    for number, zone in enumerate(zones):
        phone = f"+44770090010{number}"
        make.supporter(session, f"Ana{number}", campaign=campaign, phone=phone, email=None, time_zone=zone)
    return campaign


@pytest.mark.parametrize(
    ("offset", "warning"),
    [
        # 05:00 in London, 09:00 in Baku, midnight in New York.
        (-12, "comes in the quiet hours of 4 of 6 (Europe/London 3, America/New_York 1), who wait until 08:00"),
        # 17:00 in London, 21:00 in Baku, noon in New York.
        (0, "comes in the quiet hours of 2 of 6 (Asia/Baku 2), who wait until 08:00"),
    ],
)
def test_a_text_that_comes_at_night_is_pointed_out_in_every_zone_of_the_audience(
    session: Session, offset: int, warning: str
) -> None:
    campaign = sleepers(session)
    make.stage(session, campaign, offset=timedelta(hours=offset), sms=GOOD_TEXT, channels=[Channel.SMS])

    assert f"sms: {warning}" in warnings(session, campaign)


def test_for_whom_the_morning_is_too_late_is_said(session: Session) -> None:
    campaign = sleepers(session)
    worth = timedelta(hours=4)
    make.stage(session, campaign, offset=timedelta(hours=-12), stale_after=worth, sms=GOOD_TEXT, channels=[Channel.SMS])

    (told,) = [each for each in warnings(session, campaign) if "quiet" in each]

    assert told.endswith("who wait until 08:00; for 1 that is too late: they do not get it")


def test_what_is_dropped_at_night_is_said_to_be(session: Session) -> None:
    campaign = sleepers(session)
    stage = make.stage(session, campaign, offset=timedelta(0), sms=GOOD_TEXT, channels=[Channel.SMS])
    stage.quiet_hours = "drop"
    session.flush()

    assert "sms: comes in the quiet hours of 2 of 6 (Asia/Baku 2), who do not get it" in warnings(session, campaign)


def test_half_time_is_looked_at_by_when_it_will_about_be(session: Session) -> None:
    campaign = sleepers(session)
    half_time = {"anchor": "half_time", "offset": timedelta(0), "channels": [Channel.SMS], "sms": GOOD_TEXT}
    make.stage(session, campaign, **half_time)  # type: ignore[arg-type]  # as the builder takes

    assert "sms: comes in the quiet hours of about 2 of 6 (Asia/Baku 2), who wait until 08:00" in warnings(
        session, campaign
    )


def test_a_local_hour_is_judged_where_each_supporter_is(session: Session) -> None:
    campaign = sleepers(session)
    stage = make.stage(session, campaign, offset=timedelta(hours=-12), sms=GOOD_TEXT, channels=[Channel.SMS])
    stage.local_time = time(9, 0)
    at_nine = warnings(session, campaign)
    stage.local_time = time(22, 0)
    session.flush()

    assert not any("quiet" in each for each in at_nine)
    assert any("quiet hours of 6 of 6" in each for each in warnings(session, campaign))


def test_a_match_without_a_date_holds_its_stages(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, sms=GOOD_TEXT)
    fixtures.postpone(session, campaign.fixture_id, until=None, actor="Dev", now=NOW)

    assert "held: the match has no date" in warnings(session, campaign)


def test_a_change_that_waits_for_a_release_is_pointed_out(session: Session) -> None:
    campaign = make.campaign(session)
    stage = make.stage(session, campaign, sms=GOOD_TEXT)

    change(session, stage.id, timing(timedelta(days=-1)), now=NOW, by=AUTHOR)

    assert f"waits for a release: changed by {AUTHOR.name}" in warnings(session, campaign)


def test_a_rehearsal_sends_nothing(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, offset=timedelta(days=-6))

    rehearsed(session, campaign)

    assert session.scalar(select(func.count()).select_from(StageFiring)) == 0
