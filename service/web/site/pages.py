"""The landing page, the briefings, the page to share."""

from urllib.parse import quote

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.store import Session
from service.store.queries import campaigns, petitions, supporters
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.limits import forms
from service.web.site.forms import source_here
from service.web.site.machines import is_machine
from service.web.site.visitor import Visitor, campaign_or_404, visitor
from service.wording.links import LinkKind, sign
from service.wording.pages import page_html

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """The current campaign, or a word that there is none yet."""
    with door.transaction() as session:
        current = campaigns.current(session)
    if current is None:
        return render_template("site/empty.html")
    return redirect(url_for("site.landing", campaign=current.slug))


@blueprint.get("/<campaign>/")
def landing(campaign: str) -> ResponseReturnValue:
    """What it is about, the match and its countdown, the form."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        return landing_page(session, view, typed={}, mistakes={})


def landing_page(session: Session, view: CampaignView, *, typed: dict[str, str], mistakes: dict[str, str]) -> str:
    """The landing page with whatever was typed still in its form, and what was wrong beside each field."""
    return render_template(
        "site/landing.html",
        campaign=view,
        wordings=view.wordings(view.language),
        briefings=campaigns.briefings(session, view.id, view.language),
        petition=petitions.petition_of(session, view.id, view.language),
        typed=typed,
        mistakes=mistakes,
        source=(typed.get("source") or source_here())[:60],
    )


@blueprint.get("/<campaign>/briefings/<slug>")
def briefing(campaign: str, slug: str) -> ResponseReturnValue:
    """One "find out more" page."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        pages = campaigns.briefings(session, view.id, view.language)
        who = visitor(session)
        petition = petitions.petition_of(session, view.id, view.language)
    found = next((page for page in pages if page.slug == slug), None)
    if found is None:
        abort(404)
    place = pages.index(found)
    return render_template(
        "site/briefing.html",
        campaign=view,
        briefing=found,
        body=page_html(found.body, {"petition_link": petition_address(view, who)}),
        following=pages[place + 1] if place + 1 < len(pages) else None,
        petition=petition,
        who=who,
    )


@blueprint.get("/<campaign>/share")
def share(campaign: str) -> ResponseReturnValue:
    """Words and ways to pass the campaign on; a known supporter's link says whom to thank."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        return _share_page(session, view, visitor(session), noted=False)


@blueprint.get("/<campaign>/share/<way>")
def pass_on(campaign: str, way: str) -> ResponseReturnValue:
    """A button that opens another program, where no script runs: count the press and lead on to it."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        who = visitor(session)
        ways = ways_to_share(shared_words(view), share_address(view, who))
        if way not in ways:
            abort(404)
        if not is_machine(request.method, dict(request.headers)):
            _note_shared(session, view, who, way)
    return redirect(ways[way])


@blueprint.post("/<campaign>/share")
@forms
def shared(campaign: str) -> ResponseReturnValue:
    """Somebody passed it on: by a button that opens another program, or as they tell us."""
    way = request.form.get("by", "")
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
        who = visitor(session)
        _note_shared(session, view, who, way if way in WAYS else "")
        return _share_page(session, view, who, noted=True)


def _note_shared(session: Session, view: CampaignView, who: Visitor | None, way: str) -> None:
    """`way`: which of the three buttons; empty where it was passed on in a way of one's own."""
    campaigns.note_action(
        session,
        campaign_id=view.id,
        supporter_id=who.supporter_id if who else None,
        kind="shared",
        detail=way,
        blast_id=who.blast_id or None if who else None,
        now=door.now(),
    )


def _share_page(session: Session, view: CampaignView, who: Visitor | None, *, noted: bool) -> str:
    return render_template(
        "site/share.html",
        campaign=view,
        who=who,
        petition=petitions.petition_of(session, view.id, view.language),
        link=share_address(view, who),
        ways=ways_to_share(shared_words(view), share_address(view, who)),
        brought=supporters.brought_by(session, who.supporter_id) if who else 0,
        noted=noted,
    )


WAYS = ("email", "sms", "whatsapp")


def ways_to_share(words: str, link: str) -> dict[str, str]:
    """What each button opens: another program, with the words and the link in it."""
    subject, lines, line = (quote(each, safe="") for each in (words, f"{words}\n{link}", f"{words} {link}"))
    opened = (f"mailto:?subject={subject}&body={lines}", f"sms:?&body={line}", f"https://wa.me/?text={line}")
    return dict(zip(WAYS, opened, strict=True))


def shared_words(view: CampaignView) -> str:
    """What a friend is told: the campaign's title, with the match before it where the title does not name it."""
    title = view.title.casefold()
    names_match = view.home.casefold() in title and view.away.casefold() in title
    return view.title if names_match else f"{view.home} v {view.away}: {view.title}"


def petition_address(view: CampaignView, who: Visitor | None) -> str:
    """The petition's page, for whoever is looking."""
    return url_for("petition.page", campaign=view.slug, t=who.token if who else None)


def share_address(view: CampaignView, who: Visitor | None) -> str:
    """The landing page's whole address with a source code of the sharer's own."""
    address = f"{door.settings().public_url}/{view.slug}/"
    if who is None:
        return f"{address}?s=shared"
    # The code tells us whom a sign-up came through, and nobody else anything.
    code = sign(LinkKind.SHARE, who.supporter_id, key=door.link_key(), target=view.id)
    return f"{address}?s={code}"
