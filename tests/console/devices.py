"""A device with passkeys, in a few lines: it answers challenges as the WebAuthn standard says, or wrongly if asked to."""

import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

_PRESENT, _VERIFIED, _WITH_KEY = 0x01, 0x04, 0x40


@dataclass(slots=True)
class Device:
    """One key, made when it is asked for; `rp_id` and `origin` are where it believes to be."""

    rp_id: str
    origin: str
    knows_owner: bool = True
    credential_id: bytes = b"the only key of this device"
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def add(self, options: str) -> str:
        """What it answers to a page that wants a key made."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        made = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._data(_WITH_KEY) + made
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._said("webauthn.create", options, attestationObject=attested)

    def sign_in(self, options: str) -> str:
        """What it answers to a page that wants to know who is there."""
        self.count += 1
        data = self._data(0)
        signed = data + hashlib.sha256(self._client("webauthn.get", options)).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._said("webauthn.get", options, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.knows_owner else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _said(self, kind: str, options: str, **parts: bytes) -> str:
        own = bytes_to_base64url(self.credential_id)
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        response["clientDataJSON"] = bytes_to_base64url(self._client(kind, options))
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})
