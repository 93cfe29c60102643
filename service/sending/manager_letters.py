"""A letter to each of several managers, once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.channel import Channel
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session


@dataclass(frozen=True, slots=True)
class ManagerLetter:
    """What is written to each of them. `once`: what makes it the same letter, whoever it is for."""

    kind: NoticeKind
    once: str
    facts: Mapping[str, str]
    campaign_id: int | None = None


def write_to_managers(
    session: Session, people: Iterable[tuple[int, str, str | None]], letter: ManagerLetter, *, now: datetime
) -> int:
    """Ask for the letter to each of these, as `managers.to_alarm` names them; how many had not been asked for before."""
    asked = 0
    for manager_id, address, _ in people:
        request = NoticeRequest(
            kind=letter.kind,
            channel=Channel.EMAIL,
            to_address=address,
            dedupe_key=f"{letter.once}:{manager_id}",
            facts=dict(letter.facts),
            campaign_id=letter.campaign_id,
            passes_suppression=True,
        )
        asked += ask_notice(session, request, now=now) is not None
    return asked
