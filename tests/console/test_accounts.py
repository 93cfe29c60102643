"""Accounts: links that work once, passwords, sessions that end, and the last admin."""

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.manager import Role
from service.planning.audit import read_audit
from service.planning.managers import (
    LastAdmin,
    add_manager,
    change_role,
    list_managers,
    mail_link,
    make_sign_in_link,
    remove_manager,
)
from service.planning.signing_in import (
    Here,
    LinkSpent,
    SignInRefused,
    TooManyTries,
    WeakPassword,
    change_password,
    manager_of,
    note_try,
    peek_link,
    sign_in,
    sign_in_by_link,
    sign_out,
)
from service.sending.notice_words import NoticeWriter
from service.store.queries.notice_life import IntendedNotice
from service.store.tables.notices import Notice

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
KEY = b"a key that signs links in tests."
PASSWORD = "four words for football"


def _here(letter: str = "a", ip: str = "192.0.2.1") -> Here:
    return Here(ip=ip, token=letter * 43)


def _link(session: Session, email: str = "ana@example.org", role: Role = Role.ADMIN, now: datetime = NOW) -> str:
    link = make_sign_in_link(session, email, role, public_url="https://example.org", key=KEY, now=now)
    return link.removeprefix("https://example.org/console/enter/")


def _with_password(session: Session, email: str = "ana@example.org", role: Role = Role.ADMIN) -> int:
    link, token = _link(session, email, role), f"{email:*<43}"
    who = sign_in_by_link(session, link, keys=[KEY], here=Here("192.0.2.1", token), now=NOW)
    change_password(session, who.id, current="", new=PASSWORD, here=Here("192.0.2.1", token.upper()), now=NOW)
    return who.id


def _try(session: Session, password: str, here: Here, now: datetime = NOW, email: str = "ana@example.org") -> str:
    note_try(session, email, here=here, now=now)
    return sign_in(session, email, password, here=here, now=now).email


def test_a_link_makes_the_account_and_signs_in_once(session: Session) -> None:
    token = _link(session)

    who = sign_in_by_link(session, token, keys=[KEY], here=_here(), now=NOW)

    assert (who.email, who.role, who.has_password) == ("ana@example.org", Role.ADMIN, False)
    assert manager_of(session, _here().token, now=NOW)
    with pytest.raises(LinkSpent):
        sign_in_by_link(session, token, keys=[KEY], here=_here("b"), now=NOW)


def test_looking_at_a_link_does_not_use_it_up(session: Session) -> None:
    token = _link(session)

    assert peek_link(session, token, keys=[KEY], now=NOW).email == "ana@example.org"
    assert peek_link(session, token, keys=[KEY], now=NOW).email == "ana@example.org"


def test_a_link_is_too_old_after_a_day(session: Session) -> None:
    token = _link(session)

    with pytest.raises(LinkSpent):
        sign_in_by_link(session, token, keys=[KEY], here=_here(), now=NOW + timedelta(hours=24))


def test_a_newer_link_voids_the_older(session: Session) -> None:
    older = _link(session)
    newer = _link(session, now=NOW + timedelta(minutes=5))

    with pytest.raises(LinkSpent):
        sign_in_by_link(session, older, keys=[KEY], here=_here(), now=NOW + timedelta(minutes=6))
    assert sign_in_by_link(session, newer, keys=[KEY], here=_here(), now=NOW + timedelta(minutes=6))


def test_a_link_signed_with_another_key_is_refused(session: Session) -> None:
    token = _link(session)

    with pytest.raises(LinkSpent):
        peek_link(session, token, keys=[b"the key of somebody else's house"], now=NOW)


def test_the_right_password_signs_in_and_the_wrong_one_does_not(session: Session) -> None:
    _with_password(session)

    assert _try(session, PASSWORD, _here()) == "ana@example.org"
    with pytest.raises(SignInRefused):
        _try(session, PASSWORD + "!", _here("b"))
    with pytest.raises(SignInRefused):
        _try(session, PASSWORD, _here("c"), email="nobody@example.org")


def test_an_account_without_a_password_cannot_be_entered_with_an_empty_one(session: Session) -> None:
    _link(session)

    with pytest.raises(SignInRefused):
        _try(session, "", _here())


def test_after_five_wrong_tries_even_the_right_password_waits_fifteen_minutes(session: Session) -> None:
    _with_password(session)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            _try(session, "wrong", _here())

    with pytest.raises(TooManyTries):
        _try(session, PASSWORD, _here())
    assert _try(session, PASSWORD, _here("c", ip="198.51.100.7"))
    assert _try(session, PASSWORD, _here("d"), now=NOW + timedelta(minutes=16))


def test_one_address_cannot_try_many_accounts(session: Session) -> None:
    for number in range(30):
        with pytest.raises(SignInRefused):
            _try(session, "wrong", _here(), email=f"manager{number}@example.org")

    with pytest.raises(TooManyTries):
        _try(session, "wrong", _here(), email="another@example.org")


def test_a_session_idles_away_after_half_an_hour_and_ends_after_twelve(session: Session) -> None:
    _with_password(session)
    _try(session, PASSWORD, _here())

    assert manager_of(session, _here().token, now=NOW + timedelta(minutes=29))
    assert manager_of(session, _here().token, now=NOW + timedelta(minutes=58))
    assert manager_of(session, _here().token, now=NOW + timedelta(minutes=89)) is None

    _try(session, PASSWORD, _here("b"))
    for quarter in range(1, 48):
        assert manager_of(session, _here("b").token, now=NOW + timedelta(minutes=15 * quarter))
    assert manager_of(session, _here("b").token, now=NOW + timedelta(hours=12)) is None


def test_signing_out_ends_the_session_at_once(session: Session) -> None:
    _with_password(session)
    _try(session, PASSWORD, _here())

    sign_out(session, _here().token)

    assert manager_of(session, _here().token, now=NOW) is None


def test_a_new_password_signs_other_browsers_out(session: Session) -> None:
    ana = _with_password(session)
    _try(session, PASSWORD, _here("a"))
    _try(session, PASSWORD, _here("b"))

    change_password(session, ana, current=PASSWORD, new="a quite different one", here=_here("c"), now=NOW)

    assert manager_of(session, _here("a").token, now=NOW) is None
    assert manager_of(session, _here("b").token, now=NOW) is None
    assert manager_of(session, _here("c").token, now=NOW)


def test_a_password_is_changed_only_by_who_knows_it(session: Session) -> None:
    ana = _with_password(session)

    with pytest.raises(SignInRefused):
        change_password(session, ana, current="not it", new="a quite different one", here=_here(), now=NOW)


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaa", "ana@example.org", "x" * 257])
def test_a_weak_password_is_refused(session: Session, weak: str) -> None:
    who = sign_in_by_link(session, _link(session), keys=[KEY], here=_here(), now=NOW)

    with pytest.raises(WeakPassword):
        change_password(session, who.id, current="", new=weak, here=_here("b"), now=NOW)


def test_a_removed_manager_is_out_at_once(session: Session) -> None:
    _with_password(session)
    bilal = _with_password(session, "bilal@example.org", Role.AUTHOR)
    _try(session, PASSWORD, _here("b"), email="bilal@example.org")

    remove_manager(session, bilal, actor="ana@example.org", now=NOW)

    assert manager_of(session, _here("b").token, now=NOW) is None
    assert [person.email for person in list_managers(session)] == ["ana@example.org"]
    with pytest.raises(SignInRefused):
        _try(session, PASSWORD, _here("d"), email="bilal@example.org")


def test_a_removed_manager_comes_back_without_the_old_password(session: Session) -> None:
    _with_password(session)
    bilal = _with_password(session, "bilal@example.org", Role.AUTHOR)
    remove_manager(session, bilal, actor="ana@example.org", now=NOW)

    back = add_manager(session, "bilal@example.org", Role.VIEWER, actor="ana@example.org", now=NOW)

    assert (back.id, back.role, back.has_password) == (bilal, Role.VIEWER, False)


def test_the_last_admin_stays_admin(session: Session) -> None:
    ana = _with_password(session)
    _with_password(session, "bilal@example.org", Role.LAUNCHER)

    with pytest.raises(LastAdmin):
        remove_manager(session, ana, actor="ana@example.org", now=NOW)
    with pytest.raises(LastAdmin):
        change_role(session, ana, Role.VIEWER, actor="ana@example.org", now=NOW)


def test_a_forgotten_password_is_answered_by_one_email_only_to_accounts(session: Session) -> None:
    _with_password(session)

    assert mail_link(session, "ana@example.org", now=NOW + timedelta(minutes=10))
    assert not mail_link(session, "ana@example.org", now=NOW + timedelta(minutes=11))
    assert not mail_link(session, "stranger@example.org", now=NOW)
    assert [notice.to_address for notice in session.query(Notice)] == ["ana@example.org"]


def test_the_emailed_link_signs_in_and_its_secret_is_never_stored(session: Session) -> None:
    _with_password(session)
    mail_link(session, "ana@example.org", now=NOW)
    row = session.query(Notice).one()
    asked = IntendedNotice(
        **{each.name: getattr(row, each.name) for each in fields(IntendedNotice) if each.name != "channel"},
        channel=Channel(row.channel),
    )

    written = NoticeWriter(KEY, "https://example.org", "touchline@example.org").write(session, asked).email

    assert written is not None
    assert "once, within 30 minutes" in written.text
    found = re.search(r"https://example.org/console/enter/(\S+)", written.text)
    assert found
    assert found[1] not in str(row.facts)
    assert sign_in_by_link(session, found[1], keys=[KEY], here=_here(), now=NOW).email == "ana@example.org"


def test_every_change_to_accounts_is_remembered(session: Session) -> None:
    ana = _with_password(session)
    bilal = add_manager(session, "bilal@example.org", Role.AUTHOR, actor="ana@example.org", now=NOW).id
    change_role(session, bilal, Role.LAUNCHER, actor="ana@example.org", now=NOW)
    remove_manager(session, bilal, actor="ana@example.org", now=NOW)

    deeds = [(entry.deed, entry.subject) for entry in reversed(read_audit(session))]

    assert deeds == [
        ("manager.add", f"manager {ana}"),
        ("manager.password", f"manager {ana}"),
        ("manager.add", f"manager {bilal}"),
        ("manager.role", f"manager {bilal}"),
        ("manager.remove", f"manager {bilal}"),
    ]
