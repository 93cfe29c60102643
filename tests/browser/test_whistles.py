"""A kick-off pressed days early: it is asked about, pressed all the same, and taken back."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running_house import SAMPLE, Up

pytestmark = pytest.mark.browser
SLUG = "whistled-early"


@pytest.fixture
def timeline(up: Up, desk: Page, tmp_path: Path) -> str:
    """A campaign around a match of its own in five days, with nobody in it, and a launcher at its timeline."""
    files = tmp_path / SLUG
    shutil.copytree(SAMPLE, files)
    campaign = files / "campaign.toml"
    text = campaign.read_text()
    own = text.replace('slug = "azerbaijan-england-2004"', f'slug = "{SLUG}"', 1)
    campaign.write_text(own.replace('slug = "azerbaijan-england"', f'slug = "{SLUG}"', 1))
    up.command("campaign", "load", str(files))
    kick_off_at = (datetime.now(UTC) + timedelta(days=5, hours=1)).isoformat()
    up.command("fixture", "postpone", SLUG, "--until", kick_off_at, "--really")
    link = up.command("manager", "add", "whistle@example.org", "--role", "launcher").strip()
    desk.goto(link)
    desk.locator("main button").first.click()
    desk.wait_for_url(re.compile("/console/"))
    return f"{up.public_url}/console/campaigns/{SLUG}/"


def test_an_early_whistle_is_asked_about_pressed_and_undone(timeline: str, desk: Page) -> None:
    desk.goto(timeline)
    desk.get_by_role("link", name="Kick-off…").click()
    expect(desk.locator(".note.warn")).to_contain_text(re.compile("Kick-off is in [45] days"))
    look = desk.url
    desk.get_by_role("button", name="Kick-off", exact=True).click()
    expect(desk.get_by_role("alert")).to_contain_text("Really press it now?")
    desk.get_by_role("button", name="Yes, really: kick-off").click()
    expect(desk.locator(".flash")).to_contain_text("The match is on.")

    # Back on the page from before, the button does nothing more.
    desk.goto(look)
    expect(desk.locator(".flash")).to_contain_text("Nothing was changed")
    desk.get_by_role("link", name="Undo it…").click()
    desk.get_by_role("button", name="Take it back").click()

    expect(desk.locator(".flash")).to_contain_text("Taken back.")
    expect(desk.locator(".board .chip")).to_have_text("scheduled")
    expect(desk.get_by_role("link", name="Kick-off…")).to_be_visible()
