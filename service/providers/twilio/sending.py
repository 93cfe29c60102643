"""Texts out through Twilio: one request each, many at once, one try, every answer put into our own words."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from service import clock
from service.providers.ports import FoundText, InboundText, Outcome, Text, TextOutcome
from service.providers.twilio.errors import meaning_of
from service.providers.twilio.transport import BEFORE_THE_FIRST_BYTE, TooLate, Transport, open_session

_T = TypeVar("_T")
# The longest any call may take from our side: the total limit and a little for the loop itself.
_WAIT_SECONDS = 60.0


@dataclass(slots=True)
class Twilio:
    """The official package on its asynchronous road, driven from a thread of its own. Safe from several threads."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_url: str
    messaging_service_sid: str | None = None
    from_numbers: tuple[str, ...] = ()
    connections: int = 256
    name: str = field(init=False, default="twilio")
    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)
    _session: aiohttp.ClientSession = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="twilio", daemon=True).start()
        self._session = self._run(self._open())

    def send(self, texts: Sequence[Text], *, deadline: float, validity: int | None) -> list[TextOutcome]:
        """Hand over texts all at once, one try each; outcomes in order."""
        return self._run(self._send_all(texts, deadline, validity))

    def find(self, to: str, *, since: datetime) -> list[FoundText]:
        """Twilio's own list of what went to a number since. By number alone: a waiting text has no date of sending."""
        return self._run(self._find(to, since))

    def inbound_since(self, since: datetime) -> list[InboundText]:
        """What came in since, as Twilio has it."""
        return self._run(self._inbound(since))

    def close(self) -> None:
        """Let go of connections and stop the thread."""
        self._run(self._session.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, work: Coroutine[object, object, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WAIT_SECONDS)

    async def _open(self) -> aiohttp.ClientSession:
        return open_session(self.connections)

    def _client(self, deadline: float | None) -> Client:
        """A client of this call's own: it is cheap, and no deadline or answer is shared between calls."""
        transport = Transport(self._session)
        transport.deadline = deadline
        client = Client(self.account_sid, self.auth_token, http_client=transport)
        client.api.base_url = self.api_url
        return client

    async def _send_all(self, texts: Sequence[Text], deadline: float, validity: int | None) -> list[TextOutcome]:
        client = self._client(deadline)
        return list(await asyncio.gather(*(self._send(client, text, validity) for text in texts)))

    async def _send(self, client: Client, text: Text, validity: int | None) -> TextOutcome:
        fields: dict[str, object] = {"to": text.to, "body": text.body, "status_callback": text.status_callback}
        if validity is not None:
            fields["validity_period"] = validity
        if text.sender is not None:
            fields["from_"] = text.sender
        elif self.messaging_service_sid:
            fields["messaging_service_sid"] = self.messaging_service_sid
        else:
            fields["from_"] = self.from_numbers[0]
        try:
            message = await client.messages.create_async(**fields)
        except TooLate:
            return TextOutcome(Outcome.NOT_SENT, detail="the deadline had passed")
        except BEFORE_THE_FIRST_BYTE as broken:
            return TextOutcome(Outcome.NOT_SENT, detail=type(broken).__name__)
        except TwilioRestException as refused:
            return _refused(refused)
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError, ValueError) as broken:
            return TextOutcome(Outcome.IN_DOUBT, detail=type(broken).__name__)
        if not message.sid:
            return TextOutcome(Outcome.IN_DOUBT, detail="an answer without an id")
        return TextOutcome(Outcome.ACCEPTED, provider_ref=message.sid)

    async def _find(self, to: str, since: datetime) -> list[FoundText]:
        messages = await self._client(None).messages.list_async(to=to, limit=200)
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
            )
            for message in messages
            if message.date_created is None or message.date_created >= earliest
        ]

    async def _inbound(self, since: datetime) -> list[InboundText]:
        earliest = since.astimezone(UTC)
        messages = await self._client(None).messages.list_async(date_sent_after=earliest, limit=1000)
        return [
            InboundText(
                provider_ref=message.sid or "",
                from_number=str(message.from_ or ""),
                to_number=message.to or "",
                body=message.body or "",
                received_at=message.date_sent or message.date_created or clock.now(),
            )
            for message in messages
            if str(message.direction or "") == "inbound"
        ]


def _refused(refused: TwilioRestException) -> TextOutcome:
    code = refused.code if isinstance(refused.code, int) else None
    meaning = meaning_of(int(refused.status), code)
    return TextOutcome(
        meaning.outcome,
        refusal=meaning.refusal,
        code=str(code or refused.status),
        detail=str(meaning.refusal or meaning.outcome),
    )
