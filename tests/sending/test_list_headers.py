"""What mailbox programs read of a letter: the list's name, where help is, both ways to leave (RFC 2919, 2369, 8058)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from service.sending.list_headers import leave_headers, list_headers
from tests.faults.common import Blasting
from tests.sending.conftest import URL, Desk

LINK = "https://act.example.org/leave/Abc_d-e0"


def test_every_letter_of_a_blast_names_its_list_its_help_and_both_ways_to_leave(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal")
    desk.deliver()

    batch = desk.email.batches[0]
    assert batch.headers["List-Id"] == f"<campaign-1.{urlsplit(URL).hostname}>"
    assert batch.headers["List-Help"] == f"<mailto:{batch.reply_to}?subject=help>"
    for each in batch.recipients:
        press, letter = each.headers["List-Unsubscribe"].split(", ")
        assert press.startswith(f"<{URL}/leave/")
        assert letter.startswith(f"<mailto:{batch.reply_to}?")
        assert parse_qs(urlsplit(letter.strip("<>")).query)["body"] == [press.strip("<>")]
        assert each.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len({each.headers["List-Unsubscribe"] for each in batch.recipients}) == 2


@pytest.mark.parametrize("reply_to", ["camp+2026@example.org", "a&b?c@example.org", "o'hara%40@example.org"])
def test_an_address_of_any_signs_is_one_address_in_the_header(reply_to: str) -> None:
    letter = leave_headers(LINK, reply_to=reply_to)["List-Unsubscribe"].split(", ")[1]
    parts = urlsplit(letter.strip("<>"))

    assert parse_qs(f"to={parts.path}")["to"] == [reply_to]
    assert parse_qs(parts.query) == {"subject": ["unsubscribe"], "body": [LINK]}


def test_a_campaign_that_nobody_answers_for_names_no_mailbox() -> None:
    assert leave_headers(LINK, reply_to="")["List-Unsubscribe"] == f"<{LINK}>"
    assert list_headers(public_url="https://act.example.org", campaign_id=7, reply_to="") == {
        "List-Id": "<campaign-7.act.example.org>"
    }
