"""What others reported of such systems, tried here over HTTP."""

from tests.site.conftest import app, campaign_id, visitor

__all__ = ["app", "campaign_id", "visitor"]
