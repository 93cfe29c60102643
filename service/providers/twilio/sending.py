"""Texts out through Twilio: one request each, many at once, one try, every answer put into our own words."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import ClientSession
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from service import clock
from service.providers.ports import FoundText, InboundPage, Outcome, ProviderAway, Text, TextOutcome
from service.providers.twilio.errors import is_permanent, meaning_of
from service.providers.twilio.inbound import inbound_of
from service.providers.twilio.transport import (
    CALL,
    TOTAL_SECONDS,
    Call,
    CutOff,
    NeverBegan,
    TooLate,
    Transport,
    open_session,
)

_T = TypeVar("_T")
# The longest any call may take from our side: the total limit and a little for the loop itself.
_WAIT_SECONDS = 60.0
_LARGEST_PAGE = 1000
_INBOUND_PAGE = 200


@dataclass(slots=True)
class Twilio:
    """The official package on its asynchronous road, driven from a thread of its own. Safe from several threads."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_url: str
    messaging_service_sid: str | None = None
    from_numbers: tuple[str, ...] = ()
    connections: int = 256
    total_seconds: float = TOTAL_SECONDS
    name: str = field(init=False, default="twilio")
    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)
    _session: ClientSession = field(init=False, repr=False)
    _client: Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="twilio", daemon=True)
        self._thread.start()
        self._session = self._run(self._open())
        self._client = Client(self.account_sid, self.auth_token, http_client=Transport(self._session))
        self._client.api.base_url = self.api_url

    def send(self, texts: Sequence[Text], *, deadline: float, validity: int | None) -> list[TextOutcome]:
        """Hand over texts all at once, one try each; outcomes in order."""
        return self._run(self._send_all(texts, deadline, validity))

    def find(self, to: str, *, since: datetime) -> list[FoundText]:
        """Twilio's own list of what went to a number since. By number alone: a waiting text has no date of sending."""
        return self._ask(self._find(to, since))

    def inbound_page(self, since: datetime, *, page: str) -> InboundPage:
        """What came in since, as Twilio has it, newest first."""
        return self._ask(self._inbound(since, page))

    def close(self) -> None:
        """Let go of connections and stop the thread."""
        if self._loop.is_closed():
            return
        self._run(self._session.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[object, object, _T]) -> _T:
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return running.result(_WAIT_SECONDS)
        except TimeoutError:
            running.cancel()
            raise

    def _ask(self, work: Coroutine[object, object, _T]) -> _T:
        """Read from the provider's list. Raises ProviderAway."""
        try:
            return self._run(work)
        except (NeverBegan, CutOff, TwilioException, TimeoutError, ValueError, TypeError, LookupError) as broken:
            # The last three are the package's own, on an answer that is no list.
            raise ProviderAway(type(broken).__name__) from broken

    async def _open(self) -> ClientSession:
        return open_session(self.connections, self.total_seconds)

    async def _send_all(self, texts: Sequence[Text], deadline: float, validity: int | None) -> list[TextOutcome]:
        return list(await asyncio.gather(*(self._send(text, deadline, validity) for text in texts)))

    async def _send(self, text: Text, deadline: float, validity: int | None) -> TextOutcome:
        call = Call(deadline)
        CALL.set(call)
        try:
            message = await self._client.messages.create_async(**self._fields(text, validity))
        except TooLate:
            return TextOutcome(Outcome.NOT_SENT, detail="the deadline had passed")
        except NeverBegan as broken:
            return TextOutcome(Outcome.NOT_SENT, detail=str(broken))
        except CutOff as broken:
            return TextOutcome(Outcome.IN_DOUBT, detail=str(broken))
        except TwilioRestException as refused:
            return _refused(refused, call)
        except Exception as odd:  # one unreadable answer must not lose the others'; settling looks into the doubt
            outcome = Outcome.IN_DOUBT if call.has_begun else Outcome.NOT_SENT
            return TextOutcome(outcome, detail=type(odd).__name__)
        if not message.sid:
            return TextOutcome(Outcome.IN_DOUBT, detail="an answer without an id")
        return TextOutcome(Outcome.ACCEPTED, provider_ref=message.sid)

    def _fields(self, text: Text, validity: int | None) -> dict[str, object]:
        fields: dict[str, object] = {"to": text.to, "body": text.body}
        if text.status_callback:
            fields["status_callback"] = text.status_callback
        if validity is not None:
            fields["validity_period"] = validity
        if text.sender is not None:
            fields["from_"] = text.sender
        elif self.messaging_service_sid:
            fields["messaging_service_sid"] = self.messaging_service_sid
        else:
            fields["from_"] = self.from_numbers[0]
        return fields

    async def _list(self, limit: int, **filters: object) -> list[MessageInstance]:
        CALL.set(Call())
        found: list[MessageInstance] = await self._client.messages.list_async(
            limit=limit, page_size=min(limit, _LARGEST_PAGE), **filters
        )
        return found

    async def _find(self, to: str, since: datetime) -> list[FoundText]:
        messages = await self._list(200, to=to)
        earliest = since.astimezone(UTC) - timedelta(minutes=1)
        return [
            FoundText(
                provider_ref=message.sid or "",
                to=message.to or "",
                body=message.body or "",
                created_at=message.date_created,
                status=str(message.status or ""),
                error_code=str(message.error_code or ""),
                direction=str(message.direction or ""),
                is_permanent=is_permanent(str(message.error_code or "")),
            )
            for message in messages
            if message.date_created is None or message.date_created >= earliest
        ]

    async def _inbound(self, since: datetime, page: str) -> InboundPage:
        """The list is asked by our own numbers where we know them, one after another; `page` says which and where.

        On the night of the match what goes out is a thousand times what comes in, and without the numbers both are listed.
        """
        CALL.set(Call())
        earliest = since.astimezone(UTC)
        place, _, path = page.partition(" ")
        number = int(place or 0)
        if path:
            found = await self._client.messages.get_page_async(self._client.api.absolute_url(path))
        else:
            # The list's filter knows whole days.
            day = earliest.replace(hour=0, minute=0, second=0, microsecond=0)
            ours = {"to": self.from_numbers[number]} if self.from_numbers else {}
            found = await self._client.messages.page_async(date_sent_after=day, page_size=_INBOUND_PAGE, **ours)
        listed = [(_moment(message), message) for message in found]
        came = [each for each in listed if str(each[1].direction or "") == "inbound" and each[0] >= earliest]
        # Newest first: behind a whole page of older ones there is nothing newer.
        is_past = bool(listed) and all(at < earliest for at, _ in listed)
        texts = [inbound_of(message, received_at=at) for at, message in came]
        return InboundPage(texts, self._following(number, "" if is_past else _path(found.next_page_url)))

    def _following(self, number: int, path: str) -> str:
        if path:
            return f"{number} {path}"
        return f"{number + 1} " if number + 1 < len(self.from_numbers) else ""


def _path(url: str | None) -> str:
    """Path and query of an address of the provider's: the host is the one we are set to ask."""
    parts = urlsplit(url or "")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _moment(message: MessageInstance) -> datetime:
    """When it was sent; now, where the list gives no date that can be read, so that it is looked at all the same."""
    for moment in (message.date_sent, message.date_created):
        if isinstance(moment, datetime):
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return clock.now()


def _refused(refused: TwilioRestException, call: Call) -> TextOutcome:
    code = refused.code if isinstance(refused.code, int) else None
    meaning = meaning_of(int(refused.status), code)
    return TextOutcome(
        meaning.outcome,
        retry_after=call.retry_after if meaning.outcome is Outcome.BUSY else None,
        refusal=meaning.refusal,
        code=str(code or refused.status),
        detail=str(meaning.refusal or meaning.outcome),
    )
