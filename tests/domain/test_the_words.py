"""The campaign's words and their rules."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.audience import AudienceMistake, describe_rules, parse_rules
from service.domain.channel import Channel
from service.domain.fixture import Fixture, FixtureMoveRefused, FixtureState, Result, Score, check_fixture_move
from service.domain.message import MessageRef, NoticeRef, parse_ref
from service.domain.quiet import QuietHours
from service.domain.stage import Anchor, Firing, Timing

KICK_OFF = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)


def _fixture(**changes: object) -> Fixture:
    plain: dict[str, object] = {
        "id": 1,
        "slug": "aze-eng",
        "home": "Azerbaijan",
        "away": "England",
        "venue": "Baku",
        "competition": "World Cup qualifier",
        "time_zone": "Asia/Baku",
        "state": FixtureState.SCHEDULED,
        "kick_off_at": KICK_OFF,
    }
    return Fixture(**{**plain, **changes})  # type: ignore[arg-type]  # a fixture's fields


def test_half_time_news_is_dropped_at_full_time() -> None:
    half_time = Timing(Anchor.KICK_OFF, timedelta(minutes=50), stale_after=timedelta(minutes=20))

    assert half_time.is_due(_fixture(), now=KICK_OFF + timedelta(minutes=51))
    assert not half_time.is_due(_fixture(), now=KICK_OFF + timedelta(minutes=105))
    assert half_time.firing(_fixture(), now=KICK_OFF + timedelta(minutes=105)) is Firing.SKIPPED_LATE


def test_what_waits_for_the_referee_is_not_due_before_the_whistle() -> None:
    full_time = Timing(Anchor.FULL_TIME, timedelta(minutes=2))

    assert full_time.due_at(_fixture()) is None
    assert full_time.due_at(_fixture(full_time_at=KICK_OFF)) == KICK_OFF + timedelta(minutes=2)


def test_a_postponed_match_holds_what_is_measured_from_its_kick_off() -> None:
    briefing = Timing(Anchor.KICK_OFF, timedelta(days=-2))

    assert briefing.due_at(_fixture(state=FixtureState.POSTPONED)) is None


@pytest.mark.parametrize(
    ("score", "result"), [(Score(1, 0), Result.HOME_WIN), (Score(0, 0), Result.DRAW), (Score(0, 1), Result.AWAY_WIN)]
)
def test_a_stage_for_one_result_fires_for_that_one_alone(score: Score, result: Result) -> None:
    over = _fixture(state=FixtureState.FULL_TIME, full_time_at=KICK_OFF, score=score)

    fired = {
        only: Timing(Anchor.FULL_TIME, only_result=only).firing(over, now=KICK_OFF + timedelta(minutes=1))
        for only in Result
    }

    assert [only for only, outcome in fired.items() if outcome is Firing.OPENED] == [result]


def test_a_match_that_is_over_does_not_begin_again() -> None:
    with pytest.raises(FixtureMoveRefused, match="the match is over, so it cannot be under way"):
        check_fixture_move(FixtureState.FULL_TIME, FixtureState.LIVE)


@pytest.mark.parametrize("score", [(-1, 0), (0, 100)])
def test_a_score_is_two_small_numbers(score: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="0 to 99"):
        Score(*score)


NIGHT = QuietHours(time(21), time(8))


@pytest.mark.parametrize(
    ("moment", "zone", "ends"),
    [
        ("2026-12-02T20:59+00:00", "Europe/London", None),
        ("2026-12-02T21:00+00:00", "Europe/London", "2026-12-03T08:00+00:00"),
        ("2026-12-03T07:59+00:00", "Europe/London", "2026-12-03T08:00+00:00"),
        ("2026-12-02T17:30+00:00", "Asia/Baku", "2026-12-03T04:00+00:00"),
        # The night of the clock change: an hour shorter in March, an hour longer in October.
        ("2027-03-27T22:00+00:00", "Europe/London", "2027-03-28T07:00+00:00"),
        ("2026-10-24T21:00+00:00", "Europe/London", "2026-10-25T08:00+00:00"),
    ],
)
def test_quiet_hours_are_the_supporter_s_own(moment: str, zone: str, ends: str | None) -> None:
    found = NIGHT.ends_at(datetime.fromisoformat(moment), zone)

    assert found == (datetime.fromisoformat(ends) if ends else None)


@given(
    moment=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    zone=st.sampled_from(["Europe/London", "Asia/Baku", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    quiet=st.builds(QuietHours, st.times(), st.times()),
)
def test_the_end_of_quiet_lies_ahead_and_within_a_day(moment: datetime, zone: str, quiet: QuietHours) -> None:
    ends_at = quiet.ends_at(moment, zone)

    assert ends_at is None or moment < ends_at <= moment + timedelta(hours=26)


def test_audiences_are_read_and_written_alike() -> None:
    rules = [
        {"not_signed": True},
        {"any": [{"clicked": "welcome"}, {"source": ["flyer", "poster"]}]},
        {"has_sms": True},
    ]

    audience = parse_rules(rules)

    assert parse_rules(describe_rules(audience)) == audience


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ("all", "a list of rules"),
        ([{"signde": True}], "no such rule"),
        ([{"signed": "yes"}], "true or false"),
        ([{"joined_after": "yesterday"}], "2026-11-30"),
        ([{"joined_after": "2026-11-30T12:00"}], "offset"),
        ([{"any": []}], "takes a list"),
        ([{"received": True}], "slug"),
        ([{"signed": True, "shared": True}], "one name and one value"),
    ],
)
def test_a_rule_that_cannot_be_read_says_what_was_expected(rules: object, why: str) -> None:
    with pytest.raises(AudienceMistake, match=why):
        parse_rules(rules)


@given(st.integers(1, 2**63 - 1), st.sampled_from(list(Channel)), st.integers(1, 2**63 - 1))
def test_a_message_s_name_is_read_as_it_was_written(blast_id: int, channel: Channel, supporter_id: int) -> None:
    ref = MessageRef(blast_id, channel, supporter_id)

    assert parse_ref(str(ref)) == ref
    assert parse_ref(str(NoticeRef(blast_id))) == NoticeRef(blast_id)


@given(st.text())
def test_a_name_that_is_not_ours_is_nobody_s(text: str) -> None:
    found = parse_ref(text)

    assert found is None or str(found).replace("0", "") == text.replace("0", "")


@pytest.mark.parametrize("text", [None, "", "1.x.2", "1.e", "n.0", "0.e.1", "1.e.99999999999999999999", "1.e.²"])
def test_odd_names_are_refused_quietly(text: str | None) -> None:
    assert parse_ref(text) is None
