"""The memory of who did what: found by whom, what, of what and when; and whether it is as it was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.domain.chain import entry_digest
from service.domain.network import masked
from service.store import Session
from service.store.queries import audit
from service.store.queries.audit import EVERYTHING, LOOKED_AT, Asked
from service.store.queries.house import write_audit
from service.store.queries.subjects import Subject, subjects_named
from service.store.tables.house import AuditEntry

# Wrong passwords an hour that are written down: the audit is kept for good, and a stranger must not fill it.
REFUSALS_WRITTEN = 300
_REFUSED = "sign-in refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One privileged change. `about`: what its subject is called today; None where that names nothing."""

    id: int
    at: datetime
    actor: str
    deed: str
    subject: str
    details: Mapping[str, str]
    about: Subject | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first. `following`: the id the next page begins below; None on the last."""

    entries: tuple[Entry, ...]
    following: int | None


def read_audit(
    session: Session,
    asked: Asked = EVERYTHING,
    *,
    before_id: int | None = None,
    limit: int = 100,
    look_at: int = LOOKED_AT,
) -> AuditPage:
    """The newest entries of those asked for, or those before an entry, with the names of what they are about."""
    rows, following = audit.page(session, asked, before_id=before_id, limit=limit, look_at=look_at)
    named = subjects_named(session, {row.subject for row in rows})
    entries = tuple(
        Entry(row.id, row.at, row.actor, row.deed, row.subject, row.details, named.get(row.subject)) for row in rows
    )
    return AuditPage(entries, following)


def note_deed(
    session: Session, *, actor: str, deed: str, subject: str, details: Mapping[str, str], now: datetime
) -> None:
    """Remember what a manager did in a room that does not know of managers."""
    write_audit(session, at=now, actor=actor, deed=deed, subject=subject, details=details)


def note_sign_in(session: Session, *, email: str, manager_id: int, how: str, ip: str, now: datetime) -> None:
    """Remember that a manager has come in: `how`, and from about where; the audit keeps no network address whole."""
    details = {"by": how, "from": masked(ip)}
    write_audit(session, at=now, actor=email, deed="signed in", subject=f"manager {manager_id}", details=details)


def note_refused_sign_in(session: Session, *, manager_id: int | None, why: str, ip: str, now: datetime) -> None:
    """Remember that somebody was not let in, at which account if there is such a one; never what was typed.

    In a transaction of its own: the one that refused is rolled back. Of many within an hour the rest is left out, and
    the last that is written says so.
    """
    written = audit.written_since(session, _REFUSED, now - timedelta(hours=1), limit=REFUSALS_WRITTEN)
    if written >= REFUSALS_WRITTEN:
        return
    subject = "no account" if manager_id is None else f"manager {manager_id}"
    is_last = written == REFUSALS_WRITTEN - 1
    details = {"why": why, "from": masked(ip)} | ({"more": "not written for up to an hour"} if is_last else {})
    write_audit(session, at=now, actor="somebody", deed=_REFUSED, subject=subject, details=details)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the audit found. `head`: the newest digest; kept elsewhere, it also shows a cut at the end.

    `missing`: how many entries fewer there are than were written. `unlike`: those kept elsewhere that are not here.
    """

    entries: int
    unchained: int
    first_broken: int | None
    head: str
    last_id: int = 0
    missing: int = 0
    is_end_known: bool = True
    unlike: tuple[str, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether it is as it was written, to its end."""
        return self.first_broken is None and self.is_end_known and not self.missing and not self.unlike


def verify_audit(session: Session, kept: Sequence[str] = ()) -> ChainReport:
    """Walk the whole audit and reckon every digest anew; names the first entry that is not as it was written.

    Then the end is compared with where the audit is known to have ended, and with every `kept` entry: its number, a
    colon and its digest, as they were mailed out. What is written meanwhile is walked along too.
    """
    walk = _Walk(frozenset(kept))
    while True:
        if (broken := walk.to_the_end(session)) is not None:
            return ChainReport(walk.entries, walk.unchained, broken, walk.previous.hex(), walk.last_id)
        head, reached = audit.head(session), walk.last_id
        if head is None or head.last_id <= reached or not audit.page_upwards(session, after_id=reached, limit=1):
            break
    return ChainReport(
        walk.entries,
        walk.unchained,
        None,
        walk.previous.hex(),
        walk.last_id,
        missing=0 if head is None else max(0, head.entries - walk.entries - walk.unchained),
        is_end_known=head is not None and (head.last_id, head.digest or b"") == (walk.last_id, walk.previous),
        unlike=tuple(each for each in kept if each not in walk.seen),
    )


@dataclass(slots=True)
class _Walk:
    """How far the walk along the audit has come, and which of the entries kept elsewhere it has met."""

    kept: frozenset[str]
    entries: int = 0
    unchained: int = 0
    last_id: int = 0
    previous: bytes = b""
    seen: set[str] = field(default_factory=set)

    def to_the_end(self, session: Session) -> int | None:
        """Walk on along what is there; the first entry that is not as it was written."""
        while rows := audit.page_upwards(session, after_id=self.last_id):
            for row in rows:
                if not self._is_next(row):
                    return row.id
            self.last_id = rows[-1].id
            session.expire_all()
        return None

    def _is_next(self, row: AuditEntry) -> bool:
        # Entries older than the chain carry no digest; none may stand after the first that does.
        if row.digest is None and not self.previous:
            self.unchained += 1
            return True
        expected = entry_digest(
            self.previous, at=row.at, actor=row.actor, deed=row.deed, subject=row.subject, details=row.details
        )
        if row.digest != expected:
            return False
        self.entries, self.previous = self.entries + 1, expected
        self.seen |= {f"{row.id}:{expected.hex()}"} & self.kept
        return True
