"""Tell managers of approvals: who may give one, that it is wanted; whoever asked and whoever answered, what was said."""

from collections.abc import Set
from datetime import datetime, timedelta

from service.domain.alert import AlertKind
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.sending.manager_letters import ManagerLetter, write_to_managers
from service.sending.ruling import rule_apart
from service.store import Session
from service.store.queries import approvals, managers
from service.store.queries.alerts import raise_alert
from service.store.tables.blasts import Blast

# A working day: time to look, and to ask whoever wrote it.
_TOLD_BEFORE = timedelta(days=1)
_LOOKED_EVERY = timedelta(minutes=10)


def look_ahead(session: Session, *, now: datetime) -> int:
    """Find planned messages of the next day that will need an approval; how many."""
    if not approvals.is_asked(session):
        return 0
    coming = approvals.stages_to_look_at(session, before=now + _TOLD_BEFORE, looked_before=now - _LOOKED_EVERY)
    # Counted before anything is written, so that nobody waits for it.
    found = {stage.id: rule_apart(session, stage) for stage in coming}
    for stage_id, ruled in found.items():
        approvals.note_looked(session, stage_id, now=now)
        if ruled is not None and ruled[1].why:
            approvals.want(session, ruled[0].thing, reason=ruled[1].why, now=now)
    return sum(ruled is not None and bool(ruled[1].why) for ruled in found.values())


def ask_for_approvals(session: Session, *, public_url: str, now: datetime) -> int:
    """Ask for a notice to each manager who may give a wanted approval, once for each state of it; how many notices."""
    if not approvals.is_asked(session):
        return 0
    asked = 0
    people = managers.to_alarm(session, [Role.LAUNCHER, Role.ADMIN])
    for wanted in approvals.take_wanted(session, now=now):
        thing = wanted.thing
        ruled = rule_apart(session, thing, is_wanted=True)
        if ruled is None:
            continue
        launch, why = ruled[0], ruled[1].why
        if not why:
            continue
        once = f"{wanted.path}:{launch.digest[:24]}:{wanted.since.isoformat()}"
        link = f"{public_url}/console/campaigns/{wanted.path}/approval"
        what = "blast" if isinstance(thing, Blast) else "stage"
        raise_alert(session, AlertKind.APPROVAL_WANTED, once, {what: str(thing.id), "link": link})
        facts = {"title": thing.title, "why": why, "approval_link": link}
        letter = ManagerLetter(NoticeKind.APPROVAL_WANTED, f"approval:{once}", facts, launch.campaign_id)
        others = [each for each in people if each[1].casefold() not in launch.made_by]
        asked += write_to_managers(session, others, letter, now=now)
    return asked


def tell_of_answer(
    session: Session,
    *,
    title: str,
    what: str,
    why: str,
    by: str,
    to: Set[str],
    once: str,
    campaign_id: int,
    now: datetime,
) -> None:
    """Write to those of them who are managers what was said of it."""
    facts = {"title": title, "what": what, "by": by, "why": why or "no reason needed"}
    letter = ManagerLetter(
        NoticeKind.APPROVAL_ANSWERED, f"answered:{once}:{what}:{now.isoformat()}", facts, campaign_id
    )
    people = [each for each in managers.to_alarm(session, list(Role)) if each[1].casefold() in to]
    write_to_managers(session, people, letter, now=now)
