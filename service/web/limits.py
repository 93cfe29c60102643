"""How often one address may ask; counted in each web process, so that it holds with Redis away."""

import threading
from typing import ClassVar

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage

_LOOK_EVERY_SECONDS = 10.0


class CalmMemory(MemoryStorage):
    """The library's memory, made to look for what has expired every ten seconds.

    By itself it looks through every address it knows a hundred times a second and never forgets one: with some
    thousand people signing up that was half of a web process's time.
    """

    STORAGE_SCHEME: ClassVar[list[str]] = ["calm-memory"]  # type: ignore[misc]  # the library declares no ClassVar

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - the library's own name for it
        if not self.timer.is_alive():
            self.timer = threading.Timer(_LOOK_EVERY_SECONDS, self._forget)
            self.timer.daemon = True
            self.timer.start()

    def _forget(self) -> None:
        self._MemoryStorage__expire_events()  # type: ignore[attr-defined]  # the library's own name for it
        for key in [key for key, events in list(self.events.items()) if not events]:
            self.events.pop(key, None)


limiter = Limiter(key_func=get_remote_address, strategy="moving-window", headers_enabled=False)

# A household or an office may share an address, so these stop floods, not people.
SIGN_UP = "30 per minute; 200 per hour"
SIGN = "30 per minute"
