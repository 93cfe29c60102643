"""Hand a petition to its addressee: every signature that counts, and the day it was closed."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from service.domain.petition import Asks
from service.store import Session
from service.store.queries import petitions
from service.wording.countries import country_name

# A name beginning with one of these is run as a formula by the addressee's spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
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
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    asks = petition.asks is not Asks.NOTHING
    rows.writerow(("name", *([str(petition.asks)] if asks else []), "signed_on"))
    count = 0
    for name, place, signed_at in petitions.signatures(session, petition.id):
        count += 1
        shown = country_name(place, language) if petition.asks is Asks.COUNTRY else place
        places = [_disarmed(shown)] if asks else []
        rows.writerow((_disarmed(name or NAME_WITHDRAWN), *places, f"{signed_at:%Y-%m-%d}"))
    return Delivery(petition.title, petition.addressee, count, written.getvalue())


def _disarmed(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def deliver(session: Session, campaign_id: int, *, language: str, now: datetime) -> Delivery:
    """Close the petition and hand its names over; a second delivery hands the same names over and keeps the first day."""
    petition = petitions.petition_of(session, campaign_id, language)
    if petition is None:
        raise NoPetition(f"campaign {campaign_id} has no petition")
    if not petition.is_closed:
        petitions.close(session, petition.id, delivered_at=now)
    return names_for_addressee(session, campaign_id, language=language)
