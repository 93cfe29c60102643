"""What goes out as a table: supporters with their consents, the ledger, messages, replies, suppressions.

Each is read a page at a time, each page in a transaction of its own, so that no export holds anything back.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.planning.leaving import Transaction
from service.store.queries import exports
from service.store.queries.exports import SupporterLine

Line = Sequence[object]


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of table. `of_campaign`: it is a campaign's, not the whole installation's."""

    name: str
    title: str
    says: str
    head: tuple[str, ...]
    lines: Callable[[Transaction, int], Iterator[Line]]
    of_campaign: bool = True


def supporter_lines(transaction: Transaction, campaign_id: int, *, everyone: bool = False) -> Iterator[Line]:
    """The supporters of a campaign with the proof of what they allowed, as an import reads them again."""
    for after in _spans(transaction, "supporters"):
        with transaction() as session:
            page = exports.supporters(session, campaign_id=campaign_id, after=after, everyone=everyone)
        for line in page:
            yield [_shown(value) for value in line]


def _everyone(transaction: Transaction, campaign_id: int) -> Iterator[Line]:
    return supporter_lines(transaction, campaign_id, everyone=True)


def _consents(transaction: Transaction, campaign_id: int) -> Iterator[Line]:
    for after in _spans(transaction, "consents"):
        with transaction() as session:
            page = exports.consents(session, campaign_id=campaign_id, after=after)
        yield from ([_shown(value) for value in row] for row in page)


def _replies(transaction: Transaction, campaign_id: int) -> Iterator[Line]:
    for after in _spans(transaction, "replies"):
        with transaction() as session:
            page = exports.replies(session, campaign_id=campaign_id, after=after)
        yield from ([_shown(value) for value in row] for row in page)


def _messages(transaction: Transaction, campaign_id: int) -> Iterator[Line]:
    with transaction() as session:
        blasts = exports.blast_ids(session, campaign_id)
    for blast_id in blasts:
        channel, after = "", 0
        while True:
            with transaction() as session:
                page = exports.messages(session, blast_id=blast_id, channel=channel, after=after)
            if not page:
                break
            yield from ([_shown(value) for value in row] for row in page)
            channel, after = page[-1].channel, page[-1].supporter_id


def _suppressions(transaction: Transaction, _: int) -> Iterator[Line]:
    channel, after = "", ""
    while True:
        with transaction() as session:
            page = exports.suppressions(session, channel=channel, after=after)
        if not page:
            return
        yield from ([_shown(value) for value in row] for row in page)
        channel, after = page[-1].channel, page[-1].address_hash


EXPORTS = {
    each.name: each
    for each in (
        Export(
            "supporters",
            "Supporters",
            "whom this campaign asked or who came to it with a file, with the proof of what they allowed",
            SupporterLine._fields,
            supporter_lines,
        ),
        Export("consents", "Consents", "the ledger: asked, given, withdrawn", exports.CONSENTS, _consents),
        Export("messages", "Messages", "each message and what became of it", exports.MESSAGES, _messages),
        Export("replies", "Replies", "the texts that came", exports.REPLIES, _replies),
        Export(
            "suppressions",
            "Suppressions",
            "every address that must be left alone, in all campaigns, as the keyed hash it is kept under",
            exports.SUPPRESSIONS,
            _suppressions,
            of_campaign=False,
        ),
    )
}
EVERYONE = Export("supporters", "Supporters", "all supporters of this installation", SupporterLine._fields, _everyone)


def _spans(transaction: Transaction, table: str) -> Iterator[int]:
    with transaction() as session:
        newest = exports.newest_id(session, table)
    return iter(range(0, newest, exports.SPAN))


def _shown(value: object) -> object:
    """Moments in ISO 8601, own fields as JSON; the rest as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return value
