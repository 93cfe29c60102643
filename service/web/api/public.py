"""The machine-readable door: what a campaign is and how it stands, and its own description."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from service.store.queries import campaigns, petitions
from service.web import door

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

_CAMPAIGN = {
    "type": "object",
    "required": ["slug", "title", "organisation", "fixture", "petition"],
    "properties": {
        "slug": {"type": "string"},
        "title": {"type": "string"},
        "organisation": {"type": "string"},
        "fixture": {
            "type": "object",
            "required": ["home", "away", "venue", "kick_off_at", "state", "score"],
            "properties": {
                "home": {"type": "string"},
                "away": {"type": "string"},
                "venue": {"type": "string"},
                "kick_off_at": {"type": "string", "format": "date-time"},
                "state": {"type": "string"},
                "score": {"type": ["string", "null"]},
            },
        },
        "petition": {
            "type": ["object", "null"],
            "properties": {
                "title": {"type": "string"},
                "addressee": {"type": "string"},
                "goal": {"type": "integer"},
                "signatures": {"type": "integer"},
            },
        },
    },
}


@blueprint.get("/openapi.json")
def description() -> ResponseReturnValue:
    """This API in OpenAPI 3.1."""
    slug = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
    found = {"description": "The campaign", "content": {"application/json": {"schema": _CAMPAIGN}}}
    return jsonify(
        openapi="3.1.0",
        info={"title": "Touchline", "version": "1"},
        paths={
            "/api/v1/campaigns/{slug}": {
                "get": {
                    "operationId": "getCampaign",
                    "summary": "A campaign, its match and its petition",
                    "parameters": [slug],
                    "responses": {"200": found, "404": {"description": "There is no such campaign"}},
                }
            }
        },
    )


@blueprint.get("/campaigns/<slug>")
def campaign(slug: str) -> ResponseReturnValue:
    """A campaign's public facts, for a counter on another page."""
    with door.transaction() as session:
        view = campaigns.by_slug(session, slug)
        petition = petitions.petition_of(session, view.id, view.language) if view else None
    if view is None:
        return jsonify(error=f"there is no campaign {slug!r}"), 404
    return jsonify(
        slug=view.slug,
        title=view.title,
        organisation=view.organisation,
        fixture={
            "home": view.home,
            "away": view.away,
            "venue": view.venue,
            "kick_off_at": view.kick_off_at.isoformat(),
            "state": view.state,
            "score": view.score or None,
        },
        petition=None
        if petition is None
        else {
            "title": petition.title,
            "addressee": petition.addressee,
            "goal": petition.goal,
            "signatures": petition.count,
        },
    )
