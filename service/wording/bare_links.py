"""Links written as plain words: found in a text, letter for letter, and told apart from the signs around them.

What a link may hold is nearly everything, so the text is read to the next space, and what belongs to the sentence is
left off its end again: its full stop, the bracket that was opened before it, the quotation mark or the emphasis around
it. This is the rule of GitHub's Markdown (autolinks, extended), with more kinds of links and quotation marks.
"""

import re
import unicodedata
from collections.abc import Sequence

LINK_BEGINS = re.compile(
    r"(?<![^\W_])(?:https?://(?=[^\s/?#.])|www\.(?=[^\s.])|mailto:(?=[^\s:]+@)|tel:(?=\+?[\d(-])|sms:(?=\+?[\d?-]))",
    re.IGNORECASE,
)
MAILBOX = re.compile(r"(?<![\w.+/@-])[\w.+-]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+(?![\w@-])")
# No link holds these; a closing square bracket ends one that it was not opened in.
_NEVER = re.compile(r"[\s<>`\x00-\x1f\x7f\u200b\u2060\ufeff]")
_CLOSES = {
    ")": "(",
    "]": "[",
    "}": "{",
    "）": "（",
    "】": "【",
    "」": "「",
    "』": "『",
    "》": "《",
    "»": "«",
    "”": "“",
    "’": "‘",
}
_QUOTES = "\"'"
_SENTENCE = ".,:;!?"
_EMPHASIS = "*_~"


def link_at(text: str, start: int, end: int | None = None, *, emphasis: Sequence[str] = ()) -> str:
    """The link that begins at this place, or nothing. `emphasis`: the marks that are open around it."""
    limit = len(text) if end is None else end
    found = LINK_BEGINS.match(text, start, limit)
    if found is None:
        return ""
    stop = _NEVER.search(text, found.end(), limit)
    before = text[start - 1 : start] if start else ""
    whole = _within_brackets(text[start : stop.start() if stop else limit], before)
    while whole and _belongs_to_sentence(whole, before, emphasis):
        whole = whole[:-1]
    return whole if len(whole) > len(found[0]) else ""


def _within_brackets(run: str, before: str) -> str:
    """As far as a bracket closes that the link did not open: a square one, or the one it stands right behind."""
    closes = [("[", "]"), *[(before, closing) for closing, opening in _CLOSES.items() if opening == before]]
    for opening, closing in closes:
        depth = 0
        for place, sign in enumerate(run):
            depth += (sign == opening) - (sign == closing)
            if depth < 0:
                run = run[:place]
                break
    return run


def _belongs_to_sentence(link: str, before: str, emphasis: Sequence[str]) -> bool:
    last = link[-1]
    if last in _SENTENCE:
        return True
    if last in _QUOTES:
        return before == last or link.count(last) % 2 == 1
    if last in _EMPHASIS:
        return last in emphasis
    if last in _CLOSES:
        return link.count(last) > link.count(_CLOSES[last])
    # Other scripts' full stops, commas and quotation marks.
    return not last.isascii() and unicodedata.category(last) in {"Po", "Pf", "Pi", "Ps"}
