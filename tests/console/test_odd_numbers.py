"""Numbers that nothing has: the console says on its own page that there is nothing, and breaks nowhere."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from service.domain.manager import Role
from tests.console.conftest import Browser, C, words

HUGE = ("0", "9223372036854775807", "9223372036854775808", "9" * 20, "9" * 5_000)


def pages_with_a_number(app: Flask) -> list[tuple[str, str]]:
    """Every address of the console with a number in it, as its route is written, and how it is asked for."""
    return sorted(
        (rule.rule, "POST" if "POST" in (rule.methods or set()) else "GET")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console/") and "<int:" in rule.rule
    )


@pytest.mark.parametrize("number", HUGE)
def test_a_number_that_nothing_has_leads_to_the_consoles_own_page(
    app: Flask, signed_in: Callable[[Role], Browser], campaign_id: int, number: str
) -> None:
    admin = signed_in(Role.ADMIN)
    found = {}

    for rule, method in pages_with_a_number(app):
        path = rule.replace("<slug>", "fair-trials").replace("<stage_slug>", "find-out-more")
        path = re.sub(r"<any\(([a-z]+)[^>]*>", r"\1", re.sub(r"<int:[^>]*>", number, path))
        ask = admin.press if method == "POST" else admin.see
        found[rule] = ask(path)

    assert len(found) > 20
    for rule, answer in found.items():
        assert answer.status_code < 500, rule
        assert "Touchline · times" in words(answer) or "/letter/" in rule or "/size/" in rule, rule
    if len(number) > 18:
        missing = found["/console/campaigns/<slug>/blasts/<int:blast_id>/"]
        assert missing.status_code == 404
        assert "There is nothing here" in words(missing)
        assert "admin@example.org" in words(missing)


@pytest.mark.parametrize("number", [*HUGE, "-3", "x"])
def test_a_page_that_begins_before_a_number_nothing_has_is_shown_from_its_beginning(
    signed_in: Callable[[Role], Browser], campaign_id: int, number: str
) -> None:
    admin = signed_in(Role.ADMIN)

    for path in (f"{C}/blasts/?before={number}", f"/console/audit/?before={number}"):
        assert admin.see(path).status_code == 200
    assert admin.see(f"{C}/stages/find-out-more/?reader={number}").status_code == 200


def test_an_address_that_the_console_does_not_have_is_answered_by_the_console(
    signed_in: Callable[[Role], Browser], browser: Browser
) -> None:
    known, stranger = signed_in(Role.VIEWER).see("/console/nosuch/"), browser.see("/console/nosuch/")

    assert (known.status_code, stranger.status_code) == (404, 404)
    assert "There is nothing here" in words(known)
    assert "viewer@example.org" in words(known)
    assert "Touchline · times in UTC" in words(stranger)


def test_numbers_in_forms_that_are_out_of_all_bounds_are_told_and_break_nothing(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    launcher, long = signed_in(Role.LAUNCHER), "9" * 5_000

    hours = launcher.press(f"{C}/blasts/new", {"title": "x", "stale_hours": long, "cap_count": long})
    timing = launcher.press(f"{C}/stages/find-out-more/timing", {"stale_count": long, "offset_count": long})

    assert (hours.status_code, timing.status_code) == (422, 409)
    assert "It is too late after 1 to 720 hours." in words(hours)
    assert "The limit for each supporter is a number from 1 to 1,000." in words(hours)
