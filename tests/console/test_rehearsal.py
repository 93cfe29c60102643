"""Managers see what is to come, and what looks wrong with it, before it goes out."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from service.store.tables.campaign import Copy
from tests.console.conftest import Browser, C, words


@pytest.mark.usefixtures("campaign_id")
def test_a_rehearsal_tells_of_each_stage_and_what_looks_wrong(
    signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        for copy in session.scalars(select(Copy).where(Copy.channel == "sms", Copy.body.contains("half time"))):
            copy.body = "It is {score} <b>now</b>"

    page = signed_in(Role.VIEWER).see(f"{C}/rehearsal/")

    assert page.status_code == 200
    read = words(page)
    assert "Find out more" in read
    assert "at half time" in read
    assert "sms: en: does not say how to stop" in read


@pytest.mark.usefixtures("campaign_id")
def test_the_timeline_leads_to_the_rehearsal(signed_in: Callable[[Role], Browser]) -> None:
    assert f'href="{C}/rehearsal/"' in signed_in(Role.VIEWER).see(f"{C}/").text


@pytest.mark.usefixtures("campaign_id")
def test_strangers_see_no_rehearsal(browser: Browser) -> None:
    assert browser.see(f"{C}/rehearsal/").status_code == 302
