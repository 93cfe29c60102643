"""Keys made with a form, so that pressing its button twice asks for one thing."""

from secrets import token_urlsafe

from flask import request


def new_key() -> str:
    """A key for a form that is being made now."""
    return token_urlsafe(16)


def sent_key() -> str:
    """The key of the form that was sent; one of its own for a form that has none."""
    return request.form.get("key", "") or new_key()
