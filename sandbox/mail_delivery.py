"""What becomes of accepted email: which events it meets, and when."""

from collections import defaultdict
from collections.abc import Sequence

from sandbox import clock
from sandbox.magic import Fate, fate_of_address
from sandbox.mail import MailCopy
from sandbox.sendgrid_events import Kind, list_details
from sandbox.state import Sandbox

_COURSES: dict[Fate, tuple[tuple[float, Kind], ...]] = {
    Fate.DELIVERED: ((0.0, Kind.PROCESSED), (0.1, Kind.DELIVERED)),
    Fate.HARD_BOUNCE: ((0.0, Kind.PROCESSED), (0.1, Kind.HARD_BOUNCE)),
    Fate.SOFT_BOUNCE: ((0.0, Kind.PROCESSED), (0.1, Kind.DEFERRED), (0.6, Kind.SOFT_BOUNCE)),
    Fate.BLOCKED: ((0.0, Kind.PROCESSED), (0.1, Kind.BLOCKED)),
    Fate.LATE_BOUNCE: ((0.0, Kind.PROCESSED), (0.1, Kind.DELIVERED), (1.0, Kind.LATE_BOUNCE)),
    Fate.DEFERRED: ((0.0, Kind.PROCESSED), (0.1, Kind.DEFERRED), (1.0, Kind.DELIVERED)),
    Fate.DROPPED: ((0.0, Kind.DROPPED),),
    Fate.COMPLAINT: ((0.0, Kind.PROCESSED), (0.1, Kind.DELIVERED), (0.6, Kind.SPAM_REPORT)),
    Fate.LOST: (),
}
_FAULT_FATES = tuple(fate.value for fate in Fate if fate is not Fate.DELIVERED)
# SendGrid keeps these addresses from being written to again, and says why when it drops the next message.
_SUPPRESSING = {
    Kind.HARD_BOUNCE: "Bounced Address",
    Kind.LATE_BOUNCE: "Bounced Address",
    Kind.SPAM_REPORT: "Spam Reporting Address",
    Kind.UNSUBSCRIBE: "Unsubscribed Address",
}


def deliver(sandbox: Sandbox, copies: Sequence[MailCopy], *, bypasses_lists: bool, wait: float = 0.0) -> None:
    """Put the course of every copy on the agenda, one deed for all that meet the same event together."""
    together: dict[tuple[float, Kind], list[MailCopy]] = defaultdict(list)
    for copy in copies:
        fate = _fate(sandbox, copy, bypasses_lists=bypasses_lists)
        if fate is Fate.LOST:
            copy.landed = "lost"
        for delay, kind in _COURSES[fate]:
            together[delay, kind].append(copy)
    for (delay, kind), these in together.items():
        sandbox.agenda.after(wait + delay * sandbox.options.pace, _Meeting(sandbox, these, kind))


def meet(sandbox: Sandbox, copy: MailCopy, kind: Kind) -> None:
    """The copy meets an event now: it is marked, remembered and told."""
    details: dict[str, object] = {}
    if kind is Kind.DROPPED:
        details["reason"] = sandbox.suppressed.get(copy.address.lower(), "Bounced Address")
    reason = _SUPPRESSING.get(kind)
    if reason:
        sandbox.suppressed.setdefault(copy.address.lower(), reason)
    _put_on_list(sandbox, copy, kind)
    if kind.event in ("delivered", "bounce", "dropped", "deferred"):
        copy.landed = {"bounce": "bounced"}.get(kind.event, kind.event)
    elif kind is not Kind.PROCESSED:
        copy.marks.append(kind.value)
    sandbox.events.tell(copy, kind, details)


# The list of its own that each of these events puts an address on.
_LISTED = {
    Kind.HARD_BOUNCE: "bounces",
    Kind.LATE_BOUNCE: "bounces",
    Kind.SOFT_BOUNCE: "blocks",
    Kind.BLOCKED: "blocks",
    Kind.SPAM_REPORT: "spam_reports",
    Kind.UNSUBSCRIBE: "unsubscribes",
}


def _put_on_list(sandbox: Sandbox, copy: MailCopy, kind: Kind) -> None:
    at = int(clock.now())
    if kind is Kind.GROUP_UNSUBSCRIBE:
        group = {"group_id": copy.batch.asm_group_id, "group_name": f"Group {copy.batch.asm_group_id}"}
        sandbox.lists.put("asm", copy.address, {**group, "created_at": at})
    elif kind is Kind.GROUP_RESUBSCRIBE:
        sandbox.lists.remove("asm", copy.address)
    elif kind in _LISTED:
        sandbox.lists.put(_LISTED[kind], copy.address, {"created": at, **list_details(kind)})


class _Meeting:
    __slots__ = ("_copies", "_kind", "_sandbox")

    def __init__(self, sandbox: Sandbox, copies: list[MailCopy], kind: Kind) -> None:
        self._sandbox, self._copies, self._kind = sandbox, copies, kind

    def __call__(self) -> None:
        for copy in self._copies:
            meet(self._sandbox, copy, self._kind)


def _fate(sandbox: Sandbox, copy: MailCopy, *, bypasses_lists: bool) -> Fate:
    if copy.address.lower() in sandbox.suppressed and not bypasses_lists:
        return Fate.DROPPED
    magic = fate_of_address(copy.address)
    if magic:
        return magic
    if sandbox.faults.lists_have("bouncing_addresses", copy.address):
        return Fate.HARD_BOUNCE
    struck = sandbox.faults.strikes("email", *_FAULT_FATES)
    return Fate(struck[0]) if struck else Fate.DELIVERED
