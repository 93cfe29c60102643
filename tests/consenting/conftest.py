"""What other rooms' tests stand on, lent to these."""

from tests.cli.conftest import touchline
from tests.sending.conftest import desk

__all__ = ["desk", "touchline"]
