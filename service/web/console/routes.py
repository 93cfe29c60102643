"""The console's blueprint with all its pages on it."""

from service.web.console import blasts, campaigns, fixture, managers, report, signing_in
from service.web.console.blueprint import blueprint as blueprint

PAGES = (blasts, campaigns, fixture, managers, report, signing_in)
