"""How a doubt is settled: how long to wait for evidence, when to ask the provider, when to give up."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class DoubtPolicy:
    """The spans that settle a doubt. Measured from the intent."""

    # An intent with no outcome for this long is a doubt: longer than the deadline, the call and its answer together.
    doubtful_after: timedelta = timedelta(seconds=120)
    # When to ask Twilio's list of messages, which is the best evidence after callbacks.
    ask_after: tuple[timedelta, ...] = (
        *(timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=15), timedelta(minutes=60)),
    )
    # A reading of the list proves a text not taken from this age on: Twilio lists a text as soon as it has taken it.
    text_proven_after: timedelta = timedelta(minutes=10)
    # So many readings must agree, each of them whole and showing something that was handed over later.
    text_readings: int = 2
    # A text that was proven not taken goes again once at most.
    text_resends: int = 1
    # How long receipts may take to speak for an email.
    email_settles_after: timedelta = timedelta(minutes=60)
    # What was handed over so long after a doubt must have been told of, message by message, for silence to mean something.
    email_told_within: timedelta = timedelta(minutes=10)
    # The share of those messages that must have been told of, and how many there must be (or as many as are in doubt).
    email_told_share: float = 0.99
    email_told_count: int = 20
    # An email is sent again once at most.
    email_resends: int = 1


# An event that came so long after what it tells of was delayed, as after an outage: others may still be under way.
LATE_AFTER = timedelta(minutes=5)


STANDARD = DoubtPolicy()

# Every way of settling has been tried by then; a doubt that is older means that something does not work.
ALARMING_AFTER = timedelta(hours=2)
