"""In a flood: the browser does its sum by itself and the form goes; without JavaScript it goes round by email."""

import re
from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from service.settings import load_settings
from service.web.app import create_app
from service.web.limits import limiter
from tests import make
from tests.conftest import SECRET
from tests.site.letters import confirm_address, kinds

# With the other tests of browsers in one process: Playwright keeps an event loop there, which others cannot have.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("up")]


@pytest.fixture
def flooded(database_url: str, tmp_path: object, sessions: sessionmaker[Session]) -> Iterator[str]:
    """Where a campaign is whose forms ask for work."""
    with sessions.begin() as session:
        make.campaign(session)
    own = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(tmp_path)}
    app = create_app(load_settings(own | {"PROOF_OF_WORK": "always"}))
    limiter.reset()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def fill_in(page: Page, address: str) -> None:
    page.goto(f"{address}/fair-trials/")
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Email address").fill("ana@example.org")
    page.get_by_label("Email me about").check()


def test_a_press_of_the_button_is_all_it_takes(phone: Page, flooded: str, sessions: sessionmaker[Session]) -> None:
    said: list[str] = []
    phone.on("console", lambda message: said.append(message.text))
    phone.on("pageerror", lambda error: said.append(str(error)))
    fill_in(phone, flooded)
    assert Axe().run(phone).response["violations"] == []

    # At once, before the sum is done.
    phone.get_by_role("button", name="Keep me posted").click()

    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()
    assert kinds(sessions, "ana@example.org") == ["confirm_email"]
    assert said == []


def test_an_older_browser_sends_its_form_too(phone: Page, flooded: str, sessions: sessionmaker[Session]) -> None:
    phone.add_init_script("delete HTMLFormElement.prototype.requestSubmit")
    fill_in(phone, flooded)

    phone.get_by_role("button", name="Keep me posted").click()

    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()
    assert kinds(sessions, "ana@example.org") == ["confirm_email"]


def test_the_address_chosen_under_did_you_mean_is_what_goes(
    phone: Page, flooded: str, sessions: sessionmaker[Session]
) -> None:
    fill_in(phone, flooded)
    phone.get_by_label("Email address").fill("ana@gmial.com")
    phone.get_by_role("button", name="Keep me posted").click()

    phone.get_by_role("button", name="Yes, use ana@gmail.com").click()

    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()
    assert kinds(sessions, "ana@gmail.com") == ["confirm_email"]


def test_a_page_from_before_the_flood_sends_its_form_by_itself(
    phone: Page, flooded: str, sessions: sessionmaker[Session]
) -> None:
    # As it was opened while there was no flood: without any of it.
    phone.route("**/work.js", lambda route: route.abort())
    fill_in(phone, flooded)
    phone.unroute("**/work.js")

    phone.get_by_role("button", name="Keep me posted").click()

    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()
    assert kinds(sessions, "ana@example.org") == ["confirm_email"]


def test_a_browser_that_cannot_do_it_is_told_and_goes_round_by_email(
    phone: Page, flooded: str, sessions: sessionmaker[Session]
) -> None:
    phone.route("**/altcha-pbkdf2.js", lambda route: route.abort())
    fill_in(phone, flooded)
    phone.get_by_role("button", name="Keep me posted").click()

    expect(phone.get_by_role("alert")).to_contain_text("That did not work in this browser")
    assert Axe().run(phone).response["violations"] == []
    phone.get_by_role("button", name="Email me instead").click()

    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()
    assert kinds(sessions, "ana@example.org") == ["confirm_email"]


def test_without_javascript_the_form_goes_round_by_email_and_nothing_is_typed_twice(
    chromium: Browser, flooded: str, sessions: sessionmaker[Session]
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    fill_in(page, flooded)
    page.get_by_label("Mobile number").fill("+44 7700 900123")
    page.get_by_label("Text me about").check()
    page.get_by_role("button", name="Keep me posted").click()
    expect(page.get_by_role("heading", name="One moment")).to_be_visible()
    # A button that needs a script is not there.
    expect(page.get_by_role("button", name="Send it")).to_have_count(0)
    page.get_by_role("button", name="Email me instead").click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert kinds(sessions, "+447700900123") == []

    page.goto(flooded + confirm_address(sessions, "ana@example.org"))
    page.get_by_role("button", name=re.compile("Yes")).click()

    expect(page.get_by_role("heading", name=re.compile("you are in"))).to_be_visible()
    assert kinds(sessions, "+447700900123") == ["confirm_sms"]
    context.close()
