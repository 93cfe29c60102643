"""A campaign where one person may write to two alone; and what other rooms' tests stand on, lent to these."""

import pytest
from sqlalchemy.orm import Session

from service.domain.manager import Role
from service.planning.managers import add_manager
from service.store.approval_limit import INFO
from service.store.tables.campaign import Campaign
from tests import make
from tests.attacks.approving import ANA, BILAL, DEV, NOW
from tests.cli.conftest import touchline
from tests.console.conftest import app, browser, campaign_id, signed_in
from tests.sending.conftest import blast_to, desk

__all__ = ["app", "blast_to", "browser", "campaign", "campaign_id", "desk", "signed_in", "touchline"]


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """A campaign with three supporters, where one person may write to two alone."""
    session.info[INFO] = 2
    row = make.campaign(session)
    for name in ("Ana", "Bilal", "Cora"):
        make.supporter(session, name, campaign=row)
    for who, role in ((ANA, Role.LAUNCHER), (BILAL, Role.ADMIN), (DEV, Role.AUTHOR)):
        add_manager(session, who.name, role, actor="Cora", now=NOW)
    return row
