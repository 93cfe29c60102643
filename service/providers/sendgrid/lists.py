"""SendGrid's own lists of whom it will not write to again, read page by page through the official package."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from service.domain.consent import Suppressed
from service.providers.ports import ListedAddress, ListPage, ProviderAway
from service.providers.sendgrid.bounces import INVALID_ADDRESS, is_dead

# The most one answer holds (https://www.twilio.com/docs/sendgrid/api-reference/bounces-api).
PAGE = 500
READ_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class _List:
    path: tuple[str, ...]
    reason: Suppressed
    # Whether it can be asked for a stretch of time, a page at a time; the others answer with all they have.
    is_paged: bool = True


# Blocks are left out: SendGrid goes on writing to a blocked address, and so do we.
_LISTS: Mapping[str, _List] = {
    "spam_reports": _List(("suppression", "spam_reports"), Suppressed.COMPLAINT),
    "unsubscribes": _List(("suppression", "unsubscribes"), Suppressed.LEFT),
    "group_unsubscribes": _List(("asm", "suppressions"), Suppressed.LEFT, is_paged=False),
    "bounces": _List(("suppression", "bounces"), Suppressed.HARD_BOUNCE),
    "invalid_emails": _List(("suppression", "invalid_emails"), Suppressed.INVALID),
}


@dataclass(slots=True)
class SendGridLists:
    """The lists of one account. Each call is tried once, and waits for fifteen seconds."""

    api_key: str = field(repr=False)
    api_url: str
    names: Sequence[str] = field(init=False, default=tuple(_LISTS))
    _client: SendGridAPIClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = SendGridAPIClient(self.api_key, host=self.api_url)
        # The package waits for ever unless it is told.
        self._client.client.timeout = READ_SECONDS

    def page(self, name: str, *, since: datetime | None, upto: datetime, offset: int) -> ListPage:
        """A page of a list, of what came onto it in this stretch of time. Raises ProviderAway."""
        which = _LISTS[name]
        asked: dict[str, int] = {}
        if which.is_paged:
            asked = {"end_time": int(upto.timestamp()), "limit": PAGE, "offset": offset}
            if since is not None:
                asked["start_time"] = int(since.timestamp())
        rows = self._ask(which.path, asked)
        found = [listed for row in rows if (listed := _listed(row, which.reason)) is not None]
        if not which.is_paged:
            found = [each for each in found if since is None or each.at is None or each.at >= since]
        return ListPage(found, len(rows), is_last=not which.is_paged or len(rows) < PAGE)

    def _ask(self, path: Sequence[str], asked: Mapping[str, int]) -> list[dict[str, object]]:
        client = self._client.client
        for part in path:
            client = client._(part)
        try:
            answer = client.get(query_params=dict(asked) or None)
            rows = json.loads(answer.body)
        except HTTPError as refused:
            raise ProviderAway(_why(int(refused.status_code))) from refused
        except (URLError, HTTPException, OSError) as broken:
            raise ProviderAway(f"did not answer ({type(broken).__name__})") from broken
        except ValueError as unreadable:
            raise ProviderAway("answered with something that is no list") from unreadable
        if not isinstance(rows, list):
            raise ProviderAway("answered with something that is no list")
        return [row for row in rows if isinstance(row, dict)]


def _why(status: int) -> str:
    if status in {401, 403}:
        return f"the API key may not read it ({status}): give the key the right to read suppressions"
    if status == 429:
        return "too many requests (429)"
    return f"answered with {status}"


def _listed(row: Mapping[str, object], reason: Suppressed) -> ListedAddress | None:
    """One entry; None where it is without an address, or only says that a server would not have our message."""
    email = row.get("email")
    if not isinstance(email, str) or not email:
        return None
    if reason is Suppressed.HARD_BOUNCE and not _is_gone(row):
        return None
    return ListedAddress(email, reason, _moment(row.get("created", row.get("created_at"))))


def _is_gone(row: Mapping[str, object]) -> bool:
    """The list has no classification: where the code says nothing, SendGrid's own words for a dead mailbox may."""
    said = str(row.get("reason") or "").lower()
    return is_dead(row.get("status"), row.get("reason"), INVALID_ADDRESS if any(w in said for w in _GONE) else "")


_GONE = (
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "does not exist",
    "mailbox not found",
    "recipient not found",
    "invalid recipient",
    "address rejected",
)


def _moment(at: object) -> datetime | None:
    if isinstance(at, int | float) and 0 < at < 4_102_444_800:
        return datetime.fromtimestamp(at, UTC)
    return None
