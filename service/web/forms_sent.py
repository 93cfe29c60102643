"""The form of a request for the pages that refuse it: they are made also where nothing of it can be read."""

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException


def form_sent() -> MultiDict[str, str]:
    """The form as it was sent; empty where it is too large, or no form, to be read."""
    try:
        return request.form
    except HTTPException:
        return MultiDict()
