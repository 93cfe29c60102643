"""What cannot be undone is done by its owner alone, whoever holds a message that was passed on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import AddressKey, suppress_address
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.joining.confirm import confirm_email, confirm_phone
from service.joining.sign_up import SignUpForm, sign_up
from service.settings import Settings
from service.wording.links import LinkKind, sign
from tests import make
from tests.site.forms import send
from tests.site.letters import KEY, confirm_address, follow, kinds, press, words

ANA, PHONE = "ana@example.org", "+447700900123"
PETITION = "/fair-trials/petition"


def _own(kind: LinkKind, who: int, petition: int = 0) -> str:
    """The link of the letter to its owner."""
    path = {LinkKind.TAKE_OFF: "take-off", LinkKind.FORGET: "forget"}[kind]
    expires_at = datetime.now(UTC) + timedelta(hours=24)
    token = sign(kind, who, key=KEY, channel=Channel.EMAIL, expires_at=expires_at, nonce=petition)
    return f"/{path}/{token}"


def _preferences(who: int) -> str:
    return f"/preferences/{sign(LinkKind.PREFERENCES, who, key=KEY, channel=Channel.EMAIL)}"


def _count(sessions: sessionmaker[Session], of: str) -> int:
    with sessions() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {of}")) or 0)


def _standing(sessions: sessionmaker[Session]) -> int:
    return _count(sessions, "signatures WHERE withdrawn_at IS NULL")


def _alive(sessions: sessionmaker[Session]) -> int:
    return _count(sessions, "supporters WHERE erased_at IS NULL")


@pytest.fixture
def signed(app: Flask, ana: int, sessions: sessionmaker[Session]) -> str:
    """Ana has signed in a browser of her own; her petition link, that she passes on."""
    with sessions.begin() as session:
        session.execute(text("UPDATE supporters SET full_name = 'Ana Aliyeva'"))
    token = sign(LinkKind.PETITION, ana, key=KEY, channel=Channel.EMAIL, target=1)
    send(app.test_client(), PETITION, {"t": token}, page=f"{PETITION}?t={token}")
    return token


def _signature_page(visitor: FlaskClient, page: str) -> str:
    found = re.search(r'href="(/signature/[^"]+)"', visitor.get(page, follow_redirects=True).text)
    assert found
    return found[1]


@pytest.mark.parametrize("by", ["petition", "preferences"])
def test_a_forwarded_link_takes_no_name_off_and_has_its_signer_asked(
    visitor: FlaskClient, ana: int, signed: str, sessions: sessionmaker[Session], by: str
) -> None:
    address = _signature_page(visitor, f"{PETITION}?t={signed}" if by == "petition" else _preferences(ana))

    page = follow(visitor, send(visitor, address, {}))

    assert _standing(sessions) == 1
    assert "was sent to a…@e….org" in page
    assert kinds(sessions, ANA)[-1] == "take_off_email"


def test_the_link_of_that_letter_takes_it_off_and_opening_it_does_not(
    visitor: FlaskClient, ana: int, signed: str, sessions: sessionmaker[Session]
) -> None:
    address = _own(LinkKind.TAKE_OFF, ana, 1)

    visitor.get(address)
    opened = _standing(sessions)
    page = follow(visitor, send(visitor, address, {}))

    assert opened == 1
    assert _standing(sessions) == 0
    assert "Your name is off the petition" in page


def test_whoever_has_just_signed_here_takes_it_off_at_once(
    visitor: FlaskClient, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": ANA})
    press(visitor, sessions, ANA)
    address = _signature_page(visitor, "/fair-trials/confirmed")

    follow(visitor, send(visitor, address, {}))

    assert _standing(sessions) == 0


def test_the_letter_to_confirm_pressed_again_elsewhere_makes_nobody_the_owner(
    app: Flask, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    send(app.test_client(), PETITION, {"name": "Ana Aliyeva", "email": ANA})
    press(app.test_client(), sessions, ANA)
    friend = app.test_client()

    page = follow(friend, send(friend, confirm_address(sessions, ANA), {}, page="/fair-trials/"))
    address = f"/signature/{sign(LinkKind.SIGNATURE, 1, key=KEY, target=1)}"
    send(friend, address, {})

    assert "You had confirmed already" in page
    assert "Choose what you get" not in page
    assert _standing(sessions) == 1


def test_its_signer_is_not_asked_again_and_again(
    visitor: FlaskClient, ana: int, signed: str, sessions: sessionmaker[Session]
) -> None:
    address = _signature_page(visitor, f"{PETITION}?t={signed}")

    for _ in range(5):
        send(visitor, address, {})

    assert kinds(sessions, ANA).count("take_off_email") == 1


def test_a_number_that_said_stop_is_not_texted_for_it(
    visitor: FlaskClient, ana: int, signed: str, sessions: sessionmaker[Session]
) -> None:
    key, now = make.KEY, datetime.now(UTC)
    with sessions.begin() as session:
        for channel, address in ((Channel.EMAIL, ANA), (Channel.SMS, PHONE)):
            reason = Suppressed.STOP if channel is Channel.SMS else Suppressed.COMPLAINT
            suppress_address(session, channel=channel, address=address, key=key, reason=reason, now=now)
    address = _signature_page(visitor, f"{PETITION}?t={signed}")

    page = follow(visitor, send(visitor, address, {}, page="/fair-trials/"))

    assert "write to hello@example.org" in page
    assert kinds(sessions, PHONE) == []
    assert "take_off_email" not in kinds(sessions, ANA)


# Being forgotten.


def test_being_forgotten_by_a_forwarded_link_asks_its_owner_first(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    address = _preferences(ana)

    asked = words(send(visitor, address, {"deed": "erase"}).text)
    sent = words(send(visitor, address, {"deed": "erase_for_good"}).text)

    assert "passed on to you by a friend" in asked
    assert "was sent to a…@e….org" in sent
    assert _alive(sessions) == 1
    assert kinds(sessions, ANA) == ["forget_email"]


def test_the_link_of_that_letter_forgets_and_says_so_ever_after(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    address = _own(LinkKind.FORGET, ana)

    asked = visitor.get(address).text
    done = words(send(visitor, address, {}).text)
    again = visitor.get(address)

    assert "for good?" in asked
    assert "We have forgotten you" in done
    assert _alive(sessions) == 0
    assert (again.status_code, "forgotten you already" in again.text) == (410, True)


def _one_form(sessions: sessionmaker[Session], settings: Settings) -> None:
    """An email and a phone of one form, each confirmed by itself."""
    key, now = AddressKey.of(settings), datetime.now(UTC)
    with sessions.begin() as session:
        campaign = make.campaign(session)
        form = SignUpForm("Ana", ANA, PHONE, consent_email=True, consent_sms=True)
        row = sign_up(session, form, campaign_id=campaign.id, wordings={"email": "Yes.", "sms": "Yes."}, now=now)
        confirm_email(session, row.sign_up_id, key=key, ip="", now=now)
        confirm_phone(session, PHONE, key=key, now=now)


@pytest.mark.parametrize("also", [True, False])
def test_the_other_address_of_a_form_is_asked_and_never_forgotten_with_it(
    visitor: FlaskClient, sessions: sessionmaker[Session], settings: Settings, also: bool
) -> None:
    _one_form(sessions, settings)

    asked = words(visitor.get(_own(LinkKind.FORGET, 1)).text)
    done = words(send(visitor, _own(LinkKind.FORGET, 1), {"also": "yes"} if also else {}).text)

    assert "+44…23 signed up on the same form" in asked
    assert _alive(sessions) == 1
    assert ("forget_sms" in kinds(sessions, PHONE)) is also
    assert ("+44…23 was sent a link of its own" in done) is also


def test_a_forwarded_link_tells_nothing_of_the_other_address(
    visitor: FlaskClient, sessions: sessionmaker[Session], settings: Settings
) -> None:
    _one_form(sessions, settings)

    page = send(visitor, _preferences(1), {"deed": "erase"}).text

    assert "same form" not in page


# The letter that says "it was not me".


def test_an_old_link_that_says_it_was_not_me_says_that_it_is_done(
    visitor: FlaskClient, sessions: sessionmaker[Session], settings: Settings
) -> None:
    _one_form(sessions, settings)
    send(visitor, _own(LinkKind.FORGET, 1), {})

    answer = visitor.get(f"/not-me/{sign(LinkKind.NOT_ME, 1, key=KEY)}")

    assert answer.status_code == 410
    assert "We have forgotten you already" in answer.text
    assert "leave me alone" not in answer.text
