"""The chain of the audit: each entry's digest covers the entry before it, so that none can be changed unseen."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime


def entry_digest(
    previous: bytes, *, at: datetime, actor: str, deed: str, subject: str, details: Mapping[str, str]
) -> bytes:
    """SHA-256 over the digest before (empty for the first entry) and this entry, written one way only."""
    entry = [at.astimezone(UTC).isoformat(), actor, deed, subject, dict(details)]
    written = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + written.encode()).digest()


def was_becomes(was: object, becomes: object) -> str:
    """`before → after`, as the audit says it."""
    return f"{was} → {becomes}"
