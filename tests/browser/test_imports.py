"""A manager brings a file in and takes it back, in a browser, with the workers that ship."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.running_house import Up

pytestmark = pytest.mark.browser
HEAD = "first_name,email,consent_email,consent_wording,consent_at\n"


@pytest.fixture
def signed_in(chromium: Browser, up: Up) -> Iterator[Page]:
    """A manager on a phone, who came by a one-time link."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(up.command("manager", "add", "elif@example.org", "--role", "admin").strip())
    page.locator("main button").first.click()
    page.wait_for_url(re.compile("/console/"))
    yield page
    context.close()


def _sound(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def test_a_file_is_brought_in_behind_the_page_and_undone(signed_in: Page, up: Up) -> None:
    rows = [f"Fan,imported{number}@example.org,yes,I agree,2026-01-01T12:00+00:00" for number in range(6_000)]
    file = FilePayload(name="stall.csv", mimeType="text/csv", buffer=(HEAD + "\n".join(rows)).encode())
    signed_in.goto(f"{up.public_url}/console/supporters/import")
    signed_in.get_by_label("File", exact=True).set_input_files(file)
    signed_in.get_by_role("button", name="Look at the file").click()

    signed_in.get_by_role("button", name="Import 6,000 rows").click()
    expect(signed_in.get_by_role("heading", name="Import of stall.csv")).to_be_visible()
    _sound(signed_in)
    # The page goes on by itself until the workers are done.
    expect(signed_in.get_by_role("heading", name=re.compile("^6,000 rows read into"))).to_be_visible()
    signed_in.get_by_role("link", name="Undo this import…").click()
    _sound(signed_in)
    expect(signed_in.locator("main")).to_contain_text("people it added who have done nothing since")
    signed_in.get_by_role("button", name="Undo this import").click()

    expect(signed_in.get_by_text(re.compile("the consents it had given to 6,000 people are withdrawn"))).to_be_visible()
    _sound(signed_in)
    signed_in.goto(f"{up.public_url}/console/supporters/import")
    _sound(signed_in)
    expect(signed_in.get_by_role("link", name="stall.csv")).to_be_visible()
