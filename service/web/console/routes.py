"""The whole console: its blueprint with the routes of every page on it."""

from service.web.console import (  # noqa: F401 - each adds its routes as it is imported
    alarms,
    blasts,
    bringing_in,
    campaigns,
    confirmations,
    downloads,
    fixture,
    imports,
    inbox,
    managers,
    moving,
    new_blast,
    page,
    rehearsal,
    report,
    senders,
    signing_in,
    stages,
    steering,
    supporters,
)
from service.web.console.blueprint import blueprint

__all__ = ["blueprint"]
