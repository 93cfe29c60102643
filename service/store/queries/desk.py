"""Questions for a manager's desk."""

from sqlalchemy import select

from service.store import Session
from service.store.tables.campaign import Campaign, Fixture


def campaigns_with_fixtures(session: Session) -> list[tuple[Campaign, Fixture]]:
    """Every campaign and its match: the current one first, then the newest."""
    asked = (
        select(Campaign, Fixture)
        .join(Fixture, Fixture.id == Campaign.fixture_id)
        .order_by(Campaign.is_current.desc(), Campaign.id.desc())
    )
    return [(campaign, fixture) for campaign, fixture in session.execute(asked)]
