"""Who is looking, as far as the link they came by tells, and which campaign they look at."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from service.domain.channel import Channel
from service.domain.masking import mask_email, mask_phone
from service.store import Session
from service.store.queries import campaigns, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.wording.links import LinkFacts, LinkKind, sign

# Remembered for as long as it takes to read and sign, and not for the next person at the same computer.
_REMEMBERED_FOR = timedelta(minutes=30)
_COOKIE = "visit"
# Set on the way through, so that a browser that keeps no cookies is found out and served without.
_TRIED = "c"
KNOWING_PAGES = frozenset({"site.landing", "site.briefing", "site.share", "petition.page"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """A known supporter, masked: whoever holds a forwarded link must not learn whose it was."""

    supporter_id: int
    token: str
    masked_name: str
    masked_address: str
    channel: Channel | None
    blast_id: int


def campaign_or_404(session: Session, slug: str) -> CampaignView:
    """The campaign at this address."""
    found = campaigns.by_slug(session, slug)
    if found is None:
        abort(404)
    return found


def visitor(session: Session, token: str | None = None) -> Visitor | None:
    """Who the link says is looking at this campaign; None where it says nothing, or speaks of another campaign."""
    token = _token() if token is None else token
    facts = door.read_link(token, LinkKind.PETITION) if token else None
    if facts is None or not _is_of_this_campaign(session, facts):
        return None
    known = supporters.by_id(session, facts.supporter_id)
    if known is None:
        return None
    address = mask_phone(known.phone) if facts.channel is Channel.SMS else mask_email(known.email)
    return Visitor(
        supporter_id=known.id,
        token=_spelled(facts),
        masked_name=f"{known.first_name[:1]}…" if known.first_name else "you",
        masked_address=address or mask_email(known.email) or mask_phone(known.phone),
        channel=facts.channel,
        blast_id=facts.blast_id,
    )


def visitor_token(supporter_id: int, campaign_id: int, *, channel: Channel | None, blast_id: int = 0) -> str:
    """What lets a supporter sign this one campaign's petition by a press, and nothing else."""
    return sign(
        LinkKind.PETITION, supporter_id, key=door.link_key(), channel=channel, blast_id=blast_id, target=campaign_id
    )


def _spelled(facts: LinkFacts) -> str:
    """The token as we write it, whatever came along with it in the address."""
    return visitor_token(facts.supporter_id, facts.target, channel=facts.channel, blast_id=facts.blast_id)


def _token() -> str:
    """A form acts only for whom it names itself; a page also knows whom it was opened for a little while ago."""
    if request.method not in {"GET", "HEAD"}:
        return request.form.get("t", "")
    return request.args["t"] if "t" in request.args else request.cookies.get(_COOKIE, "")


def _is_of_this_campaign(session: Session, facts: LinkFacts) -> bool:
    slug = (request.view_args or {}).get("campaign")
    view = campaigns.by_slug(session, slug) if isinstance(slug, str) else None
    return view is not None and facts.target == view.id


def clear_address() -> Response | None:
    """Take the token out of the address bar, where it would be copied and passed on, into a cookie for half an hour.

    A browser that keeps no cookies is shown the page where it is: its token then stands in the form. An empty token
    ("not you?") forgets whom the page was opened for.
    """
    if request.method != "GET" or request.endpoint not in KNOWING_PAGES or "t" not in request.args:
        return None
    if not request.args["t"]:
        return _forgotten()
    facts = door.read_link(request.args["t"], LinkKind.PETITION)
    if facts is None:
        return None
    token = _spelled(facts)
    if request.cookies.get(_COOKIE) == token:
        return redirect(_address(without={"t", _TRIED}))
    if _TRIED in request.args:
        return None
    return remember(redirect(_address(without=set(), also={"t": token, _TRIED: "1"})), token, request.path)


def _forgotten() -> Response:
    answer = redirect(_address(without={"t", _TRIED}))
    answer.delete_cookie(_COOKIE, path=_cookie_path(request.path))
    return answer


def remember(answer: Response, token: str, path: str) -> Response:
    """Have the browser remember the token on the pages of the campaign that this path belongs to, and on no others."""
    answer.set_cookie(
        _COOKIE,
        token,
        max_age=_REMEMBERED_FOR,
        path=_cookie_path(path),
        secure=door.settings().public_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _cookie_path(path: str) -> str:
    return f"/{path.split('/')[1]}/"


def _address(*, without: set[str], also: dict[str, str] | None = None) -> str:
    kept = {name: value for name, value in request.args.items() if name not in without} | (also or {})
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
