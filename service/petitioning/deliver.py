"""Hand a petition to its addressee: every signature that counts, and the day it was closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.petition import Asks
from service.store import Session
from service.store.queries import petitions
from service.wording.countries import country_name
from service.wording.spreadsheet import csv_text

# What stands for a signer who was forgotten: the signature counts on, the name is gone.
NAME_WITHDRAWN = "(name withdrawn)"


class NoPetition(Exception):
    """The campaign asks for no signatures."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the addressee gets: how many signed, and one line of CSV for each of them."""

    title: str
    addressee: str
    count: int
    names: str


def names_for_addressee(session: Session, campaign_id: int, *, language: str) -> Delivery:
    """The petition with its names so far, in the order they were signed; `count` is their number. Raises NoPetition."""
    petition = petitions.petition_of(session, campaign_id, language)
    if petition is None:
        raise NoPetition(f"campaign {campaign_id} has no petition")
    asks = petition.asks is not Asks.NOTHING
    head = ("name", *([str(petition.asks)] if asks else []), "signed_on")
    rows: list[Sequence[str]] = []
    for name, place, signed_at in petitions.signatures(session, petition.id):
        shown = country_name(place, language) if petition.asks is Asks.COUNTRY else place
        rows.append((name or NAME_WITHDRAWN, *([shown] if asks else []), f"{signed_at:%Y-%m-%d}"))
    return Delivery(petition.title, petition.addressee, len(rows), csv_text(head, rows, line_end="\n"))


def deliver(session: Session, campaign_id: int, *, language: str, now: datetime) -> Delivery:
    """Close the petition and hand its names over; a second delivery hands the same names over and keeps the first day."""
    petition = petitions.petition_of(session, campaign_id, language)
    if petition is None:
        raise NoPetition(f"campaign {campaign_id} has no petition")
    if not petition.is_closed:
        petitions.close(session, petition.id, delivered_at=now)
    return names_for_addressee(session, campaign_id, language=language)
