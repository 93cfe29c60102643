"""Steering a blast that has opened: its wording chosen, its doubts sent again by hand, its silent readers asked again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.channel import Channel
from service.domain.message import BlastState
from service.domain.wording_test import Arm, Standing
from service.planning.blasts import TAKE_BACK, BlastRefused, audit_blast, check_opening, hold_known, known_blast
from service.planning.idempotency import Made, make_once
from service.sending.wording_tests import let_rest_go
from service.store import Session
from service.store.queries import blasts, doubts, troubles, wording_tests
from service.store.tables.sending import Blast
from service.wording.checks import Kind, find_mistakes

_HAS_OPENED = frozenset({BlastState.RUNNING, BlastState.PAUSED, BlastState.DONE, BlastState.CANCELLED})


def wording_standings(session: Session, blast_id: int) -> list[Standing]:
    """How each wording of a blast does; empty where it tests none. Raises BlastRefused where there is no such blast."""
    return wording_tests.standings(session, blast_id) if known_blast(session, blast_id).test_share else []


def second_asking(session: Session, blast_id: int) -> int | None:
    """The blast that asks this one's silent readers again; None where there is none."""
    return blasts.resend_of(session, blast_id)


def choose_wording(session: Session, blast_id: int, winner: Arm, *, actor: str, now: datetime) -> int:
    """Let the rest of the audience have this wording; how many messages. Raises BlastRefused."""
    row = hold_known(session, blast_id)
    if not row.test_share:
        raise BlastRefused("this blast tests no wordings")
    if row.test_winner:
        raise BlastRefused("the wording has been chosen already")
    if row.state not in {BlastState.RUNNING, BlastState.PAUSED}:
        raise BlastRefused("a wording is chosen once the blast is under way, and before it is over")
    standings = wording_tests.standings(session, blast_id)
    return let_rest_go(session, blast_id, winner, standings, actor=actor, now=now)


def send_unknown_again(session: Session, blast_id: int, *, actor: str, now: datetime, key: str = "") -> int:
    """Queue again the messages of which nobody knows whether they went, once for each key; how many.

    Some of those people may get it twice: the one thing that is never done without a person. Raises BlastRefused.
    """
    unknown = _Again("unknown", doubts.resend_unknown, "nothing of this blast is unknown")
    return _send_again(session, blast_id, unknown, actor=actor, now=now, key=key)


def send_failed_again(session: Session, blast_id: int, *, actor: str, now: datetime, key: str = "") -> int:
    """Queue again the messages that failed for no reason of their address, once for each key; how many.

    Raises BlastRefused.
    """
    failed = _Again("failed", troubles.resend_failed, "nothing of this blast failed that could go again")
    return _send_again(session, blast_id, failed, actor=actor, now=now, key=key)


def failed_count(session: Session, blast_id: int) -> int:
    """How many messages of a blast failed for no reason of their address. Raises BlastRefused where there is none."""
    known_blast(session, blast_id)
    return troubles.failed_count(session, blast_id)


def failed_reasons(session: Session, blast_id: int) -> list[tuple[str, int]]:
    """Why they failed, as it was said, the commonest first."""
    return troubles.failed_reasons(session, blast_id)


@dataclass(frozen=True, slots=True)
class _Again:
    """What is sent again by hand, how it is queued, and what is said where there is nothing of it."""

    what: str
    queue: Callable[[Session, int], int]
    none: str


def _send_again(session: Session, blast_id: int, again: _Again, *, actor: str, now: datetime, key: str) -> int:
    row = hold_known(session, blast_id)
    if row.state == BlastState.CANCELLED:
        raise BlastRefused("this blast was cancelled")

    def send() -> int:
        if row.expires_at <= now:
            raise BlastRefused("it is too late for this blast to be worth sending")
        count = again.queue(session, blast_id)
        if not count:
            raise BlastRefused(again.none)
        if row.state == BlastState.DONE:
            row.state, row.finished_at = BlastState.RUNNING, None
        row.watched_from = now
        audit_blast(session, blast_id, f"{again.what} sent again", actor, now, {"messages": str(count)})
        return count

    return make_once(session, key, kind=again.what, asked={"blast": blast_id}, make=send, now=now).id


def limit_spending(session: Session, blast_id: int, cap: int | None, *, actor: str, now: datetime) -> None:
    """Set what a blast may cost, in ten-thousandths of the currency; None for no limit. Raises BlastRefused."""
    row = hold_known(session, blast_id)
    if row.state in {BlastState.DONE, BlastState.CANCELLED}:
        raise BlastRefused("this blast is over already")
    if cap is not None and cap < 1:
        raise BlastRefused("a spending limit is more than nothing")
    row.spend_cap = cap
    audit_blast(session, blast_id, "spending limited", actor, now, {"limit": "none" if cap is None else str(cap)})


def ask_silent_again(
    session: Session,
    blast_id: int,
    *,
    subject: str,
    opens_at: datetime | None,
    stale_after: timedelta,
    cap_count: int | None,
    actor: str,
    now: datetime,
    key: str = "",
    take_back: timedelta = TAKE_BACK,
) -> Made:
    """Schedule a blast's email once more for those who got it and did not open it, once for each key.

    Once for each blast, and never for one that is such a second asking itself. Without `opens_at` it goes as soon as
    the time to take it back is over. Raises BlastRefused, KeyRefused or KeyUsed.
    """
    first = hold_known(session, blast_id)
    asked = {"blast": blast_id, "subject": subject, "opens_at": opens_at, "worth": stale_after, "cap": cap_count}

    def make() -> int:
        if first.state not in _HAS_OPENED or Channel.EMAIL not in first.channels:
            raise BlastRefused(
                "only a blast that has gone out by email can be sent again to those who have not opened it"
            )
        if first.resend_of is not None:
            raise BlastRefused(
                "this blast was a second asking already; a third would cost more goodwill than it brings"
            )
        if blasts.resend_of(session, blast_id) is not None:
            raise BlastRefused("this blast has been sent again already")
        if not subject.strip():
            raise BlastRefused("give it a subject: another one than the first time does best")
        if wrong := next(iter(find_mistakes(subject, Kind.LINE)), None):
            raise BlastRefused(f"the subject, column {wrong.column}: {wrong.reason}")
        check_opening(opens_at or now, stale_after, now=now)
        goes_at = max(opens_at or now, now + take_back)
        return _schedule_again(
            session, first, subject.strip(), goes_at, goes_at + stale_after, cap_count, actor=actor, now=now
        )

    return make_once(session, key, kind="resend", asked=asked, make=make, now=now)


def _schedule_again(
    session: Session,
    first: Blast,
    subject: str,
    opens_at: datetime,
    expires_at: datetime,
    cap_count: int | None,
    *,
    actor: str,
    now: datetime,
) -> int:
    draft = blasts.email_words(session, first)
    for copy in draft.values():
        copy["email"]["subject"] = subject
    made = blasts.add_blast(
        session,
        {
            "campaign_id": first.campaign_id,
            "title": f"{first.title} (again)"[:120],
            "channels": [str(Channel.EMAIL)],
            "audience": first.audience,
            "draft": draft,
            "quiet_hours": first.quiet_hours,
            "cap_count": cap_count,
            "resend_of": first.id,
            "opens_at": opens_at,
            "expires_at": expires_at,
            "created_by": actor,
            "created_at": now,
        },
    )
    audit_blast(session, made, "blast scheduled", actor, now, {"again_for": f"blast {first.id}"})
    return made
