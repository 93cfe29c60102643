"""The console's one blueprint; each page module adds its routes to it."""

from flask import Blueprint

from service.web.console.access import keep_door

blueprint = Blueprint("console", __name__, url_prefix="/console")
keep_door(blueprint)
