"""Tests of two wordings come to an end by themselves, where a manager has set how long they last."""

import logging
from datetime import datetime

from service.domain.wording_test import Arm, Metric, Standing, better
from service.store import Session
from service.store.queries import wording_tests
from service.store.queries.house import write_audit

log = logging.getLogger(__name__)


def decide_due_tests(session: Session, *, now: datetime) -> int:
    """Choose the better wording of every test that has lasted long enough; how many."""
    due = wording_tests.hold_due(session, now=now)
    for blast in due:
        standings = wording_tests.standings(session, blast.id)
        winner = better(standings, Metric(blast.test_metric))
        let_rest_go(session, blast.id, winner, standings, actor="touchline", now=now)
    return len(due)


def let_rest_go(
    session: Session, blast_id: int, winner: Arm, standings: list[Standing], *, actor: str, now: datetime
) -> int:
    """Send the rest of a blast's audience this wording; how many messages that is."""
    count = wording_tests.let_rest_go(session, blast_id, winner, now=now)
    details = {str(each.arm): f"sent {each.sent}, clicked {each.clicked}, signed {each.signed}" for each in standings}
    details |= {"winner": str(winner), "rest": str(count)}
    write_audit(session, at=now, actor=actor, deed="wording chosen", subject=f"blast {blast_id}", details=details)
    log.info("wording chosen", extra={"blast": blast_id, "winner": str(winner), "messages": count})
    return count
