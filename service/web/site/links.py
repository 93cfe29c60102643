"""Links in messages: tracked ones, and the way out. Their secret is in the address, so they need no cookie."""

from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.joining.leave import come_back, leave
from service.joining.preferences import campaign_of
from service.store import Session
from service.store.queries import campaigns, supporters
from service.web import door
from service.web.site.machines import is_machine
from service.wording.links import LinkFacts, LinkKind, sign

blueprint = Blueprint("links", __name__)


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
        # A test message carries nobody's links: they lead on, and count for nobody.
        if facts.supporter_id and not is_machine(request.method, dict(request.headers)):
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


@blueprint.get("/leave/<token>")
def leave_page(token: str) -> ResponseReturnValue:
    """A page with a button; opening it changes nothing."""
    facts = _facts(token)
    with door.transaction() as session:
        campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
        view = campaigns.by_id(session, campaign_id) if campaign_id else None
    return render_template("site/leave.html", campaign=view, token=token, channel=facts.channel, done="")


@blueprint.post("/leave/<token>")
def leave_now(token: str) -> ResponseReturnValue:
    """Leave, at once. A mailbox's own button posts here too (RFC 8058): no cookie, no redirect, just 200."""
    facts = _facts(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    deed = "leave" if one_click else request.form.get("deed", "leave")
    channel = facts.channel or Channel.EMAIL
    with door.transaction() as session:
        campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
        if not facts.supporter_id:
            # The link of a preview or a test: it belongs to nobody, and changes nothing.
            pass
        elif deed == "undo" and campaign_id is not None:
            come_back(
                session,
                supporter_id=facts.supporter_id,
                campaign_id=campaign_id,
                channel=channel,
                source="undo on the leaving page",
                ip=door.ip(),
                now=door.now(),
            )
        else:
            leave(
                session,
                supporter_id=facts.supporter_id,
                channels=frozenset(Channel) if deed == "everything" else frozenset({channel}),
                source="mailbox button" if one_click else "link in a message",
                ip=door.ip(),
                now=door.now(),
                blast_id=facts.blast_id,
            )
        view = campaigns.by_id(session, campaign_id) if campaign_id else None
    if one_click:
        return "You have left.\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("site/leave.html", campaign=view, token=token, channel=channel, done=deed)


def _facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.LEAVE)
    if facts is None:
        abort(404)
    return facts
