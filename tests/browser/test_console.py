"""What a manager does in a browser."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.running_house import Up, new_fan, until

pytestmark = pytest.mark.browser
CAMPAIGN = "/console/campaigns/azerbaijan-england/"


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, up: Up) -> Iterator[Page]:
    """A manager who came by the one-time link that `touchline manager add` prints."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(60_000)
    page = context.new_page()
    link = up.command("manager", "add", "cora@example.org", "--role", "admin").strip()
    page.goto(link)
    page.locator("main button").first.click()
    page.wait_for_url(re.compile("/console/"))
    yield page
    context.close()


def test_the_one_time_link_works_once(signed_in: Page, desk: Page, up: Up) -> None:
    link = up.command("manager", "add", "dev@example.org", "--role", "viewer").strip()
    desk.goto(link)
    desk.locator("main button").first.click()
    desk.wait_for_url(re.compile("/console/password|/console/$"))

    desk.context.clear_cookies()
    desk.goto(link)

    expect(desk.locator("main")).not_to_contain_text("Set a password")


def test_the_console_asks_who_one_is(desk: Page, up: Up) -> None:
    desk.goto(up.public_url + CAMPAIGN)

    assert "/console/sign-in" in desk.url


def test_the_timeline_shows_every_stage_around_kick_off(signed_in: Page, up: Up) -> None:
    signed_in.goto(up.public_url + CAMPAIGN)

    for title in ("Welcome", "Match day", "Half time", "Full time", "Thank you"):
        expect(signed_in.get_by_role("link", name=title, exact=True)).to_be_visible()
    expect(signed_in.get_by_text("3 hours before kick-off")).to_be_visible()


def test_a_blast_is_scheduled_from_the_form_and_watched_as_it_goes(signed_in: Page, up: Up) -> None:
    fan = new_fan()
    crowd = up.crowd(fan)
    crowd.sign_up([fan])
    until(lambda: crowd._messages(fan.phone) and crowd._messages(fan.email))
    crowd.confirm([fan])
    until(lambda: any("You're in" in str(each.get("subject")) for each in crowd._messages(fan.email)))
    signed_in.goto(f"{up.public_url}{CAMPAIGN}blasts/new")
    signed_in.get_by_label("Title").fill("From the form")
    signed_in.get_by_label("Subject", exact=True).fill("From the form")
    signed_in.get_by_label("Body, in Markdown").fill("Dear {first_name|friend}, read this.")
    signed_in.locator("#sms_body").fill("Read this, {first_name|friend}. STOP to end")

    signed_in.get_by_role("button", name="Look at it before it goes").click()
    signed_in.locator("main").get_by_role("button", name=re.compile("^(Send|Schedule)")).last.click()

    signed_in.wait_for_url(re.compile(r"/blasts/\d+/"))
    expect(signed_in.locator("main")).to_contain_text("Take it back")
    expect(signed_in.locator("main")).to_contain_text(re.compile("done", re.I), timeout=180_000)
    until(lambda: any(str(each.get("subject")) == "From the form" for each in crowd._messages(fan.email)))


def test_a_question_by_text_is_answered_from_the_inbox(signed_in: Page, up: Up) -> None:
    fan = new_fan()
    up.crowd()._text(fan, "Where does the petition go?")
    signed_in.goto(f"{up.public_url}/console/inbox/")

    signed_in.get_by_role("row", name=re.compile("Where does the petition go")).get_by_role("link").click()
    signed_in.locator("textarea").first.fill("To the embassy, after the match.")
    signed_in.get_by_role("button", name=re.compile("Answer|Send", re.I)).first.click()

    until(lambda: any("To the embassy" in str(each["body"]) for each in up.crowd()._messages(fan.phone)))


@pytest.mark.parametrize(
    "path",
    [
        "/console/",
        CAMPAIGN,
        f"{CAMPAIGN}rehearsal/",
        f"{CAMPAIGN}blasts/new",
        f"{CAMPAIGN}report/",
        "/console/inbox/",
        "/console/audit/",
        "/console/complaints/",
        "/console/erasures/",
        "/console/supporters/",
    ],
)
def test_the_console_s_pages_have_no_accessibility_faults(signed_in: Page, up: Up, path: str) -> None:
    signed_in.goto(up.public_url + path)

    found = Axe().run(signed_in).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_somebody_who_wants_to_leave_is_let_go_from_the_inbox_and_a_slip_undone(signed_in: Page, up: Up) -> None:
    fan = new_fan()
    up.crowd()._text(fan, "or I will report you")
    signed_in.goto(f"{up.public_url}/console/inbox/?q={fan.phone[-6:]}")
    signed_in.get_by_role("row", name=re.compile("or I will report you")).get_by_role("link").click()

    signed_in.get_by_role("button", name="They want to leave").click()
    expect(signed_in.locator("main")).to_contain_text("This number has left")
    assert Axe().run(signed_in).response["violations"] == []
    signed_in.get_by_role("button", name=re.compile("Undo")).click()

    expect(signed_in.get_by_role("button", name="They want to leave")).to_be_visible()
    signed_in.set_viewport_size({"width": 375, "height": 800})
    assert Axe().run(signed_in).response["violations"] == []
    assert signed_in.evaluate("document.documentElement.scrollWidth") <= 375
    signed_in.set_viewport_size({"width": 1280, "height": 900})
