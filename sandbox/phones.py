"""The phones: every text in and out, by number, and who has opted out of which sender."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.segments import measure

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})


@dataclass(slots=True)
class Text:
    """One text message, as Twilio keeps it."""

    sid: str
    direction: str  # inbound, outbound-api, outbound-reply
    sender: str | None
    to: str
    body: str
    status: str
    created_at: float
    updated_at: float
    service_sid: str | None = None
    callback: str | None = None
    sent_at: float | None = None
    error_code: int | None = None
    is_automatic: bool = False  # the provider's own keyword answer

    @property
    def segment_count(self) -> int:
        """How many segments it is billed as."""
        return measure(self.body).segments

    @property
    def is_inbound(self) -> bool:
        """Did a person send it to us?"""
        return self.direction == "inbound"

    @property
    def person(self) -> str:
        """The number at the other end from the campaign."""
        return (self.sender or "") if self.is_inbound else self.to


class Phones:
    """Texts by sid and by number; the oldest make room beyond `keep`."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._texts: dict[str, Text] = {}
        self._order: deque[str] = deque()
        self._inbound: deque[str] = deque()
        self._threads: dict[str, deque[str]] = {}
        self._opted_out: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, text: Text) -> None:
        """Keep one text."""
        self._texts[text.sid] = text
        self._order.append(text.sid)
        if text.is_inbound:
            self._inbound.append(text.sid)
        # The most recently written thread comes last in the dictionary.
        thread = self._threads.pop(text.person, None) or deque()
        thread.append(text.sid)
        self._threads[text.person] = thread
        if len(self._order) > self._keep:
            self.forget(self._order[0])

    def find(self, sid: str) -> Text | None:
        """The text with that sid, if it is still kept."""
        return self._texts.get(sid)

    def forget(self, sid: str) -> None:
        """Remove one text everywhere."""
        text = self._texts.pop(sid)
        self._order.remove(sid)
        if text.is_inbound:
            self._inbound.remove(sid)
        thread = self._threads[text.person]
        thread.remove(sid)
        if not thread:
            del self._threads[text.person]

    def thread(self, person: str) -> list[Text]:
        """A person's texts, oldest first."""
        return [self._texts[sid] for sid in self._threads.get(person, ())]

    def newest_first(self) -> Iterator[Text]:
        """Every text, newest first."""
        return (self._texts[sid] for sid in reversed(self._order))

    def inbound_newest_first(self) -> Iterator[Text]:
        """Every text from a person, newest first."""
        return (self._texts[sid] for sid in reversed(self._inbound))

    def people(self, search: str = "") -> Iterator[tuple[str, Text, int]]:
        """Phones (number, newest text, how many), most recently used first."""
        wanted = "".join(search.split())
        for person, thread in reversed(self._threads.items()):
            if wanted in person:
                yield person, self._texts[thread[-1]], len(thread)

    def people_count(self) -> int:
        """How many phones there are."""
        return len(self._threads)

    def opt_out(self, senders: Iterable[str], person: str) -> None:
        """Block these senders for this person."""
        self._opted_out.update((sender, person) for sender in senders)

    def opt_in(self, senders: Iterable[str], person: str) -> bool:
        """Unblock these senders; True if any was blocked."""
        pairs = {(sender, person) for sender in senders} & self._opted_out
        self._opted_out -= pairs
        return bool(pairs)

    def has_opted_out(self, sender: str, person: str) -> bool:
        """Has this person opted out of this number or messaging service?"""
        return (sender, person) in self._opted_out
