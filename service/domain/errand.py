"""The names of errands: what a nudge may ask a worker to look at."""

from enum import StrEnum

from service.domain.channel import Pace


class Errand(StrEnum):
    OPEN_BLASTS = "sending.open_blasts"
    DELIVER_EMAIL = "sending.deliver_email"
    DELIVER_SMS = "sending.deliver_sms"
    DELIVER_PROMPT = "sending.deliver_prompt"
    SEND_NOTICES = "sending.send_notices"
    SETTLE_DOUBTS = "sending.settle_doubts"
    CATCH_UP_INBOUND = "listening.catch_up_inbound"
    READ_SUPPRESSION_LISTS = "sending.read_suppression_lists"


# What a blast that may go on needs: to be written, and to be handed over.
GO_ON = (Errand.OPEN_BLASTS, Errand.DELIVER_EMAIL, Errand.DELIVER_SMS)

# The queue each errand waits in; prompt work has processes of its own.
QUEUES: dict[Errand, Pace] = {
    Errand.OPEN_BLASTS: Pace.BULK,
    Errand.DELIVER_EMAIL: Pace.BULK,
    Errand.DELIVER_SMS: Pace.BULK,
    Errand.DELIVER_PROMPT: Pace.PROMPT,
    Errand.SEND_NOTICES: Pace.PROMPT,
    Errand.SETTLE_DOUBTS: Pace.BULK,
    Errand.CATCH_UP_INBOUND: Pace.PROMPT,
    Errand.READ_SUPPRESSION_LISTS: Pace.BULK,
}
