"""How a person is erased: whole, by keys, and without holding anybody up."""

import json
import re
from datetime import UTC, datetime
from threading import Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import AddressKey
from service.consenting.erase import erase_address, erase_supporter
from service.domain.channel import Channel
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.settings import Settings
from service.store.queries import consents, erasing
from service.store.tables import Base
from tests import make
from tests.cli.conftest import Touchline
from tests.consenting.canaries import EMAIL, PHONE, dump, found
from tests.site.forms import send

NOW = datetime.now(UTC)


def test_a_column_added_later_is_emptied_unless_it_is_said_to_stay() -> None:
    for name, kept in erasing.KEPT.items():
        table = Base.metadata.tables[name]
        assert kept <= {column.name for column in table.columns}, f"{name} has no such column any more"
        for column in table.columns:
            if column.name not in kept:
                erasing.empty(column)


def test_the_word_erased_is_never_an_address(session: Session) -> None:
    with pytest.raises(IntegrityError, match="email_has_at"), session.begin_nested():
        make.supporter(session, "Erased", email="erased")


def test_the_lock_of_opt_outs_is_taken_when_all_the_looking_is_done(
    sessions: sessionmaker[Session], settings: Settings
) -> None:
    """Whatever holds an erasure up, sending goes on: here somebody holds one of her replies."""
    key = AddressKey.of(settings)
    with sessions.begin() as session:
        make.supporter(session, "Zuleika", campaign=make.campaign(session), email=EMAIL, phone=PHONE)
        inbound = InboundText("SM1", PHONE, "+447700900000", "I live at 7 Canary Wharf", NOW)
        receive_text(session, inbound, key=key, now=NOW)
    with sessions() as holding:
        holding.execute(text("SELECT id FROM replies FOR UPDATE"))
        waiting = Thread(target=_erase, args=(sessions, key))
        waiting.start()
        while _waiting(sessions) == 0:
            waiting.join(0.01)

        with sessions.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            consents.lock_for_intent(session)
        holding.rollback()
    waiting.join()

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 2


def _erase(sessions: sessionmaker[Session], key: AddressKey) -> None:
    with sessions.begin() as session:
        erase_address(session, channel=Channel.EMAIL, address=EMAIL, key=key, source="test", now=NOW)


def _waiting(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return int(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0)


_ERASING = re.compile(
    r"Seq Scan on (sign_ups|notices|replies|consents|permissions|receipts|actions|signatures|messages)"
)


def test_every_row_of_a_person_is_found_by_an_index(sessions: sessionmaker[Session], settings: Settings) -> None:
    """However many others there are: where it can help it, Postgres reads no table from end to end."""
    plans: list[str] = []

    def explain(connection: Connection, _: object, sql: str, given: object, *__: object) -> None:
        if sql.lstrip().startswith(("UPDATE", "DELETE")) and not sql.startswith("EXPLAIN"):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", given)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))

    with sessions.begin() as session:
        her = make.supporter(session, "Zuleika", campaign=make.campaign(session), email=EMAIL, phone=PHONE).id
    with sessions.begin() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", explain)
        erase_supporter(session, her, source="test", now=NOW)

    assert len(plans) > 10
    assert [plan for plan in plans if _ERASING.search(plan)] == []


def test_by_the_command_line_and_not_by_name(
    touchline: Touchline, client: FlaskClient, sessions: sessionmaker[Session], database_url: str
) -> None:
    with sessions.begin() as session:
        slug = make.campaign(session).slug
    form = {"first_name": "Zuleika", "consent_email": "yes", "email": EMAIL, "source": "canary-source"}
    send(client, f"/{slug}/join", form, page=f"/{slug}/")

    done = touchline("supporters", "erase", EMAIL, "--yes")
    again = touchline("supporters", "erase", "nobody@example.org", "--yes", "--json")
    wrong = touchline("supporters", "erase", "not an address", "--yes")

    assert "Forgotten" in done.stdout
    assert json.loads(again.stdout)["was_known"] is False
    assert wrong.exit_code == 1
    assert "not a phone number" in wrong.stderr
    assert found(dump(database_url)) == {}
