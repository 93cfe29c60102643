"""A form between the look at it and the press: kept, so that reload, back and another person see the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from service.store import Session
from service.store.queries import looks

KEPT_FOR = timedelta(days=7)


def keep_look(
    session: Session,
    look_id: str,
    form: Mapping[str, Sequence[str]],
    *,
    campaign_id: int,
    manager_id: int,
    now: datetime,
) -> None:
    """Keep a form under an id that nobody can guess, and let go of some that are too old."""
    # No text of the database holds this letter; whoever reads the form again is told of it by the checks of words.
    clean = {name: [typed.replace("\0", "\N{REPLACEMENT CHARACTER}") for typed in each] for name, each in form.items()}
    looks.keep(session, look_id, campaign_id=campaign_id, manager_id=manager_id, form=clean, now=now)
    looks.forget_before(session, now - KEPT_FOR)


def find_look(session: Session, look_id: str, *, campaign_id: int, now: datetime) -> dict[str, list[str]] | None:
    """The form as it was when it was looked at; None where there is none, or it is too old."""
    return looks.find(session, look_id, campaign_id=campaign_id, since=now - KEPT_FOR)
