"""What `touchline doctor` says of the public forms: their limits, and whether they are flooded."""

from service.cli.findings import Finding
from service.cli.opening import House
from service.domain.flood import Asked, Flood
from service.flood_settings import ProofOfWork
from service.joining.flood import Floods
from service.reporting.house import house_report
from service.sending.asking import BUDGET_WORDS, Budget
from service.store.queries import campaigns


def forms(house: House) -> Finding:
    """Whether what forms ask for meets a limit."""
    with house.transaction(keep=False) as session:
        alarms = house_report(session).alarms
    if not alarms:
        return Finding("forms", True, "within their limits")
    seen = "; ".join(f"{alarm.campaign}: {BUDGET_WORDS[Budget(alarm.budget)]}" for alarm in alarms)
    return Finding("forms", False, seen, "look at the console's first page; docs/limits.md says what to do")


def floods(house: House) -> Finding:
    """Whether forms ask the browser for work, since when and why."""
    setting = house.settings.floods.proof_of_work
    if setting is not ProofOfWork.AUTO:
        return Finding("proof of work", True, f"{setting} (PROOF_OF_WORK)")
    seen = Floods.of(house.settings)
    with house.transaction(keep=False) as session:
        found = [(each.title, asked) for each in campaigns.every(session) if (asked := seen.asked(each.id))]
    if not found:
        return Finding("proof of work", True, "off: no flood of forms is seen")
    words = "; ".join(f"{title}: on since {_since(asked)}, for {asked.words}" for title, asked in found)
    return Finding(
        "proof of work", False, words, "it ends by itself with the flood; docs/limits.md says what people see"
    )


def _since(asked: Asked) -> str:
    return f"{asked.since:%Y-%m-%d %H:%M} UTC" if asked.since and asked.why is not Flood.SET else "its setting"
