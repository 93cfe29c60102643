"""The names of errands: what a nudge may ask a worker to look at."""

from enum import StrEnum


class Errand(StrEnum):
    OPEN_BLASTS = "sending.open_blasts"
    DELIVER_EMAIL = "sending.deliver_email"
    DELIVER_SMS = "sending.deliver_sms"
    DELIVER_PROMPT = "sending.deliver_prompt"
    SEND_NOTICES = "sending.send_notices"
    SETTLE_DOUBTS = "sending.settle_doubts"
    BRING_IN = "planning.bring_in"
    CATCH_UP_INBOUND = "listening.catch_up_inbound"
    READ_SUPPRESSION_LISTS = "sending.read_suppression_lists"
    TELL_ALERTS = "sending.tell_alerts"


# What no row asks for: done every so often.
EVERY_SECONDS = {Errand.CATCH_UP_INBOUND: 60, Errand.READ_SUPPRESSION_LISTS: 600}

# What a blast that may go on needs: to be written, and to be handed over.
GO_ON = (Errand.OPEN_BLASTS, Errand.DELIVER_EMAIL, Errand.DELIVER_SMS)


class Queue(StrEnum):
    """Where errands wait. Prompt work has processes of its own; recovering texts waits for nobody and delays nobody."""

    PROMPT = "prompt"
    BULK = "bulk"
    LISTENING = "listening"


# The kinds of processes that tell they are at work: the queues, by whoever reads them, and the ticker.
TICKER = "ticker"

QUEUES: dict[Errand, Queue] = {
    Errand.OPEN_BLASTS: Queue.BULK,
    Errand.DELIVER_EMAIL: Queue.BULK,
    Errand.DELIVER_SMS: Queue.BULK,
    Errand.DELIVER_PROMPT: Queue.PROMPT,
    Errand.SEND_NOTICES: Queue.PROMPT,
    Errand.SETTLE_DOUBTS: Queue.BULK,
    Errand.BRING_IN: Queue.BULK,
    Errand.CATCH_UP_INBOUND: Queue.LISTENING,
    Errand.READ_SUPPRESSION_LISTS: Queue.LISTENING,
    Errand.TELL_ALERTS: Queue.LISTENING,
}
