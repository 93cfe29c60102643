"""What mailbox programs read of a list: its name, where help is, and both ways to leave it (RFC 2919, 2369, 8058)."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit


def list_headers(*, public_url: str, campaign_id: int, reply_to: str) -> Mapping[str, str]:
    """The headers that all letters of a campaign share. The list's name says nothing of what the campaign is about."""
    named = {"List-Id": f"<campaign-{campaign_id}.{_ascii(urlsplit(public_url).hostname or 'localhost')}>"}
    return named | ({"List-Help": f"<mailto:{_spelled(reply_to)}?subject=help>"} if reply_to else {})


def leave_headers(leave_link: str, *, mailbox: str) -> dict[str, str]:
    """The headers by which one person leaves: by one press, or by a letter, where somebody reads a `mailbox` for it.

    The letter holds the link to leave by, so that whoever reads it takes the writer off by one press.
    """
    ways = f"<{leave_link}>"
    if mailbox:
        page, _, token = leave_link.rpartition("/")
        ways += f", <mailto:{_spelled(mailbox)}?subject=unsubscribe&body={_spelled(page)}%2F{token}>"
    return {"List-Unsubscribe": ways, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _ascii(host: str) -> str:
    """A host as headers take it: international names by IDNA, no colon of a bare address."""
    try:
        return host.encode("idna").decode().replace(":", "-")
    except UnicodeError:
        return host.encode("ascii", "replace").decode()


# The same two for all of a campaign's letters.
@lru_cache(maxsize=64)
def _spelled(words: str) -> str:
    """Words as a mailto address takes them (RFC 6068): everything that parts such an address is spelled out."""
    return quote(words, safe="@")
