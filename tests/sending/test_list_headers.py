"""What mailbox programs read of a letter: the list's name, where help is, both ways to leave (RFC 2919, 2369, 8058)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from service.sending.list_headers import leave_headers, list_headers
from tests.faults.common import Blasting
from tests.sending.conftest import URL, Desk

LINK = "https://act.example.org/leave/Abc_d-e0"


def test_every_letter_of_a_blast_names_its_list_its_help_and_both_ways_to_leave(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana", "Bilal")
    desk.leave_mailbox = "leave@example.org"
    desk.deliver()

    batch = desk.email.batches[0]
    assert batch.headers["List-Id"] == f"<campaign-1.{urlsplit(URL).hostname}>"
    assert batch.headers["List-Help"] == f"<mailto:{batch.reply_to}?subject=help>"
    for each in batch.recipients:
        press, letter = each.headers["List-Unsubscribe"].split(", ")
        assert press.startswith(f"<{URL}/leave/")
        assert letter.startswith("<mailto:leave@example.org?")
        assert parse_qs(urlsplit(letter.strip("<>")).query)["body"] == [press.strip("<>")]
        assert each.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len({each.headers["List-Unsubscribe"] for each in batch.recipients}) == 2


def test_where_nobody_reads_a_mailbox_for_it_one_press_is_the_one_way(desk: Desk, blast_to: Blasting) -> None:
    blast_to("Ana")
    desk.deliver()

    assert "mailto" not in desk.email.batches[0].recipients[0].headers["List-Unsubscribe"]


@pytest.mark.parametrize(
    ("url", "named"),
    [("https://aktion.münchen.example", "aktion.xn--mnchen-3ya.example"), ("http://[::1]:8000", "--1")],
)
def test_the_name_of_the_list_is_plain_letters_whatever_the_address(url: str, named: str) -> None:
    assert list_headers(public_url=url, campaign_id=7, reply_to="")["List-Id"] == f"<campaign-7.{named}>"


@pytest.mark.parametrize("mailbox", ["camp+2026@example.org", "a&b?c@example.org", "o'hara%40@example.org"])
def test_an_address_of_any_signs_is_one_address_in_the_header(mailbox: str) -> None:
    letter = leave_headers(LINK, mailbox=mailbox)["List-Unsubscribe"].split(", ")[1]
    parts = urlsplit(letter.strip("<>"))

    assert parse_qs(f"to={parts.path}")["to"] == [mailbox]
    assert parse_qs(parts.query) == {"subject": ["unsubscribe"], "body": [LINK]}


def test_a_campaign_that_nobody_answers_for_names_no_mailbox() -> None:
    assert leave_headers(LINK, mailbox="")["List-Unsubscribe"] == f"<{LINK}>"
    assert list_headers(public_url="https://act.example.org", campaign_id=7, reply_to="") == {
        "List-Id": "<campaign-7.act.example.org>"
    }
