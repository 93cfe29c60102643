"""Whoever may not send sees no address and no number whole: not on any page, and not by asking a letter at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from service.clock import now
from service.domain.manager import Role
from service.domain.masking import mask_words
from service.logs import mask
from service.store.tables.listening import Reply
from service.store.tables.people import Action, SignUp
from service.web.console.access import needed_role
from tests import make
from tests.console.conftest import SLUG, Browser, words
from tests.console.test_blasts import BLAST, open_blasts

Signed = Callable[[Role], Browser]
EMAIL, PHONE = "canary.of.ana@private.example.org", "+447700900765"
OTHER_EMAIL = "canary.of.eva@private.example.org"
# However a number is written, these are its digits.
DIGITS = "7700900765"
FREE = f"write to {EMAIL}, or call 07700 900 765 / {PHONE} / +44 (0)7700-900765"


@dataclass(frozen=True, slots=True)
class Planted:
    """Where somebody with such an address is."""

    supporter_id: int
    reply_id: int


@pytest.fixture
def planted(campaign_id: int, signed_in: Signed, sessions: sessionmaker[Session]) -> Planted:
    """Somebody with an address of her own in every place that pages show, who has got a blast and texted back."""
    with sessions.begin() as session:
        campaign = session.get_one(make.Campaign, campaign_id)
        ana = make.supporter(session, "Canary", campaign=campaign, email=EMAIL, phone=PHONE, source=EMAIL)
        ana.external_id, ana.details, ana.tags = PHONE, {"second_mail": EMAIL}, [EMAIL]
        make.supporter(session, "Canary", campaign=campaign, email=OTHER_EMAIL)
        session.add(
            SignUp(
                campaign_id=campaign_id,
                first_name="Canary",
                email=OTHER_EMAIL,
                phone=PHONE,
                wants_email=True,
                wants_sms=True,
                wordings={},
                locale="en",
                time_zone="Europe/London",
                source="",
                ip="192.0.2.1",
                created_at=now(),
                email_confirmed_at=now(),
                phone_confirmed_at=now(),
            )
        )
        session.add(Action(campaign_id=campaign_id, supporter_id=ana.id, kind="shared", detail=FREE, at=now()))
        reply = Reply(
            provider_ref="SM1",
            campaign_id=campaign_id,
            supporter_id=ana.id,
            phone=PHONE,
            to_number="+447700900000",
            body=FREE,
            needs_answer=True,
            received_at=now(),
        )
        session.add(reply)
        make.a_tester(session, EMAIL)
        session.flush()
        found = Planted(ana.id, reply.id)
    signed_in(Role.LAUNCHER).press(f"/console/campaigns/{SLUG}/blasts/schedule", BLAST)
    open_blasts(sessions)
    return found


def paths(app: Flask, role: Role, planted: Planted) -> Iterator[str]:
    """Every page of the console that answers this role, about what is there."""
    parts = {
        "slug": SLUG,
        "stage_slug": "find-out-more",
        "deed": "kick-off",
        "number": 0,
        "blast_id": 1,
        "supporter_id": planted.supporter_id,
        "reply_id": planted.reply_id,
    }
    for rule in app.url_map.iter_rules():
        needed = needed_role(app.view_functions[rule.endpoint]) if rule.endpoint.startswith("console.") else None
        if needed is not None and "GET" in (rule.methods or ()) and role.may_act_as(needed):
            yield _path(app, rule, parts)
    yield from (
        f"/console/supporters/?q={EMAIL}",
        "/console/supporters/?q=Canary",
        "/console/supporters/options?who=Canary",
        "/console/inbox/?show=all",
        "/console/inbox/?q=Canary",
        f"/console/campaigns/{SLUG}/stages/find-out-more/?reader={planted.supporter_id}",
    )


def _path(app: Flask, rule: Rule, parts: dict[str, object]) -> str:
    needed = {name: parts.get(name, "nobody") for name in rule.arguments}
    needed |= {name: 999 for name in rule.arguments if name not in parts and name.endswith("_id") and name != "look_id"}
    if "upload_id" in needed:
        needed["upload_id"] = "00000000-0000-0000-0000-000000000000"
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, needed))


def leaks(page: str, asked: str) -> bool:
    """Whether an address or number stands there whole, other than as it was asked for."""
    page = page.replace(asked, "")
    return EMAIL in page or OTHER_EMAIL in page or DIGITS in re.sub(r"\D", "", re.sub(r"&#?\w+;", "", page))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR])
def test_no_page_shows_an_address_or_number_whole_to_whoever_may_not_send(
    app: Flask, signed_in: Signed, planted: Planted, role: Role
) -> None:
    mine, whole, seen = signed_in(role), [], 0
    testers_are_an_author_s_own = {"/console/testers/"} if role is Role.AUTHOR else set()

    for path in paths(app, role, planted):
        page = mine.see(path)
        seen += page.status_code == 200
        if leaks(page.text, path.partition("?q=")[2] or "\0") and path not in testers_are_an_author_s_own:
            whole.append(path)

    assert whole == []
    assert seen > 15


def test_whoever_may_send_sees_them_so_the_pages_do_hold_them(signed_in: Signed, planted: Planted) -> None:
    launcher = signed_in(Role.LAUNCHER)

    for path in (
        "/console/supporters/",
        f"/console/supporters/{planted.supporter_id}/",
        "/console/supporters/options?who=Canary",
        "/console/inbox/",
        f"/console/inbox/{planted.reply_id}/",
    ):
        assert leaks(launcher.see(path).text, "\0"), path


def test_a_masked_address_is_known_to_whoever_knows_it(signed_in: Signed, planted: Planted) -> None:
    page = words(signed_in(Role.VIEWER).see(f"/console/supporters/{planted.supporter_id}/"))

    assert "c…@p….org +44…65" in page


@pytest.mark.parametrize(
    ("asked", "finds"),
    [
        (EMAIL[:8], False),
        (EMAIL[:-1], False),
        (EMAIL.replace(".", "_"), False),
        ("%", False),
        (PHONE[:9], False),
        (EMAIL, True),
        (EMAIL.upper(), True),
        (PHONE, True),
        ("Cana", True),
    ],
)
def test_a_viewer_does_not_spell_out_an_address_a_letter_at_a_time(
    signed_in: Signed, planted: Planted, asked: str, finds: bool
) -> None:
    viewer = signed_in(Role.VIEWER)

    rows = viewer.client.get("/console/supporters/", query_string={"q": asked}).text
    options = viewer.client.get("/console/supporters/options", query_string={"who": asked}).text

    assert (f"/supporters/{planted.supporter_id}/" in rows) is finds
    assert (f'value="{planted.supporter_id}"' in options) is finds


@pytest.mark.parametrize(
    ("asked", "finds"),
    [
        ("900765", False),
        ("+4477009007", False),
        ("07700900765", True),
        (PHONE, True),
        ("canar", True),
        ("privat", False),
        ("call", True),
    ],
)
def test_nor_a_number_in_the_inbox_a_digit_at_a_time(
    signed_in: Signed, planted: Planted, asked: str, finds: bool
) -> None:
    page = signed_in(Role.VIEWER).client.get("/console/inbox/", query_string={"q": asked}).text

    assert (f"/inbox/{planted.reply_id}/" in page) is finds


def test_exports_take_more_than_a_viewer(app: Flask) -> None:
    exports = [rule.endpoint for rule in app.url_map.iter_rules() if "csv" in rule.rule or "download" in rule.rule]

    needed = {name: needed_role(app.view_functions[name]) for name in exports if name.startswith("console.")}

    assert len(needed) >= 3
    assert not {name for name, role in needed.items() if role in {None, Role.VIEWER}}


@pytest.mark.parametrize(
    "said",
    [FREE, f"<{EMAIL}>", f"mailto:{EMAIL}", f"({PHONE})", "0044 7700 900765", "7700.900.765", f"tel:{PHONE};{EMAIL}."],
)
def test_words_are_masked_however_an_address_or_number_is_written_in_them(said: str) -> None:
    assert not leaks(mask_words(said), "\0")


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("write to ana＠example.org", "example"),
        ("write to ana%40example.org", "example"),
        ("write to ana@example。org", "example"),
        ('write to "ana lee"@example.org', "lee"),
        ("call 07700_900123", "900123"),
        ("call 07700*900*123", "900"),
        ("call 07700,900,123", "900"),
        ("call 0,7,7,0,0,9,0,0,1,2,3", "7,0,0,9"),
        ("call 07700|900~123", "900"),
        ("call ＋44 7700 · 900123", "900123"),
    ],
)
def test_pages_and_logs_hide_the_same_odd_spellings(said: str, secret: str) -> None:
    assert secret not in mask_words(said)
    assert secret not in mask(said)


@pytest.mark.parametrize(
    "said",
    [
        "1,234,567 signed, of 2,500,000",
        "Is the march at 19:30 on 2 December 2026?",
        "We are 25,000 strong, 12 of 300",
        "",
    ],
)
def test_other_words_stay_as_they_are(said: str) -> None:
    assert mask_words(said) == said
