"""Ask for a one-off message: a row in the caller's transaction, handed over soon after it commits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.channel import Channel
from service.domain.notice import NoticeKind, policy_for
from service.store import Session
from service.store.carried import carried
from service.store.queries import notices


@dataclass(frozen=True, slots=True)
class NoticeRequest:
    """What to send to whom. `dedupe_key` is what makes it the same notice: asked for twice, it is sent once.

    `facts` fill the notice's template (see wording.notices); ids and words, never a secret: links are signed when the
    notice is handed over. `passes_suppression` only for what the address itself has just asked for.
    """

    kind: NoticeKind
    channel: Channel
    to_address: str
    dedupe_key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    campaign_id: int | None = None
    supporter_id: int | None = None
    sender: str | None = None
    passes_suppression: bool = False
    created_by: str = ""


def ask_notice(session: Session, request: NoticeRequest, *, now: datetime) -> int | None:
    """Write the notice down; its id, or None when it was asked for before, or nobody carries its channel.

    Nudge sending.send_notices after commit.
    """
    if request.channel not in carried(session):
        return None
    lifetime = policy_for(request.kind, request.channel).lifetime
    return notices.add(session, request, expires_at=now + lifetime, now=now)
