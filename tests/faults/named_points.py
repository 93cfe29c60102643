"""Every place where tests make a process die, and on which channel's road it lies. The list may only grow."""

_BOTH = ("email", "sms")
_SMS = ("sms",)
_EMAIL = ("email",)

POINTS: dict[str, tuple[str, ...]] = {
    # A tick: stages fire, managers' blasts open, leases and doubts age, blasts end.
    "hold.before_commit": _BOTH,
    "hold.after_commit": _BOTH,
    "stages.before_commit": _BOTH,
    "stages.after_commit": _BOTH,
    "blasts.before_commit": _BOTH,
    "blasts.after_commit": _BOTH,
    "leases.before_commit": _BOTH,
    "leases.after_commit": _BOTH,
    "closing.before_commit": _BOTH,
    "closing.after_commit": _BOTH,
    "notice.sweep.before_commit": _BOTH,
    "notice.sweep.after_commit": _BOTH,
    "breakers.before_commit": _BOTH,
    "breakers.after_commit": _BOTH,
    "finish.before_commit": _BOTH,
    "finish.after_commit": _BOTH,
    # A nudge through the broker.
    "nudge.before": _BOTH,
    "nudge.after": _BOTH,
    # Writing a blast's messages.
    "open.held": _BOTH,
    "open.before_commit": _BOTH,
    "open.after_commit": _BOTH,
    # Handing a batch over.
    "claim.before_commit": _BOTH,
    "claim.after_commit": _BOTH,
    "turn.before_commit": _BOTH,
    "turn.after_commit": _BOTH,
    "intent.before_commit": _BOTH,
    "intent.after_commit": _BOTH,
    "call.before": _BOTH,
    "call.after": _BOTH,
    "outcome.before_commit": _BOTH,
    "outcome.after_commit": _BOTH,
    # Handing a one-off message over.
    "notice.claim.before_commit": _BOTH,
    "notice.claim.after_commit": _BOTH,
    "notice.intent.before_commit": _BOTH,
    "notice.intent.after_commit": _BOTH,
    "notice.call.before": _BOTH,
    "notice.call.after": _BOTH,
    "notice.outcome.before_commit": _BOTH,
    "notice.outcome.after_commit": _BOTH,
    # What providers tell us, and what supporters text.
    "receipts.before_commit": _BOTH,
    "receipts.after_commit": _BOTH,
    "inbound.before_commit": _SMS,
    "inbound.after_commit": _SMS,
    "catch_up.before_ask": _SMS,
    "catch_up.after_ask": _SMS,
    "catch_up.before_commit": _SMS,
    "catch_up.after_commit": _SMS,
    "catch_up.seen.before_commit": _SMS,
    "catch_up.seen.after_commit": _SMS,
    # Reading the provider's own suppression lists.
    "lists.before_ask": _EMAIL,
    "lists.after_ask": _EMAIL,
    "lists.before_commit": _EMAIL,
    "lists.after_commit": _EMAIL,
    # Settling a doubt; texts are looked for in the provider's own list.
    "settle.before_ask": _SMS,
    "settle.after_ask": _SMS,
    "settle.asked.before_commit": _SMS,
    "settle.asked.after_commit": _SMS,
    "settle.before_commit": _BOTH,
    "settle.after_commit": _BOTH,
}
