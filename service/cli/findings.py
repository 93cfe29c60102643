"""What `touchline doctor` finds, and what it finds of people who are waited for or told."""

from dataclasses import dataclass

from service.cli.opening import House
from service.domain.manager import Role
from service.store.queries.alerts import failing
from service.store.queries.approvals import is_asked, waiting_count
from service.store.queries.managers import to_alarm


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` only where it is not well."""

    what: str
    is_well: bool
    seen: str
    advice: str = ""


def look_at_approvals(house: House) -> Finding:
    """What waits for a second person: chosen, so no fault of the installation, but somebody must look."""
    with house.transaction(keep=False) as session:
        if not is_asked(session):
            return Finding("approvals", True, "nobody's is asked for (APPROVAL_ABOVE is not set)")
        waiting, able = waiting_count(session), len(to_alarm(session, [Role.LAUNCHER, Role.ADMIN]))
    above = house.settings.approval_above
    seen = f"asked for {'by campaigns' if above is None else f'above {above:,} people'}; waiting: {waiting}"
    if able < 2:
        advice = "give a second person the role launcher or admin: nobody approves what they made themselves"
        return Finding("approvals", False, f"{seen}; fewer than two managers may launch", advice)
    return Finding("approvals", True, seen)


def look_at_alerts(house: House) -> Finding:
    """Whether the other system takes what is posted to it."""
    if not house.settings.alert_webhook_url:
        return Finding("alerts", True, "told to managers alone (ALERT_WEBHOOK_URL is not set)")
    with house.transaction(keep=False) as session:
        why = failing(session)
    if why:
        advice = "see the system at ALERT_WEBHOOK_URL; it is tried again for a day, and managers are told by email"
        return Finding("alerts", False, f"one was not taken: {why}", advice)
    return Finding("alerts", True, "posted to another system, none waits")
