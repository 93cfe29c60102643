"""Errands of listening: recover inbound texts that no webhook brought."""

from service.domain.errand import Errand
from service.listening.catch_up import catch_up_inbound
from workers.errand import errand
from workers.house import House


@errand(Errand.CATCH_UP_INBOUND)
def catch_up(house: House, _: float) -> bool:
    """Ask the provider for texts we have not received."""
    if catch_up_inbound(house.sessions, house.sms, key=house.desk.address_key):
        house.nudger.nudge(Errand.SEND_NOTICES)
        house.nudger.nudge(Errand.DELIVER_PROMPT)
    return False
