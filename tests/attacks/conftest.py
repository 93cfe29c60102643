"""What other rooms' tests stand on, lent to these."""

from tests.cli.conftest import touchline
from tests.console.conftest import app, browser, campaign_id, signed_in
from tests.sending.conftest import blast_to, desk

__all__ = ["app", "blast_to", "browser", "campaign_id", "desk", "signed_in", "touchline"]
