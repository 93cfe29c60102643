"""Where a link leads, judged before it is sent: an address that somebody can follow from where they read it."""

import re

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Stand-ins of the same length, so that every place stays where it is: what is literal, a link of ours, another fact.
LITERAL, OUR_LINK, OUR_FACT = "\ue0ff", "\ue001", "\ue002"
_WEB = re.compile(r"https?://([^\s/?#\ue001\ue002]+)(?:[/?#].*)?", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#].*)?", re.DOTALL)
_MAILBOX = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_MAIL = re.compile(r"mailto:(?=\S)(?:[^\s?@]+@[^\s?]+)?(?:\?\S+)?", re.IGNORECASE)
_PHONE = re.compile(r"tel:\+?[\d(][\d().\s-]*(?:;\S*)?", re.IGNORECASE)
_SMS = re.compile(r"sms:(?=\S)(?:\+?[\d-]+(?:,\+?[\d-]+)*)?(?:[?&;]\S*)?", re.IGNORECASE)
_KINDS = "an address that begins with https://, mailto:, tel: or sms:"

Why = tuple[str, str, tuple[str, ...]]


def why_no_destination(address: str, written: str, *, in_email: bool) -> Why | None:
    """Why nobody can follow this: what is wrong, what to write, what may have been meant. None where they can.

    `address` has stand-ins for what is filled in, `written` has it as its author wrote it.
    """
    if not address.strip():
        return "this link leads nowhere", _KINDS, ()
    if address.startswith(OUR_LINK):
        return None
    if address.startswith(OUR_FACT):
        return f"{written} is no address", _KINDS, ()
    scheme = _SCHEME.match(address)
    if scheme is not None and not _HOST.match(address):
        return _with_scheme(scheme[1].lower(), address, written)
    return _without_scheme(address, written, in_email=in_email)


def _with_scheme(scheme: str, address: str, written: str) -> Why | None:
    rule = {"http": _WEB, "https": _WEB, "mailto": _MAIL, "tel": _PHONE, "sms": _SMS}.get(scheme)
    if rule is None:
        meant = (f"https{written[len(scheme) :]}",) if scheme.startswith("h") else ()
        return f"nobody can follow a link that begins with {scheme}:", "" if meant else _KINDS, meant
    if rule.fullmatch(address):
        return None
    if rule is _WEB:
        found = re.fullmatch(r"https?:/{0,3}([\w-]+\.\S+)", written)
        return f"{written[:60]} is no whole address", "", (f"https://{found[1]}",) if found else ("https://…",)
    return f"{written[:60]} is no whole address", _KINDS, ()


def _without_scheme(address: str, written: str, *, in_email: bool) -> Why | None:
    if not in_email and (address.startswith("#") or (address.startswith("/") and not address.startswith("//"))):
        return None
    if address.startswith(("/", "#", "?")):
        return (
            f"{written[:60]} leads nowhere from {'an email' if in_email else 'here'}",
            "a whole address, such as {campaign_link}",
            (),
        )
    if _MAILBOX.fullmatch(written):
        return f"{written[:60]} is no address of a page", "", (f"mailto:{written}",)
    if _HOST.fullmatch(address):
        return f"{written[:60]} lacks its beginning", "", (f"https://{written}",)
    return f"{written[:60]} is no address", _KINDS, ()
