"""A fresh proof of who is there, before what cannot be taken back; the form that was sent goes through after it."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.console_settings import ConsoleRules
from service.domain.manager import Role
from service.planning.blasts import schedule_blast
from service.planning.managers import make_sign_in_link
from service.settings import Settings
from service.store.tables.approvals import Approval
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign
from service.store.tables.manager import Manager
from service.store.tables.people import Supporter
from service.web.app import create_app
from service.web.console.access import asks_for_proof
from service.wording.links import derive_key
from tests.attacks.approving import NEW, URL
from tests.console.apps import set_up
from tests.console.conftest import SLUG, Browser, C, hidden, words
from tests.console.test_blasts import BLAST
from tests.console.test_kept_forms import send, send_shown

PASSWORD = "four words for football"
PROVE = "/console/prove"
ADD = {"email": "bilal@example.org", "role": "author"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """This machine's clock, which stands still until it is moved."""
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), tick=False) as stopped:
        yield stopped


@pytest.fixture
def admin(clock: time_machine.Traveller, signed_in: Callable[[Role], Browser], campaign_id: int) -> Browser:
    """An admin who signed in with a password sixteen minutes ago, and has looked at a page since."""
    made = signed_in(Role.ADMIN)
    made.press("/console/password", {"new": PASSWORD, "again": PASSWORD})
    clock.shift(timedelta(minutes=16))
    assert made.see("/console/").status_code == 200
    return made


def managers(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return [row.email for row in session.query(Manager).filter_by(removed_at=None).order_by(Manager.email)]


def test_a_form_is_asked_for_proof_and_goes_through_after_it(admin: Browser, sessions: sessionmaker[Session]) -> None:
    asked = send(admin, "/console/managers/", ADD)
    before = managers(sessions)
    mistyped = send_shown(admin, asked, PROVE, {"password": "not it"})
    proved = send_shown(admin, mistyped, PROVE, {"password": PASSWORD})
    still = managers(sessions)
    done = send_shown(admin, proved, "/console/managers/")

    assert asked.status_code == 401
    assert "Is it you? Nothing was done yet." in words(asked)
    assert "That is not your password." in words(mistyped)
    assert "press once more" in words(proved)
    assert before == still == ["admin@example.org"]
    assert "bilal@example.org is an author" in words(done)
    assert "Is it you?" not in words(send(admin, "/console/managers/1/role", {"role": "admin"}))


def test_a_code_of_the_app_is_a_proof(admin: Browser, clock: time_machine.Traveller) -> None:
    asked = send(admin, "/console/second-factor", {})
    begun = send_shown(admin, send_shown(admin, asked, PROVE, {"password": PASSWORD}), "/console/second-factor")
    assert "Scan this" in words(begun)
    phone, codes = set_up(admin)
    clock.shift(timedelta(minutes=16))

    waits = send(admin, "/console/managers/", ADD)
    wrong = send_shown(admin, waits, PROVE, {"code": "000000"})
    proved = send_shown(admin, wrong, PROVE, {"code": phone.code()})
    clock.shift(timedelta(minutes=16))
    with_recovery = send_shown(admin, send(admin, "/console/managers/", ADD), PROVE, {"code": codes[0]})

    assert "not right, or was used before" in words(wrong)
    assert "press once more" in words(proved)
    assert "press once more" in words(with_recovery)


def test_where_there_is_a_second_step_the_password_alone_is_no_proof(
    admin: Browser, clock: time_machine.Traveller, sessions: sessionmaker[Session]
) -> None:
    send_shown(admin, send(admin, "/console/managers/", ADD), PROVE, {"password": PASSWORD})
    set_up(admin)
    clock.shift(timedelta(minutes=16))

    asked = send(admin, "/console/managers/", ADD)
    refused = send(admin, PROVE, {"password": PASSWORD})
    still = send(admin, "/console/managers/", ADD)

    assert 'name="password"' not in asked.text
    assert refused.status_code == 422
    assert "a code of the app, a recovery code or a passkey" in words(refused)
    assert still.status_code == 401
    assert managers(sessions) == ["admin@example.org"]


def test_nobody_takes_their_own_second_step_away_without_a_code(admin: Browser) -> None:
    send_shown(admin, send(admin, "/console/managers/", ADD), PROVE, {"password": PASSWORD})
    set_up(admin)

    offered = admin.see("/console/managers/")
    refused = send(admin, "/console/managers/1/second-factor/reset", {})

    assert "/managers/1/second-factor/reset" not in offered.text
    assert "on its own page, with a code of it" in words(refused)
    assert "none" not in words(admin.see("/console/managers/"))


def test_a_sign_in_link_opened_in_another_tab_is_a_proof(
    admin: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    asked = send(admin, "/console/managers/", ADD)
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, "admin@example.org", Role.ADMIN, public_url="", key=key, now=now())
    admin.press(link)

    back = send_shown(admin, asked, "/console/managers/")
    done = send_shown(admin, back, "/console/managers/") if back.status_code == 400 else back

    assert "bilal@example.org is an author" in words(done)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/console/managers/", ADD),
        ("/console/managers/1/role", {"role": "viewer"}),
        ("/console/managers/1/remove", {}),
        ("/console/managers/1/second-factor/reset", {}),
        ("/console/second-factor", {}),
        ("/console/downloads/supporters", {"campaign": SLUG}),
        ("/console/supporters/1/file", {}),
        ("/console/supporters/file", {"address": "ana@example.org"}),
        ("/console/supporters/import/00000000-0000-0000-0000-000000000000/rejects.csv", {}),
        ("/console/supporters/1/erase", {"sure": "erase"}),
        ("/console/supporters/forget", {"address": "ana@example.org", "sure": "erase"}),
    ],
)
def test_nothing_of_this_is_done_without_a_fresh_proof(
    admin: Browser, sessions: sessionmaker[Session], path: str, fields: dict[str, str]
) -> None:
    answer = send(admin, path, fields)

    assert answer.status_code == 401
    assert "Is it you?" in words(answer)
    assert managers(sessions) == ["admin@example.org"]
    with sessions() as session:
        assert session.query(Supporter).count() == 4


# Counts of messages, of nobody in particular.
_OF_NOBODY = {"console.report_csv"}


def test_every_route_that_takes_data_of_people_out_asks_for_a_fresh_proof(admin: Browser) -> None:
    app, taking = admin.client.application, set[str]()

    for rule in app.url_map.iter_rules():
        source = inspect.getsource(inspect.unwrap(app.view_functions[rule.endpoint]))
        if rule.endpoint.startswith("console.") and re.search(r"\b(note_export|take_file)\(", source):
            taking.add(rule.endpoint)
            assert (rule.methods or set()) >= {"POST"} or rule.endpoint in _OF_NOBODY, rule
    unasked = {name for name in taking if not asks_for_proof(app.view_functions[name])}

    assert len(taking) >= 5
    assert unasked == _OF_NOBODY


def test_a_file_comes_after_the_proof(admin: Browser) -> None:
    asked = send(admin, "/console/supporters/1/file", {})
    proved = send_shown(admin, asked, PROVE, {"password": PASSWORD})

    assert send_shown(admin, proved, "/console/supporters/1/file").mimetype == "application/zip"


def test_whoever_finds_a_browser_signed_in_sets_no_password(
    clock: time_machine.Traveller, signed_in: Callable[[Role], Browser]
) -> None:
    viewer = signed_in(Role.VIEWER)
    clock.shift(timedelta(minutes=16))

    answer = send(viewer, "/console/password", {"new": PASSWORD, "again": PASSWORD})

    assert answer.status_code == 401
    assert "Is it you?" in words(answer)
    assert PASSWORD not in answer.text


def test_tries_at_a_proof_are_limited(admin: Browser) -> None:
    answers = [send(admin, PROVE, {"password": "wrong"}).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


@pytest.mark.parametrize(("above", "asks"), [(5, True), (6, False)])
def test_a_blast_of_more_messages_than_the_set_number_is_asked_for_proof(
    with_proof_above: Callable[[int], Browser],
    sessions: sessionmaker[Session],
    clock: time_machine.Traveller,
    campaign_id: int,
    above: int,
    asks: bool,
) -> None:
    launcher = with_proof_above(above)
    clock.shift(timedelta(minutes=16))

    answer = send(launcher, f"{C}/blasts/schedule", BLAST)
    at_first = _blasts(sessions)
    if asks:
        proved = send_shown(launcher, answer, PROVE, {"password": PASSWORD})
        send_shown(launcher, proved, f"{C}/blasts/schedule")

    assert ("Is it you?" in words(answer)) is asks, words(answer)
    assert (at_first, _blasts(sessions)) == (0 if asks else 1, 1)


@pytest.mark.parametrize(("above", "asks"), [(3, True), (4, False)])
def test_approving_what_goes_to_more_than_the_set_number_is_asked_for_proof_and_sending_it_back_is_not(
    with_proof_above: Callable[[int], Browser],
    sessions: sessionmaker[Session],
    clock: time_machine.Traveller,
    campaign_id: int,
    above: int,
    asks: bool,
) -> None:
    with sessions.begin() as session:
        session.get_one(Campaign, campaign_id).approval_above = 1
        new = replace(NEW, opens_at=now() + timedelta(days=1))
        made = schedule_blast(
            session, campaign_id, new, public_url=URL, actor="ana@example.org", now=now(), take_back=timedelta(0)
        )
    launcher, path = with_proof_above(above), f"{C}/blasts/{made.id}/approval"
    clock.shift(timedelta(minutes=16))

    answer = send(launcher, path, hidden(launcher.see(path)))
    at_first = _verdicts(sessions)
    if asks:
        proved = send_shown(launcher, answer, PROVE, {"password": PASSWORD})
        send_shown(launcher, proved, path)
        clock.shift(timedelta(minutes=16))
    then = _verdicts(sessions)
    send(launcher, path, {"answer": "back", "reason": "Say who asks"})

    assert ("Is it you?" in words(answer)) is asks, words(answer)
    assert (at_first, then) == ([] if asks else ["approved"], ["approved"])
    assert _verdicts(sessions) == ["approved", "sent_back"]


def _verdicts(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Approval.verdict).order_by(Approval.id)))


@pytest.fixture
def with_proof_above(
    settings: Settings, sessions: sessionmaker[Session], clock: time_machine.Traveller
) -> Iterator[Callable[[int], Browser]]:
    """A launcher with a password, at an installation that asks for proof above so many messages."""
    made: list[Flask] = []

    def launcher_of(above: int) -> Browser:
        made.append(create_app(replace(settings, console=ConsoleRules(proof_above=above))))
        launcher = Browser(made[0].test_client())
        with sessions.begin() as session:
            key = derive_key(settings.secret_key, "links")
            link = make_sign_in_link(session, "cora@example.org", Role.LAUNCHER, public_url="", key=key, now=now())
        launcher.press(link)
        launcher.press("/console/password", {"new": PASSWORD, "again": PASSWORD})
        return launcher

    yield launcher_of
    for app in made:
        app.extensions["touchline"].sessions.kw["bind"].dispose()


def _blasts(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.query(Blast).count()
