"""Everything that is held about one person, table by table, for their file.

For each table the columns are named that are left out; every other one is told, so that a column added later is told
too unless somebody says why not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, RowMapping, Table, TextClause, and_, or_, select, text

from service.domain.masking import mask_email, mask_phone
from service.store import Session
from service.store.queries.erasing import Person, is_its, notices_of
from service.store.tables.asking import NotMe
from service.store.tables.base import Base
from service.store.tables.complaints import Complaint
from service.store.tables.house import AuditEntry
from service.store.tables.listening import Conversation, Reply
from service.store.tables.manager import Manager
from service.store.tables.notices import Notice
from service.store.tables.people import (
    Action,
    ConfirmationRequest,
    Consent,
    Permission,
    SignUp,
    Supporter,
    Suppression,
)
from service.store.tables.sending import Receipt
from service.store.tables.signatures import Signature
from service.store.tables.testing import Tester

# Rows of one table in a file; whoever has more is told so, and asks by letter.
MOST = 5_000
# How work is shared out between processes, keys and digests of ours, and who of our own people did it.
_WORK = {"lease_owner", "lease_until", "attempt_id", "attempt_count"}
LEFT_OUT: Mapping[str, frozenset[str]] = {
    "supporters": frozenset({"email_canonical", "referred_by", "import_id"}),
    # The code is a secret of the text that carries it.
    "sign_ups": frozenset({"email_canonical", "phone_code", "code_tries", "referred_by"}),
    "consents": frozenset({"import_id"}),
    "notices": frozenset({*_WORK, "dedupe_key", "created_by"}),
    "replies": frozenset({"handled_by"}),
    "conversations": frozenset({"opted_out_by"}),
    "testers": frozenset({"added_by"}),
    "complaints": frozenset({"closed_by", "told_at"}),
    "audit_entries": frozenset({"actor", "details", "subject"}),
    "managers": frozenset({"password_hash"}),
}
# Of a notice's facts: who sent it, and what proves whoever holds it.
_FACTS_LEFT_OUT = frozenset({"sent_by", "named_by", "changed_by", "code"})
_ADDRESSES = {"email": mask_email, "phone": mask_phone}


@dataclass(frozen=True, slots=True)
class Held:
    """What one table holds of somebody; `is_cut` where there is more than MOST."""

    table: str
    rows: Sequence[Mapping[str, object]]
    is_cut: bool


def held_of(session: Session, who: Person, *, not_me: bytes | None) -> Iterator[Held]:
    """Each table that holds something of them, by the indexes that forgetting uses; `not_me`: their mailbox, hashed."""
    its, addresses = who.supporter_id, who.addresses
    phones = [each for each in addresses if each.startswith("+")]
    emails = [each for each in addresses if "@" in each]
    asked_alone = and_(Consent.sign_up_id.in_(who.sign_up_ids), Consent.supporter_id.is_(None))
    suppressed = [
        and_(Suppression.channel == str(channel), Suppression.address_hash == hashed)
        for channel, hashed in who.hashes.items()
    ]
    said_why = or_(Receipt.reason != "", Receipt.code != "")
    questions: list[tuple[type[Base], list[ColumnElement[bool]]]] = [
        (Supporter, [is_its(Supporter.id, its)]),
        (SignUp, [SignUp.id.in_(who.sign_up_ids)]),
        (ConfirmationRequest, [ConfirmationRequest.sign_up_id.in_(who.sign_up_ids)]),
        (Consent, [is_its(Consent.supporter_id, its), asked_alone]),
        (Permission, [is_its(Permission.supporter_id, its)]),
        (Suppression, suppressed),
        (Signature, [is_its(Signature.supporter_id, its)]),
        (Action, [is_its(Action.supporter_id, its)]),
        (Notice, list(notices_of(who))),
        (Receipt, [and_(is_its(Receipt.supporter_id, its), said_why)]),
        (Reply, [is_its(Reply.supporter_id, its), Reply.phone.in_(phones)]),
        (Conversation, [Conversation.phone.in_(phones)]),
        (Tester, [and_(Tester.channel.in_(["email", "sms"]), Tester.address.in_(addresses))]),
        (Complaint, [Complaint.email.in_(emails)]),
        (NotMe, [NotMe.address_hash == not_me] if not_me else []),
        (Manager, [Manager.email.in_(emails)]),
        (AuditEntry, [AuditEntry.subject == f"supporter {its}"] if its is not None else []),
    ]
    for mapped, ways in questions:
        yield _held(session, Base.metadata.tables[mapped.__tablename__], ways, addresses)
    yield _named(session, "messages", _MESSAGES, its)
    yield _named(session, "late_joiners", _LATE, its)


# Blast by blast through the messages' own key.
_MESSAGES = text("""
    SELECT m.blast_id, l.title, m.channel, coalesce(m.state, b.state) AS state, coalesce(m.reason, b.reason) AS reason,
        m.provider_ref, m.segments, b.intent_at AS handed_over_at, m.settled_at, m.opened_at, m.clicked_at,
        m.complained_at, m.left_at
    FROM blasts l JOIN messages m ON m.blast_id = l.id AND m.channel = ANY(l.channels) AND m.supporter_id = :supporter_id
    JOIN batches b ON b.id = m.batch_id ORDER BY m.blast_id, m.channel LIMIT :most
""")
_LATE = text("""
    SELECT j.blast_id, l.title, j.channel FROM blasts l CROSS JOIN (VALUES ('email'), ('sms')) AS ways(channel)
    JOIN late_joiners j ON j.blast_id = l.id AND j.channel = ways.channel AND j.supporter_id = :supporter_id LIMIT :most
""")


def _named(session: Session, name: str, question: TextClause, supporter_id: int | None) -> Held:
    asked = {"supporter_id": supporter_id, "most": MOST + 1}
    found = [] if supporter_id is None else session.execute(question, asked).all()
    rows = [{column: _plain(value) for column, value in row._mapping.items()} for row in found]
    return Held(name, rows[:MOST], len(rows) > MOST)


def _held(session: Session, table: Table, ways: Sequence[ColumnElement[bool]], own: frozenset[str]) -> Held:
    """One question for each way, so that each has its index; a row that several find is told once."""
    key = [column.name for column in table.primary_key]
    found: dict[tuple[object, ...], RowMapping] = {}
    for way in ways:
        for row in session.execute(select(table).where(way).order_by(*table.primary_key).limit(MOST + 1)):
            found[tuple(row._mapping[name] for name in key)] = row._mapping
    rows = [_told(table, row, own) for row in list(found.values())[:MOST]]
    return Held(table.name, rows, len(found) > MOST)


def _told(table: Table, row: RowMapping, own: frozenset[str]) -> Mapping[str, object]:
    left_out = LEFT_OUT.get(table.name, frozenset())
    told = {
        column.name: _plain(row[column.name])
        for column in table.columns
        if column.name not in left_out and not isinstance(column.type, LargeBinary)
    }
    if table.name == "notices":
        told["facts"] = {name: words for name, words in row["facts"].items() if name not in _FACTS_LEFT_OUT}
    return {name: _masked(name, value, own) for name, value in told.items()}


def _masked(name: str, value: object, own: frozenset[str]) -> object:
    """What stood beside theirs on a form may be somebody else's: enough for whoever typed it to know it again."""
    if not isinstance(value, str) or value in own:
        return value
    if name in _ADDRESSES:
        return _ADDRESSES[name](value)
    if name == "to_address":
        return mask_email(value) if "@" in value else mask_phone(value)
    return value


def _plain(value: object) -> object:
    if isinstance(value, datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta | UUID) else value
