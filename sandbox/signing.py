"""Signing webhooks as SendGrid (ECDSA P-256) and Twilio (HMAC-SHA1) do."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class KeyUnusable(Exception):
    """The kept signing key cannot be read."""


class SendGridSigner:
    """Signs event webhooks with the key pair kept under `home`/sandbox; makes the pair on the first start."""

    def __init__(self, home: Path) -> None:
        folder = home / "sandbox"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key = _kept_key(folder / "sendgrid_private_key.pem")
        spki = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_key = base64.b64encode(spki).decode()
        _write_whole(folder / "sendgrid_public_key", self.public_key.encode() + b"\n", mode=0o644)

    def headers(self, body: bytes, *, timestamp: int) -> dict[str, str]:
        """The two headers of a signed event webhook: the signature covers timestamp + raw body."""
        signature = self._key.sign(str(timestamp).encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": str(timestamp),
        }


def twilio_signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """The X-Twilio-Signature of a form posted to that exact URL; empty fields count."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    # HMAC-SHA1 is what Twilio's scheme prescribes.
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _kept_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_whole(path, pem, mode=0o600)
        return key
    try:
        kept = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as unreadable:
        raise KeyUnusable(f"{path}: not a PEM private key; delete it to have a new one made") from unreadable
    if not isinstance(kept, ec.EllipticCurvePrivateKey):
        raise KeyUnusable(f"{path}: not an elliptic-curve key; delete it to have a new one made")
    return kept


def _write_whole(path: Path, content: bytes, *, mode: int) -> None:
    """Write beside and rename, so that nobody ever reads half a key."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    beside.replace(path)
