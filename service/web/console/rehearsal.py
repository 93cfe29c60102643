"""A walk through the stages to come, before anything is sent."""

from flask import render_template
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.rehearsing import rehearse
from service.web import door
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import campaign_or_404


@blueprint.get("/campaigns/<slug>/rehearsal/")
@needs(Role.VIEWER)
def rehearsal_page(slug: str) -> ResponseReturnValue:
    """When each stage goes out, to how many, at what price, and what looks wrong with it."""
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        url, now = door.settings().public_url, door.now()
        found = rehearse(session, campaign.id, key=door.link_key(), public_url=url, now=now)
    return render_template("console/rehearsal.html", campaign=campaign, rehearsal=found)
