"""What befalls whole batches: one that raises, or is refused alike, is put back; several in a row pause the blast."""

import logging
from collections.abc import Mapping
from uuid import UUID

from service.domain.message import MessageState
from service.providers.ports import Refusal
from service.store import Session
from service.store.queries import batches, blasts_life, troubles
from service.store.queries.batches import ClaimedBatch

log = logging.getLogger(__name__)

# What befell a batch: it raised before its intent, or the provider refused all of it alike.
RAISED, REFUSED = "raised", "refused"

# So many in a row, none taken between them, and nothing else is worth trying. Each waits longer before it goes again,
# so that one batch alone comes to it within half a minute and several at once.
MOST_IN_A_ROW = 5

# Refusals that are about one address; all others say something of the words, the account or ourselves.
OF_THE_ADDRESS = frozenset({Refusal.INVALID_ADDRESS, Refusal.OPTED_OUT, Refusal.NOT_MOBILE, Refusal.UNREACHABLE})

_TO_DO: Mapping[Refusal, str] = {
    Refusal.CREDENTIALS: (
        "the provider does not accept our key or sender. Put the key right in the settings, start again, then resume."
    ),
    Refusal.CONFIGURATION: (
        "the provider does not accept how this installation is set up, such as its sender or its addresses. "
        "Put that right (touchline doctor helps), then resume."
    ),
    Refusal.ACCOUNT: (
        "the provider says that our account is closed, suspended or out of credit. Put that right with the provider, "
        "then resume."
    ),
    Refusal.CONTENT: (
        "the provider refuses these words, whoever they go to. Look at the words and their links; if they cannot "
        "stay, cancel this blast and send another."
    ),
}
_ODD = "the provider refuses every message alike. Look at the provider's status page and log, then resume."
PROGRAM_FAILS = (
    "this program fails while it makes these messages. Its log says where; tell whoever runs this installation, "
    "then resume."
)
_KEPT = "Nobody is lost: what was refused waits and goes when it is resumed"


def refuses_everything(refusal: Refusal | None, detail: str) -> str:
    """Why a blast stops at once, and what to do: what the provider said, and what is kept."""
    return f"{_TO_DO.get(refusal or Refusal.UNKNOWN, _ODD)} {_KEPT}{_quoted(detail)}"


def put_back(
    session: Session, batch: ClaimedBatch, *, owner: UUID, what: str, why: str, refusal: Refusal | None = None
) -> None:
    """Put a whole batch back that raised before its intent or was refused, and pause its blast after some in a row.

    One that fails again and again while others are taken is the trouble itself: it is called failed, for a person to
    send again.
    """
    if count_trouble(session, batch, what=what, why=why, refusal=refusal):
        most = None
    else:
        most = MOST_IN_A_ROW if troubles.is_taken_lately(session, batch.blast_id, batch.channel) else None
    states = [MessageState.QUEUED, MessageState.CLAIMED] if what == RAISED else [MessageState.SENDING]
    batches.set_aside(session, batch, owner=owner, states=states, what=what, why=why, most=most)


def count_trouble(
    session: Session, batch: ClaimedBatch, *, what: str, why: str, refusal: Refusal | None = None
) -> bool:
    """Note what befell a whole batch; True where it pauses the blast, for none was taken between so many of them.

    Before the batch itself is written, as whoever pauses holds the blast first.
    """
    in_a_row = troubles.count_trouble(session, batch.blast_id, batch.channel)
    if in_a_row < MOST_IN_A_ROW:
        return False
    to_do = PROGRAM_FAILS if what == RAISED else _TO_DO.get(refusal or Refusal.UNKNOWN, _ODD)
    befell = "failed" if what == RAISED else "were refused"
    reason = f"{in_a_row} batches in a row {befell}: {to_do} {_KEPT}{_quoted(why)}"
    if blasts_life.pause(session, batch.blast_id, reason=reason):
        log.error("blast paused", extra={"blast": batch.blast_id, "why": why})
    return True


def _quoted(said: str) -> str:
    return f" ({said})" if said else ""
