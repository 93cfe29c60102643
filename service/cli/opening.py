"""How a command reaches the house: by DATABASE_URL, or beside a running `touchline up`."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec

import click
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.orm import sessionmaker

from service.cli.running.errors import CannotStart
from service.cli.running.house import RUN_FILE
from service.consenting.addresses import BadAddress
from service.consenting.erasure_list import NoList
from service.domain.errand import Errand
from service.domain.fixture import FixtureMoveRefused
from service.environment import SettingsError
from service.nudges import Nudger
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import CopyRefused
from service.planning.exporting import CampaignMissing
from service.planning.fixtures import FixtureUnknown, KickOffPassed
from service.planning.holding import NoErasureList, NotErasedAgain, NotHeld
from service.planning.idempotency import KeyRefused, KeyUsed
from service.planning.managers import NoSuchManager
from service.planning.senders import SenderRefused
from service.planning.stage_changes import ChangedByOther, LookFirst
from service.planning.stages import StageRefused
from service.planning.testers import TesterRefused
from service.planning.undoing import CannotUndo
from service.planning.whistles import ChangedMeanwhile, FarFromTheClock
from service.providers.choosing import channels_carried
from service.reporting.funnel import CampaignUnknown
from service.reporting.live import BlastUnknown
from service.settings import Settings, load_settings
from service.store import Session
from service.store.behind import NOT_MIGRATED, is_behind
from service.store.engine import make_engine, make_sessions
from service.store.online import TableBusy
from service.wording.campaign_files import CampaignMistakes
from service.wording.links import link_keys

P = ParamSpec("P")

# What a person can put right: said in plain words, exit code 1.
_PLAIN = (
    CannotStart,
    SettingsError,
    FixtureMoveRefused,
    FixtureUnknown,
    KickOffPassed,
    CannotUndo,
    ChangedMeanwhile,
    FarFromTheClock,
    StageRefused,
    LookFirst,
    ChangedByOther,
    BlastRefused,
    KeyRefused,
    KeyUsed,
    CopyRefused,
    BlastUnknown,
    NotHeld,
    NoErasureList,
    NoList,
    NotErasedAgain,
    TesterRefused,
    NoSuchManager,
    BadAddress,
    SenderRefused,
    CampaignUnknown,
    CampaignMissing,
    CampaignMistakes,
    TableBusy,
)


@dataclass(frozen=True, slots=True)
class House:
    """Everything a command needs."""

    settings: Settings
    sessions: sessionmaker[Session]
    nudger: Nudger

    @property
    def link_key(self) -> bytes:
        return link_keys(self.settings)[0]

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Session]:
        """One transaction, committed at the end of the block unless it is only for looking."""
        with self.sessions() as session:
            yield session
            if keep:
                session.commit()
            else:
                session.rollback()

    def nudge(self, *errands: Errand) -> None:
        """Tell the workers, after the commit."""
        for errand in errands:
            self.nudger.nudge(errand)


def open_house() -> House:
    """The house this command is for. Raises CannotStart where none is running and none is set."""
    home = Path(os.environ.get("TOUCHLINE_HOME") or ".touchline").absolute()
    running = home / RUN_FILE
    known = json.loads(running.read_text()) if running.exists() else {}
    settings = load_settings({**known, **os.environ})
    if settings.database_url is None:
        raise CannotStart("Touchline is not running here; start it with `make up`, or set DATABASE_URL")
    engine = make_engine(settings.database_url)
    if command := click.get_current_context(silent=True):
        command.call_on_close(engine.dispose)
    sessions = make_sessions(engine, channels=channels_carried(settings), approval_above=settings.approval_above)
    return House(settings, sessions, Nudger(settings.redis_url))


def plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Say what went wrong in one line, without a traceback, and leave with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except _PLAIN as refused:
            refuse(str(refused))
        except DataError:
            # A number too large, or a letter no text holds: only the database knows its bounds.
            refuse("a number is too large, or a text holds a character that cannot be kept (NUL); nothing was changed")
        except ProgrammingError as broken:
            if not is_behind(broken):
                raise
            refuse(NOT_MIGRATED)
        except OperationalError as away:
            refuse(f"the database does not answer: {str(away.orig).strip().splitlines()[0]}; check DATABASE_URL")

    return run


def read_words(path: Path) -> str:
    """A file of words, which must be UTF-8; says where it is not, and leaves with 1."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as wrong:
        refuse(f"{path}: byte {wrong.start + 1:,} is not UTF-8; save the file as UTF-8 and try again")


def refuse(why: str) -> NoReturn:
    """Say why not, and leave with 1."""
    click.echo(f"touchline: {why}", err=True)
    sys.exit(1)
