"""Errands of listening: recover inbound texts that no webhook brought."""

import logging

from service.domain.errand import Errand
from service.listening.catch_up import catch_up_inbound
from service.providers.ports import ProviderAway
from workers.errand import errand
from workers.house import House

log = logging.getLogger(__name__)


@errand(Errand.CATCH_UP_INBOUND)
def catch_up(house: House, until: float) -> bool:
    """Ask the provider for texts we have not received."""
    if not house.settings.sends_texts:
        return False
    try:
        caught_up = catch_up_inbound(house.sessions, house.sms, key=house.desk.address_key, until=until)
    except ProviderAway as away:
        log.warning("the provider's list of inbound texts is away", extra={"why": str(away)})
        return False
    if caught_up.received:
        house.nudger.nudge(Errand.SEND_NOTICES)
        house.nudger.nudge(Errand.DELIVER_PROMPT)
    # Where nothing was missed the rest of a long list can wait for the next minute.
    return bool(caught_up.received) and not caught_up.is_whole
