"""Telling SendGrid events to the campaign: signed batches, retried at growing intervals until they are taken."""

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import orjson

from sandbox import clock
from sandbox.agenda import Agenda
from sandbox.faults import Faults
from sandbox.mail import MailCopy
from sandbox.sendgrid_events import EventNote, Kind, entry, event_id, event_id_of_account
from sandbox.signing import SendGridSigner

_AT_ONCE = 1000
_FIRST_WAIT, _LONGEST_WAIT, _GIVE_UP = 1.0, 300.0, 24 * 3600.0
_LINES = 4


@dataclass(slots=True)
class _Parcel:
    body: bytes
    count: int
    first_tried_at: float
    generation: int
    tries: int = 0


class EventPoster:
    """A queue of events and the few lines that post them."""

    def __init__(
        self, url: str, signer: SendGridSigner, faults: Faults, agenda: Agenda, *, flush_seconds: float
    ) -> None:
        self._url, self._signer, self._faults, self._agenda = url, signer, faults, agenda
        self._flush_seconds = flush_seconds
        self._queue: deque[EventNote | dict[str, object]] = deque()
        self._parcels: asyncio.Queue[_Parcel] = asyncio.Queue(maxsize=_LINES)
        self._serial = itertools.count(1)
        self._nonce = clock.new_nonce()
        self._generation = 0
        self.in_flight = 0
        self.waiting = 0  # events not yet taken by the campaign, retries and delays included
        self.posted = 0
        self.refused = 0
        self.given_up = 0

    def tell(self, copy: MailCopy, kind: Kind, details: Mapping[str, object] | None = None) -> None:
        """Queue an event about a copy, as the faults for events allow."""
        note = EventNote(
            copy,
            kind,
            clock.now(),
            event_id(kind, copy.n, next(self._serial), self._nonce),
            details or {},
        )
        if self._faults.strikes("events", "never"):
            return
        copies = 2 if self._faults.strikes("events", "duplicate") else 1
        self.waiting += copies
        delayed = self._faults.strikes("events", "delay")
        for _ in range(copies):
            if delayed:
                self._agenda.after(delayed[1].seconds or 5.0, lambda: self._queue.append(note))
            else:
                self._queue.append(note)

    def tell_of_account(self, kind: str) -> None:
        """Queue the event of a change to the account itself; it is about no message."""
        at = clock.now()
        self.waiting += 1
        self._queue.append(
            {
                "event": "account_status_change",
                "sg_event_id": event_id_of_account(kind, next(self._serial), self._nonce),
                "timestamp": int(at),
                "type": kind,
            }
        )

    def clear(self) -> None:
        """Forget everything that was not told yet."""
        self._queue.clear()
        self.waiting = self.posted = self.refused = self.given_up = 0
        self._generation += 1

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Post what is queued, for ever."""
        async with asyncio.TaskGroup() as lines:
            lines.create_task(self._pack())
            for _ in range(_LINES):
                lines.create_task(self._post_parcels(session))

    async def _pack(self) -> None:
        while True:
            await asyncio.sleep(self._flush_seconds)
            while self._queue:
                notes = [self._queue.popleft() for _ in range(min(_AT_ONCE, len(self._queue)))]
                if self._faults.strikes("events", "shuffle"):
                    self._faults.shuffle(notes)
                body = orjson.dumps([entry(note) if isinstance(note, EventNote) else note for note in notes]) + b"\r\n"
                await self._parcels.put(_Parcel(body, len(notes), clock.now(), self._generation))

    async def _post_parcels(self, session: aiohttp.ClientSession) -> None:
        while True:
            parcel = await self._parcels.get()
            if parcel.generation != self._generation:
                continue
            self.in_flight += 1
            taken = await self._post(session, parcel.body)
            self.in_flight -= 1
            if parcel.generation != self._generation:
                continue
            if taken:
                self.posted += parcel.count
                self.waiting -= parcel.count
            else:
                self._put_off(parcel)

    def _put_off(self, parcel: _Parcel) -> None:
        self.refused += 1
        if clock.now() - parcel.first_tried_at > _GIVE_UP:
            self.given_up += parcel.count
            self.waiting -= parcel.count
            return
        wait = min(_FIRST_WAIT * 2**parcel.tries, _LONGEST_WAIT)
        parcel.tries += 1
        self._agenda.after(wait, lambda: self._again(parcel))

    def _again(self, parcel: _Parcel) -> None:
        try:
            self._parcels.put_nowait(parcel)
        except asyncio.QueueFull:
            self._agenda.after(_FIRST_WAIT, lambda: self._again(parcel))

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> bool:
        headers = {
            "Content-Type": "application/json;charset=utf-8",
            "User-Agent": "SendGrid Event API",
            **self._signer.headers(body, timestamp=int(clock.now())),
        }
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return 200 <= answer.status < 300
        return False
