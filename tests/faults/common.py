"""What the breaking tests of the invariants share: receipts, a fast policy, two workers at once, a whole database."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.doubt import DoubtPolicy
from service.domain.receipt import Receipt, ReceiptKind
from service.store.tables import Base

Blasting = Callable[..., list[object]]
AT_ONCE = DoubtPolicy(doubtful_after=timedelta(0), ask_after=(timedelta(0),), email_settles_after=timedelta(0))
THEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def receipt(ref: str, kind: ReceiptKind, *, event: str = "", after: int = 0) -> Receipt:
    """What a provider says of one of ours."""
    return Receipt(event or f"{ref}:{kind}", ref, None, kind, THEN + timedelta(seconds=after))


def at_once(*deeds: Callable[[], object]) -> None:
    """Do these at the same time; a deed that raises fails the test."""
    wrong: list[BaseException] = []
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        except BaseException as raised:
            wrong.append(raised)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def everything(sessions: sessionmaker[Session], *, but: Sequence[str] = ()) -> dict[str, list[str]]:
    """Every row of every table, but for those columns that only say when we looked."""
    found: dict[str, list[str]] = {}
    with sessions() as session:
        for table in Base.metadata.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in but)
            rows = session.execute(text(f"SELECT {columns} FROM {table.name}"))
            found[table.name] = sorted(str(tuple(row)) for row in rows)
    return found
