"""The page of an email: its reader's own, by its own link alone, and looking at it counts for nothing."""

import html
import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.erase import erase_supporter
from service.domain.channel import Channel
from service.sending.carriers import Words
from service.settings import Settings
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.sending.conftest import Desk

KEY = derive_key(SECRET, "links")
EMAIL = "Dear {first_name|friend}, kick-off is {kick_off}. {petition_link}"


@pytest.fixture
def view_links(sessions: sessionmaker[Session], settings: Settings) -> dict[str, str]:
    """Ana's and Bilal's links to the page of their email, as the provider was given them."""

    class OurDesk(Desk):
        @property
        def words(self) -> Words:
            return Words(KEY, settings.public_url)

    desk = OurDesk(sessions)
    with sessions.begin() as session:
        campaign = make.campaign(session)
        for place, name in enumerate(("Ana", "Bilal")):
            make.supporter(session, name, campaign=campaign, phone=f"+4477009001{place:02}")
        make.blast(session, campaign, channels=(Channel.EMAIL,), email=EMAIL)
    desk.open()
    desk.deliver()
    found = {}
    for batch in desk.email.batches:
        token = re.search(r'href="(-tl_view_link-)"', batch.html)
        assert token
        for recipient in batch.recipients:
            found[recipient.address.partition("@")[0]] = urlsplit(recipient.substitutions[token[1]]).path
    return found


def _everything(sessions: sessionmaker[Session]) -> list[tuple[str, int]]:
    """How many rows each table that tells of people's acts has, and what is noted of the messages."""
    questions = (
        "SELECT count(*) FROM actions",
        "SELECT count(*) FROM messages WHERE opened_at IS NOT NULL OR clicked_at IS NOT NULL",
        "SELECT count(*) FROM links",
        "SELECT count(*) FROM consents",
    )
    with sessions() as session:
        return [(question, session.execute(text(question)).scalar_one()) for question in questions]


def test_each_reader_sees_the_email_they_were_sent(visitor: FlaskClient, view_links: dict[str, str]) -> None:
    ana, bilal = (visitor.get(view_links[name]) for name in ("ana", "bilal"))

    assert (ana.status_code, bilal.status_code) == (200, 200)
    assert "Dear Ana, kick-off is " in ana.text
    assert "Dear Bilal, kick-off is " in bilal.text
    assert "-tl_" not in ana.text
    links = [urlsplit(html.unescape(href)).path for href in re.findall(r'href="([^"]+)"', ana.text)]
    assert view_links["ana"] not in links
    assert "See this email in your browser" not in ana.text
    for path in ("/leave/", "/preferences/", "/l/"):
        own = next(link for link in links if link.startswith(path))
        assert visitor.get(own).status_code in {200, 302}


def test_the_page_is_kept_by_nobody_found_by_nobody_and_may_do_nothing(
    visitor: FlaskClient, view_links: dict[str, str]
) -> None:
    headers = visitor.get(view_links["ana"]).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_looking_counts_for_nothing_and_changes_nothing(
    visitor: FlaskClient, view_links: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    before = _everything(sessions)

    visitor.get(view_links["ana"], headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"})

    assert _everything(sessions) == before


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_it_is_there_after_the_blast_is_over(
    visitor: FlaskClient, view_links: dict[str, str], sessions: sessionmaker[Session], state: str
) -> None:
    with sessions.begin() as session:
        session.execute(
            text("UPDATE blasts SET state = :state, expires_at = now() - interval '1 year'"), {"state": state}
        )

    assert "Dear Ana" in visitor.get(view_links["ana"]).text


def test_it_is_gone_when_its_reader_is_forgotten(
    visitor: FlaskClient, view_links: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        ana = session.execute(text("SELECT id FROM supporters WHERE email LIKE 'ana@%'")).scalar_one()
        erase_supporter(session, ana, source="test", now=make.KICK_OFF)

    gone, other = visitor.get(view_links["ana"]), visitor.get(view_links["bilal"])

    assert gone.status_code == 410
    assert "Ana" not in gone.text
    assert other.status_code == 200


@pytest.mark.parametrize(
    "kind", [LinkKind.LEAVE, LinkKind.PREFERENCES, LinkKind.CLICK, LinkKind.SHARE, LinkKind.PETITION]
)
def test_no_other_link_of_the_email_opens_it_and_it_opens_nothing_else(
    visitor: FlaskClient, view_links: dict[str, str], sessions: sessionmaker[Session], kind: LinkKind
) -> None:
    with sessions() as session:
        ana = session.execute(text("SELECT id FROM supporters WHERE email LIKE 'ana@%'")).scalar_one()
        blast = session.execute(text("SELECT id FROM blasts")).scalar_one()
    other = sign(kind, ana, key=KEY, channel=Channel.EMAIL, blast_id=blast)
    own = view_links["ana"].removeprefix("/view/")

    assert visitor.get(f"/view/{other}").status_code == 404
    assert {visitor.get(f"/{page}/{own}").status_code for page in ("leave", "preferences", "l", "f")} == {404}
    assert visitor.post(f"/leave/{own}", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_the_link_of_a_preview_is_nobody_s(visitor: FlaskClient, view_links: dict[str, str]) -> None:
    page = visitor.get(f"/view/{sign(LinkKind.VIEW, 0, key=KEY, channel=Channel.EMAIL)}")

    assert page.status_code == 404
    assert "It was a preview or a test" in page.text
