"""Threat "admin takeover" by way of passkeys: answers overheard, made elsewhere, too old, or mere noise."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.planning.challenges import RelyingParty
from service.planning.managers import Manager, add_manager, remove_manager
from service.planning.passkeys import (
    PasskeyRefused,
    add_passkey,
    list_passkeys,
    options_to_add,
    options_to_sign_in,
    remove_passkey,
    sign_in_by_passkey,
)
from service.planning.sign_in_tries import Here
from service.settings import Settings
from service.web.app import create_app
from tests.console.conftest import Browser
from tests.console.devices import Device

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
HERE = Here("192.0.2.1", token="t" * 43)
HOST, ORIGIN = "act.example.org", "https://act.example.org"
PARTY = RelyingParty(HOST, ORIGIN, b"a key of the tests", browser="hers")


@pytest.fixture
def ana(session: Session) -> Manager:
    add_manager(session, "bilal@example.org", Role.ADMIN, actor="", now=NOW)
    return add_manager(session, "ana@example.org", Role.ADMIN, actor="", now=NOW)


@pytest.fixture
def device(session: Session, ana: Manager) -> Device:
    """Hers, with a passkey."""
    made = Device(HOST, ORIGIN)
    answer = made.add(options_to_add(session, ana, party=PARTY, now=NOW))
    assert len(add_passkey(session, ana.id, answer, name="Phone", party=PARTY, now=NOW)) == 10
    return made


def enter(session: Session, answer: str, *, party: RelyingParty = PARTY, now: datetime = NOW) -> str:
    here = Here(HERE.ip, token=f"{hash((answer, party.browser, now)):043d}")
    return sign_in_by_passkey(session, answer, party=party, here=here, now=now).email


def asked(now: datetime, *, party: RelyingParty = PARTY) -> str:
    return options_to_sign_in(party=party, now=now)


def test_the_device_signs_its_owner_in(session: Session, device: Device) -> None:
    now = NOW + timedelta(minutes=1)

    assert enter(session, device.sign_in(asked(now)), now=now) == "ana@example.org"


def test_an_answer_is_never_accepted_twice(session: Session, device: Device) -> None:
    device.count = -1  # as synced passkeys, which do not count
    now = NOW + timedelta(minutes=1)
    earlier, later = asked(now), asked(now + timedelta(seconds=1))
    first = device.sign_in(later)
    device.count = -1
    before = device.sign_in(earlier)

    assert enter(session, first, now=now + timedelta(seconds=2))
    for overheard in (first, before):
        with pytest.raises(PasskeyRefused):
            enter(session, overheard, now=now + timedelta(seconds=3))


def test_a_copied_key_that_counts_less_is_refused(session: Session, device: Device) -> None:
    for minute in (1, 2):
        now = NOW + timedelta(minutes=minute)
        enter(session, device.sign_in(asked(now)), now=now)
    device.count = 0

    now = NOW + timedelta(minutes=3)
    with pytest.raises(PasskeyRefused):
        enter(session, device.sign_in(asked(now)), now=now)


@pytest.mark.parametrize("minutes", [-1, 5])
def test_an_answer_is_good_for_five_minutes(session: Session, device: Device, minutes: int) -> None:
    made_at = NOW + timedelta(minutes=10)
    answer = device.sign_in(asked(made_at))

    with pytest.raises(PasskeyRefused):
        enter(session, answer, now=made_at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "made_for",
    [
        replace(PARTY, browser="another's"),
        replace(PARTY, key=b"a key of somebody else"),
    ],
    ids=["another browser", "another key"],
)
def test_a_challenge_that_was_not_made_for_this_browser_is_refused(
    session: Session, device: Device, made_for: RelyingParty
) -> None:
    now = NOW + timedelta(minutes=1)
    answer = device.sign_in(asked(now, party=made_for))

    with pytest.raises(PasskeyRefused):
        enter(session, answer, now=now)


def test_a_challenge_for_adding_a_key_signs_nobody_in(session: Session, ana: Manager, device: Device) -> None:
    now = NOW + timedelta(minutes=1)
    answer = device.sign_in(options_to_add(session, ana, party=PARTY, now=now))

    with pytest.raises(PasskeyRefused):
        enter(session, answer, now=now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://act.example.org.evil.example"},
        {"origin": "http://act.example.org"},
        {"rp_id": "evil.example"},
        {"knows_owner": False},
        {"credential_id": b"the key of nobody"},
    ],
    ids=["look-alike", "not encrypted", "another party", "owner not recognised", "unknown key"],
)
def test_an_answer_from_elsewhere_or_of_nobody_is_refused(
    session: Session, device: Device, wrong: dict[str, object]
) -> None:
    now = NOW + timedelta(minutes=1)
    for name, value in wrong.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefused):
        enter(session, device.sign_in(asked(now)), now=now)


def test_another_s_signature_is_refused(session: Session, device: Device) -> None:
    now = NOW + timedelta(minutes=1)

    with pytest.raises(PasskeyRefused):
        enter(session, Device(HOST, ORIGIN, count=7).sign_in(asked(now)), now=now)


def test_a_key_is_not_added_twice_nor_to_another_account(session: Session, ana: Manager, device: Device) -> None:
    again = device.add(options_to_add(session, ana, party=PARTY, now=NOW))
    bilal = add_manager(session, "bilal@example.org", Role.ADMIN, actor="", now=NOW)

    for manager_id in (ana.id, bilal.id):
        with pytest.raises(PasskeyRefused):
            add_passkey(session, manager_id, again, name="", party=PARTY, now=NOW)
    assert [key.name for key in list_passkeys(session, ana.id)] == ["Phone"]


def test_nobody_removes_another_s_key_and_a_removed_manager_s_key_is_gone(
    session: Session, ana: Manager, device: Device
) -> None:
    bilal = add_manager(session, "bilal@example.org", Role.ADMIN, actor="", now=NOW)
    key = list_passkeys(session, ana.id)[0].id
    now = NOW + timedelta(minutes=1)

    assert not remove_passkey(session, bilal.id, key, now=now)
    remove_manager(session, ana.id, actor="", now=now)

    with pytest.raises(PasskeyRefused):
        enter(session, device.sign_in(asked(now)), now=now)


@pytest.fixture
def stranger(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Browser]:
    """A stranger's browser at an installation whose address has a name."""
    app = create_app(replace(settings, public_url="http://localhost:8000"))
    yield Browser(app.test_client())
    app.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.mark.parametrize(
    "noise",
    [
        "",
        "{}",
        "[]",
        "null",
        "\x00",
        "[" * 15_000,
        '{"id": 1}',
        '{"id":"a","rawId":"a","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"","signature":""}}',
        '{"id":"a","rawId":"a","type":"public-key","response":{"clientDataJSON":"W10","authenticatorData":"","signature":""}}',
        '{"id":"é","rawId":"é","type":"public-key","response":{"clientDataJSON":"é","authenticatorData":"","signature":""}}',
        "x" * 30_000,
    ],
    ids=lambda noise: f"{len(noise)} letters",
)
def test_noise_is_refused_and_breaks_nothing(stranger: Browser, noise: str) -> None:
    assert stranger.see("/console/passkeys/options/sign-in").status_code == 200

    answer = stranger.press("/console/passkeys/sign-in", {"answer": noise})

    assert answer.status_code == 403


def test_where_the_address_is_a_number_there_are_no_passkeys(
    browser: Browser, signed_in: Callable[[Role], Browser]
) -> None:
    assert browser.see("/console/passkeys/options/sign-in").status_code == 404
    assert "data-passkey" not in browser.see("/console/sign-in").text
    assert "public address is a number" in signed_in(Role.VIEWER).see("/console/passkeys/").text
