"""Which answers say that an address is dead, and which say something of us, or of today."""

import pytest

from service.providers.sendgrid.bounces import is_dead, status_of


@pytest.mark.parametrize(
    ("status", "reason", "classified"),
    [
        ("5.1.1", "550 5.1.1 no such user", "Invalid Address"),
        ("5.1.1", "", ""),
        ("5.1.2", "", "Unclassified"),
        ("5.1.10", "556 5.1.10 recipient's domain takes no mail", ""),
        ("5.1.6", "", ""),
        ("5.0.0", "550 user unknown", "Invalid Address"),
        ("", "550 5.1.1 the account does not exist", ""),
        ("5.0.0", "550 5.1.1 the account does not exist", "Unclassified"),
        ("", "", "Invalid Address"),
    ],
)
def test_a_dead_address(status: str, reason: str, classified: str) -> None:
    assert is_dead(status, reason, classified)


@pytest.mark.parametrize(
    ("status", "reason", "classified"),
    [
        ("5.7.1", "550 5.7.1 part of the network is on our block list", "Unclassified"),
        ("5.7.26", "", "Invalid Address"),
        ("5.7.606", "Access denied, banned sending IP", ""),
        ("4.2.2", "452 4.2.2 over quota", "Unclassified"),
        ("4.4.7", "", "Invalid Address"),
        ("5.2.2", "552 5.2.2 mailbox full", ""),
        ("5.2.1", "", "Mailbox Unavailable"),
        ("5.1.8", "sender's domain", ""),
        ("5.1.7", "", ""),
        ("5.4.1", "", "Unclassified"),
        ("5.0.0", "554 rejected due to the reputation of 203.0.113.9", "Reputation"),
        ("5.0.0", "", "Unclassified"),
        ("", "550 5.7.1 policy", ""),
        ("", "", ""),
        (None, None, ""),
        (5, ["5.1.1"], ""),
    ],
)
def test_not_a_dead_address(status: object, reason: object, classified: str) -> None:
    assert not is_dead(status, reason, classified)


def test_the_code_is_read_from_the_words_where_its_field_says_nothing() -> None:
    assert status_of("5.0.0", "550 5.7.1 <203.0.113.5.1.1> refused") == "5.7.1"
    assert status_of("5.1.1 <ana@example.org>", "") == ""
