"""A second person looks at what is to go to many, and approves exactly that or sends it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.approval import Verdict, with_tolerance
from service.domain.audience_words import say_rules
from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.message import BlastState
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import hold_known, known_blast
from service.planning.outlook import Outlook, outlook
from service.planning.showing import Window, cost
from service.planning.stage_changes import hold_with_match
from service.planning.stage_checks import Changer
from service.planning.stage_facts import timing_words
from service.planning.stages import copies_of_stage
from service.sending.approvals import Launch, launch_of_blast, launch_of_stage, reach, rule
from service.sending.approving_notices import tell_of_answer
from service.sending.freeze import Words, stage_words, words_of_test
from service.store import Session
from service.store.queries import approvals, blasts, fixture_changes, managers
from service.store.queries.approvals import Thing
from service.store.queries.house import write_audit
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Stage


class SeenOther(BlastRefused):
    """It is no longer what you saw, so nothing was approved; look at it once more."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class NotTheSame(BlastRefused):
    """You made it or changed it last: approval takes another person who may launch."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True, slots=True)
class ApprovalLook:
    """Exactly what would be approved: words, audience, time, to how many, and the most it may cost."""

    launch: Launch
    blast_id: int | None
    title: str
    # When it goes: a moment, or in words of the match.
    opens_at: datetime | None
    timing: Mapping[str, str]
    audience: tuple[str, ...]
    words: tuple[Words, ...]
    channels: tuple[Outlook, ...]
    people: int
    # In ten-thousandths of the currency; 0 where nothing is known to cost anything, or it goes to one at a time.
    ceiling: int
    # Why it waits now; '' where it may open without another word.
    why: str
    # Who may approve it.
    approvers: tuple[str, ...]

    @property
    def seen(self) -> str:
        """What a form sends back, so that only what was seen is approved."""
        return f"{self.launch.digest}.{self.people}.{self.ceiling}"


def look_at_blast(session: Session, blast_id: int, window: Window) -> ApprovalLook:
    """A blast as it would be approved. Changes nothing. Raises BlastRefused where nobody's approval is asked for."""
    row = known_blast(session, blast_id)
    if row.state == BlastState.CANCELLED:
        raise BlastRefused("this blast is over: there is nothing to approve")
    launch = launch_of_blast(session, row)
    if row.stage_id is None:
        words = words_of_test(row.draft, row.test_draft if row.test_share else {})
    else:
        words = stage_words(copies_of_stage(session, row.stage_id))
    timing = _blast_timing(row)
    return _look(session, launch, window, words, title=row.title, blast=row, timing=timing)


def look_at_stage(session: Session, stage_id: int, window: Window) -> ApprovalLook:
    """A planned message as it would be approved; once it has fired, its blast. Changes nothing. Raises BlastRefused."""
    stage = _known_stage(session, stage_id)
    if stage.fired_at is not None:
        opened = fixture_changes.blast_of(session, stage_id)
        if opened is None:
            raise BlastRefused("this message was left out: there is nothing to approve")
        return look_at_blast(session, opened, window)
    if stage.unreleased_at is not None:
        raise BlastRefused("an author changed it: look at its release, which approves it too")
    words = stage_words(copies_of_stage(session, stage_id))
    launch = launch_of_stage(session, stage)
    return _look(session, launch, window, words, title=stage.title, blast=None, timing=timing_words(stage))


def _look(
    session: Session,
    launch: Launch,
    window: Window,
    words: list[Words],
    *,
    title: str,
    blast: Blast | None,
    timing: Mapping[str, str],
) -> ApprovalLook:
    if approvals.limit(session, launch.campaign_id) is None:
        raise BlastRefused(
            "nobody's approval is asked for here: APPROVAL_ABOVE is not set, nor a number of the campaign's"
        )
    channels = outlook(session, window, launch.audience, words, launch.channels)
    people = reach(session, launch)
    price = sum(each.reckoned.price for each in channels)
    if launch.silent_of is not None:
        price = cost(window, Channel.EMAIL, people)
    # One that is under way keeps the limit it has: what has been spent of it counts too.
    is_open = blast is not None and blast.opened_at is not None
    ceiling = launch.spend_cap or (0 if is_open else with_tolerance(price))
    titles = blasts.stage_titles(session, launch.campaign_id)
    return ApprovalLook(
        launch=launch,
        blast_id=blast.id if blast else None,
        title=title,
        opens_at=blast.opens_at if blast else None,
        timing=timing,
        audience=say_rules(launch.audience, titles),
        words=_said(words, launch.channels),
        channels=channels,
        people=people,
        ceiling=0 if launch.is_rolling else ceiling,
        why=rule(session, launch, is_wanted=bool(blast and blast.approval_wanted_at), people=people).why,
        approvers=approvers_of(session, launch),
    )


def _said(words: Sequence[Words], channels: Sequence[Channel]) -> tuple[Words, ...]:
    """What goes out by these channels, the emails first."""
    said = [each for each in words if each.channel in channels]
    return tuple(sorted(said, key=lambda each: (each.channel, each.language, each.variant, each.arm)))


def approvers_of(session: Session, launch: Launch) -> tuple[str, ...]:
    """Whoever may launch and neither made it nor changed it last."""
    people = managers.to_alarm(session, [Role.LAUNCHER, Role.ADMIN])
    return tuple(email for _, email, _ in people if email.casefold() not in launch.made_by)


def approvers_of_blast(session: Session, blast_id: int) -> tuple[str, ...]:
    """Who may approve a blast."""
    return approvers_of(session, launch_of_blast(session, known_blast(session, blast_id)))


def approve(session: Session, look: ApprovalLook, *, seen: str, by: Changer, now: datetime, through: str = "") -> None:
    """Approve what was seen and nothing else. `look`: as it is now, counted before anything is held.

    `through`: how it was said, where that was not on the approver's own page. Raises SeenOther, NotTheSame or
    BlastRefused; then roll the session back.
    """
    digest, people, ceiling = _read_seen(seen)
    if digest != look.launch.digest or look.people > with_tolerance(people) or look.ceiling > with_tolerance(ceiling):
        raise SeenOther
    blast = _hold_unchanged(session, look, by=by)
    if blast is not None and blast.spend_cap is None and look.ceiling:
        blast.spend_cap = look.ceiling
    _keep(session, look, Verdict.APPROVED, by=by, reason="", now=now)
    for thing in _things(look):
        approvals.want_no_more(session, thing)
    if blast is not None and blast.is_rolling and blast.state == BlastState.RUNNING:
        blast.paused_reason = ""
    details = {"people": str(look.people), "cost ceiling": str(look.ceiling), "digest": look.launch.digest[:24]}
    _write_down(session, look, "approved", by, details | ({"through": through} if through else {}), now)


def send_back(
    session: Session, look: ApprovalLook, *, reason: str, by: Changer, now: datetime, through: str = ""
) -> None:
    """Send it back to whoever made it, with a reason; a blast is paused, also under way, so that nothing more of it goes."""
    why = " ".join(reason.split())[:300]
    if not why:
        raise BlastRefused("say why, so that it can be mended")
    blast = _hold_unchanged(session, look, by=by)
    _keep(session, look, Verdict.SENT_BACK, by=by, reason=why, now=now)
    if blast is not None and blast.state in {BlastState.SCHEDULED, BlastState.OPENING, BlastState.RUNNING}:
        blast.state, blast.paused_reason = BlastState.PAUSED, f"{by.name} sent it back: {why}"
        blast.approval_wanted_at = blast.approval_asked_at = None
    if look.launch.thing.stage_id is not None:
        approvals.want(session, look.launch.thing, reason="", now=now)
    _write_down(session, look, "sent back", by, {"why": why} | ({"through": through} if through else {}), now)


def check_approved_cost(session: Session, row: Blast, cap: int | None) -> None:
    """Raise BlastRefused where a blast under way would cost more than a second person approved."""
    if approvals.limit(session, row.campaign_id) is None or row.opened_at is None:
        return
    said = approvals.newest(session, Thing(row.id) if row.stage_id is None else Thing(stage_id=row.stage_id))
    if said is None or said.verdict != Verdict.APPROVED or not said.cost_ceiling:
        return
    if cap is None or cap > said.cost_ceiling:
        most = f"{said.cost_ceiling / 10_000:,.2f}"
        raise BlastRefused(
            f"{said.said_by} approved a cost of {most} at most; what is beyond it takes a blast of its own"
        )


def _hold_unchanged(session: Session, look: ApprovalLook, *, by: Changer) -> Blast | None:
    """Hold it, where it is still what was looked at and `by` is a second person; its blast, where it has one."""
    if not by.may_launch:
        raise BlastRefused("to approve takes somebody who may launch")
    launch, row = look.launch, None
    if look.blast_id is not None:
        row = hold_known(session, look.blast_id)
        launch = launch_of_blast(session, row)
    elif (stage_id := look.launch.thing.stage_id) is not None:
        stage, _ = hold_with_match(session, _known_stage(session, stage_id))
        if stage.fired_at is not None:
            raise SeenOther
        launch = launch_of_stage(session, stage)
    if launch.digest != look.launch.digest:
        raise SeenOther
    if by.name.casefold() in launch.made_by:
        raise NotTheSame
    return row


def _known_stage(session: Session, stage_id: int) -> Stage:
    found = blasts.stage(session, stage_id)
    if found is None:
        raise BlastRefused("there is no such message")
    return found


def _keep(session: Session, look: ApprovalLook, verdict: Verdict, *, by: Changer, reason: str, now: datetime) -> None:
    approvals.add(
        session,
        look.launch.thing,
        verdict,
        digest=look.launch.digest,
        people=look.people,
        cost_ceiling=look.ceiling,
        said_by=by.name,
        reason=reason,
        now=now,
    )


def _things(look: ApprovalLook) -> tuple[Thing, ...]:
    both = (look.launch.thing, Thing(blast_id=look.blast_id))
    return tuple(dict.fromkeys(thing for thing in both if thing.blast_id is not None or thing.stage_id is not None))


def _read_seen(seen: str) -> tuple[str, int, int]:
    digest, _, numbers = seen.partition(".")
    people, _, ceiling = numbers.partition(".")
    if not (people.isascii() and people.isdecimal() and ceiling.isascii() and ceiling.isdecimal()):
        raise SeenOther
    return digest, int(people[:18]), int(ceiling[:18])


def _write_down(
    session: Session, look: ApprovalLook, what: str, by: Changer, details: Mapping[str, str], now: datetime
) -> None:
    kind, number = ("blast", look.blast_id) if look.blast_id is not None else ("stage", look.launch.thing.stage_id)
    write_audit(session, at=now, actor=by.name, deed=f"{kind} {what}", subject=f"{kind} {number}", details=details)
    tell_of_answer(
        session,
        title=look.title,
        what=what,
        why=details.get("why", ""),
        by=by.name,
        to=look.launch.made_by | {by.name.casefold()},
        once=f"{kind}:{number}:{look.launch.digest[:24]}",
        campaign_id=look.launch.campaign_id,
        now=now,
    )


def _blast_timing(row: Blast) -> dict[str, str]:
    said = {"worth sending for": f"{(row.expires_at - row.opens_at).total_seconds() / 3600:g} hours"}
    if row.local_time is not None:
        said["hour where each supporter is"] = f"{row.local_time:%H:%M}"
    if row.cap_count is not None:
        said["only to whoever had fewer of our messages lately than"] = str(row.cap_count)
    if row.test_share:
        said["two wordings are tried on"] = f"{row.test_share} % of the audience"
    return said
