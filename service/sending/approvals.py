"""Approval by a second person: asked for at the moment of opening, which every message to many passes.

An approval is bound to a digest of what was seen. Whatever changed since, by a page, a command, files or in the
database itself, is another digest, and waits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from service.domain.approval import WAITS, Verdict, with_tolerance
from service.domain.audience import Audience, parse_rules
from service.domain.channel import Channel
from service.domain.stage import Anchor
from service.sending.facts import standing_facts
from service.store import Session
from service.store.in_time import in_time
from service.store.queries import again, approvals, managers
from service.store.queries.approvals import Thing
from service.store.tables.approvals import Approval
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Stage

# More than anybody may launch alone or has approved: so many are taken to be there where they cannot be counted in time.
_UNCOUNTED = 2**62
_NOT_COUNTED = f"{WAITS}: to how many it would go could not be counted in time"


@dataclass(frozen=True, slots=True)
class Launch:
    """What is to go out, as far as an approval is bound to it."""

    thing: Thing
    campaign_id: int
    channels: tuple[Channel, ...]
    audience: Audience
    digest: str
    # Who made it and who changed it last: neither of them approves it.
    made_by: frozenset[str]
    # A blast's own limit; None where it has none.
    spend_cap: int | None
    is_blast: bool
    is_rolling: bool = False
    # The blast whose silent readers it goes to.
    silent_of: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether something may open: `why` it waits, else ''; and the most it may cost, where that was approved."""

    digest: str = ""
    why: str = ""
    ceiling: int | None = None


def launch_of_blast(session: Session, row: Blast) -> Launch:
    """A manager's blast as it stands; of a planned message's blast, that message as it stands."""
    if row.stage_id is not None:
        return _launch_of_opened(session, row, row.stage_id)
    facts = {
        "words": row.draft,
        "second wording": [row.test_draft, row.test_share, row.test_metric, str(row.test_lasts)],
        "audience": row.audience,
        "channels": sorted(row.channels),
        "silent of": row.resend_of,
        "time": [row.opens_at.timestamp(), row.expires_at.timestamp(), str(row.local_time)],
        "limits": [row.cap_count, row.quiet_hours],
        "campaign": _campaign_facts(session, row.campaign_id),
    }
    return Launch(
        thing=Thing(blast_id=row.id),
        campaign_id=row.campaign_id,
        channels=tuple(map(Channel, row.channels)),
        audience=parse_rules(row.audience),
        digest=_digest(facts),
        made_by=_people(row.created_by, row.changed_by),
        spend_cap=row.spend_cap,
        is_blast=True,
        is_rolling=row.is_rolling,
        silent_of=row.resend_of,
    )


def launch_of_stage(session: Session, stage: Stage) -> Launch:
    """A planned message as it stands. Its time is bound to its moment: it moves with the match, and stays approved."""
    return Launch(
        thing=Thing(stage_id=stage.id),
        campaign_id=stage.campaign_id,
        channels=tuple(map(Channel, stage.channels)),
        audience=parse_rules(stage.audience),
        digest=_digest(_stage_facts(session, stage)),
        made_by=_people(stage.changed_by),
        spend_cap=None,
        is_blast=False,
        is_rolling=stage.anchor == Anchor.SIGN_UP,
    )


def rule(session: Session, launch: Launch, *, is_wanted: bool = False, people: int | None = None) -> Ruling:
    """Whether it may open now. `is_wanted`: it was found to need an approval before, and is not counted again.

    Ask it before anything is held: it counts people, as many as were approved or may go without. `people`: how many
    there are, where that was counted already, for looking only. Where they cannot be counted in the session's time, it waits.
    """
    above = approvals.limit(session, launch.campaign_id)
    if above is None:
        return Ruling(launch.digest)
    said = approvals.newest(session, launch.thing)
    if said is None or said.verdict != Verdict.APPROVED or said.digest != launch.digest:
        is_needed = is_wanted or launch.is_rolling or _counted(session, launch, people, most=above + 1) > above
        return Ruling(launch.digest, _why(said, launch) if is_needed else "")
    fits = _with_ceiling(session, launch, said, needed=True)
    if launch.is_rolling or (fits.why and is_wanted):
        return fits
    most = max(above, with_tolerance(said.people))
    found = _counted(session, launch, people, most=most + 1)
    if found == _UNCOUNTED:
        # The approval stays: it is counted once more the next time it is asked.
        return Ruling(launch.digest, _NOT_COUNTED)
    if found > most:
        reason = f"it would go to more than {most:,} people, and {said.people:,} were approved"
        if people is None:
            approvals.void(session, said.id, reason=reason)
        return Ruling(launch.digest, f"{WAITS}: {reason}")
    return _with_ceiling(session, launch, said, needed=found > above)


def may_go_again(session: Session, row: Blast, count: int) -> str:
    """Why so many messages of a blast may not be queued once more on one person's word; '' where they may."""
    above = approvals.limit(session, row.campaign_id)
    if above is None or count <= above:
        return ""
    launch = launch_of_blast(session, row)
    said = approvals.newest(session, launch.thing)
    if said is None or said.verdict != Verdict.APPROVED or said.digest != launch.digest:
        return _why(said, launch)
    if count > with_tolerance(said.people):
        return f"{WAITS}: it would go again to {count:,} people, and {said.people:,} were approved"
    return _with_ceiling(session, launch, said, needed=True).why


def count_for(session: Session, launch: Launch) -> int | None:
    """To how many it would go, as far as `rule` asks; None where nobody's approval is asked for."""
    above = approvals.limit(session, launch.campaign_id)
    if above is None:
        return None
    said = approvals.newest(session, launch.thing)
    most = max(above, with_tolerance(said.people)) if said is not None and said.verdict == Verdict.APPROVED else above
    return _counted(session, launch, None, most=most + 1)


def await_approval(session: Session, launch: Launch, *, people: int | None = None, now: datetime) -> str:
    """Look whether it needs an approval, once it was made or changed; why it waits, '' where it does not.

    `people`: what count_for said before it was held.
    """
    approvals.want_no_more(session, launch.thing)
    ruling = rule(session, launch, people=people)
    if ruling.why:
        approvals.want(session, launch.thing, reason=ruling.why, now=now)
    return ruling.why


def goes_to_many(session: Session, first: Blast) -> bool:
    """Whether sending a blast again to its silent readers takes a second person; also where they cannot be counted in time."""
    above = approvals.limit(session, first.campaign_id)
    if above is None:
        return False
    silent = again.count_silent(session, first, most=above + 1)
    return silent is None or silent > above


def reach(session: Session, launch: Launch) -> int:
    """To how many it would go now, by each channel and together."""
    return _reach(session, launch, most=2**31)


def _counted(session: Session, launch: Launch, people: int | None, *, most: int) -> int:
    if people is not None:
        return people
    counted = in_time(session, lambda: _reach(session, launch, most=most))
    return _UNCOUNTED if counted is None else counted


def _reach(session: Session, launch: Launch, *, most: int) -> int:
    return approvals.count_up_to(
        session, launch.campaign_id, launch.channels, launch.audience, most=most, silent_of=launch.silent_of
    )


def _with_ceiling(session: Session, launch: Launch, said: Approval, *, needed: bool) -> Ruling:
    """May go at the cost that was approved, by somebody who may launch still and neither made nor changed it."""
    if not needed:
        return Ruling(launch.digest, ceiling=said.cost_ceiling or None)
    if said.said_by.casefold() in launch.made_by:
        return Ruling(launch.digest, f"{WAITS}: {said.said_by} made it or changed it last")
    if not managers.may_launch(session, said.said_by):
        return Ruling(launch.digest, f"{WAITS}: {said.said_by} approved it and may no longer launch")
    is_above = launch.spend_cap is None or launch.spend_cap > said.cost_ceiling
    if launch.is_blast and said.cost_ceiling and is_above:
        return Ruling(launch.digest, f"{WAITS}: it may cost more than was approved")
    return Ruling(launch.digest, ceiling=said.cost_ceiling or None)


def _why(said: Approval | None, launch: Launch) -> str:
    if said is None:
        return WAITS
    if said.verdict == Verdict.APPROVED:
        return f"{WAITS}: it was changed after {said.said_by} had approved it"
    if said.verdict == Verdict.VOID:
        return f"{WAITS}: {said.reason}"
    return f"{WAITS}: {said.said_by} sent it back: {said.reason}"


def _launch_of_opened(session: Session, row: Blast, stage_id: int) -> Launch:
    stage = session.get_one(Stage, stage_id, populate_existing=True)
    # What the blast took over from its stage is looked at as it stands on the blast.
    own = {
        "audience": row.audience,
        "channels": sorted(row.channels),
        "limits": [row.cap_count, row.quiet_hours, str(row.local_time)],
    }
    return Launch(
        thing=Thing(stage_id=stage_id),
        campaign_id=row.campaign_id,
        channels=tuple(map(Channel, row.channels)),
        audience=parse_rules(row.audience),
        digest=_digest(_stage_facts(session, stage) | own),
        made_by=_people(stage.changed_by, row.changed_by),
        spend_cap=row.spend_cap,
        is_blast=True,
        is_rolling=row.is_rolling,
    )


def _stage_facts(session: Session, stage: Stage) -> dict[str, object]:
    return {
        "words": approvals.copies(session, stage.id),
        "audience": stage.audience,
        "channels": sorted(stage.channels),
        "time": [
            stage.anchor,
            stage.offset_span.total_seconds(),
            stage.at.timestamp() if stage.at else None,
            stage.stale_after.total_seconds(),
        ],
        "only after": stage.only_result,
        "late joiners": stage.catch_up,
        "goes on": stage.goes_on_at.timestamp() if stage.goes_on_at else None,
        "limits": [stage.cap_count, stage.quiet_hours, str(stage.local_time)],
        "campaign": _campaign_facts(session, stage.campaign_id),
    }


def _campaign_facts(session: Session, campaign_id: int) -> dict[str, object]:
    """What of the campaign and its match goes into the words, decides who gets them and when, or what they cost."""
    row, fixture = approvals.campaign_and_fixture(session, campaign_id)
    return {
        "id": row.id,
        "language": row.language,
        "facts": standing_facts(row, fixture),
        "sender": [row.sender_name, row.sender_email, row.reply_to],
        "prices": [row.currency, row.segment_price, row.email_price_per_thousand],
        "limits": [row.cap_count, row.cap_window.total_seconds(), row.quiet_hours, sorted(row.countries)],
    }


def _digest(facts: Mapping[str, object]) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _people(*names: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in names if name)
