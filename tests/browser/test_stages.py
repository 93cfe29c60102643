"""An author rewrites a message on a phone, with a token that is gone half-way; a launcher looks and releases it."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running_house import SAMPLE, Up

pytestmark = pytest.mark.browser
SLUG = "rewritten"
STAGE = f"/console/campaigns/{SLUG}/stages/petition-push/"


@pytest.fixture
def campaign(up: Up, tmp_path: Path) -> None:
    """A campaign around a match of its own in a week, with nobody in it."""
    files = tmp_path / SLUG
    shutil.copytree(SAMPLE, files)
    toml = files / "campaign.toml"
    own = toml.read_text().replace('slug = "azerbaijan-england-2004"', f'slug = "{SLUG}"', 1)
    own = own.replace('slug = "azerbaijan-england"', f'slug = "{SLUG}"', 1)
    kick_off_at = (datetime.now(UTC) + timedelta(days=7)).isoformat(timespec="seconds")
    toml.write_text(own.replace("2004-10-13T17:00:00+00:00", kick_off_at))
    up.command("campaign", "load", str(files))


def sign_in(up: Up, page: Page, address: str, role: str) -> None:
    page.goto(up.command("manager", "add", address, "--role", role).strip())
    page.locator("main button").first.click()
    page.wait_for_url(re.compile("/console/"))


@pytest.mark.usefixtures("campaign")
def test_what_was_typed_comes_back_and_goes_out_only_once_it_is_released(up: Up, phone: Page, desk: Page) -> None:
    sign_in(up, phone, "writes@example.org", "author")
    sign_in(up, desk, "sends@example.org", "launcher")

    phone.goto(f"{up.public_url}{STAGE}edit")
    phone.locator("#subject-0").fill("What I wrote on the train")
    phone.context.clear_cookies(name="touchline")
    phone.get_by_role("button", name="Keep the words").click()
    expect(phone.locator("h1")).to_have_text("Your form, as you typed it")
    phone.get_by_role("button", name="Send it as it is").click()
    expect(phone.locator(".flash")).to_contain_text("It waits for a release by somebody who may launch.")

    desk.goto(f"{up.public_url}{STAGE}")
    desk.get_by_role("link", name="Look and release").click()
    expect(desk.locator("main")).to_contain_text("What I wrote on the train")
    desk.get_by_role("button", name="Release it").click()
    expect(desk.locator(".flash")).to_contain_text("Released.")
    expect(desk.locator("main")).not_to_contain_text("Waits for a release")
