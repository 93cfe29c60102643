"""Testers are named, confirmed, listed and removed from the command line."""

import json

from sqlalchemy.orm import Session, sessionmaker

from service.planning.testers import CODE_PURPOSE
from service.store.tables import testing
from service.wording.links import derive_key
from service.wording.short_codes import short_code
from tests.cli.conftest import Touchline
from tests.conftest import SECRET


def test_a_tester_is_named_confirmed_listed_and_removed(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    named = touchline("tester", "add", "07700 900555")
    with sessions() as session:
        row = session.query(testing.Tester).one()
    code = short_code(CODE_PURPOSE, row.id, row.ask_count, key=derive_key(SECRET, "links"))

    before = touchline("tester", "list").output
    wrong = touchline("tester", "confirm", "07700 900555", "12")
    right = touchline("tester", "confirm", "07700 900555", code)
    after = json.loads(touchline("tester", "list", "--json").output)
    gone = touchline("tester", "remove", "+447700900555")

    assert "A message is on its way to +447700900555" in named.output
    assert "asked 20" in before
    assert (wrong.exit_code, "not the code that was sent" in wrong.stderr) == (1, True)
    assert (right.exit_code, right.output) == (0, "+447700900555 is a tester.\n")
    assert [(each["address"], bool(each["confirmed_at"])) for each in after] == [("+447700900555", True)]
    assert gone.output == "+447700900555 gets no more tests.\n"
    assert touchline("tester", "list").output == ""


def test_a_refusal_names_what_is_wrong(touchline: Touchline) -> None:
    assert "no such tester" in touchline("tester", "remove", "bilal@example.org").stderr
    assert touchline("tester", "add", "12").exit_code == 1
    touchline("tester", "add", "bilal@example.org")
    assert "asked a moment ago" in touchline("tester", "add", "bilal@example.org").stderr
    assert "by the link" in touchline("tester", "confirm", "bilal@example.org", "123456").stderr
