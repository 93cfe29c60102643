"""Signatures, against the vectors of the official packages."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from sandbox.signing import twilio_signature

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "signature_vectors.json").read_text())
# These were signed for another form of the same URL (a port added, removed, or credentials in it).
OTHER_URL = {"up-port-added-https", "up-port-removed-http", "basic-auth-in-url", "port-443-explicit"}


@pytest.mark.parametrize(
    "vector",
    [
        each
        for each in VECTORS["twilio"]
        if each["expect"] == "accept"
        and each["method"] == "POST"
        and "form" in each["headers"].get("Content-Type", "")
        and each["id"] not in OTHER_URL
    ],
    ids=lambda vector: vector["id"],
)
def test_a_form_is_signed_as_the_official_package_signs_it(vector: dict[str, object]) -> None:
    form = dict(parse_qsl(str(vector["raw_body"]), keep_blank_values=True))
    headers = vector["headers"]
    assert isinstance(headers, dict)

    signature = twilio_signature(str(vector["secret"]), str(vector["url"]), form)

    assert signature == headers["X-Twilio-Signature"]
