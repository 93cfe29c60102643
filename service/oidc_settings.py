"""The organisation's own directory, where managers may sign in by it (OpenID Connect)."""

from dataclasses import dataclass, field

from service.environment import Environment, SettingsError
from service.sandbox_keys import is_loopback


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory is, and as what this installation is known there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    # What the button says.
    name: str


def read_directory(read: Environment) -> Directory | None:
    """Read and check the settings of the directory; None where there is none. Raises SettingsError."""
    issuer, client_id = read.text("OIDC_ISSUER", ""), read.text("OIDC_CLIENT_ID", "")
    secret, name = read.text("OIDC_CLIENT_SECRET", ""), read.text("OIDC_NAME", "your organisation’s account")
    if not issuer:
        return None
    address = read.url("OIDC_ISSUER", "")
    if not address.startswith("https://") and not is_loopback(address):
        raise SettingsError(f"OIDC_ISSUER: an address that begins with https://; got {issuer!r}")
    read.require("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", because="OIDC_ISSUER")
    return Directory(issuer, client_id, secret, name)
