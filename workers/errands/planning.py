"""Errands of planning: bring files of people in, and take them back."""

from service.domain.errand import Errand
from service.planning.imports import ImportDesk
from workers.errand import errand
from workers.house import House


@errand(Errand.BRING_IN)
def bring_in(house: House, until: float) -> bool:
    """Go on with the imports that wait."""
    return ImportDesk(house.sessions, house.desk.address_key, house.desk.countries).work(until=until)
