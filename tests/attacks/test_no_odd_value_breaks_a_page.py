"""Threat: values no person types, in every field and path. Whatever is sent, no page, webhook or API breaks."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from service.clock import now
from service.domain.channel import Channel
from service.domain.manager import Role
from service.settings import Settings
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from service.wording.links import LinkKind, derive_key, sign
from tests import make
from tests.attacks.odd_values import TEXTS
from tests.attacks.shooting import (
    Range,
    encoded,
    forms_of_rules,
    paths_of,
    read_pages,
    shoot_bodies,
    shoot_form,
    shoot_paths,
    shooting_range,
)
from tests.conftest import SECRET
from tests.console.conftest import SLUG, Browser, app, browser, campaign_id, signed_in
from tests.listening.conftest import Hooks

__all__ = ["app", "browser", "campaign_id", "signed_in"]

# Values for each field, and for each part of a path.
FIELD, PART = 3, 2
DEV = "+447700900123"
# What stands for the variable parts of addresses: things that are there.
PARTS: Mapping[str, Sequence[object]] = {
    "slug": [SLUG, "election-2003"],
    "campaign": [SLUG],
    "stage_slug": ["find-out-more"],
    "deed": ["kick-off", "pause", "choose"],
    "number": [0],
    "blast_id": [2],
    "campaign_id": [1],
    "reply_id": [1],
    "supporter_id": [1],
    "manager_id": [1],
    "tester_id": [1],
    "import_id": [1],
    "look_id": ["nobody"],
    "token": ["nobody"],
    "upload_id": ["00000000-0000-0000-0000-000000000000"],
    "name": ["supporters"],
    "way": ["email"],
    "ref": ["1.s.1"],
    "filename": ["site.css"],
}
LATER = datetime(2037, 1, 1, tzinfo=UTC)
SITE = (
    "site.",
    "petition.",
    "joining.",
    "confirming.",
    "signature.",
    "forgetting.",
    "links.",
    "not_me.",
    "api.",
    "health.",
)
SHORT_LIVED = {"forget": LinkKind.FORGET, "take-off": LinkKind.TAKE_OFF, "not-me": LinkKind.NOT_ME}
OWN_PAGES = {"leave": LinkKind.LEAVE, "preferences": LinkKind.PREFERENCES, "view": LinkKind.VIEW}


def link(kind: LinkKind, who: int, *, expires_at: datetime | None = None, nonce: int = 0, target: int = 0) -> str:
    """A token of a link in an email."""
    key = derive_key(SECRET, "links")
    return sign(
        kind, who, key=key, channel=Channel.EMAIL, blast_id=0, target=target, expires_at=expires_at, nonce=nonce
    )


@pytest.fixture
def full(app: Flask, sessions: sessionmaker[Session], settings: Settings, campaign_id: int) -> None:
    """An installation with something of every kind in it."""
    with sessions.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        make.blast(session, campaign, opens_at=now() + timedelta(days=1))
        make.blast(session, campaign, opens_at=now() - timedelta(minutes=5), state="running")
        make.a_tester(session, "dev@example.org")
        make.a_tester(session, DEV, confirmed_at=None)
    texting = Hooks(app.test_client(), settings, sessions, count(1))
    assert texting.text("+447700900100", "Is the bus accessible?").status_code == 200


def _report(at: Range) -> str:
    return "\n".join(sorted(set(at.broken)))


def _rules(app: Flask, method: str, *beginnings: str) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return [rule for rule in rules if rule.endpoint.startswith(beginnings) and rule.endpoint != "console.sign_out_now"]


def test_no_field_of_the_console_breaks_it(
    app: Flask, engine: Engine, full: None, signed_in: Callable[[Role], Browser]
) -> None:
    admin = signed_in(Role.ADMIN)
    file = {"file": (io.BytesIO(b"email,name\nana@example.org,Ana\n"), "people.csv"), "campaign": SLUG, "source": "a"}
    look = admin.press("/console/supporters/import", file, follow=False).headers["Location"]
    parts = {**PARTS, "upload_id": [look.rpartition("/")[2]]}

    with shooting_range(app, engine, admin.client) as at:
        rules = _rules(app, "GET", "console.")
        starts = [path for rule in rules for path in paths_of(app, rule, parts)]
        pages, forms = read_pages(at, ["/console/", *starts])
        reached = {at.endpoint(form.action, "POST") for form in forms}
        hidden = [rule for rule in _rules(app, "POST", "console.") if rule.endpoint not in reached]
        for form in [*forms, *forms_of_rules(at, hidden, parts)]:
            shoot_form(at, form, most=FIELD)
        shoot_paths(at, pages, most=PART)

    assert len(pages) > 40
    assert len(forms) > 40
    assert _report(at) == ""


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.AUTHOR, Role.LAUNCHER])
def test_no_role_breaks_the_console(
    app: Flask, engine: Engine, full: None, browser: Browser, signed_in: Callable[[Role], Browser], role: Role | None
) -> None:
    mine = signed_in(role) if role else browser

    with shooting_range(app, engine, mine.client) as at:
        for form in forms_of_rules(at, _rules(app, "POST", "console."), PARTS):
            shoot_form(at, replace(form, fields=form.fields[:2]), most=1)
        pages = [path for rule in _rules(app, "GET", "console.") for path in paths_of(app, rule, PARTS)]
        shoot_paths(at, pages, most=1)

    assert len(pages) > 40
    assert _report(at) == ""


@pytest.fixture
def tokens(sessions: sessionmaker[Session], full: None) -> list[str]:
    """Links of Ana's, of every kind."""
    with sessions.begin() as session:
        campaign = session.query(Campaign).one()
        ana = session.query(Supporter).order_by(Supporter.id).first()
        assert ana is not None
        sign_up = make.sign_up(session, campaign, "cora2@example.org").id
        click = make.link(session, campaign, "/fair-trials/petition")
        return [
            *(f"/{page}/{link(kind, ana.id)}" for page, kind in OWN_PAGES.items()),
            *(f"/{page}/{link(kind, ana.id, expires_at=LATER, nonce=1)}" for page, kind in SHORT_LIVED.items()),
            f"/l/{link(LinkKind.CLICK, ana.id, target=click)}",
            f"/confirm/{link(LinkKind.CONFIRM, sign_up, expires_at=LATER, nonce=7)}",
            f"/{SLUG}/check/{link(LinkKind.CHECK, sign_up, expires_at=LATER)}",
            f"/{SLUG}/petition?t={link(LinkKind.PETITION, ana.id, target=campaign.id)}",
        ]


def test_no_field_of_the_supporters_pages_breaks_them(app: Flask, engine: Engine, tokens: list[str]) -> None:
    with shooting_range(app, engine, app.test_client()) as at:
        starts = [path for rule in _rules(app, "GET", *SITE) for path in paths_of(app, rule, PARTS)]
        pages, forms = read_pages(at, [f"/{SLUG}/", f"/{SLUG}/share", *tokens, *starts])
        for form in forms:
            shoot_form(at, form, most=FIELD)
        for path in {form.action for form in forms if form.method == "post"}:
            shoot_bodies(at, path)
        shoot_paths(at, pages, most=PART)

    assert len(pages) > 10
    assert len(forms) > 5
    assert _report(at) == ""


def test_no_place_to_go_on_to_breaks_signing_in(
    app: Flask, engine: Engine, full: None, signed_in: Callable[[Role], Browser]
) -> None:
    mine, password = signed_in(Role.ADMIN), "a long password of the tests, with 7"
    assert mine.press("/console/password", {"new": password, "again": password}).status_code == 200
    places = [TEXTS["elsewhere"], TEXTS["half an address"], *(f"/console/{value}" for value in TEXTS.values())]

    answers = []
    with shooting_range(app, engine, app.test_client()) as at:
        for place in places:
            (form,) = forms_of_rules(at, _rules(app, "POST", "console.sign_in_now"), PARTS)
            known = {"csrf_token": form.fields[0].value, "email": "admin@example.org", "password": password}
            answers.append(at.send(place[:40], "POST", form.action, encoded([*known.items(), ("next", place)])))

    assert _report(at) == ""
    assert {answer.status_code for answer in answers} == {302}
    assert {urlsplit(answer.headers["Location"]).netloc for answer in answers} == {""}
