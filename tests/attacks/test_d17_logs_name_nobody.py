"""D16, D17: no log holds an address, a number, a name or a token in any spelling, and nobody else can read the files."""

import io
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.house import make_home
from service.cli.running.private import private_folder
from service.logs import mask, set_up_logs
from tests import make
from tests.consenting.canaries import CANARIES, EMAIL, PHONE, found

SPELLINGS = (
    "zuleika.canary@example.org",
    "Zuleika.Canary+match@EXAMPLE.org",
    "zuleika.canary%40example.org",
    "zuleika.canary%2540example.org",
    "zuleika.canary=40example.org",
    '{"to": "zuleika.canary\\u0040example.org"}',
    "zuleika.canary&#64;example.org",
    "zuleika.canary&commat;example.org",
    "zuleika.canary＠example.org",
    "zuleika.canary@example。org",
    "mailto:zuleika.canary@bücher.example",
    "zuleika.canary=example.net@bounces.example.org",
    "+447700900777",
    "+44 (0) 7700 900777",
    "+44-7700-900777",
    "+44 7700/900 777",
    "＋447700900777",
    "%252B447700900777",
    "=2B447700900777",
    "\\u002b447700900777",
    "tel:+44.7700.900777",
    "0044 7700 900777",
    "07700 900777",
    "07700\u00a0900\u202f777",
    "07700/900777",
    "07700–900–777",
    "(07700) 900777",
    "447700900777",
    "GET /my-data/zuleika-token HTTP/1.1",
    "https://example.org/console/enter/zuleika-token",
    "https://example.org/confirm/zuleika-token?t=zuleika-token",
    "DETAIL:  Failing row contains (1, Zuleika, 7 Canary Wharf).",
    'invalid input syntax for type integer: "Zuleika of 7 Canary Wharf"',
)


@pytest.mark.parametrize("said", SPELLINGS)
def test_no_spelling_passes(said: str) -> None:
    hidden = mask(f"could not go on: {said}").casefold()

    for secret in ("zuleika", "canary", "900777", "900 777", "900–777", "900\u202f777", "token?"):
        assert secret not in hidden


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as a running installation writes it."""
    before = logging.getLogger().handlers[:]
    kept = io.StringIO()
    set_up_logs("DEBUG", kept)
    yield kept
    logging.getLogger().handlers[:] = before


GIVEN = {"email": EMAIL, "phone": PHONE, "name": "Zuleika", "ip": "203.0.113.77", "source": "canary-source"}
# Each breaks something, in an error that quotes a value, a row or a key.
BREAKING = (
    "INSERT INTO supporters (email, email_hash, first_name, created_at) VALUES (:email, 'x', :name, now())",
    "INSERT INTO supporters (phone, first_name, created_at) VALUES (:phone, :name, now())",
    "INSERT INTO sign_ups (campaign_id, first_name, ip, source) VALUES (1, :name, :ip, :source)",
    "SELECT CAST(:email AS integer)",
    "SELECT CAST(:name || :email AS timestamptz)",
    "SELECT to_tsquery('simple', :email || ' & & (') , CAST(:phone AS inet)",
    "SELECT CAST(:email AS uuid), :name",
)


@pytest.mark.oldest_postgres
def test_neither_our_log_nor_postgres_s_quotes_what_an_error_or_a_slow_statement_is_about(
    sessions: sessionmaker[Session], home: Path, log: io.StringIO
) -> None:
    with sessions.begin() as session:
        session.add(make.Supporter(email=EMAIL, email_hash=b"h", first_name="Zuleika", created_at=make.KICK_OFF))
    before = len((home / "postgres.log").read_bytes())
    for statement in BREAKING:
        with sessions() as session:
            try:
                session.execute(text(statement), GIVEN)
            except DBAPIError:
                logging.getLogger("service").exception("a statement failed")
    with sessions() as session:
        session.execute(text("SET log_min_duration_statement = 0"))
        session.execute(text("SELECT :email, CAST(:phone AS text)"), {"email": EMAIL, "phone": PHONE})

    postgres = (home / "postgres.log").read_bytes()[before:]
    assert log.getvalue().count("a statement failed") == len(BREAKING)
    assert found(log.getvalue().encode()) == {}
    assert b"duration:" in postgres
    # The words of a statement are ours; what it is given is theirs.
    ours = b"\n".join(line for line in postgres.splitlines() if b"SET log_min" not in line)
    assert found(ours) == {}
    assert len(CANARIES) > 5


def test_a_home_is_its_owner_s_alone_whatever_it_was_before(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)

    make_home(home)
    private_folder(home / "logs")

    assert stat.S_IMODE(home.stat().st_mode) in {0o700, 0o711}
    assert stat.S_IMODE((home / "logs").stat().st_mode) == 0o700


def test_what_the_embedded_services_keep_is_their_owner_s_alone(database_url: str, redis_url: str, home: Path) -> None:
    kept = [path for path in home.iterdir() if path.name != "home"]

    assert {"postgres", "postgres.log", "postgres.password", "redis", "redis.log"} <= {path.name for path in kept}
    for path in kept:
        allowed = {0o700} if path.is_dir() else {0o600}
        assert stat.S_IMODE(path.stat().st_mode) in allowed, path.name
