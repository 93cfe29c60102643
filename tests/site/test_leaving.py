"""The leaving page: one press leaves, its own undo takes that back, and an old link takes nothing back."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.settings import Settings
from service.web.app import create_app
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.site.forms import send

KEY = derive_key(SECRET, "links")


@pytest.fixture
def visitor(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[FlaskClient]:
    app = create_app(settings)
    yield app.test_client()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


@pytest.fixture
def ana(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.supporter(session, "Ana", campaign=make.campaign(session), phone="+447700900123").id


def _link(ana: int, kind: LinkKind = LinkKind.LEAVE) -> str:
    return sign(kind, ana, key=KEY, channel=Channel.EMAIL)


def _leaves(visitor: FlaskClient, ana: int) -> str:
    """The undo of the page that is shown after leaving; empty where it has none."""
    page = visitor.post(f"/leave/{_link(ana)}", data={"deed": "leave"}).get_data(as_text=True)
    assert "You have left" in page
    found = re.search(r'name="undo" value="([^"]+)"', page)
    return found[1] if found else ""


def _gets_emails(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        return bool(
            session.scalar(
                text("""SELECT count(*) FROM permissions WHERE channel = 'email'
                        AND NOT EXISTS (SELECT 1 FROM suppressions WHERE channel = 'email')""")
            )
        )


def test_a_slip_of_the_thumb_is_undone_by_the_page_that_follows(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    undo = _leaves(visitor, ana)
    assert not _gets_emails(sessions)

    page = visitor.post(f"/leave/{_link(ana)}", data={"deed": "undo", "undo": undo}).get_data(as_text=True)

    assert "You are back" in page
    assert _gets_emails(sessions)


@pytest.mark.parametrize("undo", ["", "nonsense"])
def test_the_link_of_an_old_message_undoes_no_leaving(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], undo: str
) -> None:
    _leaves(visitor, ana)

    page = visitor.post(f"/leave/{_link(ana)}", data={"deed": "undo", "undo": undo}).get_data(as_text=True)

    assert "That cannot be undone here" in page
    assert not _gets_emails(sessions)


def test_whoever_left_already_is_offered_no_undo_and_an_earlier_one_is_spent(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    earlier = _leaves(visitor, ana)

    assert _leaves(visitor, ana) == ""
    visitor.post(f"/leave/{_link(ana)}", data={"deed": "undo", "undo": earlier})
    assert not _gets_emails(sessions)


def test_the_undo_of_one_person_is_no_use_to_another(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        bilal = make.supporter(session, "Bilal", campaign=session.query(make.Campaign).one()).id
    undo = _leaves(visitor, ana)
    _leaves(visitor, bilal)

    visitor.post(f"/leave/{_link(bilal)}", data={"deed": "undo", "undo": undo})

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions")) == 2


def test_a_page_of_choices_left_open_does_not_undo_what_was_said_since(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    address = f"/preferences/{_link(ana, LinkKind.PREFERENCES)}"
    shown = visitor.get(address).get_data(as_text=True)
    hidden = dict(re.findall(r'name="(csrf_token|shown_at)" value="([^"]+)"', shown))
    _leaves(visitor, ana)

    page = visitor.post(address, data=hidden | {"email": "yes", "sms": "yes", "deed": "save"}).get_data(as_text=True)
    assert "You left after this page was opened" in page
    assert not _gets_emails(sessions)
    shown = visitor.get(address).get_data(as_text=True)
    hidden = dict(re.findall(r'name="(csrf_token|shown_at)" value="([^"]+)"', shown))
    send(visitor, address, hidden | {"email": "yes", "sms": "yes", "deed": "save"})

    assert _gets_emails(sessions)
