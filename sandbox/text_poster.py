"""Telling the campaign about texts: status callbacks and inbound texts, signed as Twilio signs them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag, urlencode

import aiohttp
from yarl import URL

from sandbox.agenda import Agenda
from sandbox.faults import Faults
from sandbox.signing import twilio_signature

_LINES = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """What the campaign answered: the status (0: nobody there), the content type and the body."""

    status: int
    content_type: str = ""
    body: str = ""


class TextPoster:
    """Posts forms; status callbacks queue for a few lines, an inbound text is posted at once."""

    def __init__(self, token: str, faults: Faults, agenda: Agenda) -> None:
        self._token, self._faults, self._agenda = token, faults, agenda
        self._queue: asyncio.Queue[tuple[int, str, Mapping[str, str]]] = asyncio.Queue()
        self._session: aiohttp.ClientSession | None = None
        self._generation = 0
        self.in_flight = 0
        self.waiting = 0
        self.posted = 0
        self.refused = 0

    def tell(self, url: str, form: Mapping[str, str]) -> None:
        """Queue a status callback, as the faults for statuses allow."""
        if self._faults.strikes("statuses", "never"):
            return
        copies = 2 if self._faults.strikes("statuses", "duplicate") else 1
        delayed = self._faults.strikes("statuses", "delay") or self._faults.strikes("statuses", "shuffle")
        note = (self._generation, url, form)
        self.waiting += copies
        for _ in range(copies):
            if delayed:
                self._agenda.after(delayed[1].seconds or 2.0, lambda: self._queue.put_nowait(note))
            else:
                self._queue.put_nowait(note)

    def clear(self) -> None:
        """Forget everything that was not told yet."""
        self._generation += 1
        self.waiting = self.posted = self.refused = 0

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Post what is queued, for ever."""
        self._session = session
        async with asyncio.TaskGroup() as lines:
            for _ in range(_LINES):
                lines.create_task(self._post_queued())

    async def _post_queued(self) -> None:
        while True:
            generation, url, form = await self._queue.get()
            if generation != self._generation:
                continue
            self.in_flight += 1
            answer = await self.post(url, form)
            self.in_flight -= 1
            if generation == self._generation:
                self.waiting -= 1
                self.posted += 200 <= answer.status < 300
                self.refused += not 200 <= answer.status < 300

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Post one signed form; a connection that cannot be made is tried once more, nothing else is."""
        if self._session is None:
            return Answer(0)
        plain = urldefrag(url).url
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": twilio_signature(self._token, plain, form),
        }
        body = urlencode(form).encode()
        for _ in range(2):
            try:
                async with self._session.post(
                    URL(plain, encoded=True), data=body, headers=headers, allow_redirects=False
                ) as answer:
                    content = await answer.text(errors="replace")
                    return Answer(answer.status, answer.content_type, content)
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, TimeoutError, ValueError):
                # ValueError: an address that no resolver can spell.
                return Answer(0)
        return Answer(0)
