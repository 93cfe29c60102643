"""The way to Postgres: one engine a process, with limits that make trouble loud and short."""

from urllib.parse import urlsplit

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.store import approval_limit
from service.store.carried import EVERY, INFO


def sqlalchemy_url(url: str) -> str:
    """Any spelling of a Postgres address, as SQLAlchemy with psycopg 3 wants it."""
    rest = url.split("://", 1)[1]
    return f"postgresql+psycopg://{rest}"


def make_engine(url: str, *, pool_size: int = 5, statement_timeout_ms: int = 30_000) -> Engine:
    """An engine with short waits for connections and locks. `statement_timeout_ms`: 5,000 suits the web."""
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout=5000 "
        "-c idle_in_transaction_session_timeout=15000 -c timezone=UTC"
    )
    arguments: dict[str, object] = {"connect_timeout": 5, "options": options, "application_name": "touchline"}
    if urlsplit(url).hostname:
        arguments |= {"tcp_user_timeout": 5000, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    return create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_recycle=300,
        pool_pre_ping=True,
        connect_args=arguments,
        # Errors are logged; names and addresses are not.
        hide_parameters=True,
    )


def make_sessions(
    engine: Engine, *, channels: frozenset[Channel] = EVERY, approval_above: int | None = None
) -> sessionmaker[Session]:
    """Sessions whose rows stay readable after commit, and that know what the settings say of everything sent.

    `channels`: those somebody carries. `approval_above`: to how many people one person may launch alone.
    """
    info = {INFO: channels, approval_limit.INFO: approval_above}
    return sessionmaker(engine, expire_on_commit=False, info=info)
