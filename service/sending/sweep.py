"""One tick of the house: everything that must happen by itself, safe to run twice, safe to run late."""

import logging
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import sessionmaker

from service.consenting.erasure_list import ErasureList
from service.domain.channel import Channel, Pace
from service.domain.doubt import STANDARD, DoubtPolicy
from service.domain.errand import Errand
from service.points import point
from service.sending.alerting import alert_of_doubts
from service.sending.approving_notices import ask_for_approvals, look_ahead
from service.sending.asking import Asking
from service.sending.asking_release import ask_for_releases
from service.sending.audit_mail import mail_audit_end
from service.sending.breakers import trip_breakers
from service.sending.complaints_due import tell_of_complaints
from service.sending.due import fire_due_stages, open_scheduled_blasts
from service.sending.holding import hold_if_restored
from service.sending.joiners import welcome_late_joiners
from service.sending.telling import tell_of_stopped
from service.sending.welcomes import freeze_welcomes
from service.sending.wording_tests import decide_due_tests
from service.store import Session
from service.store.queries import alerts, doubts, heartbeats, imports, notice_life, opening, sweeps, tallies, uploads
from service.store.queries.house import database_now

log = logging.getLogger(__name__)

_DELIVER = {
    (Pace.BULK, Channel.EMAIL): Errand.DELIVER_EMAIL,
    (Pace.BULK, Channel.SMS): Errand.DELIVER_SMS,
    (Pace.PROMPT, Channel.EMAIL): Errand.DELIVER_PROMPT,
    (Pace.PROMPT, Channel.SMS): Errand.DELIVER_PROMPT,
}
# Two at most for a text, three for an email (domain.notice): what a sweep may send again.
_CLOSING_SIZE, _CLOSING_ROUNDS = 1_000, 10
_NOTICE_TRIES = {Channel.SMS: 2, Channel.EMAIL: 3}


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick found to do: the errands worth a nudge."""

    fired: int
    errands: frozenset[Errand]


def tick(
    sessions: sessionmaker[Session],
    *,
    public_url: str,
    policy: DoubtPolicy = STANDARD,
    has_second_road: bool = False,
    asking: Asking | None = None,
    audit_mail_to: str = "",
    erased: ErasureList | None = None,
) -> Ticked:
    """Fire what is due, give back leases, age doubts, expire what is too late, and tell which errands have work.

    Any number of tickers may do this at once. Each step is a transaction of its own, so that one that fails holds
    back none of the others for longer than a tick.
    """
    with sessions.begin() as session:
        is_held = hold_if_restored(session, now=database_now(session))
        point("hold.before_commit")
    point("hold.after_commit")
    fired = 0 if is_held else _open_what_is_due(sessions, public_url=public_url)
    with sessions.begin() as session:
        sweeps.expire_leases(session)
        sweeps.age_intents(session, after=policy.doubtful_after)
        sweeps.expire_worth(session)
        point("leases.before_commit")
    point("leases.after_commit")
    if erased is not None:
        with sessions.begin() as session:
            erased.catch_up_if_possible(session)
    _close_cancelled(sessions)
    with sessions.begin() as session:
        for channel, tries in _NOTICE_TRIES.items():
            window = policy.doubtful_after.total_seconds()
            notice_life.sweep(session, channel=channel, attempts=tries, window=window)
        point("notice.sweep.before_commit")
    point("notice.sweep.after_commit")
    with sessions.begin() as session:
        now = database_now(session)
        decide_due_tests(session, now=now)
        trip_breakers(session, has_second_road=has_second_road, now=now)
        tell_of_stopped(session, public_url=public_url, now=now)
        ask_for_releases(session, public_url=public_url, now=now)
        tell_of_complaints(session, public_url=public_url, now=now)
        mail_audit_end(session, to=audit_mail_to, now=now)
        point("breakers.before_commit")
    point("breakers.after_commit")
    if asking is not None:
        with sessions.begin() as session:
            asking.go_on(session, now=database_now(session))
    with sessions.begin() as session:
        opening.finish_blasts(session, now=database_now(session))
        opening.reopen_blasts(session)
        sweeps.note_tick(session)
        point("finish.before_commit")
    point("finish.after_commit")
    _tell_what_waits(sessions, public_url=public_url)
    with sessions.begin() as session:
        uploads.forget_expired(session, now=database_now(session))
        heartbeats.forget_old(session)
    with sessions.begin() as session:
        tallies.count_on(session)
    with sessions.begin() as session:
        return Ticked(fired, errands_with_work(session))


def _tell_what_waits(sessions: sessionmaker[Session], *, public_url: str) -> None:
    """Behind what goes out, and each apart: what cannot be told holds up nothing."""
    for tell in (look_ahead, alert_of_doubts, partial(ask_for_approvals, public_url=public_url)):
        try:
            with sessions.begin() as session:
                tell(session, now=database_now(session))
        except Exception:
            log.exception("the ticker could not tell of something", extra={"step": str(tell)})


def _close_cancelled(sessions: sessionmaker[Session]) -> None:
    """End what waits of cancelled blasts, some thousand batches a tick, each few hundred in a transaction of their own."""
    for _ in range(_CLOSING_ROUNDS):
        with sessions.begin() as session:
            closed = sweeps.close_cancelled(session, limit=_CLOSING_SIZE)
            point("closing.before_commit")
        point("closing.after_commit")
        if closed < _CLOSING_SIZE:
            return


def _open_what_is_due(sessions: sessionmaker[Session], *, public_url: str) -> int:
    with sessions.begin() as session:
        fired = len(fire_due_stages(session, public_url=public_url, now=database_now(session)))
        point("stages.before_commit")
    point("stages.after_commit")
    with sessions.begin() as session:
        freeze_welcomes(session, public_url=public_url)
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url=public_url, now=database_now(session))
        point("blasts.before_commit")
    point("blasts.after_commit")
    with sessions.begin() as session:
        welcome_late_joiners(session, now=database_now(session))
    return fired


def errands_with_work(session: Session) -> frozenset[Errand]:
    """The errands that have something to do now."""
    errands = {_DELIVER[Pace(pace), Channel(channel)] for pace, channel in sweeps.ways_with_work(session)}
    if opening.is_opening(session):
        errands.add(Errand.OPEN_BLASTS)
    if notice_life.is_waiting(session):
        errands.add(Errand.SEND_NOTICES)
    if doubts.is_in_doubt(session):
        errands.add(Errand.SETTLE_DOUBTS)
    if alerts.is_due(session):
        errands.add(Errand.TELL_ALERTS)
    if imports.is_waiting(session):
        errands.add(Errand.BRING_IN)
    return frozenset(errands)
