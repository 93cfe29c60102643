"""Whatever is postponed, brought forward, replayed, doubled or slept through: a stage fires once at most, and in time.

Stateful: hypothesis plays manager, referee and tickers against a real database, and looks at it after every move.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.fixture import FixtureMoveRefused, Score
from service.domain.quiet import QuietHours
from service.domain.zones import next_at
from service.planning import fixtures
from service.planning.fixtures import KickOffPassed, NoScoreYet
from service.sending.due import fire_due_stages
from service.store.engine import make_sessions
from tests import make
from tests.conftest import _empty
from tests.faults.common import at_once
from tests.sending.conftest import URL

BOUNDED = settings(
    max_examples=50, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
# Before a night that loses an hour, in a night that has one twice, and where clocks never change.
KICK_OFFS = (
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 12, 2, 17, 0, tzinfo=UTC),
)
STAGES: tuple[tuple[str, str, timedelta, timedelta, str | None], ...] = (
    ("day-before", "kick_off", timedelta(days=-1), timedelta(hours=12), None),
    ("hour-before", "kick_off", timedelta(hours=-1), timedelta(hours=1), None),
    ("after", "kick_off", timedelta(hours=3), timedelta(hours=6), None),
    ("half-time", "half_time", timedelta(0), timedelta(minutes=20), None),
    ("full-time", "full_time", timedelta(minutes=5), timedelta(hours=6), None),
    ("lost", "full_time", timedelta(hours=1), timedelta(hours=6), "home_win"),
)
_REFUSALS = (FixtureMoveRefused, KickOffPassed, NoScoreYet)
_SPANS = some.integers(1, 96 * 60).map(lambda minutes: timedelta(minutes=minutes))
_SCORES = some.builds(Score, some.integers(0, 3), some.integers(0, 3))


@dataclass(frozen=True)
class Fired:
    """What is written down of a firing; it never changes again."""

    slug: str
    outcome: str
    due_at: datetime
    fired_at: datetime


class Season(RuleBasedStateMachine):
    """One match and its stages, a manager, a referee, and tickers that come and go."""

    engine: Engine
    sessions: sessionmaker[Session]

    def __init__(self) -> None:
        super().__init__()
        _empty(self.engine)
        self.known: dict[str, Fired] = {}
        self.now = KICK_OFFS[0]
        self.is_begun = False

    @precondition(lambda self: not self.is_begun)
    @rule(kick_off_at=some.sampled_from(KICK_OFFS), ahead=some.integers(-1, 72))
    def load(self, kick_off_at: datetime, ahead: int) -> None:
        self.now, self.is_begun = kick_off_at - timedelta(hours=ahead), True
        with self.sessions.begin() as session:
            campaign = make.campaign(session, match=make.fixture(session, kick_off_at=kick_off_at))
            for slug, anchor, offset, stale_after, only_result in STAGES:
                make.stage(
                    session,
                    campaign,
                    slug=slug,
                    anchor=anchor,
                    offset=offset,
                    stale_after=stale_after,
                    only_result=only_result,
                    due_at=kick_off_at + offset if anchor == "kick_off" else None,
                )

    def _do(self, deed: Callable[[Session], object]) -> None:
        """A manager's or referee's deed; one that is refused changes nothing."""
        try:
            with self.sessions.begin() as session:
                deed(session)
        except _REFUSALS:
            return

    @precondition(lambda self: self.is_begun)
    @rule(later=_SPANS)
    def bring_to_another_hour(self, later: timedelta) -> None:
        at = self.now + later
        self._do(lambda session: fixtures.move_kick_off(session, 1, kick_off_at=at, actor="Cora", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule(earlier=_SPANS)
    def bring_forward(self, earlier: timedelta) -> None:
        at = self.now - earlier
        self._do(lambda session: fixtures.move_kick_off(session, 1, kick_off_at=at, actor="Cora", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule()
    def postpone(self) -> None:
        self._do(lambda session: fixtures.postpone(session, 1, until=None, actor="Cora", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule()
    def kick_off(self) -> None:
        self._do(lambda session: fixtures.press_kick_off(session, 1, actor="Dev", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule(score=_SCORES)
    def half_time(self, score: Score) -> None:
        self._do(lambda session: fixtures.press_half_time(session, 1, score=score, actor="Dev", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule(score=_SCORES)
    def full_time(self, score: Score) -> None:
        self._do(lambda session: fixtures.press_full_time(session, 1, score=score, actor="Dev", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule(score=_SCORES)
    def correct_the_score(self, score: Score) -> None:
        self._do(lambda session: fixtures.correct_score(session, 1, score=score, actor="Dev", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule()
    def abandon(self) -> None:
        self._do(lambda session: fixtures.abandon(session, 1, actor="Dev", now=self.now))

    @precondition(lambda self: self.is_begun)
    @rule(span=_SPANS)
    def sleep(self, span: timedelta) -> None:
        """No ticker runs for a while."""
        self.now += span

    @precondition(lambda self: self.is_begun)
    @rule(tickers=some.integers(1, 3))
    def tick(self, tickers: int) -> None:
        at_once(*[self._fire] * tickers)
        # One that lost a race for the rows comes again.
        self._fire()
        with self.sessions() as session:
            overdue = "SELECT slug FROM stages WHERE fired_at IS NULL AND due_at <= :now"
            assert session.scalars(text(overdue), {"now": self.now}).all() == []

    def _fire(self) -> None:
        with self.sessions.begin() as session:
            fire_due_stages(session, public_url=URL, now=self.now)

    @invariant()
    def what_has_fired_has_fired_once_in_its_time_and_stays_so(self) -> None:
        question = text("""
            SELECT s.slug, f.outcome, f.due_at, f.fired_at, s.stale_after,
                (SELECT count(*) FROM blasts WHERE stage_id = s.id) AS blasts
            FROM stage_firings f JOIN stages s ON s.id = f.stage_id""")
        with self.sessions() as session:
            rows = session.execute(question).all()
        found = {row.slug: Fired(row.slug, row.outcome, row.due_at, row.fired_at) for row in rows}
        assert len(found) == len(rows)
        assert {slug: found.get(slug) for slug in self.known} == self.known
        self.known = found
        for row in rows:
            assert row.blasts == (1 if row.outcome == "opened" else 0)
            assert row.due_at <= row.fired_at
            assert (row.fired_at < row.due_at + row.stale_after) == (row.outcome != "skipped_late")

    @invariant()
    def only_what_has_not_fired_moves_with_the_kick_off(self) -> None:
        question = text("""
            SELECT s.due_at, s.offset_span, f.kick_off_at, f.state FROM stages s
            JOIN campaigns c ON c.id = s.campaign_id JOIN fixtures f ON f.id = c.fixture_id
            WHERE s.fired_at IS NULL AND s.anchor = 'kick_off'""")
        with self.sessions() as session:
            for row in session.execute(question):
                held = row.state in {"postponed", "abandoned"}
                assert row.due_at == (None if held else row.kick_off_at + row.offset_span)


def test_a_stage_fires_once_at_most_whatever_happens(engine: Engine, clean_database: None) -> None:
    class Here(Season):
        pass

    Here.engine, Here.sessions = engine, make_sessions(engine)

    run_state_machine_as_test(Here, settings=BOUNDED)


_ZONES = some.sampled_from(["Europe/London", "Asia/Baku", "America/St_Johns", "Australia/Lord_Howe"])
# Two weeks around each change of the clocks.
_MOMENTS = some.sampled_from([datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]).flatmap(
    lambda change: some.integers(-7 * 1440, 7 * 1440).map(lambda minutes: change + timedelta(minutes=minutes))
)
_HOURS = some.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))


@settings(max_examples=300, deadline=None)
@given(moment=_MOMENTS, zone=_ZONES, from_=_HOURS, until=_HOURS)
def test_a_message_held_for_the_night_goes_in_no_night(moment: datetime, zone: str, from_: time, until: time) -> None:
    quiet = QuietHours(from_, until)
    local = moment.astimezone(ZoneInfo(zone)).time()

    ends_at = quiet.ends_at(moment, zone)

    inside = from_ <= local < until if from_ <= until else local >= from_ or local < until
    assert (ends_at is not None) == inside
    if ends_at is not None:
        assert moment < ends_at <= moment + timedelta(hours=26)
        again = quiet.ends_at(ends_at, zone)
        # An end that falls into a gap lies after it; where the clocks go back over it, the night goes on until it is over.
        assert again is None or again - ends_at <= timedelta(hours=2)


@settings(max_examples=300, deadline=None)
@given(moment=_MOMENTS, zone=_ZONES, local=_HOURS)
def test_an_hour_where_you_are_comes_once_a_day_even_when_clocks_change(
    moment: datetime, zone: str, local: time
) -> None:
    chosen = next_at(local, zone, after=moment)
    shown = chosen.astimezone(ZoneInfo(zone))

    assert moment <= chosen <= moment + timedelta(hours=26)
    skipped = datetime.combine(shown.date(), local, ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    assert shown.time().replace(tzinfo=None) == local or shown == skipped
