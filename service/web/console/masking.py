"""What is known of supporters, as whoever is signed in may see it."""

from flask import g

from service.domain.masking import mask_words
from service.planning.managers import Manager


def as_seen(words: str | None) -> str:
    """The same words, with every address and number in them masked for whoever may not send."""
    who = g.get("manager")
    is_whole = isinstance(who, Manager) and who.role.sees_addresses
    return (words or "") if is_whole else mask_words(words or "")
