"""A personal link still leads where it should when an app takes the sign after it along, or breaks its line."""

from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.logs import mask
from service.web.token_paths import tidy_token_path
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.conftest import SECRET

KEY = derive_key(SECRET, "links")
LINES = (Path(__file__).parents[1] / "cases/trailing_punctuation_kills_link/links.txt").read_text().split()
ENDS = [
    *".,;:!?)>]}\"'/»”…=*|\\",
    "%20",
    "%29.",
    "%2529",
    "%E2%80%8B",
    "\u200b",
    " and more",
    "%0D%0A",
    "=3D",
    ").",
    "-",
    "_",
]


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def tokens(sessions: sessionmaker[Session]) -> dict[str, str]:
    """Ana's links, by the page they lead to."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        ana = make.supporter(session, "Ana", campaign=campaign).id
        link = make.link(session, campaign, "/fair-trials/petition")
        sign_up = make.sign_up(session, campaign, "cora@example.org")
        expires = make.KICK_OFF.replace(year=2037)
        return {
            "leave": sign(LinkKind.LEAVE, ana, key=KEY, channel=Channel.EMAIL),
            "preferences": sign(LinkKind.PREFERENCES, ana, key=KEY, channel=Channel.EMAIL),
            "l": sign(LinkKind.CLICK, ana, key=KEY, channel=Channel.EMAIL, target=link),
            "confirm": sign(LinkKind.CONFIRM, sign_up.id, key=KEY, expires_at=expires, nonce=7),
            "petition": sign(LinkKind.PETITION, ana, key=KEY, channel=Channel.EMAIL, target=campaign.id),
        }


@pytest.mark.parametrize("line", LINES)
def test_a_sign_after_the_link_is_not_part_of_it(visitor: FlaskClient, tokens: dict[str, str], line: str) -> None:
    page = line.split("/")[1]

    answer = visitor.get(line.replace("TOKEN", tokens[page]))

    assert answer.status_code == (302 if page == "l" else 200)


@pytest.mark.parametrize("page", ["leave", "preferences", "l", "confirm"])
def test_nothing_that_apps_put_after_a_link_kills_it(visitor: FlaskClient, tokens: dict[str, str], page: str) -> None:
    for end in ENDS:
        answer = visitor.get(f"/{page}/{tokens[page]}{end if end.startswith('%') else quote(end, safe='/')}")

        assert answer.status_code == (302 if page == "l" else 200), end


def test_a_mailbox_s_own_button_leaves_by_a_link_with_a_sign_after_it(
    visitor: FlaskClient, tokens: dict[str, str]
) -> None:
    answer = visitor.post(f"/leave/{tokens['leave']}>", data={"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, answer.text) == (200, "You have left.\n")


@pytest.mark.parametrize("end", [".", ")", "%22", "%20", "&#39;"])
def test_the_petition_knows_its_visitor_by_a_link_with_a_sign_after_it(
    visitor: FlaskClient, tokens: dict[str, str], end: str
) -> None:
    assert "A…" in visitor.get(f"/fair-trials/petition?t={tokens['petition']}{end}", follow_redirects=True).text


def _rules_of_tokens(app: Flask) -> list[str]:
    return [
        str(rule)
        for rule in app.url_map.iter_rules()
        if "token" in rule.arguments and not str(rule).startswith(("/hooks/", "/api/"))
    ]


def test_every_page_that_stands_at_a_token_is_tidied_and_hidden_in_logs(app: Flask) -> None:
    for rule in _rules_of_tokens(app):
        path = rule.replace("<token>", "ab1_cd-2").replace("<campaign>", "fair-trials")

        assert tidy_token_path(path.replace("ab1_cd-2", "ab1_cd-2.")) == path, rule
        assert "ab1_cd-2" not in mask(f"GET {path} HTTP/1.1"), rule


@pytest.mark.parametrize(
    ("path", "tidy"),
    [
        ("/leave/abc.", "/leave/abc"),
        ("/leave/abc/", "/leave/abc"),
        ("/l/<abc>", "/l/abc"),
        ("/l/ab=\r\nc", "/l/abc"),
        ("/preferences/abc).", "/preferences/abc"),
        ("/preferences/abc/erase", "/preferences/abc/erase"),
        ("/console/enter/abc,", "/console/enter/abc"),
        ("/f/abc.", "/f/abc"),
        ("/signature/abc)", "/signature/abc"),
        ("/fair-trials/check/abc.", "/fair-trials/check/abc"),
        ("/leave/...", "/leave/"),
        ("/fair-trials/petition.", "/fair-trials/petition."),
        ("/l", "/l"),
    ],
)
def test_only_what_follows_a_token_is_cut_off(path: str, tidy: str) -> None:
    assert tidy_token_path(path) == tidy
