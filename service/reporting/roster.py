"""Supporters one at a time: finding one, and everything that happened with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.store import Session
from service.store.queries import roster, same_form
from service.store.queries.roster import Event
from service.store.tables.people import Supporter


@dataclass(frozen=True, slots=True)
class Listed:
    """A supporter in a list."""

    id: int
    first_name: str
    email: str | None
    phone: str | None
    locale: str
    time_zone: str
    source: str
    joined_at: datetime
    last_name: str = ""
    postcode: str = ""
    country: str = ""
    tags: tuple[str, ...] = ()
    external_id: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A consent that stands."""

    slug: str
    campaign: str
    channel: str
    since: datetime


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An address we leave alone, and why."""

    channel: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Life:
    """Everything we hold about one supporter."""

    who: Listed
    consents: tuple[Standing, ...]
    left_alone: tuple[LeftAlone, ...]
    events: tuple[Event, ...]
    # Others whose address stood on a form of theirs, and confirmed it as theirs did.
    same_form: tuple[Listed, ...] = ()


def find_supporters(session: Session, words: str = "", *, limit: int = 50, by_beginning: bool = True) -> list[Listed]:
    """Supporters whose name, email or phone begins so; the newest where nothing is asked.

    Without `by_beginning` an email or phone must be whole: a letter more at a time would spell it out to whoever sees
    it masked.
    """
    return [_listed(row) for row in roster.find(session, words.strip(), limit=limit, by_beginning=by_beginning)]


def supporter_listed(session: Session, supporter_id: int) -> Listed | None:
    """One supporter, unless erased."""
    row = roster.one(session, supporter_id)
    return _listed(row) if row and row.erased_at is None else None


def supporter_life(session: Session, supporter_id: int) -> Life | None:
    """All that is known of a supporter, unless erased."""
    who = supporter_listed(session, supporter_id)
    if who is None:
        return None
    return Life(
        who=who,
        consents=tuple(Standing(*row) for row in roster.permissions(session, supporter_id)),
        left_alone=tuple(LeftAlone(*row) for row in roster.suppressions(session, supporter_id)),
        events=tuple(roster.events(session, supporter_id)),
        same_form=on_same_form(session, supporter_id),
    )


def on_same_form(session: Session, supporter_id: int) -> tuple[Listed, ...]:
    """Who signed up on the same form, and is another record because nothing showed that both are one person's."""
    others = (supporter_listed(session, each) for each in same_form.on_same_form(session, supporter_id))
    return tuple(other for other in others if other is not None)


def _listed(row: Supporter) -> Listed:
    return Listed(
        id=row.id,
        first_name=row.first_name,
        email=row.email,
        phone=row.phone,
        locale=row.locale,
        time_zone=row.time_zone,
        source=row.source,
        joined_at=row.created_at,
        last_name=row.last_name,
        postcode=row.postcode,
        country=row.country,
        tags=tuple(row.tags),
        external_id=row.external_id or "",
        details=row.details,
    )
