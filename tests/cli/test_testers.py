"""Testers are named, confirmed, listed and removed from the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables import testing
from service.store.tables.notices import Notice
from service.wording.links import derive_key
from service.wording.short_codes import TESTER_PURPOSE, short_code
from tests import make
from tests.cli.conftest import Touchline
from tests.conftest import SECRET


def test_a_tester_is_named_confirmed_listed_and_removed(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    named = touchline("tester", "add", "07700 900555")
    with sessions() as session:
        row = session.query(testing.Tester).one()
    code = short_code(TESTER_PURPOSE, row.id, row.ask_count, key=derive_key(SECRET, "links"))

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
    assert "we text only numbers in" in touchline("tester", "add", "+5352345678").stderr
    touchline("tester", "add", "bilal@example.org")
    assert "asked a moment ago" in touchline("tester", "add", "bilal@example.org").stderr
    assert "by the link" in touchline("tester", "confirm", "bilal@example.org", "123456").stderr


def test_a_test_is_sent_to_a_tester_once_for_each_key(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    (tmp_path / "mail.md").write_text("Dear {first_name|friend}, sign: {petition_link}")
    with sessions.begin() as session:
        make.campaign(session)
        make.a_tester(session, "bilal@example.org")

    words = ("blast", "test", "fair-trials", "--subject", "Sign", "--email", str(tmp_path / "mail.md"), "--key", "k")
    sent = [touchline(*words, "--to", "Bilal@example.org").output for _ in range(2)]

    assert sent == ["A test is on its way to bilal@example.org.\n"] * 2
    with sessions() as session:
        notice = session.query(Notice).one()
    assert (notice.kind, notice.to_address, notice.facts["subject"]) == (
        "test_email",
        "bilal@example.org",
        "[Test] Sign",
    )


@pytest.mark.parametrize(
    ("campaign", "to", "body", "why"),
    [
        (
            "fair-trials",
            "stranger@example.org",
            "Words",
            "is none of your testers; tests go to testers who have said yes",
        ),
        ("fair-trials", "+447700900555", "Words", "is a mobile number: give the words with --sms"),
        ("fair-trials", "bilal@example.org", "{nobody}", "no such placeholder"),
        ("nowhere", "bilal@example.org", "Words", "there is no campaign 'nowhere'"),
    ],
)
def test_a_test_that_cannot_be_sent_says_why(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path, campaign: str, to: str, body: str, why: str
) -> None:
    (tmp_path / "mail.md").write_text(body)
    with sessions.begin() as session:
        make.campaign(session)
        make.a_tester(session, "bilal@example.org")

    result = touchline("blast", "test", campaign, "--to", to, "--subject", "S", "--email", str(tmp_path / "mail.md"))

    assert (result.exit_code, why in result.stderr) == (1, True), result.stderr
    with sessions() as session:
        assert session.query(Notice).count() == 0
