"""What every web route needs: settings, one transaction, the time, nudges after commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request
from sqlalchemy.orm import sessionmaker

from service import clock
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.joining.flood import Floods
from service.joining.proof import Prover
from service.nudges import Nudger
from service.providers.choosing import channels_carried
from service.settings import Settings
from service.store import Session
from service.wording.links import LinkFacts, LinkKind, read_token
from service.wording.links import link_keys as keys_of


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """What one web process holds."""

    settings: Settings
    sessions: sessionmaker[Session]
    nudger: Nudger
    link_keys: tuple[bytes, ...]
    address_key: AddressKey
    floods: Floods
    prover: Prover


def front_door(settings: Settings, sessions: sessionmaker[Session]) -> FrontDoor:
    """The door of a web process."""
    floods = Floods.of(settings)
    return FrontDoor(
        settings,
        sessions,
        Nudger(settings.redis_url, in_background=True),
        keys_of(settings),
        AddressKey.of(settings),
        floods,
        Prover.of(settings, floods.counts),
    )


def _door() -> FrontDoor:
    held = current_app.extensions["touchline"]
    if not isinstance(held, FrontDoor):
        raise TypeError("the app was not made by create_app")
    return held


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction, committed when the block ends well. What is answered afterwards is true."""
    with _door().sessions.begin() as session:
        yield session


def holder() -> FrontDoor:
    """What this web process holds, for work in other threads, which no request belongs to."""
    return _door()


def settings() -> Settings:
    return _door().settings


def nudger() -> Nudger:
    return _door().nudger


def link_key() -> bytes:
    """The key that signs links."""
    return _door().link_keys[0]


def link_keys() -> tuple[bytes, ...]:
    """Every key a link of ours may be signed with."""
    return _door().link_keys


def address_key() -> AddressKey:
    return _door().address_key


def floods() -> Floods:
    """Whether the forms of a campaign are flooded."""
    return _door().floods


def prover() -> Prover:
    """Sets the work that forms ask for in a flood."""
    return _door().prover


def countries() -> Countries:
    """Where texts may go from this installation."""
    return Countries.of(settings())


def is_carried(channel: str) -> bool:
    """Whether somebody carries this channel: what nobody carries is not offered."""
    return channel in channels_carried(settings())


def now() -> datetime:
    return clock.now()


def ip() -> str:
    """The caller's address, as the outermost proxy we trust saw it."""
    return request.remote_addr or ""


def read_link(token: str, kind: LinkKind) -> LinkFacts | None:
    """What a link of this kind says, signed with any of our keys; None where it is not genuine or has expired."""
    return read_token(token, kind, _door().link_keys, now=now())
