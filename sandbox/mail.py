"""The mailboxes: each batch's content kept once, each copy kept small, put together only when looked at."""

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from sandbox.shapes import list_of, object_of, text_of, texts_of


@dataclass(frozen=True, slots=True)
class MailBatch:
    """What one accepted request said to everybody in it."""

    message_id: str
    accepted_at: float
    sender: str
    sender_name: str
    reply_to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    custom_args: Mapping[str, str]
    category: object
    asm_group_id: int | None
    pool: str
    tracks_opens: bool
    tracks_clicks: bool
    digest: bytes


@dataclass(slots=True)
class MailCopy:
    """One person's copy. `packed` is their personalization as JSON bytes."""

    n: int
    batch: MailBatch
    place: int
    address: str
    packed: bytes
    landed: str = "processed"
    opened: int = 0
    clicked: int = 0
    marks: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """Our sender's own reference for this copy."""
        return self.custom_args.get("ref", "")

    @property
    def custom_args(self) -> dict[str, str]:
        """Message-level custom_args overridden by the person's own."""
        return {**self.batch.custom_args, **texts_of(self.personalization.get("custom_args"))}

    @property
    def personalization(self) -> dict[str, object]:
        """The person's own part of the request."""
        return object_of(orjson.loads(self.packed))


@dataclass(frozen=True, slots=True)
class Letter:
    """A copy as the mailbox shows it."""

    sender: str
    sender_name: str
    reply_to: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


def put_together(copy: MailCopy) -> Letter:
    """Fill the person's substitutions into the batch's words, in one pass and longest token first."""
    batch, own = copy.batch, copy.personalization
    fill = _filler(texts_of(own.get("substitutions")))
    name = next((text_of(object_of(to).get("name")) for to in list_of(own.get("to"))), "")
    return Letter(
        sender=batch.sender,
        sender_name=batch.sender_name,
        reply_to=fill(batch.reply_to),
        to=copy.address,
        to_name=name,
        subject=fill(text_of(own.get("subject")) or batch.subject),
        text=fill(batch.text),
        html=fill(batch.html),
        headers={**batch.headers, **texts_of(own.get("headers"))},
    )


def digest_of(batch: MailBatch, packed: bytes) -> str:
    """A hash of everything this person would read, without putting it together."""
    return hashlib.blake2b(batch.digest + packed, digest_size=12).hexdigest()


class _Filler:
    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = tokens
        longest_first = sorted(filter(None, tokens), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, words: str) -> str:
        return self._pattern.sub(lambda found: self._tokens[found.group()], words) if self._pattern else words


def _filler(tokens: Mapping[str, str]) -> _Filler:
    return _Filler(tokens)


class Mailboxes:
    """Every copy that was accepted, by number and by address; the oldest make room beyond `keep`."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._copies: dict[int, MailCopy] = {}
        self._order: deque[int] = deque()
        self._by_address: dict[str, list[int]] = {}
        self._next = 1

    def __len__(self) -> int:
        return len(self._copies)

    def put(self, batch: MailBatch, place: int, address: str, packed: bytes) -> MailCopy:
        """Put one copy into its mailbox."""
        copy = MailCopy(self._next, batch, place, address, packed)
        self._next += 1
        self._copies[copy.n] = copy
        self._order.append(copy.n)
        # The most recently written mailbox comes last in the dictionary.
        box = self._by_address.pop(address.lower(), [])
        box.append(copy.n)
        self._by_address[address.lower()] = box
        if len(self._order) > self._keep:
            self._forget(self._order.popleft())
        return copy

    def find(self, n: int) -> MailCopy | None:
        """The copy with that number, if it is still kept."""
        return self._copies.get(n)

    def of(self, address: str) -> list[MailCopy]:
        """The copies in one mailbox, newest first."""
        return [self._copies[n] for n in reversed(self._by_address.get(address.lower(), []))]

    def addresses(self, search: str = "") -> Iterator[tuple[str, MailCopy, int]]:
        """Mailboxes (address, newest copy, how many), most recently written first."""
        wanted = search.strip().lower()
        for address, box in reversed(self._by_address.items()):
            if wanted in address:
                yield address, self._copies[box[-1]], len(box)

    def box_count(self) -> int:
        """How many mailboxes there are."""
        return len(self._by_address)

    def _forget(self, n: int) -> None:
        copy = self._copies.pop(n)
        box = self._by_address[copy.address.lower()]
        box.remove(n)
        if not box:
            del self._by_address[copy.address.lower()]
