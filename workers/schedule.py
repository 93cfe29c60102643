"""The ticker: finds what is due and says so. Any number of them may run; each tick is safe to run twice."""

import logging
import signal
import sys
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.consenting.erasure_list import ErasureList
from service.consenting.retain import let_go
from service.domain.errand import EVERY_SECONDS, TICKER
from service.environment import SettingsError
from service.logs import set_up_logs
from service.nudges import Nudger
from service.providers.choosing import channels_carried
from service.sending.asking import Asking
from service.sending.sweep import tick
from service.settings import Ages, load_settings
from service.store import Session
from service.store.behind import log_trouble
from service.store.engine import make_engine, make_sessions
from workers.pulse import LOOK_SECONDS, Pulse

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
# Ticks from one look for what is too old to the next.
LET_GO_EVERY = 30


def main() -> int:
    """Tick until told to stop."""
    try:
        settings = load_settings()
        database_url = settings.needed_database_url
    except SettingsError as wrong:
        sys.stderr.write(f"touchline: {wrong}\n")
        return 1
    set_up_logs(settings.log_level)
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    engine = make_engine(database_url, pool_size=2)
    sessions = make_sessions(engine, channels=channels_carried(settings), approval_above=settings.approval_above)
    Thread(target=_tell_that_it_lives, args=(Pulse(settings.redis_url, sessions, [TICKER]), stop), daemon=True).start()
    nudger = Nudger(settings.redis_url, in_background=True)
    asking = Asking(settings.limits, Countries.of(settings), AddressKey.of(settings))
    erased = ErasureList(settings.home)
    ticks = 0
    while not stop.is_set():
        try:
            has_second_road = settings.email_second_road is not None
            ticked = tick(
                sessions,
                public_url=settings.public_url,
                has_second_road=has_second_road,
                asking=asking,
                audit_mail_to=settings.audit_mail_to,
                erased=erased,
            )
            for errand in sorted(ticked.errands):
                nudger.nudge(errand)
        except SQLAlchemyError as broken:
            # The database is away or being restarted; the next tick sees what this one missed.
            log_trouble(log, "a tick failed", broken)
        except Exception:
            # The doctor and /readyz tell when no tick ends well any more; until then the next may.
            log.exception("a tick failed")
        if ticks % LET_GO_EVERY == 0:
            _let_go(sessions, settings.ages)
        for errand, seconds in EVERY_SECONDS.items():
            if ticks % seconds == 0:
                nudger.nudge(errand)
        ticks += 1
        stop.wait(TICK_SECONDS)
    return 0


def _let_go(sessions: sessionmaker[Session], ages: Ages) -> None:
    """What is old can wait: a fault here holds nothing else up, and `touchline doctor` tells what stayed too long."""
    try:
        let_go(sessions, ages)
    except SQLAlchemyError as broken:
        log_trouble(log, "what is old could not be let go", broken)


def _tell_that_it_lives(pulse: Pulse, stop: Event) -> None:
    """Beside the ticks: looking for a broker that is away takes time, and nothing due may wait for it."""
    while not stop.wait(LOOK_SECONDS):
        pulse.look()
    pulse.end()


if __name__ == "__main__":
    sys.exit(main())
