"""Links in messages: tracked ones, and the way out. Their secret is in the address, so they need no cookie."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.joining.leave import leave, undo_leaving
from service.joining.preferences import campaign_of
from service.store import Session
from service.store.queries import campaigns, consents, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("links", __name__)

# Mailboxes and chat apps fetch links to look at them; a person's browser does not call itself these.
_MACHINE = re.compile(r"bot|crawl|spider|preview|scan|curl|wget|python-|facebookexternalhit|whatsapp|slack", re.I)


@blueprint.get("/l/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Count the click and lead on to a page of ours, or to an address a manager wrote; never to one in the request."""
    facts = door.read_link(token, LinkKind.CLICK)
    if facts is None:
        abort(404)
    with door.transaction() as session:
        target = campaigns.link_target(session, facts.target)
        if target is None:
            abort(404)
        _must_be_known(session, facts)
        # A test message carries nobody's links: they lead on, and count for nobody.
        if request.method == "GET" and facts.supporter_id and not _is_machine():
            _count(session, facts, target)
    if urlsplit(target).netloc:
        return redirect(target)
    known = sign(
        LinkKind.PETITION,
        facts.supporter_id,
        key=door.link_key(),
        channel=facts.channel,
        blast_id=facts.blast_id,
    )
    parts = urlsplit(target)
    query = f"{parts.query}&t={known}" if parts.query else f"t={known}"
    return redirect(urlunsplit(parts._replace(query=query)))


def _count(session: Session, facts: LinkFacts, target: str) -> None:
    if facts.blast_id and facts.channel is not None:
        supporters.note_click(
            session,
            blast_id=facts.blast_id,
            channel=facts.channel,
            supporter_id=facts.supporter_id,
            now=door.now(),
        )
    campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
    if campaign_id is not None:
        campaigns.note_action(
            session,
            campaign_id=campaign_id,
            supporter_id=facts.supporter_id,
            kind="clicked",
            detail=target[:200],
            blast_id=facts.blast_id or None,
            now=door.now(),
        )


def _is_machine() -> bool:
    return bool(_MACHINE.search(request.user_agent.string or "bot"))


@blueprint.get("/leave/<token>")
def leave_page(token: str) -> ResponseReturnValue:
    """A page with a button; opening it changes nothing."""
    facts = _facts(token)
    with door.transaction() as session:
        _must_be_known(session, facts)
        view = _campaign(session, facts)
    return render_template("site/leave.html", campaign=view, token=token, channel=facts.channel, done="")


@blueprint.post("/leave/<token>")
def leave_now(token: str) -> ResponseReturnValue:
    """Leave, at once. A mailbox's own button posts here too (RFC 8058): no cookie, no redirect, just 200."""
    facts = _facts(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    deed = "leave" if one_click else request.form.get("deed", "leave")
    undo = ""
    with door.transaction() as session:
        if not one_click:
            _must_be_known(session, facts)
        if not facts.supporter_id:
            # The link of a preview or a test: it belongs to nobody, and changes nothing.
            pass
        elif deed == "undo":
            deed = "undo" if _undo(session, facts) else "too late"
        elif _leave(session, facts, deed, one_click=one_click):
            undo = _undo_token(session, facts)
        view = _campaign(session, facts)
    if one_click:
        return "You have left.\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
    channel = _channel(facts)
    return render_template(
        "site/leave.html", campaign=view, token=token, channel=channel, done=deed, undo=undo, wording=UNDO_WORDING
    )


def _leave(session: Session, facts: LinkFacts, deed: str, *, one_click: bool) -> bool:
    """Leave; whether it was this press that did it."""
    channel = _channel(facts)
    had_left = consents.left_at(session, channel=channel, supporter_id=facts.supporter_id) is not None
    leave(
        session,
        supporter_id=facts.supporter_id,
        channels=frozenset(Channel) if deed == "everything" else frozenset({channel}),
        source="mailbox button" if one_click else "link in a message",
        ip=door.ip(),
        now=door.now(),
        blast_id=facts.blast_id,
    )
    return not had_left


# The link lasts for ever; its undo takes back one leaving, and only while nothing else was said since.
UNDO_LIFE = timedelta(hours=24)
UNDO_WORDING = "I pressed by mistake"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _undo_token(session: Session, facts: LinkFacts) -> str:
    left_at = consents.left_at(session, channel=_channel(facts), supporter_id=facts.supporter_id)
    if left_at is None:
        return ""
    return sign(
        LinkKind.UNDO,
        facts.supporter_id,
        key=door.link_key(),
        channel=_channel(facts),
        expires_at=door.now() + UNDO_LIFE,
        nonce=(left_at - _EPOCH) // timedelta(microseconds=1),
    )


def _undo(session: Session, facts: LinkFacts) -> bool:
    press = door.read_link(request.form.get("undo", ""), LinkKind.UNDO)
    if press is None or (press.supporter_id, press.channel) != (facts.supporter_id, _channel(facts)):
        return False
    return undo_leaving(
        session,
        supporter_id=facts.supporter_id,
        channel=_channel(facts),
        left_at=_EPOCH + timedelta(microseconds=press.nonce),
        wording=UNDO_WORDING,
        source="undo on the leaving page",
        ip=door.ip(),
        now=door.now(),
    )


def _channel(facts: LinkFacts) -> Channel:
    return facts.channel or Channel.EMAIL


def _campaign(session: Session, facts: LinkFacts) -> CampaignView | None:
    campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
    return campaigns.by_id(session, campaign_id) if campaign_id else None


def _must_be_known(session: Session, facts: LinkFacts) -> None:
    """The links of somebody who was forgotten have had their day."""
    if facts.supporter_id and supporters.by_id(session, facts.supporter_id) is None:
        abort(410)


def _facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.LEAVE)
    if facts is None:
        abort(404)
    return facts
