"""I26: a supporter who is told that it worked is in the database: nothing is answered before the commit."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests import make

_FORM = {"first_name": "Ana", "email": "ana@example.org", "consent_email": "yes"}
_REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = '57P01'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.fixture
def refuse_commits(sessions: sessionmaker[Session]):  # type: ignore[no-untyped-def]  # a fixture that lends a deed
    """Have Postgres go away at the very commit of whatever writes to a table."""
    tables: list[str] = []

    def refuse(table: str) -> None:
        tables.append(table)
        with sessions.begin() as session:
            session.execute(text(_REFUSE.format(table=table)))

    yield refuse
    with sessions.begin() as session:
        for table in tables:
            session.execute(text(f"DROP TRIGGER refuse ON {table}"))
            session.execute(text("DROP FUNCTION refuse()"))


def _join(client: FlaskClient) -> int:
    page = client.get("/fair-trials/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return client.post("/fair-trials/join", data={**_FORM, "csrf_token": token[1] if token else ""}).status_code


def test_i26_when_the_database_dies_at_the_commit_the_supporter_is_told(  # type: ignore[no-untyped-def]
    client: FlaskClient, sessions: sessionmaker[Session], refuse_commits
) -> None:
    with sessions.begin() as session:
        make.campaign(session)

    refuse_commits("sign_ups")
    refused = _join(client)
    with sessions() as session:
        kept = session.scalar(text("SELECT count(*) FROM sign_ups"))

    assert (refused, kept) == (503, 0)


def test_i26_when_it_says_thank_you_the_row_is_there(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        make.campaign(session)

    answered = _join(client)

    assert answered < 400
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_ups")) == 1
