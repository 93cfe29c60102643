"""That a process lives, told in Postgres every few seconds, and whether the broker answers it."""

import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from service import clock
from service.store import Session
from service.store.behind import log_trouble
from service.store.queries import heartbeats
from workers.broker import broker_answers

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_BEAT_SECONDS = 5.0
# One look may meet a broker that is busy for a moment.
_LOOKS = 2


@dataclass(slots=True)
class Pulse:
    """One process's: call `look` every LOOK_SECONDS. `kinds`: what it does, a row for each."""

    redis_url: str | None
    sessions: sessionmaker[Session]
    kinds: Sequence[str]
    _unanswered: int = field(init=False, default=0)
    _beaten_at: float = field(init=False, default=float("-inf"))
    _told: bool = field(init=False, default=False)

    @property
    def broker_is_away(self) -> bool:
        return self.redis_url is None or self._unanswered >= _LOOKS

    def look(self) -> None:
        """Look for the broker, and tell that this process lives when it is time to, or when what it tells has changed."""
        answers = self.redis_url is not None and broker_answers(self.redis_url)
        self._unanswered = 0 if answers else self._unanswered + 1
        has_changed = self._told != self.broker_is_away
        if has_changed:
            log.warning("the broker is away" if self.broker_is_away else "the broker answers again")
        if has_changed or clock.monotonic() - self._beaten_at >= _BEAT_SECONDS:
            self._beat()

    def _beat(self) -> None:
        self._told, self._beaten_at = self.broker_is_away, clock.monotonic()
        try:
            with self.sessions.begin() as session:
                for name, kind in self._names():
                    heartbeats.beat(
                        session, name=name, kind=kind, host=socket.gethostname(), broker_is_away=self.broker_is_away
                    )
        except SQLAlchemyError as broken:
            # The database is away; then nobody could read it either.
            log_trouble(log, "a heartbeat could not be written", broken)

    def end(self) -> None:
        """This process ends as it was told to: nobody need miss it."""
        try:
            with self.sessions.begin() as session:
                heartbeats.forget(session, [name for name, _ in self._names()])
        except SQLAlchemyError as broken:
            log_trouble(log, "the last heartbeat could not be taken back", broken)

    def _names(self) -> Sequence[tuple[str, str]]:
        return [(f"{kind}@{socket.gethostname()}:{os.getpid()}", kind) for kind in self.kinds]
