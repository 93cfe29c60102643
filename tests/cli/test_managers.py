"""Managers' accounts from the command line."""

import json
from collections.abc import Callable

import pyotp
from click.testing import Result
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.manager_sessions import open_session
from service.planning.managers import add_manager
from service.planning.sealing import Sealer
from service.planning.second_step import begin_setup, confirm_setup, setup_under_way
from service.planning.sign_in_tries import Here
from service.settings import Settings
from service.store.queries import managers
from service.store.tables.notices import Notice


def test_a_lost_second_step_is_taken_away_and_its_owner_told(
    touchline: Callable[..., Result], sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        ana = add_manager(session, "ana@example.org", Role.ADMIN, actor="", now=now())
        sealer = Sealer.of(settings)
        begin_setup(session, ana.id, sealer=sealer, now=now())
        setup = setup_under_way(session, ana, sealer=sealer)
        assert setup
        confirm_setup(session, ana.id, pyotp.TOTP(setup.secret).at(now()), sealer=sealer, here=Here(""), now=now())

    before = json.loads(touchline("manager", "list", "--json").stdout)
    done = touchline("manager", "reset-second-factor", "Ana@example.org")
    after = touchline("manager", "list")

    assert [(each["email"], each["second_factor"]) for each in before] == [("ana@example.org", True)]
    assert done.exit_code == 0
    assert "ana@example.org  admin  no second step" in after.output
    with sessions() as session:
        assert session.query(Notice).one().kind == "account_news"
        assert session.scalar(text("SELECT actor FROM audit_entries WHERE deed = 'manager.second_factor_reset'"))


def test_an_account_that_is_not_there_is_said(touchline: Callable[..., Result]) -> None:
    done = touchline("manager", "reset-second-factor", "nobody@example.org")

    assert done.exit_code == 1
    assert "touchline manager list" in done.output


def test_where_somebody_is_signed_in_is_listed_and_ended(
    touchline: Callable[..., Result], sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        ana = add_manager(session, "ana@example.org", Role.ADMIN, actor="", now=now())
        row = managers.by_id(session, ana.id)
        assert row
        here = Here("203.0.113.77", token="t" * 40, agent="Firefox on Android")
        open_session(session, row, here=here, now=now())

    listed = touchline("manager", "sessions", "ana@example.org", "--json")
    done = touchline("manager", "sign-out", "ana@example.org")
    after = touchline("manager", "sessions", "ana@example.org")

    assert [(each["browser"], each["network"]) for each in json.loads(listed.stdout)] == [
        ("Firefox on Android", "203.0.113.0/24")
    ]
    assert "browsers that were signed in: 1" in done.output
    assert after.output == ""
