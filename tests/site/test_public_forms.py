"""Forms work without cookies and say what is wrong where it is; pages say whose they are and what they are about."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables.people import SignUp
from tests.site.forms import send

JOIN, LANDING = "/fair-trials/join", "/fair-trials/"
MISTYPED = {"first_name": "Ana", "email": "ana@gmial.com", "consent_email": "yes"}


def emails(sessions: sessionmaker[Session]) -> list[str | None]:
    with sessions() as session:
        return list(session.scalars(select(SignUp.email)))


def test_a_form_works_in_a_browser_that_keeps_no_cookies(app: Flask, ana: int, sessions: sessionmaker[Session]) -> None:
    visitor = app.test_client(use_cookies=False)
    answer = send(visitor, JOIN, {"email": "cora@example.org", "consent_email": "yes"}, page=LANDING)

    assert answer.status_code in {200, 303}
    assert emails(sessions) == ["cora@example.org"]


def test_no_public_page_sets_a_cookie_by_itself(visitor: FlaskClient, ana: int) -> None:
    for address in (LANDING, "/fair-trials/petition", "/fair-trials/share", "/fair-trials/briefings/election-2003"):
        assert "Set-Cookie" not in visitor.get(address).headers, address


@pytest.mark.parametrize("token", ["", "form.abc.def"])
def test_a_form_that_is_not_ours_is_refused(visitor: FlaskClient, ana: int, token: str) -> None:
    answer = visitor.post(JOIN, data={"email": "cora@example.org", "consent_email": "yes", "csrf_token": token})

    assert answer.status_code == 400
    assert "grown old" in answer.text


def test_a_mistyped_mail_domain_is_asked_about_before_anything_is_sent(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    answer = send(visitor, JOIN, MISTYPED, page=LANDING)

    assert answer.status_code == 422
    assert "Yes, use ana@gmail.com</button>" in answer.text
    assert "No, it is right as typed</button>" in answer.text
    assert 'value="ana@gmial.com"' in answer.text
    assert emails(sessions) == []


@pytest.mark.parametrize(("choice", "kept"), [("ana@gmail.com", "ana@gmail.com"), ("as_typed", "ana@gmial.com")])
def test_one_press_settles_a_mistyped_domain(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session], choice: str, kept: str
) -> None:
    answer = send(visitor, JOIN, {**MISTYPED, "email_choice": choice}, page=LANDING)

    assert answer.status_code in {200, 303}
    assert emails(sessions) == [kept]


def test_an_address_mended_by_hand_is_not_undone_by_the_old_suggestion(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    send(visitor, JOIN, {**MISTYPED, "email": "cora@example.org", "email_choice": "ana@gmail.com"}, page=LANDING)

    assert emails(sessions) == ["cora@example.org"]


def test_what_was_said_to_be_right_is_not_asked_again_after_another_mistake(
    visitor: FlaskClient, ana: int, sessions: sessionmaker[Session]
) -> None:
    first = send(visitor, JOIN, {**MISTYPED, "email_choice": "as_typed", "phone": "12"}, page=LANDING).text
    right = re.search(r'name="email_right" value="([^"]+)"', first)
    assert right

    send(visitor, JOIN, {**MISTYPED, "email_right": right[1]}, page=LANDING)

    assert emails(sessions) == ["ana@gmial.com"]


def test_the_petition_asks_about_a_mistyped_domain_too(visitor: FlaskClient, ana: int) -> None:
    fields = {"name": "Ana Aliyeva", "first_name": "Ana", "email": "ana@gmial.com"}
    answer = send(visitor, "/fair-trials/petition", fields)

    assert answer.status_code == 422
    assert "Yes, use ana@gmail.com</button>" in answer.text


def test_a_number_without_a_tick_is_told_so_at_the_box_for_texts(visitor: FlaskClient, ana: int) -> None:
    page = send(visitor, JOIN, {"phone": "07700 900124"}, page=LANDING).text

    assert 'id="consent_sms-mistake"' in page
    assert 'id="consent_email-mistake"' not in page


def test_mistakes_stand_in_the_title_and_above_all_else_with_each_example_once(visitor: FlaskClient, ana: int) -> None:
    page = send(visitor, JOIN, {"email": "ana@", "consent_email": "yes"}, page=LANDING).text

    assert "<title>Error: " in page
    assert page.index('id="mistakes"') < page.index('class="band"')
    assert page.count("for example ana@example.org") == 1


@pytest.mark.parametrize("address", ["/fair-trials/no-such-page", "/no-such/", "/leave/xyz", "/confirm/xyz"])
def test_a_page_that_cannot_be_shown_is_the_organisation_s_own(visitor: FlaskClient, ana: int, address: str) -> None:
    answer = visitor.get(address)

    assert answer.status_code in {404, 410}
    assert "– Fair Play for Rights</title>" in answer.text
    assert "Touchline" not in answer.text
    assert 'content="noindex, nofollow"' in answer.text


def test_an_old_confirmation_link_leads_to_the_form_for_a_new_one(visitor: FlaskClient, ana: int) -> None:
    assert 'href="/fair-trials/#join">' in visitor.get("/confirm/xyz").text


def test_each_page_says_what_it_is_about(visitor: FlaskClient, ana: int) -> None:
    pages = ["/fair-trials/", "/fair-trials/petition", "/fair-trials/share", "/fair-trials/briefings/election-2003"]
    shown = [visitor.get(page).text for page in pages]
    titles = {re.search(r"<title>([^<]+)", page)[1] for page in shown}  # type: ignore[index]  # each has one
    abouts = {re.search(r'name="description" content="([^"]+)', page)[1] for page in shown}  # type: ignore[index]  # too

    assert len(titles) == len(abouts) == 4
    assert all(title.endswith("– Fair Play for Rights") for title in titles)


def test_kick_off_is_said_in_the_ground_s_own_time(visitor: FlaskClient, ana: int) -> None:
    assert "Wed 2 Dec, 9:00 pm Baku time" in visitor.get(LANDING).text
