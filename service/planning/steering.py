"""Steering a blast that has opened: its wording chosen, its spending limited, its unknown and failed sent again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.chain import was_becomes
from service.domain.channel import Channel
from service.domain.message import BlastState
from service.domain.wording_test import Arm, Standing
from service.planning.approving import check_approved_cost
from service.planning.blast_checks import BlastRefused, check_spend_cap
from service.planning.blasts import audit_blast, hold_known, known_blast
from service.planning.idempotency import make_once
from service.planning.second_person import await_second_person, count_before
from service.sending.approvals import may_go_again
from service.sending.freeze import Words, words_of_draft
from service.sending.wording_tests import let_rest_go
from service.store import Session
from service.store.queries import again, blasts, blasts_life, doubts, troubles, wording_tests


def wording_standings(session: Session, blast_id: int) -> list[Standing]:
    """How each wording of a blast does; empty where it tests none. Raises BlastRefused where there is no such blast."""
    return wording_tests.standings(session, blast_id) if known_blast(session, blast_id).test_share else []


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


@dataclass(frozen=True, slots=True)
class Repeat:
    """What sending again would come to: how many by each channel, and for about how much (ten-thousandths)."""

    by_channel: Mapping[Channel, int]
    price: int

    @property
    def count(self) -> int:
        return sum(self.by_channel.values())


def look_at_unknown(session: Session, blast_id: int) -> Repeat:
    """What sending the unknown again would come to. Changes nothing. Raises BlastRefused where there is no such blast."""
    return _repeat(session, blast_id, again.unknown_counts(session, blast_id))


def look_at_failed(session: Session, blast_id: int) -> Repeat:
    """What sending the failed again would come to. Changes nothing. Raises BlastRefused where there is no such blast."""
    return _repeat(session, blast_id, again.failed_counts(session, blast_id))


def _repeat(session: Session, blast_id: int, counts: Mapping[str, int]) -> Repeat:
    campaign, _ = blasts_life.campaign_and_fixture(session, known_blast(session, blast_id).campaign_id)
    emails, texts = counts.get(Channel.EMAIL, 0), counts.get(Channel.SMS, 0)
    each = again.segments_each(session, blast_id) if texts else 1
    price = round(texts * each * campaign.segment_price) + emails * campaign.email_price_per_thousand // 1000
    return Repeat({Channel(channel): many for channel, many in counts.items() if many}, price)


def words_of_blast(session: Session, blast_id: int) -> list[Words]:
    """What a blast says, as it was written. Raises BlastRefused where there is no such blast."""
    return words_of_draft(blasts.words_of(session, known_blast(session, blast_id)))


def failed_reasons(session: Session, blast_id: int) -> list[tuple[str, int]]:
    """Why they failed, as it was said, the commonest first."""
    return troubles.failed_reasons(session, blast_id)


@dataclass(frozen=True, slots=True)
class _Again:
    """What is sent again by hand, how it is queued, and what is said where there is nothing of it."""

    what: str
    queue: Callable[[Session, int], int]
    none: str


def _send_again(session: Session, blast_id: int, wish: _Again, *, actor: str, now: datetime, key: str) -> int:
    row = hold_known(session, blast_id)
    if row.state == BlastState.CANCELLED:
        raise BlastRefused("this blast was cancelled")

    def send() -> int:
        if row.expires_at <= now:
            raise BlastRefused("it is too late for this blast to be worth sending")
        count = wish.queue(session, blast_id)
        if not count:
            raise BlastRefused(wish.none)
        if why := may_go_again(session, row, count):
            raise BlastRefused(f"sending {count:,} again {why}; its page has the approval")
        if row.state == BlastState.DONE:
            row.state, row.finished_at = BlastState.RUNNING, None
        row.watched_from = now
        audit_blast(session, blast_id, f"{wish.what} sent again", actor, now, {"messages": str(count)})
        return count

    return make_once(session, key, kind=wish.what, asked={"blast": blast_id}, make=send, now=now).id


def limit_spending(session: Session, blast_id: int, cap: int | None, *, actor: str, now: datetime) -> None:
    """Set what a blast may cost, in ten-thousandths of the currency; None for no limit. Raises BlastRefused."""
    people = count_before(session, blast_id)
    row = hold_known(session, blast_id)
    if row.state in {BlastState.DONE, BlastState.CANCELLED}:
        raise BlastRefused("this blast is over already")
    check_spend_cap(cap)
    check_approved_cost(session, row, cap)
    change = was_becomes(*("none" if each is None else each for each in (row.spend_cap, cap)))
    row.spend_cap, row.changed_by = cap, actor
    await_second_person(session, row, people=people, now=now)
    audit_blast(session, blast_id, "spending limited", actor, now, {"limit": change})
