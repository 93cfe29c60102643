"""Imports of the command line: noted while they go on, as those of the console are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from service import clock
from service.cli.files import STANDARD
from service.cli.opening import House, refuse
from service.planning.imports_here import ImportHere, begin_here, end_here, stop_here
from service.store.queries.imports import NotOurs


def begin_noted(house: House, campaign_id: int, file: str, source: str, *, now: datetime) -> ImportHere:
    """Note that this file is being brought in."""
    name = "standard input" if file == STANDARD else Path(file).name
    with house.transaction() as session:
        return begin_here(session, campaign_id=campaign_id, name=name, source=source, actor="command line", now=now)


@contextmanager
def noted(house: House, begun: ImportHere | None) -> Iterator[None]:
    """Note how an import has ended; None for a dry run."""
    try:
        yield
        if begun is not None:
            with house.transaction() as session:
                end_here(session, begun, now=clock.now())
    except NotOurs:
        refuse(
            "it stood still for too long and was noted as stopped; bring it again: whoever is known is not added twice"
        )
    except Exception as wrong:
        if begun is not None:
            with house.transaction() as session:
                stop_here(session, begun, wrong, now=clock.now())
        raise
