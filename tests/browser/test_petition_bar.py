"""The bar of a petition on a phone: apart from the text around it, and whole however short it is."""

import base64
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text, update
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables.campaign import Petition
from tests import make
from tests.site.conftest import app

__all__ = ["app"]

pytestmark = pytest.mark.browser
STYLES = (Path(__file__).parents[2] / "service/web/static/site.css").read_text("utf-8")


@pytest.fixture
def petition_page(app: Flask, sessions: sessionmaker[Session]) -> str:
    """The petition's page with 12 names of 10,000 hoped for, as it is served."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        words = {"en": {"title": "Fair trials", "body": "To the Government of Azerbaijan:\n\nWe ask for fair trials."}}
        petition = session.scalars(update(Petition).values(goal=10_000, wordings=words).returning(Petition.id)).one()
        for number in range(12):
            who = make.supporter(session, f"Ana{number}", campaign=campaign)
            session.execute(
                text("""INSERT INTO signatures (petition_id, supporter_id, source, signed_at, name)
                        VALUES (:petition, :who, '', now(), 'Ana Aliyeva')"""),
                {"petition": petition, "who": who.id},
            )
    return app.test_client().get("/fair-trials/petition").text


# How much of the bar's middle line is filled, in CSS pixels; the picture of it is read by the browser itself.
_FILLED = """async picture => {
    const image = await createImageBitmap(await (await fetch(picture)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const line = canvas.getImageData(0, Math.floor(image.height / 2), image.width, 1).data;
    return line.filter((red, place) => place % 4 === 0 && red < 100).length;
}"""


def _show(phone: Page, page: str) -> None:
    phone.route("http*://**/*", lambda route: route.abort())
    phone.set_content(page.replace("</head>", f"<style>{STYLES}</style></head>", 1), wait_until="domcontentloaded")


def test_the_text_after_the_bar_stands_apart_from_it(phone: Page, petition_page: str) -> None:
    _show(phone, petition_page)

    bar = phone.locator("progress").bounding_box()
    after = phone.locator(".goal + *").bounding_box()

    assert bar
    assert after
    assert after["y"] - (bar["y"] + bar["height"]) >= 12


def test_twelve_names_of_ten_thousand_are_seen_as_a_whole_round_end(phone: Page, petition_page: str) -> None:
    _show(phone, petition_page)

    picture = base64.b64encode(phone.locator("progress").screenshot()).decode()
    filled = phone.evaluate(_FILLED, f"data:image/png;base64,{picture}")

    assert 8 <= filled <= 20


def test_the_addressee_is_named_once_above_the_petition(phone: Page, petition_page: str) -> None:
    _show(phone, petition_page)

    assert phone.locator("article").inner_text().casefold().count("to the government of azerbaijan") == 1
