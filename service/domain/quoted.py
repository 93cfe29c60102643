"""Which words of a text are the sender's own: reactions, quotations and what the phone adds are not."""

import re

_OPEN, _CLOSE = '“"«„‟❝', '”"»“❞'
# "Loved “…”": what an iPhone or an Android phone sends when a message is only reacted to.
_REACTION = re.compile(
    r"\W*(?:loved|liked|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,12} to|reacted to|"
    r"removed an? [\w ]{1,30} from|[^\w\s]{1,4}\W{0,6}to)\s+\W{0,3}"
    rf"(?:an? (?:image|photo|video|movie|link|attachment|message|sticker)|(?:the )?(?:image|photo)|[{_OPEN}'‘].*)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTATION = re.compile(rf"[{_OPEN}]([^{_OPEN}{_CLOSE}]*)[{_CLOSE}]")
_QUOTED_LINE = re.compile(r"^\s{0,3}>[ >]*+\S+\s+\S+\s+\S.*$", re.MULTILINE)
_REPLY_BELOW = re.compile(
    r"^(?:on .{5,80} wrote:|am .{5,80} schrieb.{0,80}:|le .{5,80} a écrit\s?:|-{2,} ?(?:original|forwarded) message.*|"
    r"begin forwarded message:|_{5,}|-- ?)$.*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_PHONE_ADDED = re.compile(
    r"(?:^|\s{2,3}|[-–—]\s?)(?:(?:sent|envoyé|enviado|enviada|gesendet|inviato|wysłane|отправлено|verzonden|göndərildi) "
    r"(?:from|via|using|by|depuis|de|desde|do|von|da|dal|z|с|со|vanaf|met)\b.{0,60}|get outlook for.{0,40}|"
    r"sent with .{0,40}|.{0,20}(?:iphone|ipad)['’]?(?:dan|umdan|imdan| cihazımdan) gönderildi)$",
    re.IGNORECASE | re.MULTILINE,
)


def own_words(body: str) -> str:
    """What the sender wrote themselves; empty when they only reacted to a message."""
    if _REACTION.fullmatch(body.strip()):
        return ""
    said = _REPLY_BELOW.sub("", body) if not _REPLY_BELOW.match(body.strip()) else body
    said = _PHONE_ADDED.sub("", _QUOTED_LINE.sub("", said))
    said = _without_quotations(said)
    return said if _has_words(said) or not _has_words(body) else ""


def _without_quotations(text: str) -> str:
    """Long quotations fall away where something else is said; short ones, and a text all in quotes, are words."""
    outside = _QUOTATION.sub(" ", text)
    if not _has_words(outside):
        return _QUOTATION.sub(r" \1 ", text)
    return _QUOTATION.sub(lambda quote: f" {quote[1]} " if len(quote[1].split()) < 3 else " , ", text)


def _has_words(text: str) -> bool:
    return any(sign.isalnum() or ord(sign) > 0x2000 for sign in text)
