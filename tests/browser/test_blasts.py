"""A blast in a browser: its last look on a slow line and in two tabs, and its pause that comes by itself."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.running_house import Up

pytestmark = pytest.mark.browser
CAMPAIGN = "/console/campaigns/azerbaijan-england/"


@pytest.fixture
def launcher(up: Up, desk: Page) -> Page:
    """A launcher at the desk."""
    link = up.command("manager", "add", "lena@example.org", "--role", "launcher").strip()
    desk.goto(link)
    desk.locator("main button").first.click()
    desk.wait_for_url(re.compile("/console/"))
    return desk


@pytest.fixture
def people(up: Up, tmp_path: Path) -> str:
    """Forty people of one tag, as rules name them."""
    file = tmp_path / "people.csv"
    proof = "yes,I agree.,2026-01-05T10:00:00+00:00"
    rows = [f"fan{number}@example.org,Fan,brought-for-pausing,{proof}" for number in range(9_000, 9_040)]
    head = "email,first_name,tags,consent_email,consent_wording,consent_at"
    file.write_text("\n".join([head, *rows]))
    up.command("supporters", "import", str(file), "--campaign", "azerbaijan-england")
    return '[{"tag": "brought-for-pausing"}]'


def write(page: Page, up: Up, title: str, tag: str) -> str:
    """Fill the form and look at it; the address of the look."""
    page.goto(f"{up.public_url}{CAMPAIGN}blasts/new")
    page.get_by_label("Title").fill(title)
    page.locator("#channel-sms").uncheck()
    page.locator("details", has=page.locator("#tag")).first.evaluate("each => each.open = true")
    page.locator("#tag").fill(tag)
    page.get_by_label("Subject", exact=True).fill(title)
    page.get_by_label("Body, in Markdown").fill("Dear {first_name|friend}, read this.")
    page.get_by_role("button", name="Look at it before it goes").click()
    page.wait_for_url(re.compile("/blasts/looks/"))
    return page.url


def test_two_tabs_and_a_slow_line_send_one_blast_and_going_back_shows_that_it_went(
    launcher: Page, up: Up, people: str
) -> None:
    look = write(launcher, up, "Two tabs", "brought-for-pausing")
    assert Axe().run(launcher).response["violations"] == []
    launcher.reload()
    expect(launcher.get_by_role("button", name="Send it now")).to_be_visible()
    other = launcher.context.new_page()
    other.goto(look)

    slow_line = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
    launcher.context.new_cdp_session(launcher).send("Network.emulateNetworkConditions", slow_line)
    launcher.get_by_role("button", name="Send it now").dblclick()
    # The second press ends the first one's navigation: only where it comes to counts.
    expect(launcher).to_have_url(re.compile(r"/blasts/\d+/"))
    sent = launcher.url
    other.get_by_role("button", name="Send it now").click()
    other.wait_for_url(re.compile(r"/blasts/\d+/"))
    launcher.get_by_role("button", name="Take it back").click()
    expect(launcher.locator(".flash")).to_contain_text("Taken back: nothing of it was sent.")
    other.go_back()

    assert other.url == look
    expect(other.get_by_role("alert")).to_contain_text("This was scheduled already")
    expect(other.get_by_role("button", name="Send it now")).to_have_count(0)
    other.reload()
    expect(other.get_by_role("button", name="Send it now")).to_have_count(0)
    assert [each for each in up.command("blast", "list", "azerbaijan-england").splitlines() if "Two tabs" in each] == [
        f"{sent.rstrip('/').rpartition('/')[2]}  Two tabs: cancelled (taken back by lena@example.org), 0 gone, 0 waiting"
    ]


def test_pause_comes_by_itself_when_sending_begins(launcher: Page, up: Up, people: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.md"
    letter.write_text("Dear {first_name|friend}, read this.")
    trial = ("--try-subject", "Will you?", "--try-share", "2", "--take-back", "4")
    words = ("--title", "To pause", "--subject", "Read", "--email", str(letter), "--audience", people)
    said = up.command("blast", "schedule", "azerbaijan-england", *words, *trial)
    blast_id = re.findall(r"Blast (\d+) is scheduled", said)[0]

    launcher.goto(f"{up.public_url}{CAMPAIGN}blasts/{blast_id}/")
    expect(launcher.locator("#steering summary", has_text="Pause…")).to_be_visible()
    launcher.locator("#steering summary", has_text="Pause…").click()
    launcher.get_by_label("Why, for the others").fill("the score is wrong")
    launcher.get_by_role("button", name="Pause", exact=True).click()

    expect(launcher.locator("#progress")).to_contain_text("Paused by lena@example.org: the score is wrong")
    assert Axe().run(launcher).response["violations"] == []
    launcher.set_viewport_size({"width": 375, "height": 800})
    assert launcher.evaluate("document.documentElement.scrollWidth") <= 375
    up.command("blast", "cancel", blast_id)


def test_testers_are_named_on_a_page_that_is_fit_for_everybody(launcher: Page, up: Up) -> None:
    launcher.goto(f"{up.public_url}/console/testers/")
    launcher.get_by_label("Email address or mobile number").fill("nowhere")
    launcher.get_by_role("button", name="Name and ask").click()
    expect(launcher.locator("#address-mistake")).to_be_visible()
    assert Axe().run(launcher).response["violations"] == []

    launcher.get_by_label("Email address or mobile number").fill("tess@example.org")
    launcher.get_by_role("button", name="Name and ask").click()

    expect(launcher.get_by_role("row", name=re.compile("tess@example.org"))).to_contain_text("not confirmed")
    assert Axe().run(launcher).response["violations"] == []
