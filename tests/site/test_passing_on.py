"""Tokens stay with whom they are for; what is passed on brings friends to the campaign, and says who brought them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.domain.channel import Channel
from service.joining.confirm import confirm_email
from service.reporting.funnel import campaign_report
from service.sending.personal import Person, PersonalWords
from service.store.tables.people import Supporter
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET
from tests.site.forms import send

KEY = derive_key(SECRET, "links")
FRIEND = {"first_name": "Bilal", "email": "bilal@example.org", "consent_email": "yes"}


def petition_token(supporter_id: int, campaign_id: int) -> str:
    return sign(LinkKind.PETITION, supporter_id, key=KEY, channel=Channel.EMAIL, target=campaign_id)


def friend_link(ana: int) -> str:
    """What stands in Ana's message for {friend_link}, from the path on."""
    words = PersonalWords(
        key=KEY,
        public_url="",
        blast_id=1,
        channel=Channel.EMAIL,
        language="en",
        kick_off_at=make.KICK_OFF,
        links={"friend_link": 1},
    )
    return words.values(["friend_link"], Person(ana, "Ana", "Europe/London"))["friend_link"]


def test_the_address_bar_holds_no_token_once_the_page_is_open(visitor: FlaskClient, ana: int) -> None:
    answer = visitor.get(f"/fair-trials/petition?t={petition_token(ana, 1)}&s=flyer", follow_redirects=True)

    assert answer.request.full_path.rstrip("?") == "/fair-trials/petition?s=flyer"
    assert "Sign as A…" in answer.text
    assert "Sign as A…" in visitor.get("/fair-trials/petition").text


def test_without_cookies_the_token_stands_in_the_form_alone(visitor: FlaskClient, ana: int) -> None:
    token = petition_token(ana, 1)
    visitor._cookies.clear()
    first = visitor.get(f"/fair-trials/petition?t={token}")
    visitor._cookies.clear()
    page = visitor.get(first.location)

    assert "Sign as A…" in page.text
    assert f'name="t" value="{token}"' in page.text
    assert 'action="/fair-trials/petition"' in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page.text


def test_without_cookies_whoever_signs_is_thanked(app: Flask, ana: int, sessions: sessionmaker[Session]) -> None:
    visitor = app.test_client(use_cookies=False)
    address = f"/fair-trials/petition?t={petition_token(ana, 1)}&c=1"

    answer = send(visitor, "/fair-trials/petition", {"t": petition_token(ana, 1)}, page=address)

    assert "Thank you, you have signed" in visitor.get(answer.location).text
    assert (
        "Thank you, you have signed" not in visitor.get("/fair-trials/signed?result=signed", follow_redirects=True).text
    )
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM signatures")) == 1


def test_a_friend_at_the_same_computer_says_not_you_and_gets_the_form(visitor: FlaskClient, ana: int) -> None:
    visitor.get(f"/fair-trials/petition?t={petition_token(ana, 1)}", follow_redirects=True)

    page = visitor.get("/fair-trials/petition?t=", follow_redirects=True).text

    assert "Sign as" not in page
    assert 'name="email"' in page


def test_a_form_sent_without_a_token_signs_for_nobody_the_browser_remembers(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    visitor.get(f"/fair-trials/petition?t={petition_token(ana, 1)}", follow_redirects=True)

    send(visitor, "/fair-trials/petition", {"name": "Bilal Bey", "first_name": "Bilal", "email": "bilal@example.org"})

    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM signatures")) == 0


def test_the_token_of_one_campaign_signs_nothing_of_another(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.campaign(session, slug="second", match=make.fixture(session, slug="second"))
    token = petition_token(ana, 1)

    page = visitor.get(f"/second/petition?t={token}", follow_redirects=True).text
    send(visitor, "/second/petition", {"t": token})

    assert "Sign as" not in page
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM signatures")) == 0


def test_a_friend_lands_on_the_campaign_and_not_on_the_page_to_pass_it_on(visitor: FlaskClient, ana: int) -> None:
    answer = visitor.get(friend_link(ana), follow_redirects=True)

    assert answer.request.path == "/fair-trials/"
    assert "Follow the campaign" in answer.text


def test_a_friend_s_link_lets_nobody_act_for_the_one_who_passed_it_on(visitor: FlaskClient, ana: int) -> None:
    code = friend_link(ana).rpartition("/")[2]

    for address in (f"/preferences/{code}", f"/leave/{code}", f"/l/{code}"):
        assert visitor.get(address).status_code == 404
    assert "Sign as" not in visitor.get(f"/fair-trials/petition?t={code}", follow_redirects=True).text


def test_who_brought_whom_is_kept_and_reported(visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]) -> None:
    landing = visitor.get(friend_link(ana)).location
    source = re.search(r'name="source" value="([^"]+)"', visitor.get(landing).text)
    assert source
    send(visitor, "/fair-trials/join", {**FRIEND, "source": source[1]}, page=landing)
    with sessions.begin() as session:
        sign_up_id = session.scalars(text("SELECT id FROM sign_ups")).one()
        confirm_email(session, sign_up_id, key=make.KEY, ip="", now=clock.now())

    with sessions() as session:
        bilal = session.scalars(select(Supporter).where(Supporter.first_name == "Bilal")).one()
        totals = campaign_report(session, "fair-trials").totals
    assert (bilal.referred_by, bilal.source) == (ana, "shared")
    assert (totals.brought, totals.sharers) == (1, 1)
    share = visitor.get(f"/fair-trials/share?t={petition_token(ana, 1)}", follow_redirects=True).text
    assert "1 person has joined through you" in share


@pytest.mark.parametrize("way", ["email", "sms", "whatsapp", ""])
def test_each_way_of_passing_it_on_is_counted(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], way: str
) -> None:
    page = visitor.get("/fair-trials/share").text
    send(visitor, "/fair-trials/share", {"by": way})

    assert not way or f'data-by="{way}"' in page
    with sessions() as session:
        assert session.execute(text("SELECT kind, detail FROM actions")).one() == ("shared", way)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Azerbaijan v England: ask for fair trials", "Azerbaijan v England: ask for fair trials"),
        ("Fair trials now", "Azerbaijan v England: Fair trials now"),
    ],
)
def test_shared_words_name_the_match_once(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], title: str, words: str
) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE campaigns SET title = :title"), {"title": title})

    page = visitor.get("/fair-trials/share").text

    assert f"mailto:?subject={words.replace(' ', '%20').replace(':', '%3A')}&amp;" in page


@pytest.mark.parametrize("name", ["s", "source", "utm_source"])
def test_the_source_is_carried_from_page_to_page(visitor: FlaskClient, ana: int, name: str) -> None:
    landing = visitor.get(f"/?{name}=flyer").location
    page = visitor.get(landing).text
    briefing = visitor.get("/fair-trials/briefings/election-2003?s=flyer").text

    assert landing == "/fair-trials/?s=flyer"
    assert 'name="source" value="flyer"' in page
    assert 'href="/fair-trials/briefings/election-2003?s=flyer"' in page
    assert 'href="/fair-trials/petition?s=flyer"' in briefing
    assert 'href="/fair-trials/?s=flyer"' in briefing


@pytest.mark.parametrize(
    ("way", "opens"),
    [("email", "mailto:?subject="), ("sms", "sms:?&body="), ("whatsapp", "https://wa.me/?text=")],
)
def test_a_button_without_script_counts_once_and_leads_on(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], way: str, opens: str
) -> None:
    visitor.get(f"/fair-trials/share?t={petition_token(ana, 1)}", follow_redirects=True)
    page = visitor.get("/fair-trials/share").text
    button = re.search(rf'data-by="{way}" data-opens="[^"]+" rel="nofollow" class="[^"]+" href="([^"]+)"', page)
    assert button

    answer = visitor.get(
        button[1].replace("&amp;", "&"), headers={"User-Agent": "Mozilla/5.0 (Android 14) Firefox/131.0"}
    )

    assert answer.location.startswith(opens)
    with sessions() as session:
        found = session.execute(text("SELECT kind, detail, supporter_id FROM actions")).all()
    assert [tuple(row) for row in found] == [("shared", way, ana)]


def test_a_machine_that_follows_the_buttons_shares_nothing(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    answer = visitor.get("/fair-trials/share/email", headers={"User-Agent": "Googlebot/2.1"})

    assert answer.location.startswith("mailto:")
    assert visitor.get("/fair-trials/share/pigeon").status_code == 404
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM actions")) == 0
