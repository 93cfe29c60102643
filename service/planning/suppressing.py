"""Suppressions from a file: addresses that must be left alone, or the hashes another export of ours holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.files import cells
from service.planning.files.cells import BadCell
from service.planning.files.columns import ADDRESSES, ANOTHER
from service.planning.files.headings import Field
from service.planning.files.rejects import Rejected
from service.planning.files.sheet import Choices, DateOrder, Sheet, SheetRow, look
from service.planning.importing import KEPT
from service.planning.leaving import Transaction, leave_all_alone
from service.store.queries.leaving import Leaving

_HASH_BYTES = 16


@dataclass(slots=True)
class SuppressedFile:
    """What a list of suppressions came to."""

    rows: int = 0
    suppressed: int = 0
    rejected_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def look_at_list(path: Path, choices: Choices) -> Sheet:
    """A list of suppressions: email, phone, or channel and address_hash; and perhaps reason and at."""
    return look(path, choices, wanted=ADDRESSES | {str(Field.ADDRESS_HASH)})


def suppress_rows(
    transaction: Transaction,
    rows: Sequence[SheetRow],
    done: SuppressedFile,
    *,
    key: AddressKey,
    reason: Suppressed,
    dates: DateOrder | None,
    now: datetime,
) -> list[Rejected]:
    """Leave the addresses of these rows alone, some at a time in transactions of their own; the rows that name none."""
    leaving: list[Leaving] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            if row.why:
                raise BadCell(row.why)
            leaving += _leaving(row.typed, key=key, reason=reason, dates=dates, now=now)
        except BadCell as bad:
            rejected.append(Rejected(row.number, str(bad), row.line, row.cells))
    done.rows += len(rows)
    done.suppressed += leave_all_alone(transaction, leaving, now=now)
    done.rejected_count += len(rejected)
    done.rejected += rejected[: max(0, KEPT - len(done.rejected))]
    return rejected


def _leaving(
    typed: Mapping[str, str], *, key: AddressKey, reason: Suppressed, dates: DateOrder | None, now: datetime
) -> list[Leaving]:
    why = cells.says_left(typed.get(Field.LEFT_REASON, "")) or reason
    at, forgotten_at = (
        cells.read_moment(said, dates=dates, now=now) if (said := typed.get(name, "").strip()) else None
        for name in (Field.LEFT_AT, Field.FORGOTTEN_AT)
    )
    found = [
        (channel, address)
        for channel, name, read in (
            (Channel.EMAIL, Field.EMAIL, cells.read_email),
            (Channel.SMS, Field.PHONE, cells.read_phone),
        )
        for part in typed.get(name, "").split(ANOTHER)
        if (address := read(part))
    ]
    named = [(channel, address, key.hash(channel, address)) for channel, address in found]
    if not named:
        channel, hashed = _hash(typed)
        named = [(channel, "", hashed)]
    return [
        Leaving(channel, address, hashed, why, "import: suppression list", at, forgotten_at)
        for channel, address, hashed in named
    ]


def _hash(typed: Mapping[str, str]) -> tuple[Channel, bytes]:
    try:
        channel, hashed = (
            Channel(typed.get(Field.CHANNEL, "").strip()),
            bytes.fromhex(typed.get(Field.ADDRESS_HASH, "")),
        )
    except ValueError:
        raise BadCell("neither an email address, nor a mobile number, nor a channel with an address_hash") from None
    if len(hashed) != _HASH_BYTES:
        raise BadCell("address_hash: this is no hash of ours")
    return channel, hashed
