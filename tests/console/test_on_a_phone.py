"""Long words of other people's files do not push a page over the edge of a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

import service.web
from service.domain.manager import Role
from tests.browser.conftest import chromium  # noqa: F401  # a fixture
from tests.console.conftest import Browser
from tests.console.test_files import upload

pytestmark = pytest.mark.browser
CSS = (Path(service.web.__file__).parent / "static" / "console.css").read_text()
LONG = "Ğüş" * 60
FILES = {
    "letters in doubt": "".join(("name,email\n", *(f"{LONG}{n},a{n}@example.org\n" for n in range(9)))).encode(
        "cp1254"
    ),
    "columns": f"name,email,{'W' * 200},{'x_' * 90}\nAna,ana@example.org,{'y' * 400},{'z' * 300}\n".encode(),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_look_at_a_file_of_long_words_fits_a_phone(
    signed_in: Callable[[Role], Browser],
    campaign_id: int,
    chromium: Chromium,  # noqa: F811
    file: bytes,
) -> None:
    _, page = upload(signed_in(Role.ADMIN), file, name=f"{'n' * 200}.csv")
    phone = chromium.new_context(viewport={"width": 320, "height": 700}).new_page()

    phone.set_content(re.sub(r"<link[^>]*console\.css[^>]*>", lambda _: f"<style>{CSS}</style>", page.text))

    assert page.status_code in {200, 422}
    assert "n" * 200 in phone.inner_text("h1")
    assert phone.evaluate("document.documentElement.scrollWidth") == 320
    phone.context.close()
