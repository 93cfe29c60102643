"""A whistle says first what it sets off; what is odd, or no longer what was seen, is not done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.fixture import FixtureState, Score
from service.domain.stage import Firing
from service.domain.whistle import Deed
from service.planning import fixtures
from service.planning.fixtures import Effect, Moved, Recalled
from service.planning.stages import StageState, timeline
from service.planning.undoing import CannotUndo, last_deed, undo
from service.planning.whistles import ChangedMeanwhile, FarFromTheClock, Wish, firing_now, gone_in_words, look, press
from service.sending.due import fire_due_stages, fixture_of
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Fixture, Stage, StageFiring
from service.store.tables.house import AuditEntry
from tests import make

URL = "https://example.org"
EARLY = make.KICK_OFF - timedelta(days=5)
HALF = make.KICK_OFF + timedelta(minutes=47)
FULL = make.KICK_OFF + timedelta(minutes=112)
KICK_OFF = Wish(Deed.KICK_OFF)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """An empty database, in which what is made first has the number 1."""
    with sessions() as fresh:
        yield fresh


def fire(session: Session, now: datetime) -> list[Firing]:
    return [each.outcome for each in fire_due_stages(session, public_url=URL, now=now)]


def take_back(session: Session, campaign: Campaign, *, now: datetime) -> Moved:
    last = last_deed(session, fixture_of(session.get_one(Fixture, campaign.fixture_id)), now=now)
    assert last is not None
    return undo(session, campaign.fixture_id, last.id, actor="Dev", now=now)


def hand_over(session: Session, blast_id: int, *, batches: int = 1) -> None:
    """So many of its batches are on their way."""
    session.execute(
        text("""UPDATE batches SET state = 'accepted' WHERE id IN (
                    SELECT id FROM batches WHERE blast_id = :blast_id ORDER BY id LIMIT :batches)"""),
        {"blast_id": blast_id, "batches": batches},
    )


def test_a_whistle_says_what_goes_out_what_waits_and_what_is_lost(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900101")
    make.supporter(session, "Bilal", campaign=campaign)
    make.stage(session, campaign, slug="briefing", offset=timedelta(days=-2))
    make.stage(session, campaign, slug="push", offset=timedelta(hours=-3))
    make.stage(session, campaign, slug="after", offset=timedelta(minutes=10))

    seen = look(session, campaign.fixture_id, KICK_OFF, actor="Dev", now=EARLY)
    session.flush()
    going = firing_now(session, seen.moved, key=b"key", public_url=URL)

    assert {stage.title: stage.effect for stage in seen.moved.stages} == {
        "Briefing": Effect.TOO_LATE,
        "Push": Effect.FIRES_NOW,
        "After": Effect.WAITS,
    }
    assert [(one.title, [(each.channel, each.reckoned.people) for each in one.channels]) for one in going] == [
        ("Push", [("email", 2), ("sms", 1)])
    ]
    assert going[0].channels[1].reckoned.price > 0


def test_an_odd_whistle_is_done_only_for_who_says_so_once_more(session: Session) -> None:
    match = make.campaign(session).fixture_id

    with pytest.raises(FarFromTheClock, match="Kick-off is in 5 days"), session.begin_nested():
        press(session, match, KICK_OFF, actor="Dev", now=EARLY)
    done = press(session, match, KICK_OFF, really=True, actor="Dev", now=EARLY)

    assert done.moved.fixture.state is FixtureState.LIVE


def test_what_is_no_longer_what_was_seen_is_not_done(session: Session) -> None:
    campaign = make.campaign(session)
    moment = make.KICK_OFF + timedelta(minutes=2)
    make.stage(session, campaign, slug="push", offset=timedelta(hours=-3))
    with session.begin_nested() as only_looking:
        seen = look(session, campaign.fixture_id, KICK_OFF, actor="Dev", now=moment).seen
        only_looking.rollback()
    make.stage(session, campaign, slug="late", offset=timedelta(minutes=10))

    with pytest.raises(ChangedMeanwhile), session.begin_nested():
        press(session, campaign.fixture_id, KICK_OFF, seen=seen, actor="Dev", now=moment)
    assert session.get_one(Fixture, campaign.fixture_id, populate_existing=True).state == "scheduled"


def test_what_is_seen_of_a_result_tells_which_messages_are_for_another(session: Session) -> None:
    campaign = make.campaign(session)
    match = campaign.fixture_id
    for result in ("home_win", "draw", "away_win"):
        slug = result.replace("_", "-")
        make.stage(session, campaign, slug=slug, anchor="full_time", offset=timedelta(0), only_result=result)
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)

    ended = look(session, match, Wish(Deed.FULL_TIME, Score(1, 0)), actor="Dev", now=FULL)
    corrected = look(session, match, Wish(Deed.CORRECT, Score(0, 1)), actor="Dev", now=FULL)

    assert ended.titles(Effect.FIRES_NOW) == ("Home win",)
    assert ended.titles(Effect.OTHER_RESULT) == ("Draw", "Away win")
    assert {stage.title: stage.effect for stage in corrected.moved.stages} == {
        "Home win": Effect.OTHER_RESULT,
        "Away win": Effect.FIRES_NOW,
    }


def test_a_kick_off_pressed_days_early_is_taken_back_whole(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)
    for slug, offset in (("briefing", timedelta(days=-2)), ("push", timedelta(hours=-3)), ("after", timedelta(0))):
        make.stage(session, campaign, slug=slug, offset=offset)
    before = session.execute(text("SELECT * FROM fixtures")).all()
    planned = session.execute(text("SELECT slug, due_at, fired_at FROM stages ORDER BY id")).all()
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=EARLY)
    fired = fire(session, EARLY)
    write_next_span(session)

    undone = take_back(session, campaign, now=EARLY + timedelta(minutes=1))

    assert fired == [Firing.SKIPPED_LATE, Firing.OPENED, Firing.OPENED]
    assert {one.title: one.recalled for one in undone.recalled} == dict.fromkeys(["Push", "After"], Recalled.TAKEN_BACK)
    assert gone_in_words(undone.recalled) == ""
    session.expire_all()
    assert session.execute(text("SELECT * FROM fixtures")).all() == before
    assert session.execute(text("SELECT slug, due_at, fired_at FROM stages ORDER BY id")).all() == planned
    assert session.scalars(select(StageFiring)).all() == []
    assert {stage.effect for stage in undone.stages} == {Effect.WAITS}
    asked = select(Blast.state, Blast.stage_id, Blast.taken_back_from).order_by(Blast.taken_back_from)
    blasts = session.execute(asked).all()
    assert blasts == [("cancelled", None, 2), ("cancelled", None, 3)]
    assert {stage.state for stage in timeline(session, campaign.id)} == {StageState.PLANNED}
    deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds == ["fixture live", "blast taken back", "blast taken back", "whistle undone"]


def test_a_stage_that_was_taken_back_fires_again_when_its_hour_comes(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)
    make.stage(session, campaign, slug="push", offset=timedelta(hours=-3))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=EARLY)
    fire(session, EARLY)
    take_back(session, campaign, now=EARLY)

    too_early = fire(session, EARLY + timedelta(hours=1))
    again = fire(session, make.KICK_OFF - timedelta(hours=3))

    assert (too_early, again) == ([], [Firing.OPENED])
    assert session.scalars(select(Blast.stage_id).order_by(Blast.id)).all() == [None, 1]


def test_where_something_has_gone_the_rest_stops_and_the_stage_never_fires_again(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900101")
    make.stage(session, campaign, slug="half", anchor="half_time", offset=timedelta(0))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, campaign.fixture_id, score=Score(0, 1), actor="Dev", now=HALF)
    fire(session, HALF)
    write_next_span(session)
    hand_over(session, 1)

    undone = take_back(session, campaign, now=HALF)
    fixtures.press_half_time(session, campaign.fixture_id, score=Score(1, 1), actor="Dev", now=HALF)

    assert [(one.gone, one.recalled) for one in undone.recalled] == [({"email": 1}, Recalled.STOPPED)]
    assert gone_in_words(undone.recalled) == "1 email had gone or was just going"
    assert fire(session, HALF + timedelta(minutes=1)) == []
    assert session.execute(text("SELECT state, count(*) FROM batches GROUP BY 1 ORDER BY 1")).all() == [
        ("accepted", 1),
        ("cancelled", 1),
    ]


def test_a_blast_that_had_gone_whole_stays_as_it_is(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)
    make.stage(session, campaign, slug="half", anchor="half_time", offset=timedelta(0))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, campaign.fixture_id, score=Score(0, 1), actor="Dev", now=HALF)
    fire(session, HALF)
    write_next_span(session)
    hand_over(session, 1)
    session.execute(text("UPDATE blasts SET state = 'done'"))
    session.expire_all()

    undone = take_back(session, campaign, now=HALF)

    assert [one.recalled for one in undone.recalled] == [Recalled.GONE]
    assert session.scalars(select(Blast.state)).all() == ["done"]


def test_what_somebody_cancelled_does_not_come_back_with_the_undo(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="push", offset=timedelta(hours=-3))
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=EARLY)
    fire(session, EARLY)
    session.execute(text("UPDATE blasts SET state = 'cancelled', paused_reason = 'cancelled by Cora'"))

    undone = take_back(session, campaign, now=EARLY)

    assert [one.recalled for one in undone.recalled] == [Recalled.CANCELLED]
    assert session.scalars(select(StageFiring.outcome)).all() == ["opened"]


def test_what_fired_at_its_own_hour_stays_fired(session: Session) -> None:
    campaign = make.campaign(session)
    moment = make.KICK_OFF + timedelta(minutes=1)
    make.stage(session, campaign, slug="before", offset=timedelta(hours=-3))
    fire(session, make.KICK_OFF)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=moment)

    undone = take_back(session, campaign, now=moment)

    assert undone.recalled == ()
    assert session.scalars(select(StageFiring.outcome)).all() == ["opened"]


def test_whistles_are_taken_back_one_after_the_other(session: Session) -> None:
    campaign = make.campaign(session)
    match = campaign.fixture_id
    before = session.execute(text("SELECT * FROM fixtures")).all()
    later = make.KICK_OFF + timedelta(days=1)
    fixtures.move_kick_off(session, match, kick_off_at=later, actor="Dev", now=make.KICK_OFF)
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, match, score=Score(1, 0), actor="Dev", now=HALF)
    fixtures.press_second_half(session, match, actor="Dev", now=HALF)
    fixtures.press_full_time(session, match, score=Score(2, 0), actor="Dev", now=FULL)
    fixtures.correct_score(session, match, score=Score(2, 1), actor="Dev", now=FULL)

    states = [take_back(session, campaign, now=FULL).fixture for _ in range(6)]

    assert [(each.state, str(each.score)) for each in states] == [
        ("full_time", "2-0"),
        ("live", "1-0"),
        ("half_time", "1-0"),
        ("live", "0-0"),
        ("scheduled", "None"),
        ("scheduled", "None"),
    ]
    session.expire_all()
    assert session.execute(text("SELECT * FROM fixtures")).all() == before
    assert last_deed(session, states[-1], now=FULL) is None


def test_a_wrong_score_taken_back_recalls_what_went_by_it(session: Session) -> None:
    campaign = make.campaign(session)
    match = campaign.fixture_id
    for result in ("home_win", "away_win"):
        slug, offset = result.replace("_", "-"), timedelta(minutes=5)
        make.stage(session, campaign, slug=slug, anchor="full_time", offset=offset, only_result=result)
    says_it = ("Full time", "{score}")
    make.stage(session, campaign, slug="score", anchor="full_time", offset=timedelta(minutes=5), email=says_it)
    make.stage(session, campaign, slug="no-score", anchor="full_time", offset=timedelta(minutes=5))
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_full_time(session, match, score=Score(1, 0), actor="Dev", now=FULL)
    fixtures.correct_score(session, match, score=Score(0, 1), actor="Dev", now=FULL)
    moment = FULL + timedelta(minutes=6)
    fire(session, moment)

    undone = take_back(session, campaign, now=moment)

    assert [one.title for one in undone.recalled] == ["Away win", "Score"]
    fire(session, moment)
    outcomes = select(Stage.slug, StageFiring.outcome).join(StageFiring, StageFiring.stage_id == Stage.id)
    assert dict(session.execute(outcomes).all()) == {
        "home-win": "opened",
        "away-win": "skipped_result",
        "score": "opened",
        "no-score": "opened",
    }


def test_one_undo_takes_back_one_whistle(session: Session) -> None:
    campaign = make.campaign(session)
    match = campaign.fixture_id
    fixtures.press_kick_off(session, match, actor="Dev", now=make.KICK_OFF)
    fixtures.press_half_time(session, match, score=Score(1, 0), actor="Dev", now=HALF)
    last = last_deed(session, fixture_of(session.get_one(Fixture, match)), now=HALF)
    assert last is not None
    undo(session, match, last.id, actor="Dev", now=HALF)

    with pytest.raises(CannotUndo, match="taken back already"):
        undo(session, match, last.id, actor="Dev", now=HALF)
    assert session.get_one(Fixture, match).state == "live"


def test_a_whistle_of_another_day_is_not_taken_back(session: Session) -> None:
    campaign = make.campaign(session)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=make.KICK_OFF)
    match = fixture_of(session.get_one(Fixture, campaign.fixture_id))
    tomorrow = make.KICK_OFF + timedelta(hours=13)

    assert last_deed(session, match, now=tomorrow) is None
    with pytest.raises(CannotUndo, match="more than 12 hours ago"):
        undo(session, campaign.fixture_id, 1, actor="Dev", now=tomorrow)


def test_a_match_changed_otherwise_since_is_left_as_it_is(session: Session) -> None:
    campaign = make.campaign(session)
    fixtures.press_kick_off(session, campaign.fixture_id, actor="Dev", now=make.KICK_OFF)
    session.execute(text("UPDATE fixtures SET home_score = 3"))

    with pytest.raises(CannotUndo, match="changed since"):
        undo(session, campaign.fixture_id, 1, actor="Dev", now=make.KICK_OFF)


def test_where_nothing_was_done_there_is_nothing_to_take_back(session: Session) -> None:
    match = make.campaign(session).fixture_id

    with pytest.raises(CannotUndo, match="nothing was done"):
        undo(session, match, 1, actor="Dev", now=make.KICK_OFF)
