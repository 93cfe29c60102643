"""A manager sees that the forms of a campaign are flooded, since when and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from service.clock import now
from service.domain.flood import Flood
from service.domain.manager import Role
from service.web.door import FrontDoor
from tests.console.conftest import Browser, C, words

pytestmark = pytest.mark.at_any_hour


@pytest.mark.parametrize("page", ["/console/", f"{C}/"])
def test_a_flood_is_told_on_the_campaign_s_pages_and_no_longer_than_it_lasts(
    app: Flask, signed_in: Callable[[Role], Browser], campaign_id: int, page: str
) -> None:
    viewer = signed_in(Role.VIEWER)
    assert "flooded" not in words(viewer.see(page))
    held = app.extensions["touchline"]
    assert isinstance(held, FrontDoor)

    held.floods.begin(campaign_id, Flood.FEW_CONFIRM, since=now() - timedelta(minutes=3))

    read = words(viewer.see(page))
    assert "The forms of “Fair trials in Azerbaijan” are flooded since" in read
    assert "very many forms come in and hardly anybody confirms" in read
    held.floods.counts.keep(f"flood:{campaign_id}", "", seconds=0)
    assert "flooded" not in words(viewer.see(page))
