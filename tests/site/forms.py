"""Sending a form as a browser does."""

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send(
    visitor: FlaskClient, address: str, fields: Mapping[str, str | list[str]], *, page: str | None = None
) -> TestResponse:
    """Open the page, then send its form with the token it holds."""
    shown = visitor.get(page or address, follow_redirects=True).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    return visitor.post(address, data={**fields, "csrf_token": token[1] if token else ""})
