"""Hand a petition to its addressee: every name, and the day it was closed."""

from dataclasses import dataclass
from datetime import datetime

from service.store import Session
from service.store.queries import petitions
from service.wording.spreadsheet import csv_text


class NoPetition(Exception):
    """The campaign asks for no signatures."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the addressee gets: how many signed, and their names as CSV (erased names are counted, not shown)."""

    title: str
    addressee: str
    count: int
    names: str


def names_for_addressee(session: Session, campaign_id: int, *, language: str) -> Delivery:
    """The petition with its names so far, in the order they were signed. Raises NoPetition."""
    petition = petitions.petition_of(session, campaign_id, language)
    if petition is None:
        raise NoPetition(f"campaign {campaign_id} has no petition")
    signed = ((name, f"{signed_at:%Y-%m-%d}") for name, signed_at in petitions.signatures(session, petition.id))
    names = csv_text(("name", "signed_on"), signed, line_end="\n")
    return Delivery(petition.title, petition.addressee, petition.count, names)


def deliver(session: Session, campaign_id: int, *, language: str, now: datetime) -> Delivery:
    """Close the petition and hand its names over; a second delivery hands the same names over and keeps the first day."""
    petition = petitions.petition_of(session, campaign_id, language)
    if petition is None:
        raise NoPetition(f"campaign {campaign_id} has no petition")
    if not petition.is_closed:
        petitions.close(session, petition.id, delivered_at=now)
    return names_for_addressee(session, campaign_id, language=language)
