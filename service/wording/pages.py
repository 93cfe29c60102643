"""Managers' words on our pages: briefings and petitions, as safe HTML."""

from collections.abc import Mapping
from html import escape

from service.wording.compiled import link_token, replace_tokens, tokens_for, with_tokens
from service.wording.link_places import in_link
from service.wording.markdown import to_html
from service.wording.placeholders import fact_for, parse, placeholders


def page_html(markdown: str, facts: Mapping[str, str] | None = None) -> str:
    """Make a page's words into HTML that is safe to show; placeholders are filled, and never read as Markdown.

    Raises CopyMistake or MissingFact where a placeholder is unknown or nothing is known for it.
    """
    copy = parse(markdown)
    tokens = tokens_for(placeholders(copy))
    armed = with_tokens(copy.parts, tokens)
    said = {token: fact_for(slot, facts or {}) for slot, token in tokens.items()}
    values = {token: escape(words) for token, words in said.items()}
    values |= {link_token(token): in_link(words) for token, words in said.items()}
    return replace_tokens(to_html(armed), values)
