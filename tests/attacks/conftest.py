"""What attacks are tried on: the console of tests/console, with its browsers."""

from tests.console.conftest import app, browser, campaign_id, signed_in

__all__ = ["app", "browser", "campaign_id", "signed_in"]
