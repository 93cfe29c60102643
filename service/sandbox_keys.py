"""What the sandbox and the campaign know each other by: made once for each installation, readable by its owner alone."""

import os
import secrets
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from service.environment import SettingsError

# The names of files below TOUCHLINE_HOME/sandbox; `python -m sandbox` makes and reads the same.
TWILIO_AUTH_TOKEN = "twilio_auth_token"  # noqa: S105 - the name of a file
SENDGRID_API_KEY = "sendgrid_api_key"
# An account's name, as Twilio writes it in every answer; no secret.
TWILIO_ACCOUNT_SID = "AC" + "0" * 31 + "1"
NUMBER = "+447700900000"


def kept_key(home: Path, name: str) -> str:
    """The key of this name; made by whoever needs it first. Raises SettingsError where it cannot be kept."""
    path = home / "sandbox" / name
    try:
        if not path.exists():
            _make(path, secrets.token_hex(16))
        return path.read_text().strip()
    except OSError as broken:
        raise SettingsError(
            f"TOUCHLINE_HOME: the sandbox's keys cannot be kept in {path.parent}: {broken.strerror}"
        ) from broken


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


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine alone."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
