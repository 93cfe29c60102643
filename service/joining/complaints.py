"""Complaints about data: taken from a form, acknowledged, and closed by a manager with what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.addresses import BadAddress, normalise_email
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.complaint import ANSWERED_WITHIN, days_left, is_overdue
from service.domain.consent import Suppressed
from service.domain.inbound_text import clean_body
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import complaints, consents
from service.store.queries.house import write_audit
from service.store.tables.complaints import Complaint

LONGEST = 4_000
# In an hour, of everybody; and in a day with one address.
AN_HOUR, A_DAY = 200, 3
# Whoever left is still told that their complaint came; anything graver lets no message through.
_TOLD_DESPITE = frozenset({None, Suppressed.LEFT})


class TooManyComplaints(Exception):
    """So many came within the hour, or with this address within the day, that no more are taken by this form just now."""


class ComplaintMistakes(Exception):
    """Something in the form cannot be as it is: field to what is wrong with it."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__("; ".join(by_field.values()))
        self.by_field = by_field


class ComplaintRefused(Exception):
    """The complaint cannot be closed as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class ComplaintShown:
    """A complaint as managers see it."""

    id: int
    email: str | None
    words: str
    at: datetime
    days_left: int
    is_overdue: bool
    closed_at: datetime | None
    closed_by: str
    outcome: str


def complain(session: Session, *, campaign_id: int, words: str, email: str, key: AddressKey, now: datetime) -> int:
    """Take a complaint; its number. Raises ComplaintMistakes or TooManyComplaints; then nothing is written.

    Nudge sending.send_notices after commit: an address that was given is told that it came.
    """
    words, address = _plain(words), _address(_plain(words), email)
    if complaints.count_since(session, now - timedelta(hours=1), limit=AN_HOUR) >= AN_HOUR:
        raise TooManyComplaints
    if address and complaints.of_address_since(session, address, now - timedelta(days=1)) >= A_DAY:
        raise TooManyComplaints
    # Cut after it was measured: nobody's words are shortened unseen.
    said = clean_body(words)
    number = complaints.add(session, campaign_id=campaign_id, email=address, words=said, now=now)
    if address:
        _acknowledge(session, number, campaign_id, address, key=key, now=now)
    return number


def check_complaint(words: str, email: str) -> None:
    """Look a form through without taking it. Raises ComplaintMistakes."""
    _address(_plain(words), email)


def _address(words: str, email: str) -> str | None:
    mistakes: dict[str, str] = {}
    address = None
    if not words:
        mistakes["words"] = "tell us what it is about (for example: I never signed up, and got an email)"
    elif len(words) > LONGEST:
        mistakes["words"] = f"it has at most {LONGEST} letters; this has {len(words)}"
    if email.strip():
        try:
            address = normalise_email(email)
        except BadAddress as bad:
            mistakes["email"] = str(bad)
    if mistakes:
        raise ComplaintMistakes(mistakes)
    return address


def _acknowledge(
    session: Session, number: int, campaign_id: int, address: str, *, key: AddressKey, now: datetime
) -> None:
    hashed = key.hash(Channel.EMAIL, address)
    if consents.suppressed_reason(session, channel=Channel.EMAIL, address_hash=hashed) not in _TOLD_DESPITE:
        return
    by = now + ANSWERED_WITHIN
    request = NoticeRequest(
        kind=NoticeKind.COMPLAINT_TAKEN,
        channel=Channel.EMAIL,
        to_address=address,
        dedupe_key=f"complaint:{number}",
        facts={"number": str(number), "answered_by": f"{by.day} {by:%B %Y}"},
        campaign_id=campaign_id,
        passes_suppression=True,
    )
    ask_notice(session, request, now=now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many complaints wait, and whether the oldest has waited too long."""

    waiting: int
    overdue: bool


def complaints_waiting(session: Session, *, now: datetime) -> Waiting:
    """For the inbox."""
    oldest = complaints.page_open(session, limit=1)
    return Waiting(complaints.count_open(session), any(is_overdue(each.at, now=now) for each in oldest))


def open_complaints(session: Session, *, now: datetime, limit: int = 100) -> list[ComplaintShown]:
    """Those that wait, the oldest first."""
    return _shown(complaints.page_open(session, limit=limit), now)


def all_complaints(session: Session, *, before_id: int | None, now: datetime, limit: int = 100) -> list[ComplaintShown]:
    """All, the newest first."""
    return _shown(complaints.page_closed(session, before_id=before_id, limit=limit), now)


def close_complaint(session: Session, complaint_id: int, outcome: str, *, actor: str, now: datetime) -> None:
    """Close it with what was done. Raises ComplaintRefused."""
    outcome = _plain(outcome)
    if not outcome:
        raise ComplaintRefused("say what was done about it: whoever is asked later reads it here")
    if len(outcome) > LONGEST:
        raise ComplaintRefused(f"what was done has at most {LONGEST} letters; this has {len(outcome)}")
    row = complaints.hold(session, complaint_id)
    if row is None or row.closed_at is not None:
        raise ComplaintRefused("it is closed already")
    row.closed_at, row.closed_by, row.outcome = now, actor, clean_body(outcome)
    session.flush()
    subject, details = f"complaint {row.id}", {"state": "open → closed"}
    write_audit(session, at=now, actor=actor, deed="complaint closed", subject=subject, details=details)


def _plain(words: str) -> str:
    """As a browser counts them: it sends each line's end as two."""
    return words.replace("\r\n", "\n").strip()


def _shown(rows: Sequence[Complaint], now: datetime) -> list[ComplaintShown]:
    return [
        ComplaintShown(
            id=row.id,
            email=row.email,
            words=row.words,
            at=row.at,
            days_left=days_left(row.at, now=now),
            is_overdue=row.closed_at is None and is_overdue(row.at, now=now),
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            outcome=row.outcome,
        )
        for row in rows
    ]
