"""I17: opening an address, as mail scanners do with all of them, changes nothing but the count of clicks."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from service import clock
from service.domain.channel import Channel, Pace
from service.sending.carriers import Words, email_carrier
from service.sending.hand_over import deliver
from service.settings import Settings
from service.wording.links import LinkKind, derive_key, sign
from tests.faults.common import Blasting, everything
from tests.sending.conftest import URL, Desk

# What a click leaves behind.
_CLICKS = ("actions",)


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (Windows NT 10.0)", "curl/8", "SafeLinks-bot"])
def test_i17_every_link_of_an_email_may_be_opened_by_anybody(
    desk: Desk, blast_to: Blasting, client: FlaskClient, settings: Settings, agent: str
) -> None:
    blast_to("Ana", email="{first_name|friend}: {petition_link} {briefing_link:election-2003} {preferences_link}")
    key = derive_key(settings.secret_key, "links")
    deliver(desk.sessions, email_carrier(desk.email, Words(key, URL)), Pace.BULK, until=clock.monotonic() + 120)
    letter = desk.email.batches[0].recipients[0]
    said = " ".join((*letter.substitutions.values(), *letter.headers.values()))
    paths = set(re.findall(rf"{URL}(/[^\s<>\"]+)", said))
    paths |= {f"/{kind}/{sign(LinkKind(kind), 1, key=key, channel=Channel.EMAIL)}" for kind in ("leave", "preferences")}
    before = everything(desk.sessions, but=("clicked_at",))

    for path in paths:
        for method in ("HEAD", "OPTIONS", "GET"):
            answer = client.open(path, method=method, headers={"User-Agent": agent}, follow_redirects=method == "GET")
            assert answer.status_code < 400, path

    after = everything(desk.sessions, but=("clicked_at",))
    assert len(paths) >= 4
    assert {name: rows for name, rows in after.items() if name not in _CLICKS} == {
        name: rows for name, rows in before.items() if name not in _CLICKS
    }
    with desk.sessions() as session:
        clicked = session.scalar(text("SELECT count(*) FROM messages WHERE clicked_at IS NOT NULL"))
    assert clicked == (1 if agent.startswith("Mozilla") else 0)
