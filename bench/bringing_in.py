"""A CSV of supporters through the importer: read, checked, put in one spelling, deduplicated, permitted."""

import csv
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from bench.ground import Ground, ground
from bench.table import Line
from service import clock
from service.consenting.consent import AddressKey
from service.planning.files.reading import Reading
from service.planning.files.sheet import look
from service.planning.importing import Imported, Importing, import_file, seldom_collected
from service.store.engine import make_engine, make_sessions

_HEADER = ("First name", "Email", "Mobile", "Consent_email", "Consent_sms", "Consent_wording", "Consent_at", "Source")


def write_file(path: Path, rows: int) -> None:
    """A file as organisations have them: spaces and capitals, a third with mobiles in two spellings, doubles."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(_HEADER)
        for number in range(rows):
            who = number - 7 if number % 100 == 99 else number
            mobile = ""
            if number % 3 == 0:
                digits = f"{who % 100_000_000:08d}"
                mobile = f"+4479{digits}" if number % 2 else f"079{digits[:3]} {digits[3:]}"
            wording, at = "Yes, email me about this campaign.", "2026-10-01T12:00+00:00"
            sms = "yes" if mobile else ""
            writer.writerow(("Ana", f"Person{who}@example.org ", mobile, "yes", sms, wording, at, "stall"))


def measure(home: Path, *, rows: int) -> Sequence[Line]:
    """The whole file, a chunk a transaction, as `touchline supporters import` does it."""
    file = home / "people.csv"
    write_file(file, rows)
    with ground(home) as here:
        sessions = make_sessions(make_engine(here.url))
        began = time.perf_counter()
        done = _bring_in(sessions, file)
        took = time.perf_counter() - began
        if done.rows != rows or done.new < rows * 0.98:
            raise AssertionError(f"{done.rows} rows read, {done.new} new of {rows}")
        limit = _bare(here, file, min(rows, 200_000))
        sessions.kw["bind"].dispose()
    notes = (f"{done.new:,} new, {done.permitted:,} permissions, {len(done.rejected):,} rejected; {took:.1f} s",)
    limit_is = "bare csv.reader and COPY of the same columns into a keyed table"
    return [
        Line(
            f"CSV import of {rows:,}",
            rows / took,
            "rows/s",
            20_000,
            60_000,
            limit=limit,
            limit_is=limit_is,
            notes=notes,
        )
    ]


def _bring_in(sessions: sessionmaker[Session], file: Path) -> Imported:
    sheet = look(file)
    reading = Reading.of(sheet, key=AddressKey(b"a key of the bench"), source="bench", now=clock.now())
    with seldom_collected():
        return import_file(sheet, Importing(sessions.begin, 1, reading), lambda part, done: None)


def _bare(here: Ground, file: Path, rows: int) -> float:
    """Rows a second that Python can read and Postgres can copy, with one unique key and nothing checked."""
    with here.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text, b text)"
        )
        connection.exec_driver_sql("CREATE INDEX ON bare (b)")
        began = time.perf_counter()
        with file.open(newline="") as lines, connection.connection.cursor() as cursor:
            reader = csv.reader(lines)
            next(reader)
            with cursor.copy("COPY bare (a, b) FROM STDIN") as copy:
                for _, fields in zip(range(rows), reader, strict=False):
                    copy.write_row(fields[:2])
    took = time.perf_counter() - began
    with here.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE bare")
    return rows / took
