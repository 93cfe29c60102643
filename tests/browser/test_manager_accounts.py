"""Managers' accounts in Chromium: passkeys by its virtual authenticator, the second step, pages fit for a phone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Thread

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from service.cli.running.ports import free_port as find_free_port
from service.clock import now
from service.console_settings import ConsoleRules, SecondFactor
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.web.app import create_app
from service.web.limits import limiter
from service.wording.links import derive_key

pytestmark = pytest.mark.browser
PASSWORD = "four words for football"


@dataclass(frozen=True, slots=True)
class Console:
    """A console at an address that passkeys can be bound to, and how to be invited to it."""

    url: str
    sessions: sessionmaker[Session]
    settings: Settings

    def link(self, email: str = "ana@example.org") -> str:
        """A sign-in link."""
        with self.sessions.begin() as session:
            key = derive_key(self.settings.secret_key, "links")
            return make_sign_in_link(session, email, Role.ADMIN, public_url=self.url, key=key, now=now())


@pytest.fixture
def console(settings: Settings, sessions: sessionmaker[Session], request: pytest.FixtureRequest) -> Iterator[Console]:
    """Served on this machine by its name; with the parameter REQUIRED, a second step is demanded."""
    port = find_free_port()
    rules = ConsoleRules(second_factor=getattr(request, "param", SecondFactor.OPTIONAL))
    here = replace(settings, public_url=f"http://localhost:{port}", console=rules)
    app = create_app(here)
    limiter.reset()
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Console(here.public_url, sessions, here)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def with_device(page: Page) -> tuple[CDPSession, str]:
    """A device that holds passkeys and recognises its owner."""
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return chrome, chrome.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"]


def enter(page: Page, console: Console) -> None:
    page.goto(console.link())
    page.locator("main button").first.click()
    page.wait_for_url(re.compile("/console/(password|second-factor)"))


def add_passkey(page: Page, console: Console, name: str = "My phone") -> None:
    page.goto(f"{console.url}/console/passkeys/")
    page.get_by_label("What you call it").fill(name)
    page.get_by_role("button", name="Add it").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_a_passkey_is_added_signs_in_without_a_password_and_is_removed(phone: Page, console: Console) -> None:
    with_device(phone)
    enter(phone, console)
    add_passkey(phone, console)
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    phone.goto(f"{console.url}/console/passkeys/")
    expect(phone.get_by_role("heading", name="My phone")).to_be_visible()
    sign_out(phone)

    phone.goto(f"{console.url}/console/sign-in?next=/console/audit/")
    phone.get_by_role("button", name="Sign in with a passkey").click()

    expect(phone.get_by_role("heading", name="Who did what")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("manager.passkey_add")
    phone.goto(f"{console.url}/console/passkeys/")
    expect(phone.locator("main")).to_contain_text("last used")
    phone.get_by_text("Remove…").click()
    phone.get_by_role("button", name="Remove My phone").click()
    expect(phone.locator("main")).to_contain_text("That passkey no longer signs in.")
    sign_out(phone)
    phone.get_by_role("button", name="Sign in with a passkey").click()
    expect(phone.locator("main")).to_contain_text("That passkey was not accepted.")


def test_a_passkey_is_the_second_step_after_a_link_and_a_proof(phone: Page, console: Console) -> None:
    with_device(phone)
    enter(phone, console)
    phone.get_by_label("New password", exact=True).fill(PASSWORD)
    phone.get_by_label("New password again").fill(PASSWORD)
    phone.get_by_role("button", name="Set password").click()
    add_passkey(phone, console)
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    sign_out(phone)

    phone.goto(console.link())
    phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.get_by_role("heading", name="The second step")).to_be_visible()
    phone.get_by_role("button", name="Use a passkey").click()
    phone.wait_for_url(re.compile("/console/password"))

    with console.sessions.begin() as session:
        session.execute(text("UPDATE manager_sessions SET proved_at = NULL"))
    phone.goto(f"{console.url}/console/managers/")
    phone.get_by_label("Email", exact=True).fill("bilal@example.org")
    phone.get_by_role("button", name="Add", exact=True).click()
    expect(phone.get_by_role("heading", name="Is it you?")).to_be_visible()
    phone.get_by_role("button", name="Use a passkey").click()
    phone.get_by_role("button", name="Send it as it is").click()
    expect(phone.locator("main")).to_contain_text("bilal@example.org is an author")


@pytest.mark.parametrize("console", [SecondFactor.REQUIRED], indirect=True)
def test_where_a_second_step_is_demanded_a_passkey_is_one(phone: Page, console: Console) -> None:
    with_device(phone)
    enter(phone, console)
    expect(phone.locator("main")).to_contain_text("asks everybody for a second step")
    phone.get_by_role("link", name="Or a passkey").click()
    phone.get_by_label("What you call it").fill("Stick")
    phone.get_by_role("button", name="Add it").click()
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()

    phone.goto(f"{console.url}/console/managers/")

    expect(phone.get_by_role("heading", name="Managers")).to_be_visible()


def test_a_device_that_does_not_recognise_its_owner_signs_nobody_in(phone: Page, console: Console) -> None:
    chrome, device = with_device(phone)
    enter(phone, console)
    add_passkey(phone, console)
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    sign_out(phone)
    chrome.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})

    phone.get_by_role("button", name="Sign in with a passkey").click()

    expect(phone.locator("form[data-passkey] .mistake")).to_contain_text("No passkey was given.")


def test_without_scripts_the_page_says_what_works_everywhere(chromium: Browser, console: Console) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(console.link())
    page.locator("main button").first.click()
    page.goto(f"{console.url}/console/passkeys/")

    expect(page.locator("main")).to_contain_text("An authenticator app works everywhere.")
    expect(page.get_by_role("button", name="Add it")).to_be_hidden()
    context.close()


def test_an_answer_counts_once_and_only_in_its_own_browser(phone: Page, console: Console) -> None:
    with_device(phone)
    enter(phone, console)
    add_passkey(phone, console)
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    sign_out(phone)
    sent: list[str] = []
    phone.on("request", lambda each: sent.append(each.post_data or "") if each.method == "POST" else None)
    phone.get_by_role("button", name="Sign in with a passkey").click()
    phone.wait_for_url(re.compile("/console/$"))
    answer = next(each for each in sent if "answer=" in each)
    jar = {each["name"]: each["value"] for each in phone.context.cookies()}
    stranger = create_app(console.settings).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/console/sign-in").text)
    assert token
    overheard = re.sub(r"csrf_token=[^&]*", f"csrf_token={token[1]}", answer)

    elsewhere = stranger.post(
        "/console/passkeys/sign-in", data=overheard, content_type="application/x-www-form-urlencoded"
    )

    assert jar["touchline_console"]
    assert elsewhere.status_code == 403
    assert "touchline_console" not in str(elsewhere.headers.getlist("Set-Cookie"))
    stranger.application.extensions["touchline"].sessions.kw["bind"].dispose()


def fits(page: Page) -> None:
    """Nothing that a machine finds wrong for whoever cannot see or aim well, and no scrolling sideways."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_second_step_is_set_up_and_asked_for_on_a_phone(phone: Page, console: Console) -> None:
    enter(phone, console)
    phone.goto(f"{console.url}/console/account/")
    fits(phone)
    phone.get_by_role("link", name="Second step of signing in").click()
    fits(phone)
    phone.get_by_role("button", name="Set it up").click()
    fits(phone)
    secret = phone.locator("#secret").inner_text().replace(" ", "")
    picture = phone.get_by_role("img", name="QR code").bounding_box()
    phone.get_by_label("Type the code it shows").fill(pyotp.TOTP(secret).at(now()))
    phone.get_by_role("button", name="Switch it on").click()
    codes = phone.locator("pre").inner_text().split()
    fits(phone)
    sign_out(phone)
    phone.goto(console.link())
    phone.get_by_role("button", name="Sign in", exact=True).click()
    fits(phone)
    phone.get_by_label("Code").fill(codes[0])
    phone.get_by_role("button", name="Sign in", exact=True).click()

    expect(phone.locator("main")).to_contain_text("9 recovery codes left")
    fits(phone)
    assert picture
    assert picture["width"] <= 390
    phone.goto(f"{console.url}/console/managers/")
    fits(phone)


def test_the_page_that_asks_who_is_there_fits_a_phone(phone: Page, console: Console) -> None:
    with_device(phone)
    enter(phone, console)
    add_passkey(phone, console)
    expect(phone.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    phone.goto(f"{console.url}/console/passkeys/")
    fits(phone)
    with console.sessions.begin() as session:
        session.execute(text("UPDATE manager_sessions SET proved_at = NULL"))
    phone.get_by_text("Remove…").click()
    phone.get_by_role("button", name="Remove My phone").click()

    expect(phone.get_by_role("heading", name="Is it you?")).to_be_visible()
    fits(phone)
    sign_out(phone)
    fits(phone)
