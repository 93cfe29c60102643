"""Tell who may launch that a planned message waits for their release, in time for it still to matter."""

from datetime import datetime, timedelta

from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.domain.stage import Anchor
from service.sending.manager_letters import ManagerLetter, write_to_managers
from service.store import Session
from service.store.queries import managers, releases
from service.store.queries.releases import Unreleased
from service.wording.times import kick_off_words

# A working day: time to look, and to ask the author what was meant.
TOLD_BEFORE = timedelta(days=1)


def ask_for_releases(session: Session, *, public_url: str, now: datetime) -> int:
    """Ask for a notice to each manager who may launch, once for each message, change and hour; how many notices."""
    waiting = releases.take_unreleased(session, before=now + TOLD_BEFORE, now=now)
    people = managers.to_alarm(session, [Role.LAUNCHER, Role.ADMIN]) if waiting else []
    letters = [
        ManagerLetter(
            NoticeKind.RELEASE_WANTED,
            f"release:{each.stage_id}:{each.changed_at.isoformat()}:{_when(each)}",
            {
                "title": each.title,
                "changed_by": each.changed_by,
                "when": _when(each),
                "release_link": f"{public_url}/console/campaigns/{each.campaign_slug}/stages/{each.stage_slug}/release",
            },
            each.campaign_id,
        )
        for each in waiting
    ]
    return sum(write_to_managers(session, people, letter, now=now) for letter in letters)


def _when(each: Unreleased) -> str:
    if each.due_at is not None:
        return f"on {kick_off_words(each.due_at, each.time_zone, 'en')[0]} at the ground"
    if each.anchor == Anchor.SIGN_UP:
        return "to each supporter who confirms"
    return f"at {each.anchor.replace('_', ' ')}"
