"""A wish is as unique as the sending: what is asked for twice under one key is made once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from service.store import Session
from service.store.queries import idempotency

# For longer than a browser keeps a page to go back to; then the key may be used anew.
KEPT_FOR = timedelta(days=90)
LONGEST = 100


class KeyRefused(Exception):
    """The key is none that can be kept; the message says why."""


class KeyUsed(Exception):
    """Something else was asked for under this key already; nothing was made. `made`: the id of what was."""

    def __init__(self, made: int) -> None:
        super().__init__(f"the same form, or key, has been used for another wish (number {made}); take a new one")
        self.made = made


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: its id, and whether just now or when it was first asked for."""

    id: int
    is_new: bool


def make_once(
    session: Session,
    key: str,
    *,
    kind: str,
    asked: Mapping[str, object],
    make: Callable[[], int],
    now: datetime,
) -> Made:
    """Make something under a key, once; without a key, simply make it.

    `asked`: all that was asked for, as plain data. The same key with the same wish gives what was made the first time,
    also from two tabs at once; with another wish it raises KeyUsed. A wish that is refused leaves its key free.
    """
    if not key:
        return Made(make(), is_new=True)
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise KeyRefused(f"a key is at most {LONGEST} ASCII letters, digits and signs")
    digest = sha256(json.dumps(asked, sort_keys=True, default=str).encode()).digest()
    idempotency.forget_before(session, now - KEPT_FOR)
    taken = idempotency.take(session, key, kind=kind, asked=digest, now=now)
    if taken is None:
        made = make()
        idempotency.keep(session, key, made)
        return Made(made, is_new=True)
    if (taken.kind, taken.asked) != (kind, digest):
        raise KeyUsed(taken.made)
    return Made(taken.made, is_new=False)


def made_under(session: Session, key: str, *, kind: str) -> int | None:
    """The id of what was made under a key already; None where nothing was."""
    return idempotency.made_under(session, key, kind=kind) if key else None
