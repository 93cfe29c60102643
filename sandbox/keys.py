"""The keys callers must show and webhooks are signed with: made at the first start and kept for their owner alone."""

import os
import secrets
from pathlib import Path

SENDGRID_API_KEY = "sendgrid_api_key"
TWILIO_AUTH_TOKEN = "twilio_auth_token"  # noqa: S105 - the name of a file


def kept_key(home: Path, name: str) -> str:
    """The key of this name below `home`/sandbox; made by whoever needs it first, here or the campaign."""
    path = home / "sandbox" / name
    if not path.exists():
        _make(path, secrets.token_hex(16))
    return path.read_text().strip()


def _make(path: Path, key: str) -> None:
    """Write beside and link: of two who make it at once one wins, and nobody ever reads half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key + "\n")
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink(missing_ok=True)
