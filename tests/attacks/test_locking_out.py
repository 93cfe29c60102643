"""Threat "admin takeover", the other way round: a stranger keeps a manager out of their own account."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from service.domain.manager import Role
from service.planning.managers import mail_link, make_sign_in_link
from service.planning.sign_in_tries import Here, TooManyTries, note_try
from service.planning.signing_in import LinkSpent, SignInRefused, change_password, peek_link, sign_in, sign_in_by_link
from service.store.tables.notices import Notice
from service.web.console.signing_in import LINK_SECONDS
from tests.console.conftest import Browser

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
KEY = b"a key that signs links in tests."
PASSWORD = "four words for football"
ANA = "ana@example.org"
HOME = "192.0.2.1"


@pytest.fixture
def ana(session: Session) -> int:
    """A manager with a password, who has signed in from home."""
    who = sign_in_by_link(session, _link(session), keys=[KEY], here=_from(HOME), now=NOW)
    change_password(session, who.id, current="", new=PASSWORD, here=_from(HOME, "b"), now=NOW)
    return who.id


def _link(session: Session) -> str:
    return make_sign_in_link(session, ANA, Role.ADMIN, public_url="", key=KEY, now=NOW).rpartition("/")[2]


def _from(ip: str, letter: str = "a") -> Here:
    return Here(ip=ip, token=f"{letter}{ip:*<42}")


def _try(session: Session, password: str, ip: str) -> None:
    note_try(session, ANA, here=_from(ip, "t"), now=NOW)
    sign_in(session, ANA, password, here=_from(ip, "t"), now=NOW)


def _wrong_from(session: Session, *addresses: str) -> None:
    for ip in addresses:
        with pytest.raises((SignInRefused, TooManyTries)):
            _try(session, "a wrong one", ip)


def test_wrong_passwords_from_fifty_addresses_keep_nobody_else_out(session: Session, ana: int) -> None:
    _wrong_from(session, *(f"198.51.100.{number}" for number in range(1, 61)))

    _try(session, PASSWORD, HOME)
    _try(session, PASSWORD, "203.0.113.200")


def test_even_a_thousand_tries_keep_nobody_out_of_a_place_of_theirs(session: Session, ana: int) -> None:
    for number in range(1_001):
        note_try(session, ANA, here=_from(f"10.{number // 250}.{number % 250}.1"), now=NOW)

    _try(session, PASSWORD, "192.0.2.99")
    with pytest.raises(TooManyTries):
        _try(session, PASSWORD, "203.0.113.200")


def test_wrong_passwords_lock_the_network_they_come_from(session: Session, ana: int) -> None:
    _wrong_from(session, *["198.51.100.7"] * 5)
    _wrong_from(session, *(f"2001:db8:1:2::{number}" for number in range(1, 6)))

    with pytest.raises(TooManyTries):
        _try(session, PASSWORD, "198.51.100.7")
    with pytest.raises(TooManyTries):
        _try(session, PASSWORD, "2001:db8:1:2:ffff::1")
    _try(session, PASSWORD, "2001:db8:1:3::1")


def test_asking_for_links_voids_neither_an_invitation_nor_a_link(session: Session) -> None:
    invitation = _link(session)

    for minutes in range(2, 60, 2):
        mail_link(session, ANA, now=NOW + timedelta(minutes=minutes))

    later = NOW + timedelta(minutes=60)
    assert sign_in_by_link(session, invitation, keys=[KEY], here=_from(HOME), now=later).email == ANA


def test_asking_for_links_for_ever_sends_four_an_hour_at_most(session: Session, ana: int) -> None:
    start = NOW + timedelta(hours=1)
    sent = [mail_link(session, ANA, now=start + timedelta(minutes=minutes)) for minutes in range(24 * 60)]

    assert sum(sent[:60]) <= 6
    assert all(sum(sent[hour * 60 : hour * 60 + 60]) <= 4 for hour in range(1, 24))
    # And there is always one in the mailbox that still signs in.
    assert all(any(sent[max(0, minute - 29) : minute + 1]) for minute in range(24 * 60))
    assert session.query(Notice).count() == sum(sent)


def test_a_link_that_was_used_voids_the_others(session: Session, ana: int) -> None:
    older = _link(session)
    mail_link(session, ANA, now=NOW + timedelta(minutes=5))

    sign_in_by_link(session, older, keys=[KEY], here=_from(HOME), now=NOW + timedelta(minutes=6))

    with pytest.raises(LinkSpent):
        peek_link(session, older, keys=[KEY], now=NOW + timedelta(minutes=6))
    assert mail_link(session, ANA, now=NOW + timedelta(minutes=6))


def test_how_long_the_answer_takes_tells_nobody_who_has_an_account(
    app: Flask, signed_in: Callable[[Role], Browser]
) -> None:
    signed_in(Role.VIEWER)
    stranger = Browser(app.test_client())

    for address in ("viewer@example.org", "nobody@example.org"):
        began = time.monotonic()
        stranger.press("/console/link", {"email": address}, follow=False)
        assert time.monotonic() - began >= LINK_SECONDS
