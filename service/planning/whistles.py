"""Press a whistle: what it would set off is seen first, what is odd is asked about twice, and what was seen is done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from service.domain.audience import parse_rules
from service.domain.channel import Channel
from service.domain.fixture import Score
from service.domain.whistle import Deed, why_odd
from service.planning import fixtures
from service.planning.fixtures import Effect, Moved, RecalledBlast
from service.planning.outlook import Outlook, outlook
from service.planning.showing import open_window
from service.planning.stages import CopyView, copies_of_stage
from service.planning.undoing import undo
from service.sending.approvals import launch_of_stage, rule
from service.sending.due import fixture_of
from service.sending.freeze import stage_words
from service.store import Session
from service.store.queries import fixture_changes


class FarFromTheClock(Exception):
    """It comes far from where the clock says; it is done only for who says so once more."""


class ChangedMeanwhile(Exception):
    """What it would do is no longer what was shown; look at it anew."""


class ScoreMissing(Exception):
    """There is no score with it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done to a match; `kick_off_at` where it moves, `change_id` for what is to be taken back."""

    deed: Deed
    score: Score | None = None
    kick_off_at: datetime | None = None
    change_id: int = 0


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A blast that is going out, and goes on."""

    blast_id: int
    campaign_slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a deed comes to: what it does, what is odd about it ('' for nothing), and a digest of what was seen."""

    wish: Wish
    moved: Moved
    odd: str
    seen: str
    under_way: tuple[UnderWay, ...]

    def titles(self, effect: Effect) -> tuple[str, ...]:
        """The messages that this is the lot of."""
        return tuple(stage.title for stage in self.moved.stages if stage.effect is effect)


def look(session: Session, fixture_id: int, wish: Wish, *, actor: str, now: datetime) -> Look:
    """Do it, to see what it comes to; for seeing only, roll the session back.

    Raises FixtureMoveRefused, KickOffPassed or CannotUndo.
    """
    before = fixture_of(fixtures.hold(session, fixture_id))
    odd = why_odd(before, wish.deed, moment=wish.kick_off_at, now=now)
    under_way = tuple(UnderWay(*row) for row in fixture_changes.under_way(session, fixture_id))
    moved = _do(session, fixture_id, wish, actor=actor, now=now)
    facts = [fixtures.kept(before), wish.deed, str(wish.score), str(wish.kick_off_at), wish.change_id, bool(odd)]
    lots = [(stage.stage_id, str(stage.effect)) for stage in moved.stages]
    recalled = [(one.blast_id, str(one.recalled)) for one in moved.recalled]
    digest = sha256(json.dumps([facts, lots, recalled]).encode()).hexdigest()[:24]
    return Look(wish, moved, odd, digest, under_way)


def press(
    session: Session,
    fixture_id: int,
    wish: Wish,
    *,
    seen: str | None = None,
    really: bool = False,
    actor: str,
    now: datetime,
) -> Look:
    """Do it for good. Raises ChangedMeanwhile where it is not what was `seen`, FarFromTheClock unless `really`.

    Whatever it raises, roll the session back.
    """
    done = look(session, fixture_id, wish, actor=actor, now=now)
    if seen is not None and seen != done.seen:
        raise ChangedMeanwhile("what it would do has changed since you looked")
    if done.odd and not really:
        raise FarFromTheClock(done.odd)
    return done


def _do(session: Session, fixture_id: int, wish: Wish, *, actor: str, now: datetime) -> Moved:
    if wish.deed is Deed.UNDO:
        return undo(session, fixture_id, wish.change_id, actor=actor, now=now)
    if wish.deed in {Deed.MOVE, Deed.POSTPONE}:
        return fixtures.postpone(session, fixture_id, until=wish.kick_off_at, actor=actor, now=now)
    if wish.score is not None:
        with_score = {
            Deed.HALF_TIME: fixtures.press_half_time,
            Deed.FULL_TIME: fixtures.press_full_time,
            Deed.CORRECT: fixtures.correct_score,
        }
        return with_score[wish.deed](session, fixture_id, score=wish.score, actor=actor, now=now)
    presses = {
        Deed.KICK_OFF: fixtures.press_kick_off,
        Deed.SECOND_HALF: fixtures.press_second_half,
        Deed.ABANDON: fixtures.abandon,
    }
    if wish.deed not in presses:
        raise ScoreMissing("say the score")
    return presses[wish.deed](session, fixture_id, actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class FiringNow:
    """A message that would go out at once: to how many, at what cost, by channel."""

    stage_id: int
    title: str
    currency: str
    channels: tuple[Outlook, ...]
    # Why it waits for a second person all the same; '' where it does not.
    approval: str = ""


def firing_now(
    session: Session,
    moved: Moved,
    *,
    key: bytes,
    public_url: str,
    said: Mapping[int, Sequence[CopyView]] | None = None,
) -> tuple[FiringNow, ...]:
    """What goes out at once, reckoned over its audience. Ask it after the look is rolled back: it takes its time.

    `said`: what stages would say, by id, where that is not what is kept of them.
    """
    ids = [stage.stage_id for stage in moved.stages if stage.effect is Effect.FIRES_NOW]
    found = []
    for stage in fixture_changes.stages_named(session, ids):
        window = open_window(session, stage.campaign_id, key=key, public_url=public_url)
        words = stage_words((said or {}).get(stage.id) or copies_of_stage(session, stage.id))
        channels: Sequence[Channel] = [Channel(channel) for channel in stage.channels]
        each = outlook(session, window, parse_rules(stage.audience), words, channels)
        people = sum(one.reckoned.people for one in each)
        approval = rule(session, launch_of_stage(session, stage), people=people).why
        found.append(FiringNow(stage.id, stage.title, window.campaign.currency, each, approval))
    return tuple(found)


def gone_in_words(recalled: Sequence[RecalledBlast]) -> str:
    """What of the blasts that were taken back had gone, or was just going, as a sentence; '' for nothing."""
    total: dict[str, int] = {}
    for one in recalled:
        for channel, count in one.gone.items():
            total[channel] = total.get(channel, 0) + count
    if not any(total.values()):
        return ""
    return f"{_counted(total)} had gone or {'was' if sum(total.values()) == 1 else 'were'} just going"


def _counted(total: Mapping[str, int]) -> str:
    names = {"email": ("email", "emails"), "sms": ("text", "texts")}
    return " and ".join(f"{many:,} {names[channel][many != 1]}" for channel, many in sorted(total.items()) if many)
