"""The campaigns at a glance, and one campaign's timeline around kick-off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from service.domain.fixture import Fixture, FixtureState
from service.domain.flood import Asked
from service.domain.manager import Role
from service.domain.stage import Anchor
from service.planning.desk import CampaignOnDesk, list_blasts, list_campaigns
from service.planning.stages import CHANGEABLE, StageRefused, StageState, StageView, cancel_stage, timeline
from service.planning.undoing import last_deed
from service.reporting.funnel import campaign_glance
from service.reporting.house import house_report
from service.reporting.live import Progress, progress_of
from service.store import Session
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.confirmations import AlarmShown
from service.web.console.here import campaign_or_404, stage_or_404
from service.web.console.whistle_words import WHISTLES

_UNDER_WAY = frozenset({"opening", "running", "paused"})
# Where the whistles stand on the line until the referee has blown them.
_HALF_TIME, _FULL_TIME = timedelta(minutes=47), timedelta(minutes=112)


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of the timeline: a stage, a whistle, or now. `at` is a guess while `is_known` is false."""

    kind: str
    at: datetime
    words: str = ""
    is_known: bool = True
    stage: StageView | None = None
    progress: Progress | None = None


@blueprint.get("/")
@needs(Role.VIEWER)
def home() -> ResponseReturnValue:
    with door.transaction() as session:
        campaigns = list_campaigns(session)
        current = campaigns[0] if campaigns else None
        if current is None:
            return render_template("console/no_campaign.html")
        stages = timeline(session, current.id)
        blasts = [blast for blast in list_blasts(session, current.id) if blast.state in _UNDER_WAY]
        live = [progress_of(session, blast.id) for blast in blasts if not blast.is_rolling or blast.state == "paused"]
        totals = campaign_glance(session, current.id)
        house = house_report(session)
    upcoming = [s for s in stages if s.state is StageState.PLANNED and s.due_at and s.anchor is not Anchor.SIGN_UP]
    unreleased = [stage for stage in stages if stage.unreleased_at and stage.state in CHANGEABLE]
    return render_template(
        "console/home.html",
        campaign=current,
        others=campaigns[1:],
        upcoming=sorted(upcoming, key=lambda stage: stage.due_at or door.now())[:3],
        unreleased=unreleased,
        unapproved=[stage for stage in stages if stage.approval and stage.state in CHANGEABLE],
        live=live,
        totals=totals,
        house=house,
        alarms=[AlarmShown.of(alarm) for alarm in house.alarms],
        floods=_floods(campaigns),
    )


def _floods(campaigns: Sequence[CampaignOnDesk]) -> list[tuple[str, Asked]]:
    """The campaigns whose forms are flooded, with why and since when; what a setting says is no news."""
    asked = [(each.title, door.floods().asked(each.id)) for each in campaigns]
    return [(title, found) for title, found in asked if found is not None and found.since is not None]


@blueprint.get("/campaigns/<slug>/")
@needs(Role.VIEWER)
def timeline_page(slug: str) -> ResponseReturnValue:
    return render_template("console/timeline.html", **_timeline(slug))


@blueprint.get("/campaigns/<slug>/line")
@needs(Role.VIEWER)
def timeline_part(slug: str) -> ResponseReturnValue:
    """The timeline alone, asked for again while something is under way."""
    return render_template("console/line.html", **_timeline(slug))


@blueprint.post("/campaigns/<slug>/stages/<stage_slug>/cancel")
@needs(Role.LAUNCHER)
def cancel_stage_now(slug: str, stage_slug: str) -> ResponseReturnValue:
    return _change(slug, stage_slug, cancel_stage, "“{}” will not be sent. You can put it back until it is due.")


def _change(slug: str, stage_slug: str, change: Callable[..., object], words: str) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            stage = stage_or_404(session, campaign_or_404(session, slug), stage_slug)
            change(session, stage.id, actor=access.manager().email, now=door.now())
    except StageRefused as refused:
        flash(f"Nothing was changed: {refused}.", "bad")
    else:
        flash(words.format(stage.title))
    return redirect(url_for("console.timeline_page", slug=slug))


def _timeline(slug: str) -> dict[str, object]:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        stages = timeline(session, campaign.id)
        marks = _marks(session, campaign, stages)
        undoable = last_deed(session, campaign.fixture, now=door.now())
    is_live = any(mark.progress and mark.progress.waiting for mark in marks)
    joining = [mark for mark in marks if mark.stage and mark.stage.anchor is Anchor.SIGN_UP]
    line = [mark for mark in marks if mark not in joining]
    shown = {"campaign": campaign, "joining": joining, "marks": line, "is_live": is_live, "floods": _floods([campaign])}
    return shown | {"undoable": undoable, "whistles": WHISTLES}


def _marks(session: Session, campaign: CampaignOnDesk, stages: list[StageView]) -> list[Mark]:
    fixture = campaign.fixture
    marks = [_stage_mark(session, fixture, stage) for stage in stages]
    marks += _whistles(fixture)
    marks.append(Mark("now", door.now(), "now"))
    order = {"whistle": 0, "stage": 1, "now": 2}
    return sorted(marks, key=lambda mark: (mark.at, order[mark.kind]))


def _stage_mark(session: Session, fixture: Fixture, stage: StageView) -> Mark:
    at = stage.due_at or _anchor_guess(fixture, stage.anchor) + stage.offset
    seen = progress_of(session, stage.blast_id) if stage.blast_id else None
    return Mark("stage", at, is_known=stage.due_at is not None, stage=stage, progress=seen)


def _anchor_guess(fixture: Fixture, anchor: Anchor) -> datetime:
    if anchor is Anchor.HALF_TIME:
        return fixture.half_time_at or fixture.kick_off_at + _HALF_TIME
    if anchor is Anchor.FULL_TIME:
        return fixture.full_time_at or fixture.kick_off_at + _FULL_TIME
    return fixture.kick_off_at


def _whistles(fixture: Fixture) -> list[Mark]:
    is_dated = fixture.state is not FixtureState.POSTPONED
    return [
        Mark("whistle", fixture.kick_off_at, "Kick-off", is_known=is_dated),
        Mark("whistle", _anchor_guess(fixture, Anchor.HALF_TIME), "Half time", bool(fixture.half_time_at)),
        Mark("whistle", _anchor_guess(fixture, Anchor.FULL_TIME), "Full time", bool(fixture.full_time_at)),
    ]
