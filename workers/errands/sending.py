"""Errands of sending: open blasts, hand over batches and notices, settle doubts."""

from service import clock
from service.domain.channel import Channel, Pace
from service.domain.errand import Errand
from service.points import point
from service.providers.webhook import Webhook
from service.sending.alerting import tell_alerts
from service.sending.carriers import email_carrier, text_carrier
from service.sending.hand_over import Carrier, deliver
from service.sending.settle import Settler
from service.sending.suppression_lists import read_lists
from service.sending.write import write_next_span
from workers.errand import errand
from workers.house import House

# Batches of one process under way at once: what a provider that answers slowly needs to be kept busy.
IN_FLIGHT = {Channel.EMAIL: 8, Channel.SMS: 4}


@errand(Errand.OPEN_BLASTS)
def open_blasts(house: House, until: float) -> bool:
    """Write the messages of blasts that have opened."""
    while clock.monotonic() < until:
        with house.sessions.begin() as session:
            written = write_next_span(session, numbers=house.settings.pool, span=house.span)
        if written is None:
            return False
        point("open.after_commit")
        if written.messages:
            house.nudger.nudge(Errand.DELIVER_EMAIL)
            house.nudger.nudge(Errand.DELIVER_SMS)
    return True


@errand(Errand.DELIVER_EMAIL)
def deliver_email(house: House, until: float) -> bool:
    """Hand over emails of blasts."""
    deliver(house.sessions, _email(house), Pace.BULK, until=until, in_flight=IN_FLIGHT[Channel.EMAIL])
    return clock.monotonic() >= until


@errand(Errand.DELIVER_SMS)
def deliver_sms(house: House, until: float) -> bool:
    """Hand over texts of blasts."""
    deliver(house.sessions, _sms(house), Pace.BULK, until=until, in_flight=IN_FLIGHT[Channel.SMS])
    return clock.monotonic() >= until


@errand(Errand.DELIVER_PROMPT)
def deliver_prompt(house: House, until: float) -> bool:
    """Hand over what supporters who have just joined are waiting for."""
    for carrier in (_email(house), _sms(house)):
        deliver(house.sessions, carrier, Pace.PROMPT, until=until)
    return clock.monotonic() >= until


@errand(Errand.SEND_NOTICES)
def send_notices(house: House, until: float) -> bool:
    """Hand over confirmations, answers and thanks."""
    house.desk.send_due(until=until)
    return clock.monotonic() >= until


@errand(Errand.SETTLE_DOUBTS)
def settle_doubts(house: House, until: float) -> bool:
    """Look for evidence of what is in doubt."""
    Settler(house.sessions, house.sms, house.words, house.policy).settle_doubts(until=until)
    return False


@errand(Errand.READ_SUPPRESSION_LISTS)
def read_suppression_lists(house: House, until: float) -> bool:
    """Read the provider's own lists of whom to leave alone, for what a webhook missed."""
    if house.lists is None:
        return False
    return read_lists(house.sessions, house.lists, key=house.desk.address_key, until=until)


@errand(Errand.TELL_ALERTS)
def tell_of_alerts(house: House, until: float) -> bool:
    """Tell another system of what a person should look at."""
    settings = house.settings
    url = settings.alert_webhook_url
    return tell_alerts(house.sessions, Webhook(url, settings.alert_webhook_secret) if url else None, until=until)


def _email(house: House) -> Carrier:
    return email_carrier(house.email, house.words, house.email_second, allowed=house.allowed)


def _sms(house: House) -> Carrier:
    return text_carrier(
        house.sms, house.words, house.settings.pool, allowed=house.allowed, countries=house.desk.countries
    )
