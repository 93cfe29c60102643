"""Let go of what is old, kind by kind, a little at each tick: nothing is kept of people for longer than it is needed."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta

from sqlalchemy.orm import sessionmaker

from service.settings import Ages
from service.store import Session
from service.store.queries import retention
from service.store.queries.house import database_now

# Chunks of one kind in one tick: what came due in a day goes within minutes, and no tick takes long.
ROUNDS = 4
# What is not gone so long after its time says that nobody lets go of it.
LATE = timedelta(days=2)


def ages_by_kind(ages: Ages) -> Mapping[str, timedelta]:
    """How long each kind is kept."""
    names = {each.name: each.name.removeprefix("keep_").removesuffix("_days") for each in fields(Ages)}
    return {kind: timedelta(days=getattr(ages, name)) for name, kind in names.items()}


def let_go(sessions: sessionmaker[Session], ages: Ages) -> dict[str, int]:
    """Let some of what is too old go, each chunk in a transaction of its own; how much of each kind."""
    gone = {}
    for kind, age in ages_by_kind(ages).items():
        count = 0
        for _ in range(ROUNDS):
            with sessions.begin() as session:
                now = database_now(session)
                chunk = retention.KINDS[kind](session, now - age, now)
            count += chunk
            if chunk < retention.AT_ONCE:
                break
        gone[kind] = count
    return gone


def overdue_kinds(session: Session, ages: Ages, *, now: datetime) -> list[str]:
    """Kinds of which something should have gone some days ago."""
    known = ages_by_kind(ages).items()
    return [kind for kind, age in known if retention.is_overdue(session, kind, now - age - LATE)]
