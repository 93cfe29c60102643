"""A connection to the SMTP server that SMTP_URL names."""

import smtplib
from ssl import create_default_context
from urllib.parse import SplitResult, unquote, urlsplit

_SECONDS = 15.0
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class BadSmtpUrl(ValueError):
    """SMTP_URL cannot be read."""


def read_url(url: str) -> SplitResult:
    """The parts of SMTP_URL. Raises BadSmtpUrl."""
    parts = urlsplit(url)
    try:
        is_good = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise BadSmtpUrl("SMTP_URL: smtp://, smtps:// or smtp+starttls:// and a host")
    return parts


def open_line(url: str) -> smtplib.SMTP:
    """Connect, and sign in where the URL has a name. Leaves nothing open when it fails."""
    parts = read_url(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        line: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=create_default_context())
    else:
        line = smtplib.SMTP(host, port, timeout=_SECONDS)
    try:
        if parts.scheme == "smtp+starttls":
            line.starttls(context=create_default_context())
        if parts.username:
            line.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        line.close()
        raise
    return line
