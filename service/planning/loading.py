"""Load a campaign from its files: the same files load to the same campaign, and what would change is told first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from service.domain.quiet import QuietHours
from service.domain.stage import Timing
from service.planning.load_effects import AtOnce, at_once, lots_of
from service.planning.stage_changes import LookFirst
from service.planning.taken_away import TakenAway, named_in, taken_away
from service.sending.due import fixture_of, timing_of
from service.store import Session
from service.store.queries import blasts, campaigns, loading
from service.store.tables import campaign as rows
from service.wording.campaign_files import CampaignFiles, StageFile

_SHORTEST = timedelta(minutes=1)
# Who changed a stage that files changed: whoever loads them is nobody by name.
FILES = "campaign files"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that loading changed, or would change."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before or 'nothing'} -> {self.after or 'nothing'}"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading came to. `kept`: what was left as it is; `warnings`: stages due already, links that lead nowhere."""

    campaign_id: int
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    at_once: tuple[AtOnce, ...] = ()
    taken: TakenAway = field(default_factory=TakenAway)

    @property
    def is_asked_about(self) -> bool:
        """Whether it does something at once, or takes away what planned messages name."""
        return bool(self.at_once or self.taken.planned)

    @property
    def seen(self) -> str:
        """A digest of what it changes, does at once and takes away."""
        told = [str(each) for each in self.changes] + [f"{each.slug} {each.lot.effect}" for each in self.at_once]
        told += self.taken.planned
        return sha256(json.dumps(told).encode()).hexdigest()[:24]


def load_campaign(
    session: Session,
    files: CampaignFiles,
    *,
    now: datetime,
    kick_off_at: datetime | None = None,
    time_scale: float = 1.0,
    seen: str | None = None,
) -> LoadReport:
    """Load a campaign. For a dry run, roll the session back.

    `seen`: what was shown of it before; where it sends or leaves out something at once, or takes away what planned
    messages name, and is not that, it raises LookFirst, and the session is to be rolled back. None where nobody can be
    asked.

    `kick_off_at` stands in for the file's. `time_scale` multiplies every offset and span, for a rehearsal at speed.
    A stage that has fired keeps its words and its time; one no longer in the files is removed unless it has fired.
    """
    changes: list[Change] = []
    named = named_in(session, files.slug)
    fixture = _load_fixture(session, files, kick_off_at, changes)
    campaign = _load_campaign_row(session, files, fixture.id, now, changes)
    before = lots_of(session, campaign.id, fixture, now=now)
    kept = _load_stages(session, files, campaign.id, fixture, time_scale=time_scale, now=now, changes=changes)
    if kick_off_at is None and fixture.kick_off_at != files.fixture.kick_off:
        kept.append(f"kick-off: stands at {fixture.kick_off_at.isoformat()}; `touchline fixture postpone` moves it")
    _load_pages(session, files, campaign.id, changes)
    if kick_off_at is not None:
        _move_neighbours(session, fixture)
    late = tuple(_late(stage, now=now) for stage in loading.overdue_stages(session, campaign.id, now=now))
    news = at_once(before, lots_of(session, campaign.id, fixture, now=now))
    taken = taken_away(session, campaign.id, named)
    done = LoadReport(campaign.id, tuple(changes), tuple(kept), late + taken.gone_out, news, taken)
    if done.is_asked_about and seen is not None and seen != done.seen:
        raise LookFirst
    return done


def _move_neighbours(session: Session, fixture: rows.Fixture) -> None:
    """Whatever other campaigns plan around the same match moves with its kick-off."""
    for stage in loading.unfired_stages(session, fixture.id):
        stage.due_at = timing_of(stage).due_at(fixture_of(fixture))
    session.flush()


def _late(stage: rows.Stage, *, now: datetime) -> str:
    is_stale = stage.due_at is not None and now >= stage.due_at + stage.stale_after
    return f"stage {stage.slug}: {'too late, it will be skipped' if is_stale else 'due already, it goes out at once'}"


def _load_fixture(
    session: Session, files: CampaignFiles, kick_off_at: datetime | None, changes: list[Change]
) -> rows.Fixture:
    fixture = files.fixture
    before = loading.fixture_named(session, fixture.slug)
    # The kick-off is set once from the file; afterwards managers move it.
    standing = before.kick_off_at if before else fixture.kick_off
    values: dict[str, object] = {
        "home": fixture.home,
        "away": fixture.away,
        "venue": fixture.venue,
        "competition": fixture.competition,
        "time_zone": fixture.time_zone,
        "kick_off_at": kick_off_at or standing,
    }
    _compare(f"fixture {fixture.slug}", before, values, changes)
    return loading.put_fixture(session, fixture.slug, values)


def _load_campaign_row(
    session: Session, files: CampaignFiles, fixture_id: int, now: datetime, changes: list[Change]
) -> rows.Campaign:
    before = loading.campaign_named(session, files.slug)
    values: dict[str, object] = {
        "fixture_id": fixture_id,
        "title": files.title,
        "organisation": files.organisation,
        "summary": files.summary,
        "language": files.language,
        "sender_name": files.sender.name,
        "sender_email": files.sender.email,
        "reply_to": files.sender.reply_to,
        "postal_address": files.postal_address,
        "privacy_url": files.privacy_url,
        "consent_wordings": {
            language: {str(channel): words for channel, words in consents.items()}
            for language, consents in files.consents.items()
        },
        "keywords": dict(files.keywords),
        "quiet_hours": {str(channel): _quiet(quiet) for channel, quiet in files.quiet_hours.items()},
        "reply_receipt": files.receipt,
        "currency": files.prices.currency,
        "segment_price": files.prices.segment,
        "email_price_per_thousand": files.prices.thousand_emails,
        "countries": list(files.countries),
        "approval_above": files.approval_above,
        "cap_count": files.frequency_cap.messages if files.frequency_cap else None,
        "cap_window": files.frequency_cap.within if files.frequency_cap else timedelta(days=1),
    }
    _compare(f"campaign {files.slug}", before, values, changes)
    row = loading.put_campaign(session, files.slug, {**values, "loaded_at": now})
    if campaigns.current(session) is None:
        campaigns.make_current(session, row.id)
    return row


def _load_stages(
    session: Session,
    files: CampaignFiles,
    campaign_id: int,
    fixture: rows.Fixture,
    *,
    time_scale: float,
    now: datetime,
    changes: list[Change],
) -> list[str]:
    before = {stage.slug: stage for stage in loading.stages_of(session, campaign_id)}
    kept = []
    for stage in files.stages:
        known = before.pop(stage.slug, None)
        if known is not None and known.fired_at is not None:
            if blasts.hold_unopened_of_stage(session, known.id) is None:
                kept.append(f"stage {stage.slug}: has fired")
                continue
            # Nothing of it has been written to anybody yet: it waits, paused, for words that can be filled in.
            _load_copies(session, stage, known.id, changes)
            loading.note_changer(session, known.id, FILES)
            kept.append(f"stage {stage.slug}: has fired; its words are as in the files, resume its blast")
            continue
        goes_on = known is not None and known.goes_on_at is not None
        values, found = _stage_values(stage, fixture, time_scale, goes_on=goes_on), len(changes)
        _compare(f"stage {stage.slug}", known, values, changes)
        stage_id = loading.put_stage(session, campaign_id, stage.slug, values)
        _load_copies(session, stage, stage_id, changes)
        if len(changes) > found:
            loading.note_changer(session, stage_id, FILES)
        if known is not None and known.unreleased_at is not None:
            # Whoever loads files has said all of it anew.
            changes.append(Change(f"stage {stage.slug}, waits for a release", f"of {known.unreleased_by}'s change", ""))
            loading.release_stage(session, stage_id)
    for slug, gone in before.items():
        if gone.fired_at is None and gone.removed_at is None:
            changes.append(Change(f"stage {slug}", "planned", "removed"))
            loading.remove_stage(session, gone.id, now=now)
    return kept


def _stage_values(stage: StageFile, fixture: rows.Fixture, time_scale: float, *, goes_on: bool) -> dict[str, object]:
    timing = Timing(
        anchor=stage.timing.anchor,
        offset=_scaled(stage.timing.offset, time_scale),
        at=stage.timing.at,
        # At speed a minute is short, but no shorter: the ticker itself takes a second.
        stale_after=stage.timing.stale_after
        if time_scale == 1.0
        else max(_scaled(stage.timing.stale_after, time_scale), _SHORTEST),
        only_result=stage.timing.only_result,
        # Which message of an abandoned match goes out all the same is said by a manager, not by the files.
        goes_on=goes_on,
    )
    return {
        "title": stage.title,
        "position": stage.position,
        "anchor": str(timing.anchor),
        "offset_span": timing.offset,
        "at": timing.at,
        "stale_after": timing.stale_after,
        "channels": [str(channel) for channel in stage.channels],
        "only_result": None if timing.only_result is None else str(timing.only_result),
        "catch_up": str(stage.catch_up),
        "quiet_hours": str(stage.quiet_hours),
        "audience": stage.audience,
        "local_time": stage.local_time,
        "cap_count": stage.cap,
        "due_at": timing.due_at(fixture_of(fixture)),
        "removed_at": None,
    }


def _load_copies(session: Session, stage: StageFile, stage_id: int, changes: list[Change]) -> None:
    before = {
        (copy.channel, copy.language, copy.variant): (copy.subject, copy.preheader, copy.body)
        for copy in loading.copies_of(session, stage_id)
    }
    after = {
        (str(copy.channel), copy.language, copy.variant): (copy.subject, copy.preheader, copy.body)
        for copy in stage.copies
    }
    if before == after:
        return
    changes.append(Change(f"words of stage {stage.slug}", f"{len(before)} texts", f"{len(after)} texts"))
    columns = ("channel", "language", "variant", "subject", "preheader", "body")
    copies = [dict(zip(columns, (*place, *words), strict=True)) for place, words in after.items()]
    loading.put_copies(session, stage_id, copies)


def _load_pages(session: Session, files: CampaignFiles, campaign_id: int, changes: list[Change]) -> None:
    columns = ("slug", "language", "position", "title", "summary", "body", "source")
    before = [{name: getattr(row, name) for name in columns} for row in loading.briefings_of(session, campaign_id)]
    after = [{name: getattr(briefing, name) for name in columns} for briefing in files.briefings]
    if sorted(map(str, before)) != sorted(map(str, after)):
        changes.append(Change("briefings", str(len(before)), str(len(after))))
        loading.put_briefings(session, campaign_id, after)
    if files.petition is not None:
        values: dict[str, object] = {
            "addressee": files.petition.addressee,
            "goal": files.petition.goal,
            "asks": str(files.petition.asks),
            "wordings": {
                wording.language: {"title": wording.title, "body": wording.body} for wording in files.petition.wordings
            },
        }
        _compare("petition", loading.petition_row(session, campaign_id), values, changes)
        loading.put_petition(session, campaign_id, values)


def _compare(what: str, before: object | None, after: Mapping[str, object], changes: list[Change]) -> None:
    if before is None:
        changes.append(Change(what, "", "new"))
        return
    for name, value in after.items():
        was = getattr(before, name)
        if was != value:
            changes.append(Change(f"{what}, {name.replace('_', ' ')}", _short(was), _short(value)))


def _short(value: object) -> str:
    words = " ".join(str(value).split())
    return words if len(words) <= 60 else f"{words[:57]}…"


def _scaled(span: timedelta, time_scale: float) -> timedelta:
    return span if time_scale == 1.0 else span * time_scale


def _quiet(quiet: QuietHours) -> dict[str, str]:
    return {"from": quiet.from_.isoformat("minutes"), "until": quiet.until.isoformat("minutes")}
