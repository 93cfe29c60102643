"""How a doubt is settled: how long to wait for evidence, when to ask the provider, when to give up."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class DoubtPolicy:
    """The spans that settle a doubt. Measured from the intent."""

    # An intent with no outcome for this long is a doubt: longer than the deadline, the call and its answer together.
    doubtful_after: timedelta = timedelta(seconds=120)
    # When to ask Twilio's list of messages, which is the best evidence after callbacks.
    ask_after: tuple[timedelta, ...] = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=60))
    # How long receipts may take to speak for an email.
    email_settles_after: timedelta = timedelta(minutes=60)
    # An email is sent again once at most, and only when the event webhook has been heard from since.
    email_resends: int = 1


STANDARD = DoubtPolicy()

# Every way of settling has been tried by then; a doubt that is older means that something does not work.
ALARMING_AFTER = timedelta(hours=2)
