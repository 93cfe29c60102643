"""The reasons an address is left alone, by how grave they are."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.consenting.consent import suppress_address
from service.domain.channel import Channel
from service.domain.consent import (
    GRAVITY,
    LIFTED_BY_COMING_BACK,
    LIFTED_BY_CONFIRMING,
    LIFTED_BY_TEXTING_START,
    Suppressed,
)
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
PHONE = "+447700900301"
# Listed in the table of the database by another step; the domain ranks it already.
KEPT = [reason for reason in Suppressed if reason is not Suppressed.UNCLEAR]


@pytest.mark.parametrize(("first", "second"), list(permutations(KEPT, 2)), ids=str)
def test_the_graver_reason_stays_whatever_comes_later(session: Session, first: Suppressed, second: Suppressed) -> None:
    for hours, reason in enumerate((first, second)):
        at = NOW + timedelta(hours=hours)
        suppress_address(session, channel=Channel.SMS, address=PHONE, key=make.KEY, reason=reason, now=at)

    assert session.scalar(text("SELECT reason FROM suppressions")) == max(
        first, second, key=lambda reason: GRAVITY[reason]
    )
    forgotten = session.scalar(text("SELECT forgotten_at IS NOT NULL FROM suppressions"))
    assert forgotten == (Suppressed.ERASED in {first, second})


def test_every_reason_has_a_rank_of_its_own_and_nothing_light_lifts_what_is_grave() -> None:
    assert sorted(GRAVITY.values()) == list(range(1, len(Suppressed) + 1))
    assert set(GRAVITY) == set(Suppressed)
    assert min(GRAVITY, key=lambda reason: GRAVITY[reason]) is Suppressed.UNCLEAR
    assert LIFTED_BY_COMING_BACK <= LIFTED_BY_CONFIRMING <= LIFTED_BY_TEXTING_START
    for lifted in (LIFTED_BY_CONFIRMING, LIFTED_BY_TEXTING_START):
        gravest = max(GRAVITY[reason] for reason in lifted)
        assert {reason for reason in Suppressed if GRAVITY[reason] <= gravest} - lifted <= {Suppressed.UNCLEAR}
    # A text that may be an opt-out waits for a person, or for another text from that number.
    assert Suppressed.UNCLEAR in LIFTED_BY_TEXTING_START - LIFTED_BY_CONFIRMING
    assert Suppressed.COMPLAINT not in LIFTED_BY_TEXTING_START
