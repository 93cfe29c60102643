"""Asks the organisation's directory who somebody is: OpenID Connect's authorisation code flow, with PKCE.

What it answers is believed only with its signature, for this installation, for this asking, and in its time (OpenID
Connect Core 1.0, 3.1.3.7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.oidc_settings import Directory

_SECONDS = 10
# Only signatures that the directory alone can make; never those of a shared secret, and never none.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_DRIFT = timedelta(minutes=1)
_BELIEVED = timedelta(minutes=5)
# What each directory said of itself, and when; a process has one.
_said: dict[str, tuple[datetime, Mapping[str, object]]] = {}
_BROKEN = (requests.RequestException, AuthlibBaseError, JoseError, ValueError, TypeError, KeyError)


class DirectoryAway(Exception):
    """The directory does not answer, or not as OpenID Connect says."""


class DirectoryRefused(Exception):
    """The directory's answer is not for us, not for this asking, not signed by it, or too old."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One asking: what the browser keeps of it until it comes back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the directory says somebody is; `email` only where it has verified it."""

    issuer: str
    subject: str
    email: str


def where_to_ask(directory: Directory, asking: Asking, *, now: datetime) -> str:
    """The address at the directory that the browser is sent to. Raises DirectoryAway."""
    endpoint = _endpoint(_known(directory, now), "authorization_endpoint")
    try:
        client = _client(directory, asking)
        url, _ = client.create_authorization_url(
            endpoint, state=asking.state, nonce=asking.nonce, code_verifier=asking.verifier
        )
    except _BROKEN as broken:
        raise DirectoryAway("the directory describes itself wrongly") from broken
    return str(url)


def who_came_back(directory: Directory, asking: Asking, code: str, *, now: datetime) -> Identity:
    """Whom the directory says the browser is that came back with this code. Raises DirectoryAway, DirectoryRefused."""
    if not code:
        raise DirectoryRefused("the directory gave no code")
    known = _known(directory, now)
    token_endpoint, keys_at = _endpoint(known, "token_endpoint"), _endpoint(known, "jwks_uri")
    try:
        client = _client(directory, asking)
        token = client.fetch_token(token_endpoint, code=code, code_verifier=asking.verifier, timeout=_SECONDS)
        id_token = str(token["id_token"])
    except requests.RequestException as away:
        raise DirectoryAway("the directory does not answer") from away
    except _BROKEN as refused:
        raise DirectoryRefused("the directory took the code for none of its own") from refused
    keys = _fetched(keys_at)
    try:
        claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims  # type: ignore[arg-type]  # joserfc checks it
    except _BROKEN as wrong:
        raise DirectoryRefused("the answer is not signed by the directory") from wrong
    return _identity(directory, asking, claims, now)


def _identity(directory: Directory, asking: Asking, claims: Mapping[str, object], now: datetime) -> Identity:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    expires_at, subject = claims.get("exp"), claims.get("sub")
    is_ours = (
        claims.get("iss") == directory.issuer
        and directory.client_id in audiences
        and (len(audiences) == 1 or claims.get("azp") == directory.client_id)
        and claims.get("nonce") == asking.nonce
    )
    if not is_ours or not isinstance(subject, str) or not subject:
        raise DirectoryRefused("the answer is for somebody else, or for another asking")
    if not isinstance(expires_at, int | float) or expires_at <= (now - _DRIFT).timestamp():
        raise DirectoryRefused("the answer is too old")
    is_verified = claims.get("email_verified") is True
    return Identity(directory.issuer, subject, str(claims.get("email", "")).strip().lower() if is_verified else "")


def _client(directory: Directory, asking: Asking) -> OAuth2Session:
    return OAuth2Session(
        directory.client_id,
        directory.client_secret,
        scope="openid email",
        redirect_uri=asking.redirect_uri,
        code_challenge_method="S256",
    )


def _known(directory: Directory, now: datetime) -> Mapping[str, object]:
    """What the directory says of itself; believed for some minutes. Its keys are asked for each time, for they change."""
    said = _said.get(directory.issuer)
    if said is not None and timedelta(0) <= now - said[0] < _BELIEVED:
        return said[1]
    known = _fetched(f"{directory.issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != directory.issuer:
        raise DirectoryAway("the directory calls itself by another name than OIDC_ISSUER")
    _said[directory.issuer] = now, known
    return known


def _endpoint(known: Mapping[str, object], name: str) -> str:
    found = known.get(name)
    if not isinstance(found, str):
        raise DirectoryAway(f"the directory names no {name}")
    return found


def _fetched(url: str) -> dict[str, object]:
    try:
        answer = requests.get(url, timeout=_SECONDS)
        answer.raise_for_status()
        found = answer.json()
    except _BROKEN as away:
        raise DirectoryAway("the directory does not answer") from away
    if not isinstance(found, dict):
        raise DirectoryAway("the directory does not answer as it should")
    return found
