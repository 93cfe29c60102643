"""Confirmations that are held back: said on the first page, and let go by a manager who knows the crowd."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from service.domain.errand import Errand
from service.domain.manager import Role
from service.sending.asking import BUDGET_WORDS, Budget, let_go
from service.store.queries.asking import Alarm
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """An alarm as the console says it."""

    campaign_id: int
    campaign: str
    began_at: datetime
    why: str
    let_go_until: datetime | None

    @classmethod
    def of(cls, alarm: Alarm) -> "AlarmShown":
        why = BUDGET_WORDS[Budget(alarm.budget)]
        return cls(alarm.campaign_id, alarm.campaign, alarm.began_at, why, alarm.let_go_until)


@blueprint.post("/confirmations/<int:campaign_id>/let-go")
@needs(Role.LAUNCHER)
def let_confirmations_go(campaign_id: int) -> ResponseReturnValue:
    """A manager has looked: for an hour nothing that this campaign's forms ask for is held back."""
    with door.transaction() as session:
        is_done = let_go(session, campaign_id, actor=access.manager().email, now=door.now())
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash("They go out now, and for an hour nothing of it waits." if is_done else "Nothing is held back any more.")
    return redirect(url_for("console.home"))
