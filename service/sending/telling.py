"""Tell managers of a blast that has stopped by itself: by email, and by text whoever asked for that."""

from collections.abc import Sequence
from datetime import datetime

from service.domain.alert import AlertKind
from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import managers, troubles
from service.store.queries.alerts import raise_alert
from service.store.queries.troubles import Stopped
from service.wording.sms import straighten_quotes

# Two segments hold the title, the beginning of the reason and the link.
_LONGEST_TITLE, _LONGEST_REASON = 50, 110


def tell_of_stopped(session: Session, *, public_url: str, now: datetime) -> int:
    """Ask for a notice to each manager who may launch, once for each time a blast stopped; how many notices.

    Two roads, email and text: the account that has failed may be the one that would carry the news.
    """
    stopped = troubles.take_stopped(session)
    if not stopped:
        return 0
    for each in stopped:
        once = f"{each.blast_id}:{each.stopped_at.isoformat()}"
        # Titles and reasons are people's words, and stay here: what leaves says what happened, and where to look.
        facts = {"blast": str(each.blast_id), "link": _link(each, public_url)}
        raise_alert(session, AlertKind.BLAST_STOPPED, once, facts)
    people = managers.to_alarm(session, [Role.LAUNCHER, Role.ADMIN])
    asked = [request for each in stopped for request in _requests(each, people, public_url=public_url)]
    return sum(ask_notice(session, request, now=now) is not None for request in asked)


def _requests(
    stopped: Stopped, people: Sequence[tuple[int, str, str | None]], *, public_url: str
) -> list[NoticeRequest]:
    link = _link(stopped, public_url)
    facts = {
        "title": stopped.title,
        "why": stopped.reason,
        "blast_link": link,
        "channels": " ".join(sorted(stopped.channels)),
    }
    once = f"stopped:{stopped.blast_id}:{stopped.stopped_at.isoformat()}"
    requests = []
    for manager_id, address, phone in people:
        requests.append(
            NoticeRequest(
                kind=NoticeKind.BLAST_STOPPED,
                channel=Channel.EMAIL,
                to_address=address,
                dedupe_key=f"{once}:{manager_id}",
                facts=facts,
                campaign_id=stopped.campaign_id,
                passes_suppression=True,
            )
        )
        if phone:
            requests.append(
                NoticeRequest(
                    kind=NoticeKind.BLAST_STOPPED_SMS,
                    channel=Channel.SMS,
                    to_address=phone,
                    dedupe_key=f"{once}:{manager_id}:sms",
                    facts={"body": _text(stopped, link)},
                    campaign_id=stopped.campaign_id,
                )
            )
    return requests


def _link(stopped: Stopped, public_url: str) -> str:
    return f"{public_url}/console/campaigns/{stopped.campaign_slug}/blasts/{stopped.blast_id}/"


def _text(stopped: Stopped, link: str) -> str:
    title, why = _short(stopped.title, _LONGEST_TITLE), _short(stopped.reason, _LONGEST_REASON)
    return straighten_quotes(f'Touchline: "{title}" has stopped by itself: {why} {link}')


def _short(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 3].rsplit(' ', 1)[0]}..."
