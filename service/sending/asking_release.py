"""Tell who may launch that a planned message waits for their release, in time for it still to matter."""

from datetime import datetime, timedelta

from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.domain.stage import Anchor
from service.sending.notices import NoticeRequest, ask_notice
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
    asked = [
        NoticeRequest(
            kind=NoticeKind.RELEASE_WANTED,
            channel=Channel.EMAIL,
            to_address=address,
            dedupe_key=f"release:{each.stage_id}:{each.changed_at.isoformat()}:{_when(each)}:{manager_id}",
            facts={
                "title": each.title,
                "changed_by": each.changed_by,
                "when": _when(each),
                "release_link": f"{public_url}/console/campaigns/{each.campaign_slug}/stages/{each.stage_slug}/release",
            },
            campaign_id=each.campaign_id,
            passes_suppression=True,
        )
        for each in waiting
        for manager_id, address, _ in people
    ]
    return sum(ask_notice(session, request, now=now) is not None for request in asked)


def _when(each: Unreleased) -> str:
    if each.due_at is not None:
        return f"on {kick_off_words(each.due_at, each.time_zone, 'en')[0]} at the ground"
    if each.anchor == Anchor.SIGN_UP:
        return "to each supporter who confirms"
    return f"at {each.anchor.replace('_', ' ')}"
