"""Leaving, coming back and being forgotten, from the pages' own buttons."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import Evidence, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store.queries.consents import permitted_channels
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.site.forms import send

KEY = derive_key(SECRET, "links")
BOTH = {Channel.EMAIL, Channel.SMS}


def link(kind: LinkKind, ana: int) -> str:
    return f"/{kind}/{sign(kind, ana, key=KEY, channel=Channel.EMAIL)}"


def channels(sessions: sessionmaker[Session], ana: int) -> set[Channel]:
    with sessions() as session:
        return set(permitted_channels(session, supporter_id=ana, campaign_id=1))


def left_by(page: str) -> dict[str, str | list[str]]:
    """What the button to undo sends along."""
    return {"undo": re.findall(r'name="undo" value="([^"]+)"', page)}


def press(visitor: FlaskClient, address: str, deed: str, fields: Mapping[str, str | list[str]] | None = None) -> str:
    return send(visitor, address, {"deed": deed, **(fields or {})}).text


@pytest.mark.parametrize("kind", [LinkKind.LEAVE, LinkKind.PREFERENCES])
def test_undoing_brings_back_both_channels_that_were_left(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], kind: LinkKind
) -> None:
    address, deed = link(kind, ana), "everything" if kind is LinkKind.LEAVE else "leave"

    left = press(visitor, address, deed)
    gone = channels(sessions, ana)
    back = press(visitor, address, "undo", left_by(left))

    assert "You have left" in left
    assert gone == set()
    assert "We will go on sending you emails and texts." in back
    assert channels(sessions, ana) == BOTH


def test_undoing_brings_back_nothing_that_was_not_there(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    address = link(LinkKind.LEAVE, ana)
    send(visitor, link(LinkKind.PREFERENCES, ana), {"email": "yes"})

    left = press(visitor, address, "everything")
    press(visitor, address, "undo", left_by(left))

    assert channels(sessions, ana) == {Channel.EMAIL}


def test_the_old_links_of_a_forgotten_person_say_what_is_so(visitor: FlaskClient, ana: int) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    token = sign(LinkKind.FORGET, ana, key=KEY, channel=Channel.EMAIL, expires_at=tomorrow)
    press(visitor, f"/forget/{token}", "erase_for_good")

    for kind in (LinkKind.LEAVE, LinkKind.PREFERENCES):
        answer = visitor.get(link(kind, ana))
        assert answer.status_code == 410
        assert "We have forgotten you already" in answer.text


def test_a_number_that_said_stop_is_told_where_to_text_start(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        withdraw_consent(
            session,
            supporter_id=ana,
            channel=Channel.SMS,
            reason=Suppressed.STOP,
            evidence=Evidence("STOP", "text"),
            now=make.KICK_OFF,
        )

    page = send(visitor, link(LinkKind.PREFERENCES, ana), {"email": "yes", "sms": "yes"}).text

    assert 'text START from the phone itself, to <a class="nowrap" href="sms:+447700900000">+44 7700 900000</a>' in page


def test_pages_say_the_same_of_a_number_whether_or_not_it_said_stop(visitor: FlaskClient, ana: int) -> None:
    form = {"phone": "07700 900123", "consent_sms": "yes"}
    known = send(visitor, "/fair-trials/join", form, page="/fair-trials/")
    known = visitor.get(known.location) if known.status_code == 303 else known

    assert "START" in known.text
    assert "+44 7700 900000" in known.text
    assert "7700900123" not in known.text
