"""Forgetting a person: who they are by every key we have, and everything that names them made empty.

For each table the columns that may stay are named; every other one is emptied, so that a column added later is
forgotten too unless somebody says that it names nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, Table, Text, and_, case, delete, false, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.schema import Column, DefaultClause

from service.domain.bringing_in import AT_WORK
from service.domain.channel import Channel
from service.domain.message import MessageState, Withheld
from service.store import Session, locks
from service.store.locks import NumberLock
from service.store.tables.bringing_in import Import
from service.store.tables.listening import Conversation, Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Action, Consent, SignUp, Supporter
from service.store.tables.sending import Receipt
from service.store.tables.signatures import Signature
from service.store.tables.testing import Tester
from service.store.tables.upload import Upload

# Ids, states, moments and our own words: they tell that something happened, and not to whom.
KEPT: Mapping[str, frozenset[str]] = {
    "supporters": frozenset({"id", "created_at", "erased_at"}),
    "sign_ups": frozenset(
        {"id", "campaign_id", "wants_email", "wants_sms", "signs_petition", "created_at", "erased_at"}
        | {"email_confirmed_at", "phone_confirmed_at"}
    ),
    # The wording is ours, but for the words of a text or a file: see blank_consents.
    "consents": frozenset(
        {"id", "campaign_id", "channel", "act", "supporter_id", "sign_up_id", "address_hash", "wording", "at"}
    ),
    "notices": frozenset(
        {"id", "kind", "channel", "dedupe_key", "campaign_id", "sender", "passes_suppression", "state", "reason"}
        | {"not_before", "expires_at", "lease_owner", "lease_until", "attempt_id", "attempt_count", "intent_at"}
        | {"provider_ref", "created_by", "created_at"}
    ),
    "replies": frozenset({"id", "provider_ref", "campaign_id", "to_number", "received_at", "handled_at", "handled_by"}),
    # The signature counts on; the name does not stay.
    # So does the hash of the mailbox, so that nobody counts twice.
    "signatures": frozenset(
        {"petition_id", "supporter_id", "blast_id", "signed_at", "mailbox", "awaits_name", "withdrawn_at"}
    ),
    "actions": frozenset({"id", "campaign_id", "supporter_id", "kind", "blast_id", "at"}),
    "receipts": frozenset(
        {"provider", "event_id", "kind", "blast_id", "channel", "supporter_id", "notice_id", "at", "received_at"}
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by the keys their rows are found by.

    `addresses` are theirs; `typed_beside` stand in one of their sign-ups, and nobody has proven whose they are.
    """

    supporter_id: int | None
    addresses: frozenset[str]
    hashes: Mapping[Channel, bytes]
    sign_up_ids: Sequence[int]
    typed_beside: frozenset[str]


def person(session: Session, *, supporter_id: int | None, address: str | None = None) -> Person:
    """A supporter, or whoever waits under an address, with all their sign-ups.

    Held by the supporter's row. Served by pk_supporters and ix_sign_ups_supporter_id, _email_ and _phone_created_at.
    """
    known = None
    if supporter_id is not None:
        held = select(Supporter).where(Supporter.id == supporter_id).with_for_update(key_share=True)
        known = session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    who = (known.id, known.email, known.phone) if known else (None, None, None)
    hashes = {Channel.EMAIL: known.email_hash, Channel.SMS: known.phone_hash} if known else {}
    theirs = frozenset(each for each in (*who[1:], address) if each)
    which = _is(SignUp.supporter_id, who[0]), SignUp.email.in_(theirs), SignUp.phone.in_(theirs)
    found = session.execute(select(SignUp.id, SignUp.email, SignUp.phone).where(or_(*which))).all()
    return Person(
        supporter_id=who[0],
        addresses=theirs,
        hashes={channel: each for channel, each in hashes.items() if each is not None},
        sign_up_ids=[row.id for row in found],
        typed_beside=frozenset(each for row in found for each in (row.email, row.phone) if each) - theirs,
    )


def hold_conversations(session: Session, phones: Sequence[str]) -> None:
    """Wait for the texts of these numbers that are being received, and for managers who answer them (pk_conversations)."""
    for phone in phones:
        locks.take_number(session, NumberLock.TEXTS, phone)
    held = select(Conversation.phone).where(Conversation.phone.in_(phones)).order_by(Conversation.phone)
    session.execute(held.with_for_update())


def hold_notices(session: Session, who: Person) -> None:
    """Hold whatever `blank_the_rest` empties of notices, in the order in which receipts hold them (pk_notices)."""
    ids = {each for theirs in _notices_of(who) for each in session.scalars(select(Notice.id).where(theirs))}
    held = select(Notice.id).where(Notice.id.in_(ids)).order_by(Notice.id)
    session.execute(held.with_for_update(key_share=True))


def _is(column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], its: int | None) -> ColumnElement[bool]:
    """Never true where there is no such id: a comparison with nothing would find everybody."""
    return column == its if its is not None else false()


def blank_what_is_settled(session: Session, who: Person, *, now: datetime) -> int:
    """Empty everything no handover is waiting for; how many rows. Before the lock of opt-outs is taken: it may take
    a while.

    Served by the primary keys and the indexes on supporter_id, sign_up_id and phone.
    """
    # Files that managers are looking at may hold them; they are brought again where they are needed. One that is being
    # brought in goes when that is done: it brings nobody back who is forgotten.
    at_work = select(Import.upload_id).where(Import.state.in_(list(AT_WORK)), Import.upload_id.is_not(None))
    session.execute(delete(Upload).where(Upload.id.not_in(at_work)))
    session.execute(delete(Tester).where(Tester.address.in_(who.addresses)))
    count = _blank_consents(session, who)
    count += _blank(session, SignUp.__table__, SignUp.id.in_(who.sign_up_ids), erased_at=now)
    count += _blank(
        session, Reply.__table__, or_(_is(Reply.supporter_id, who.supporter_id), Reply.phone.in_(who.addresses))
    )
    if who.supporter_id is None:
        return count
    _blank(session, Signature.__table__, Signature.supporter_id == who.supporter_id)
    _blank(session, Action.__table__, Action.supporter_id == who.supporter_id)
    said_why = or_(Receipt.reason != "", Receipt.code != "")
    _blank(session, Receipt.__table__, Receipt.supporter_id == who.supporter_id, said_why)
    session.execute(_MESSAGES, {"supporter_id": who.supporter_id})
    return count


def blank_the_rest(session: Session, who: Person, *, now: datetime) -> int:
    """Empty what intents look at; how many rows. After the lock of opt-outs is taken: a few rows, found by keys."""
    count = _blank_notices(session, who)
    if who.supporter_id is not None:
        count += _blank(session, Supporter.__table__, Supporter.id == who.supporter_id, erased_at=now)
    return count


# What a provider said of a message; blast by blast through the messages' own key.
_MESSAGES = text("""
    UPDATE messages SET reason = NULL
    WHERE blast_id = ANY(ARRAY(SELECT id FROM blasts)) AND channel = ANY(ARRAY['email', 'sms'])
      AND supporter_id = :supporter_id AND reason IS NOT NULL AND state IS NOT NULL AND state <> 'withheld'
""")


def _blank_consents(session: Session, who: Person) -> int:
    """Their lines of the ledger; not those of somebody else who once typed their address beside an own one."""
    asked = and_(Consent.sign_up_id.in_(who.sign_up_ids), Consent.supporter_id.is_(None))
    is_own_words = or_(Consent.source.startswith("text: "), Consent.source.startswith("import: "))
    wording = case((is_own_words, ""), else_=Consent.wording)
    return sum(
        _blank(session, Consent.__table__, theirs, wording=wording)
        for theirs in (_is(Consent.supporter_id, who.supporter_id), asked)
    )


def _blank_notices(session: Session, who: Person) -> int:
    """Notices to them, and those that asked the other address of one of their sign-ups; one index each."""
    waits = Notice.state.in_([str(MessageState.QUEUED), str(MessageState.CLAIMED)])
    withheld = Notice.state == MessageState.WITHHELD
    state = case((waits, str(MessageState.WITHHELD)), else_=Notice.state)
    reason = case((waits, str(Withheld.NO_ADDRESS)), (withheld, Notice.reason), else_="")
    return sum(_blank(session, Notice.__table__, theirs, state=state, reason=reason) for theirs in _notices_of(who))


def _notices_of(who: Person) -> Sequence[ColumnElement[bool]]:
    about = Notice.facts["sign_up_id"].astext.in_([str(each) for each in who.sign_up_ids])
    return (
        _is(Notice.supporter_id, who.supporter_id),
        Notice.to_address.in_(who.addresses),
        and_(Notice.to_address.in_(who.typed_beside), about),
    )


def _blank(session: Session, table: object, *which: ColumnElement[bool], **values: object) -> int:
    if not isinstance(table, Table):
        raise TypeError("a mapped class has a table")
    kept = KEPT[table.name]
    emptied = {column.name: empty(column) for column in table.columns if column.name not in kept}
    return session.connection().execute(update(table).where(*which).values({**emptied, **values})).rowcount


def empty(column: Column[object]) -> object:
    """What a column holds when it says nothing. Raises TypeError for one that must say something."""
    if column.nullable:
        return None
    if isinstance(column.server_default, DefaultClause):
        return text("DEFAULT")
    if isinstance(column.type, Text):
        return ""
    if isinstance(column.type, JSONB):
        return {}
    if isinstance(column.type, Boolean):
        return False
    raise TypeError(f"{column}: say in KEPT whether it stays")
