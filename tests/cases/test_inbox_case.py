"""More questions than a page holds: the oldest can still be reached."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from service.domain.manager import Role
from tests.console.conftest import Browser, signed_in, words
from tests.listening.conftest import Hooks, hooks

__all__ = ["hooks", "signed_in"]

ASKED_FIRST = "OLDEST WAITING: is the march still on?"
NOON = datetime(2029, 1, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize("address", ["/console/inbox/", "/console/inbox/?show=all"])
def test_the_oldest_of_more_than_a_hundred_questions_is_reached(
    hooks: Hooks, signed_in: Callable[[Role], Browser], address: str
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        hooks.text("+447700900999", ASKED_FIRST)
        for number in range(1, 112):
            clock.shift(timedelta(seconds=1))
            hooks.text(f"+447700900{number:03}", "When does it begin?")
        viewer = signed_in(Role.VIEWER)
        pages = [viewer.see(address)]
        while following := re.search(r'href="([^"]+)">Next page', pages[-1].text):
            pages.append(viewer.see(following[1].replace("&amp;", "&")))
        found = viewer.see("/console/inbox/?show=all&q=07700+900999")

    shown = " ".join(words(page) for page in pages)
    assert ASKED_FIRST in shown
    assert shown.count("When does it begin?") == 111
    assert ASKED_FIRST in words(found)
