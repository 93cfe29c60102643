"""Where a manager is texted when a blast stops by itself."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from tests.console.conftest import Browser, words

pytestmark = pytest.mark.at_any_hour
SignedIn = Callable[[Role], Browser]


def test_a_launcher_leaves_a_number_for_alarms_and_takes_it_back(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    assert "Texts to you when a blast stops by itself" in words(launcher.see("/console/password"))

    wrong = launcher.press("/console/alarms", {"phone": "12"})
    kept = words(launcher.press("/console/alarms", {"phone": "+44 7700 900123"}, follow=True))
    shown = launcher.see("/console/alarms").text

    assert wrong.status_code == 422
    assert 'value="12"' in wrong.text
    assert "You are texted at +447700900123" in kept
    assert 'value="+447700900123"' in shown
    assert "told by email only" in words(launcher.press("/console/alarms", {"phone": ""}, follow=True))
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM managers WHERE alarm_phone IS NOT NULL")) == 0
        # The log of deeds names no number.
        assert "900123" not in str(session.execute(text("SELECT details FROM audit_entries")).all())


def test_whoever_may_not_launch_has_no_alarms(signed_in: SignedIn, campaign_id: int) -> None:
    assert signed_in(Role.AUTHOR).see("/console/alarms").status_code == 403
