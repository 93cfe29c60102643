"""What becomes of accepted texts: their statuses, when they change, and who is told."""

from sandbox import clock
from sandbox.magic import fate_of_number
from sandbox.phones import FINAL, Text
from sandbox.state import ACCOUNT_SID, Sandbox
from sandbox.twilio_rules import is_opted_out

_WITH_DLR_DATE = frozenset({"delivered", "undelivered"})


class _Change:
    """A text's move to its next status: the deed on the agenda."""

    __slots__ = ("_code", "_sandbox", "_status", "_text")

    def __init__(self, sandbox: Sandbox, text: Text, status: str, code: int | None) -> None:
        self._sandbox, self._text, self._status, self._code = sandbox, text, status, code

    def __call__(self) -> None:
        if self._text.status not in FINAL:
            change_status(self._sandbox, self._text, self._status, code=self._code)


def deliver(sandbox: Sandbox, text: Text, *, delay: float = 0.0) -> None:
    """Put the text's course on the agenda; the initial status is told to nobody."""
    status, code, is_lost = _end(sandbox, text)
    if is_lost:
        return
    course: list[tuple[float, str, int | None]] = []
    if text.service_sid is not None:
        course.append((0.05, "queued", None))
    if status != "failed":
        course.append((0.1, "sent", None))
    course.append((0.4, status, code))
    for seconds, next_status, next_code in course:
        sandbox.agenda.after(delay + seconds * sandbox.options.pace, _Change(sandbox, text, next_status, next_code))


def change_status(sandbox: Sandbox, text: Text, status: str, *, code: int | None = None) -> None:
    """The text has a new status; its callback is told."""
    text.status, text.updated_at = status, clock.now()
    if status == "queued" and text.sender is None:
        text.sender = sandbox.options.numbers[0]
    if status == "sent":
        text.sent_at = text.updated_at
    text.error_code = code
    if text.callback:
        sandbox.texts.tell(text.callback, callback_form(text))


def callback_form(text: Text) -> dict[str, str]:
    """The form of a status callback."""
    form = {
        "SmsSid": text.sid,
        "SmsStatus": text.status,
        "MessageStatus": text.status,
        "To": text.to,
        "MessageSid": text.sid,
        "AccountSid": ACCOUNT_SID,
        "From": text.sender or "",
        "ApiVersion": "2010-04-01",
    }
    if text.service_sid is not None:
        form["MessagingServiceSid"] = text.service_sid
    if text.error_code is not None:
        form["ErrorCode"] = str(text.error_code)
    if text.status in _WITH_DLR_DATE:
        form["RawDlrDoneDate"] = clock.utc(text.updated_at).strftime("%y%m%d%H%M")
    return form


def _end(sandbox: Sandbox, text: Text) -> tuple[str, int | None, bool]:
    """How it ends: a final status, its code, and whether it is never heard of again."""
    faults = sandbox.faults
    if text.service_sid is not None and is_opted_out(text.to, text.service_sid, sandbox.phones, faults):
        return "failed", 21610, False
    magic = fate_of_number(text.to)
    if magic is not None:
        return magic.status, magic.code, magic.is_lost
    if faults.lists_have("unreachable_numbers", text.to):
        return "undelivered", 30003, False
    struck = faults.strikes("sms", "lost", "undelivered", "failed")
    if struck is None:
        return "delivered", None, False
    name, rule = struck
    codes = {"undelivered": 30003, "failed": 30001}
    return name, rule.code or codes.get(name), name == "lost"
