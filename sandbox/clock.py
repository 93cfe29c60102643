"""The one place where the sandbox reads the clock and draws identifiers."""

import base64
import secrets
import time
from datetime import UTC, datetime


def now() -> float:
    """The time as unix seconds."""
    return time.time()


def utc(moment: float) -> datetime:
    """Unix seconds as an aware UTC datetime."""
    return datetime.fromtimestamp(moment, UTC)


def new_message_id() -> str:
    """An id shaped like SendGrid's X-Message-Id (22 url-safe characters)."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


def new_sid(prefix: str = "SM") -> str:
    """A resource id shaped like Twilio's."""
    return prefix + secrets.token_hex(16)


def new_nonce() -> str:
    """A short random mark that keeps ids of two runs of the sandbox apart."""
    return secrets.token_hex(4)
