"""Who may come in: every route names its role, and is closed to everybody less."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from service.domain.manager import Role
from service.web.console.access import needed_role
from tests.console.conftest import SLUG, Browser, words

# What stands in for the variable parts of addresses. Nothing of this id is there: a role that may is told 404 or 422.
_PARTS = {
    "slug": SLUG,
    "stage_slug": "find-out-more",
    "deed": "kick-off",
    "number": 0,
    "blast_id": 999,
    "campaign_id": 999,
    "reply_id": 999,
    "supporter_id": 999,
    "manager_id": 999,
    "tester_id": 999,
    "look_id": "nobody",
    "import_id": 999,
    "complaint_id": 999,
    "ref": "00000000-0000-0000-0000-000000000000",
    "token": "nobody",
    "upload_id": "00000000-0000-0000-0000-000000000000",
    "name": "nothing",
    "session_id": "nobody",
    "passkey_id": 999,
}


def _routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method


def _path(app: Flask, rule: Rule) -> str:
    parts = {name: _PARTS[name] for name in rule.arguments}
    if rule.endpoint in {"console.change_blast", "console.steer_blast"}:
        parts["deed"] = "pause" if rule.endpoint == "console.change_blast" else "choose"
    with app.test_request_context():
        built = app.url_map.bind("localhost").build(rule.endpoint, parts)
    return str(built)


def test_every_route_of_the_console_says_whom_it_is_for(app: Flask) -> None:
    nameless = []
    for rule, _ in _routes(app):
        try:
            needed_role(app.view_functions[rule.endpoint])
        except KeyError:
            nameless.append(rule.rule)

    assert nameless == []


def test_only_the_ways_of_signing_in_and_a_tester_s_answer_are_for_anybody(app: Flask) -> None:
    anybody = {rule.endpoint for rule, _ in _routes(app) if needed_role(app.view_functions[rule.endpoint]) is None}

    assert anybody == {
        "console.sign_in_page",
        "console.sign_in_now",
        "console.send_link",
        "console.link_page",
        "console.enter_by_link",
        "console.sign_out_now",
        "console.second_step_page",
        "console.second_step_now",
        "console.passkey_sign_in_options",
        "console.passkey_sign_in",
        "console.to_directory",
        "console.from_directory",
        # Whoever was named as a tester says yes or no there, and has no account.
        "console.tester_link_page",
        "console.tester_answers",
    }


@pytest.mark.parametrize("role", [None, *Role])
def test_a_route_opens_for_its_role_and_greater_ones_alone(
    app: Flask, browser: Browser, signed_in: Callable[[Role], Browser], campaign_id: int, role: Role | None
) -> None:
    mine = browser if role is None else signed_in(role)
    wrong = []

    for rule, method in _routes(app):
        needed = needed_role(app.view_functions[rule.endpoint])
        if needed is None:
            continue
        path = _path(app, rule)
        answer = mine.see(path) if method == "GET" else mine.press(path, follow=False)
        turned_away = answer.status_code == 403 or "/console/sign-in" in answer.headers.get("Location", "")
        if turned_away is not (role is None or not role.may_act_as(needed)) or answer.status_code >= 500:
            wrong.append((method, path, str(needed), answer.status_code))

    assert wrong == []


def test_a_route_that_forgets_to_say_whom_it_is_for_is_for_nobody(
    app: Flask, signed_in: Callable[[Role], Browser]
) -> None:
    app.view_functions["console.home"] = lambda: "open to all"

    assert signed_in(Role.ADMIN).see("/console/").status_code == 403


def test_nothing_of_the_console_is_stored_on_the_way(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    answer = signed_in(Role.VIEWER).see("/console/")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_a_form_without_its_token_is_refused(app: Flask, signed_in: Callable[[Role], Browser]) -> None:
    admin = signed_in(Role.ADMIN)

    answer = admin.client.post("/console/managers/", data={"email": "x@example.org", "role": "admin"})

    assert answer.status_code == 400
    assert "This form has grown old" in words(answer)
    assert "x@example.org" not in words(admin.see("/console/managers/"))


def test_a_page_that_is_not_there_says_so_in_the_consoles_own_clothes(signed_in: Callable[[Role], Browser]) -> None:
    answer = signed_in(Role.VIEWER).see("/console/campaigns/no-such/")

    assert answer.status_code == 404
    assert "There is nothing here" in words(answer)
    assert "console.css" in answer.text
