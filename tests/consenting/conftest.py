"""What other rooms' tests stand on, lent to these."""

from tests.sending.conftest import desk

__all__ = ["desk"]
