"""What has come due: stages fire, once ever; managers' blasts open."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import InterfaceError, OperationalError

from service.domain.approval import WAITED
from service.domain.channel import Channel
from service.domain.fixture import Fixture, FixtureState, Result, Score
from service.domain.message import BlastState
from service.domain.stage import Anchor, Firing, Timing
from service.domain.variant import places_at, places_now, standing_of
from service.sending.approvals import Launch, Ruling, launch_of_blast, launch_of_stage
from service.sending.facts import shared_facts
from service.sending.freeze import NothingToSay, Words, choose_words, freeze_blast, stage_words, words_of_test
from service.sending.ruling import Rulings, rule_on_blasts, rule_on_stages
from service.store import Session
from service.store.carried import carried, not_carried
from service.store.queries import approvals, blasts_life, opening, renderings
from service.store.queries.approvals import Thing
from service.store.tables import campaign as rows
from service.store.tables.blasts import Blast
from service.wording.placeholders import CopyMistake, MissingFact

log = logging.getLogger(__name__)

# A welcome is worth sending for as long as the campaign runs.
_ROLLING_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Fired:
    """A stage that fired: what became of it, and its blast where it opened."""

    stage_id: int
    outcome: Firing
    blast_id: int | None = None


def fire_due_stages(session: Session, *, public_url: str, now: datetime) -> list[Fired]:
    """Fire every stage due at or before now; one too late, or meant for another result, is skipped."""
    fired: list[Fired] = []
    rulings = rule_on_stages(session, now=now)
    for due in opening.due_stages(session, now=now):
        stage_id = due.stage.id
        try:
            with session.begin_nested():
                found = _fire(session, due, rulings, public_url=public_url, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # The timeline shows it overdue, the log says why; the stages behind it must not wait for that.
            log.exception("a stage cannot be fired", extra={"stage": stage_id})
            continue
        if found is not None:
            fired.append(found)
            log.info("stage fired", extra={"stage": stage_id, "outcome": found.outcome, "blast": found.blast_id})
    return fired


def _fire(session: Session, due: opening.DueStage, rulings: Rulings, *, public_url: str, now: datetime) -> Fired | None:
    outcome = timing_of(due.stage).firing(fixture_of(due.fixture), now=now)
    if due.stage.unreleased_at is not None and outcome is not Firing.SKIPPED_LATE:
        # Asked before its one firing is written: what nobody who may launch has seen does not go out.
        return None
    ruling = Ruling()
    if outcome is Firing.OPENED and approvals.is_asked(session):
        launch, thing = launch_of_stage(session, due.stage), Thing(stage_id=due.stage.id)
        found = _ruling_on(session, launch, rulings.get(due.stage.id), thing, now=now)
        if found is None:
            return None
        ruling = found
    if not opening.fire(session, due.stage, outcome=outcome, now=now):
        return None
    opens = outcome is Firing.OPENED
    blast_id = _open(session, due, spend_cap=ruling.ceiling, public_url=public_url, now=now) if opens else None
    return Fired(due.stage.id, outcome, blast_id)


def _ruling_on(
    session: Session, launch: Launch, ruling: Ruling | None, thing: Thing, *, now: datetime
) -> Ruling | None:
    """What was ruled of exactly this; None where it waits, or was changed in this very moment and is ruled on anew."""
    if ruling is None or ruling.digest != launch.digest:
        return None
    if ruling.why:
        approvals.want(session, thing, reason=ruling.why, now=now)
        return None
    return ruling


def open_scheduled_blasts(session: Session, *, public_url: str, now: datetime) -> list[int]:
    """Open managers' blasts whose time has come; the ids of those that opened."""
    opened: list[int] = []
    rulings = rule_on_blasts(session, now=now)
    for blast in opening.hold_scheduled(session, now=now):
        blast_id = blast.id
        try:
            with session.begin_nested():
                is_open = _open_scheduled(session, blast, rulings, public_url=public_url, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as wrong:
            # Whoever planned it is told that it is paused, and why; the blasts behind it must not wait for that.
            log.exception("a blast cannot be opened", extra={"blast": blast_id})
            blasts_life.pause(session, blast_id, reason=f"it cannot be opened: {type(wrong).__name__}")
            continue
        if is_open:
            opened.append(blast_id)
    return opened


def _open_scheduled(session: Session, blast: Blast, rulings: Rulings, *, public_url: str, now: datetime) -> bool:
    if blast.expires_at <= now:
        reason = "too late to be worth sending"
        waited = f": it {WAITED}" if blast.approval_wanted_at is not None else ""
        blasts_life.end(session, blast.id, state=BlastState.CANCELLED, reason=reason + waited, now=now)
        return False
    if approvals.is_asked(session):
        launch, thing = launch_of_blast(session, blast), Thing(blast_id=blast.id)
        if _ruling_on(session, launch, rulings.get(blast.id), thing, now=now) is None:
            return False
    campaign, fixture = blasts_life.campaign_and_fixture(session, blast.campaign_id)
    if blast.stage_id is None:
        words = words_of_test(blast.draft, blast.test_draft if blast.test_share else {})
    else:
        # A stage's only blast, whose words could not be frozen when it fired.
        result = fixture_of(fixture).result
        blasts_life.keep_variant(session, blast.id, result or "")
        words = _words_of_stage(session, blast.stage_id, campaign, fixture, rolling=blast.is_rolling)
    channels = _carried_of(session, blast.id, blast.channels)
    if not channels or not _freeze(
        session, blast.id, campaign, fixture, channels=channels, words=words, public_url=public_url
    ):
        return False
    ends = opening.last_supporter_id(session)
    blasts_life.begin_opening(session, blast.id, opens_upto=ends, now=now, is_rolling=blast.is_rolling)
    return True


def _open(session: Session, due: opening.DueStage, *, spend_cap: int | None, public_url: str, now: datetime) -> int:
    result = fixture_of(due.fixture).result
    timing = timing_of(due.stage)
    rolling = timing.anchor is Anchor.SIGN_UP
    due_at = due.stage.due_at or now
    blast_id = opening.blast_from_stage(
        session,
        due,
        variant=result or "",
        facts={},
        expires_at=now + _ROLLING_LIFE if rolling else due_at + timing.stale_after,
        opens_upto=opening.last_supporter_id(session),
        spend_cap=spend_cap,
        now=now,
    )
    words = _words_of_stage(session, due.stage.id, due.campaign, due.fixture, rolling=rolling)
    if channels := _carried_of(session, blast_id, due.stage.channels):
        _freeze(
            session,
            blast_id,
            due.campaign,
            due.fixture,
            channels=channels,
            words=words,
            public_url=public_url,
        )
    return blast_id


def _carried_of(session: Session, blast_id: int, channels: list[str]) -> list[str]:
    """Those of a blast's channels somebody carries; where there is none it waits, paused, and says why."""
    sent = [channel for channel in channels if channel in carried(session)]
    left_out = [not_carried(Channel(channel)) for channel in channels if channel not in sent]
    if left_out:
        log.warning("a channel of a blast is left out", extra={"blast": blast_id, "why": "; ".join(left_out)})
    if not sent:
        blasts_life.pause_unopened(session, blast_id, reason=f"{'; '.join(left_out)}; then resume it")
    return sent


def _words_of_stage(
    session: Session, stage_id: int, campaign: rows.Campaign, match: rows.Fixture, *, rolling: bool
) -> list[Words]:
    """What a stage says as its match stands."""
    copies = stage_words(renderings.copies_for(session, stage_id))
    fixture = fixture_of(match)
    has_closed = renderings.has_closed_petition(session, campaign.id)
    if not rolling:
        return choose_words(copies, *places_at(fixture.result, has_closed=has_closed))
    arm = standing_of(fixture, has_closed=has_closed)
    return choose_words(copies, *places_now(fixture, has_closed=has_closed), arm=arm)


def _freeze(
    session: Session,
    blast_id: int,
    campaign: rows.Campaign,
    fixture: rows.Fixture,
    *,
    channels: list[str],
    words: list[Words],
    public_url: str,
) -> bool:
    """Freeze the words; a blast whose words cannot be rendered waits, paused, and says why."""
    count = renderings.signature_count(session, campaign.id)
    facts = shared_facts(campaign, fixture, signature_count=count, public_url=public_url)
    try:
        freeze_blast(
            session,
            blast_id=blast_id,
            campaign_id=campaign.id,
            campaign_slug=campaign.slug,
            channels=channels,
            words=words,
            facts=facts,
        )
    except (NothingToSay, CopyMistake, MissingFact) as wrong:
        log.error("a blast cannot be rendered", extra={"blast": blast_id, "why": str(wrong)})
        why = f"its words cannot be filled in: {wrong}; mend them and resume"
        blasts_life.pause_unopened(session, blast_id, reason=why)
        return False
    blasts_life.keep_facts(session, blast_id, facts.words(campaign.language))
    return True


def timing_of(stage: rows.Stage) -> Timing:
    """When a stage comes due, as the domain knows it."""
    return Timing(
        anchor=Anchor(stage.anchor),
        offset=stage.offset_span,
        at=stage.at,
        stale_after=stage.stale_after,
        only_result=None if stage.only_result is None else Result(stage.only_result),
        goes_on=stage.goes_on_at is not None,
    )


def fixture_of(row: rows.Fixture) -> Fixture:
    """A fixture, as the domain knows it."""
    known = row.home_score is not None and row.away_score is not None
    return Fixture(
        id=row.id,
        slug=row.slug,
        home=row.home,
        away=row.away,
        venue=row.venue,
        competition=row.competition,
        time_zone=row.time_zone,
        state=FixtureState(row.state),
        kick_off_at=row.kick_off_at,
        half_time_at=row.half_time_at,
        full_time_at=row.full_time_at,
        score=Score(row.home_score or 0, row.away_score or 0) if known else None,
    )
