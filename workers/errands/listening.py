"""Errands of listening: recover inbound texts that no webhook brought."""

import logging

from service.domain.errand import Errand
from service.listening.catch_up import catch_up_inbound
from service.providers.ports import ProviderAway
from workers.errand import errand
from workers.house import House

log = logging.getLogger(__name__)


@errand(Errand.CATCH_UP_INBOUND)
def catch_up(house: House, _: float) -> bool:
    """Ask the provider for texts we have not received."""
    try:
        missed = catch_up_inbound(house.sessions, house.sms, key=house.desk.address_key)
    except ProviderAway as away:
        log.warning("the provider's list of inbound texts is away", extra={"why": str(away)})
        return False
    if missed:
        house.nudger.nudge(Errand.SEND_NOTICES)
        house.nudger.nudge(Errand.DELIVER_PROMPT)
    return False
