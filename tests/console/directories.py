"""An organisation's directory of the tests: OpenID Connect on this machine, which says what it is told to."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from service.cli.running.ports import free_port
from service.clock import now

CLIENT, SECRET = "touchline", "the secret of a client"


@dataclass(slots=True)
class DirectoryOfTests:
    """Whom it knows, and what of its answers is otherwise than it should be."""

    url: str
    claims: dict[str, object] = field(default_factory=lambda: {"sub": "s-1", "email_verified": True})
    wrong: dict[str, object] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    algorithm: str = "RS256"
    asked: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def approve(self, address: str) -> str:
        """What somebody's browser is sent back with, once they have signed in there."""
        parts = urlsplit(address)
        self.asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert self.asked["client_id"] == CLIENT
        assert self.asked["code_challenge_method"] == "S256"
        return f"{self.asked['redirect_uri']}?{urlencode({'code': 'a code', 'state': self.asked['state']})}"

    @Request.application
    def answer(self, request: Request) -> Response:
        self.requests.append(request.path)
        if request.path == "/.well-known/openid-configuration":
            return _said(
                issuer=self.url,
                authorization_endpoint=f"{self.url}/authorize",
                token_endpoint=f"{self.url}/token",
                jwks_uri=f"{self.url}/keys",
            )
        if request.path == "/keys":
            return _said(keys=[self.key.as_dict(private=False)])
        return self._token(request)

    def _token(self, request: Request) -> Response:
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        has_proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.asked.get("code_challenge")
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_client = request.headers.get("Authorization") == f"Basic {basic}"
        if request.form.get("code") != "a code" or not has_proof or not is_client:
            return Response(json.dumps({"error": "invalid_grant"}), status=400, mimetype="application/json")
        facts = {
            "iss": self.url,
            "aud": CLIENT,
            "nonce": self.asked["nonce"],
            "exp": int((now() + timedelta(minutes=5)).timestamp()),
            **self.claims,
            **self.wrong,
        }
        signed = jwt.encode({"alg": self.algorithm, "kid": "1"}, facts, self.signs_with or self.key)
        return _said(access_token="of no use", token_type="Bearer", id_token=signed)


@contextmanager
def serving(email: str) -> Iterator[DirectoryOfTests]:
    """A directory that knows somebody by this address."""
    port = free_port()
    made = DirectoryOfTests(f"http://127.0.0.1:{port}")
    made.claims["email"] = email
    server = make_server("127.0.0.1", port, made.answer, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _said(**facts: object) -> Response:
    return Response(json.dumps(facts), mimetype="application/json")
