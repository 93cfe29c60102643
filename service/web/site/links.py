"""Links in messages: tracked ones, and the way out. Their secret is in the address, so they need no cookie."""

from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.joining.preferences import campaign_of
from service.sending.own_email import own_email
from service.store import Session
from service.store.queries import campaigns, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.site.machines import is_machine
from service.web.site.undoing import UNDO_WORDING, leave_by_link, undo_by_form
from service.web.site.visitor import remember, visitor_token
from service.wording.links import LinkFacts, LinkKind

blueprint = Blueprint("links", __name__)

# An email brings its own styles, and does nothing but be read: its links lead on, and nothing runs or is asked for.
_EMAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
_NO_PAGE = "This email has no page"
_NOBODY_S = "It was a preview or a test. Whoever is sent the email itself can open it here by their own link."


@blueprint.get("/l/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Count the click and lead on to a page of ours, or to an address a manager wrote; never to one in the request."""
    facts = door.read_link(token, LinkKind.CLICK)
    if facts is None:
        abort(404)
    with door.transaction() as session:
        link = campaigns.tracked_link(session, facts.target)
        if link is None:
            abort(404)
        if supporters.is_erased(session, facts.supporter_id):
            view = campaigns.by_id(session, link.campaign_id)
            return render_template("site/erased.html", campaign=view, was_before=True), 410
        # A test message carries nobody's links: they lead on, and count for nobody.
        if facts.supporter_id and not is_machine(request.method, dict(request.headers)):
            _count(session, facts, link.target)
    if urlsplit(link.target).netloc:
        return redirect(link.target)
    known = visitor_token(facts.supporter_id, link.campaign_id, channel=facts.channel, blast_id=facts.blast_id)
    parts = urlsplit(link.target)
    query = f"{parts.query}&t={known}" if parts.query else f"t={known}"
    return remember(redirect(urlunsplit(parts._replace(query=query))), known, parts.path)


@blueprint.get("/f/<token>")
def follow_friend(token: str) -> ResponseReturnValue:
    """Lead a friend to the campaign's own page, with the code of the supporter who passed it on."""
    facts = door.read_link(token, LinkKind.SHARE)
    if facts is None:
        abort(404)
    with door.transaction() as session:
        view = campaigns.by_id(session, facts.target) if facts.target else campaigns.current(session)
    if view is None:
        abort(404)
    return redirect(url_for("site.landing", campaign=view.slug, s=token if facts.supporter_id else "shared"))


@blueprint.get("/view/<token>")
def view(token: str) -> ResponseReturnValue:
    """Show a supporter their own email as a page; looking counts for nothing, and changes nothing."""
    facts = door.read_link(token, LinkKind.VIEW)
    if facts is None:
        abort(404)
    with door.transaction() as session:
        if supporters.is_erased(session, facts.supporter_id):
            campaign = _campaign(session, facts)
            return render_template("site/erased.html", campaign=campaign, was_before=True), 410
        email = own_email(
            session,
            blast_id=facts.blast_id,
            supporter_id=facts.supporter_id,
            key=door.link_key(),
            public_url=door.settings().public_url,
        )
    if email is None:
        return render_template("site/sorry.html", title=_NO_PAGE, words=_NOBODY_S, code=404), 404
    return email.html, 200, {"Content-Security-Policy": _EMAIL_POLICY}


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
        view = _campaign(session, facts)
        if supporters.is_erased(session, facts.supporter_id):
            return render_template("site/erased.html", campaign=view, was_before=True), 410
    return render_template("site/leave.html", campaign=view, token=token, channel=facts.channel, done="")


@blueprint.post("/leave/<token>")
def leave_now(token: str) -> ResponseReturnValue:
    """Leave, at once. A mailbox's own button posts here too (RFC 8058): no cookie, no redirect, just 200."""
    facts = _facts(token)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    deed = "leave" if one_click else request.form.get("deed", "leave")
    channel = facts.channel or Channel.EMAIL
    undo: list[str] = []
    back: frozenset[Channel] = frozenset()
    with door.transaction() as session:
        view = _campaign(session, facts)
        if supporters.is_erased(session, facts.supporter_id) and not one_click:
            return render_template("site/erased.html", campaign=view, was_before=True), 410
        # The link of a preview or a test belongs to nobody, and changes nothing.
        if facts.supporter_id and deed == "undo":
            back = undo_by_form(session, facts)
        elif facts.supporter_id:
            asked = frozenset(Channel) if deed == "everything" else frozenset({channel})
            undo = leave_by_link(session, facts, asked, source="mailbox button" if one_click else "link in a message")
    if one_click:
        return "You have left.\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template(
        "site/leave.html",
        campaign=view,
        token=token,
        channel=channel,
        done=deed,
        channels=back,
        undo=undo,
        wording=UNDO_WORDING,
    )


def _campaign(session: Session, facts: LinkFacts) -> CampaignView | None:
    campaign_id = campaign_of(session, facts.supporter_id, facts.blast_id)
    return campaigns.by_id(session, campaign_id) if campaign_id else None


def _facts(token: str) -> LinkFacts:
    facts = door.read_link(token, LinkKind.LEAVE)
    if facts is None:
        abort(404)
    return facts
