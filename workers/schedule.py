"""The ticker: finds what is due and says so. Any number of them may run; each tick is safe to run twice."""

import logging
import signal
import sys
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.domain.errand import Errand
from service.environment import SettingsError
from service.logs import set_up_logs
from service.nudges import Nudger
from service.sending.asking import Asking
from service.sending.sweep import tick
from service.settings import load_settings
from service.store.engine import make_engine, make_sessions

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
# How many ticks apart the house asks for inbound texts that a webhook may have missed.
_INBOUND_EVERY = 60
# How many ticks apart it asks whether the provider's suppression lists are due; they are read whole once a night.
_LISTS_EVERY = 600


def main() -> int:
    """Tick until told to stop."""
    try:
        settings = load_settings()
    except SettingsError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    set_up_logs(settings.log_level)
    if settings.database_url is None:
        sys.stderr.write("DATABASE_URL: not set\n")
        return 1
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    sessions = make_sessions(make_engine(settings.database_url, pool_size=2))
    nudger = Nudger(settings.redis_url)
    asking = Asking(settings.limits, Countries.of(settings), AddressKey.of(settings))
    ticks = 0
    while not stop.is_set():
        try:
            has_second_road = settings.email_second_road is not None
            ticked = tick(sessions, public_url=settings.public_url, has_second_road=has_second_road, asking=asking)
            for errand in sorted(ticked.errands):
                nudger.nudge(errand)
        except SQLAlchemyError:
            # The database is away or being restarted; the next tick sees what this one missed.
            log.warning("a tick failed", exc_info=True)
        except Exception:
            # The doctor and /readyz tell when no tick ends well any more; until then the next may.
            log.exception("a tick failed")
        if ticks % _INBOUND_EVERY == 0:
            nudger.nudge(Errand.CATCH_UP_INBOUND)
        if ticks % _LISTS_EVERY == 0:
            nudger.nudge(Errand.READ_SUPPRESSION_LISTS)
        ticks += 1
        stop.wait(TICK_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
