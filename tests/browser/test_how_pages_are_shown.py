"""The pages in a contrast theme, and times as a browser of another country writes them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session, sessionmaker

from tests import make
from tests.site.conftest import app

__all__ = ["app"]

pytestmark = pytest.mark.browser
_STATIC = Path(__file__).parents[2] / "service/web/static"

_EDGE = """each => {
    const shown = getComputedStyle(each);
    return [shown.borderBottomWidth, shown.borderBottomStyle];
}"""


@pytest.fixture
def landing(app: Flask, sessions: sessionmaker[Session]) -> str:
    """The page of a campaign, as it is served."""
    with sessions.begin() as session:
        make.campaign(session)
    return app.test_client().get("/fair-trials/").text


@pytest.fixture
def themed(chromium: Browser) -> Iterator[Page]:
    """A browser of Windows with a contrast theme, set to American English, in Baku."""
    context = chromium.new_context(forced_colors="active", locale="en-US", timezone_id="Asia/Baku")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def _show(page: Page, content: str) -> None:
    page.route("http*://**/*", lambda route: route.abort())
    page.set_content(content, wait_until="domcontentloaded")
    page.add_style_tag(content=(_STATIC / "site.css").read_text("utf-8"))
    page.add_script_tag(content=(_STATIC / "site.js").read_text("utf-8"))


def test_a_contrast_theme_draws_an_edge_around_every_button_and_the_band(themed: Page, landing: str) -> None:
    _show(themed, landing)

    for selector in ("form button", "a.button", ".band"):
        shapes = themed.locator(selector).all()
        assert shapes, selector
        for shape in shapes:
            width, style = shape.evaluate(_EDGE)
            assert (float(width.removesuffix("px")) >= 1, style) == (True, "solid"), selector


def test_an_american_browser_writes_times_as_the_page_is_written(themed: Page, landing: str) -> None:
    _show(themed, landing)

    words = themed.locator("time").first.inner_text()

    assert re.search(r"^[A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]{2}\b", words), words
    assert "GMT+" not in words
