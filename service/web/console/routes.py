"""The whole console: its blueprint with the routes of every page on it."""

from service.web.console import (  # noqa: F401 - each adds its routes as it is imported
    alarms,
    approvals,
    asking_again,
    blast_parts,
    blasts,
    bringing_in,
    campaigns,
    confirmations,
    downloads,
    fixture,
    form_sizes,
    imports,
    inbox,
    managers,
    mending,
    moving,
    new_blast,
    page,
    rehearsal,
    report,
    senders,
    signing_in,
    stage_changes,
    stage_releases,
    stages,
    steering,
    supporters,
    testers,
)
from service.web.console.blueprint import blueprint

__all__ = ["blueprint"]
