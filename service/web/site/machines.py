"""Whether a link was opened by a person or fetched by a machine: only people's clicks count.

One rule, from three sources: what the browser says of a fetch nobody pressed for (Sec-Purpose of the Fetch standard;
Purpose, X-Purpose and X-Moz of the browsers before it; Sec-Fetch-Dest of the Fetch Metadata standard); the collected
names of crawlers and link previews (crawler-user-agents); and the scanners of mailboxes that name themselves. A word in
the name of somebody's phone or app, such as CUBOT or QRScanner, is not a machine's name.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from crawleruseragents import is_crawler

_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_AHEAD_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
# Whole words: robots that call themselves so, and the scanners and previewers of mailboxes and office suites.
_NAMES = re.compile(
    r"\b(?!cubot\b)\w*(?:bot|crawler|spider)\b(?=[/;,)]|\s*$|\s\d|\s*\()"
    r"|\b(?:SafeLinks|ms-office|MSOffice|Microsoft Office|MicrosoftPreview|BingPreview|SkypeUriPreview|Barracuda\w*"
    r"|Mimecast|Proofpoint|urldefense|Symantec\w*|MessageLabs|TrendMicro|FireEye|Sophos|Zscaler|Cloudmark|Forcepoint"
    r"|FortiMail|IronPort|Vade|Avanan|GoogleImageProxy|YahooMailProxy|HeadlessChrome|Google-Safety|LinkScanner"
    r"|URLScanner|EmailScanner|SecurityScanner)\b"
    r"|\+https?://",
    re.IGNORECASE,
)


def is_machine(method: str, headers: Mapping[str, str]) -> bool:
    """Whether this request is no person's press on a link."""
    if method != "GET":
        return True
    if any(_AHEAD.search(headers.get(name, "")) for name in _AHEAD_HEADERS):
        return True
    if headers.get("Sec-Fetch-Dest", "document") not in {"document", "iframe", "frame"}:
        return True
    return _is_machine_name(headers.get("User-Agent", "")[:512])


@lru_cache(maxsize=4096)
def _is_machine_name(name: str) -> bool:
    return not name.strip() or _NAMES.search(name) is not None or is_crawler(name)
