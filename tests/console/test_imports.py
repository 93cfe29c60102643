"""Imports behind the page: they go on when it is closed, are brought in once, stop with a reason, and can be undone."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from time import sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.consenting.erase import erase_address
from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.imports import CHUNK
from service.sending.sweep import errands_with_work
from service.store.locks import Lock
from tests.console.conftest import Browser, words
from tests.console.test_files import HEAD, PROOF, form_of, upload, work
from tests.counted_imports import when_counted

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.fixture
def admin(signed_in: Callable[[Role], Browser], campaign_id: int) -> Browser:
    return signed_in(Role.ADMIN)


@contextmanager
def lost_when_counted(sessions: sessionmaker[Session], condition: str, deed: str) -> Iterator[None]:
    """The database does this to a worker that counts, and the time of whoever had the import is over then."""
    try:
        with when_counted(sessions, condition, deed):
            yield
    finally:
        with sessions.begin() as session:
            session.execute(text("UPDATE imports SET lease_until = now() - interval '1 second'"))


def begin(admin: Browser, *rows: str) -> str:
    """Bring a file of these rows in, as far as the page does; the address of its page."""
    path, page = upload(admin, (HEAD + "\n".join(rows)).encode())
    return str(admin.press(f"{path}/go", form_of(page), follow=False).headers["Location"])


def whole(admin: Browser, *rows: str) -> str:
    address = begin(admin, *rows)
    work(admin)
    return address


def one(sessions: sessionmaker[Session], question: str, **asked: object) -> object:
    with sessions() as session:
        return session.execute(text(question), asked).scalar_one()


def may_email(sessions: sessionmaker[Session]) -> set[str]:
    with sessions() as session:
        found = text(
            "SELECT first_name FROM permissions p JOIN supporters s ON s.id = p.supporter_id WHERE channel = 'email'"
        )
        return set(session.scalars(found))


def fans(count: int) -> list[str]:
    return [f"Fan{number},fan{number}@example.org,,{PROOF}" for number in range(count)]


def test_it_waits_for_a_worker_and_the_page_says_so(admin: Browser, sessions: sessionmaker[Session]) -> None:
    page = admin.see(begin(admin, *fans(3)))

    assert "You can close this page" in words(page)
    assert "hx-get" in page.text
    assert one(sessions, "SELECT count(*) FROM supporters WHERE source = 'stall'") == 0
    with sessions() as session:
        assert Errand.BRING_IN in errands_with_work(session)


def test_a_worker_brings_it_in_and_the_page_shows_what_it_came_to(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    page = admin.see(whole(admin, *fans(3)))

    assert "3 rows read into Fair trials in Azerbaijan" in words(page)
    assert "hx-get" not in page.text
    assert one(sessions, "SELECT count(*) FROM supporters WHERE source = 'stall'") == 3
    assert one(sessions, "SELECT count(*) FROM uploads") == 0
    with sessions() as session:
        assert Errand.BRING_IN not in errands_with_work(session)


@pytest.mark.parametrize("when", ["meanwhile", "after"])
def test_pressing_twice_brings_it_in_once(admin: Browser, sessions: sessionmaker[Session], when: str) -> None:
    path, page = upload(admin, (HEAD + "\n".join(fans(3))).encode())
    first = admin.press(f"{path}/go", form_of(page), follow=False)
    if when == "after":
        work(admin)

    again = admin.press(f"{path}/go", form_of(page), follow=False)
    work(admin)

    assert again.headers["Location"] == first.headers["Location"]
    assert one(sessions, "SELECT count(*) FROM imports") == 1
    assert "New 3" in words(admin.see(first.headers["Location"]))


def test_where_a_worker_ends_another_goes_on_and_every_row_counts_once(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    rows = fans(CHUNK * 2 + 10)
    rows[5] = "Farid,not an address,,,,"
    rows[CHUNK + 5] = "Gul,not one either,,,,"
    address = begin(admin, *rows)

    gone = "RAISE EXCEPTION 'the server is shut down' USING ERRCODE = 'admin_shutdown';"
    with lost_when_counted(sessions, f"NEW.rows_done > {CHUNK}", gone), pytest.raises(OperationalError):
        work(admin)
    half = words(admin.see(address))
    work(admin)

    done = words(admin.see(address))
    assert f"{CHUNK:,} rows read" in half
    assert f"{len(rows):,} rows read" in done
    assert f"New {len(rows) - 2:,} Known before 0" in done
    link = re.search(r'action="([^"]+rejects\.csv)"', admin.see(address).text)
    assert link
    rejects = list(csv.reader(io.StringIO(admin.press(link[1]).data.decode("utf-8-sig"))))
    assert [row[2] for row in rejects] == ["first_name", "Farid", "Gul"]


def test_whoever_took_over_is_not_disturbed_by_the_worker_that_was_thought_dead(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    address = begin(admin, *fans(CHUNK + 10))

    lost = "NEW.lease_owner := gen_random_uuid();"
    with lost_when_counted(sessions, f"NEW.rows_done = {CHUNK} AND OLD.rows_done = 0", lost):
        work(admin)
    work(admin)

    assert f"New {CHUNK + 10:,} Known before 0" in words(admin.see(address))


def test_a_file_that_is_gone_stops_the_import_with_the_reason(admin: Browser, sessions: sessionmaker[Session]) -> None:
    address = begin(admin, *fans(3))
    with sessions.begin() as session:
        session.execute(text("DELETE FROM uploads"))

    work(admin)

    assert "its file is not kept any more" in words(admin.see(address))
    again = admin.press(f"{address}/again")
    assert "It does not go on: its file is not kept any more" in words(again)


def test_whoever_is_forgotten_while_a_file_waits_does_not_come_back_and_the_file_goes_when_it_is_done(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    address = begin(admin, *fans(3))
    key = admin.client.application.extensions["touchline"].address_key
    with sessions.begin() as session:
        erase_address(session, channel=Channel.EMAIL, address="fan1@example.org", key=key, source="test", now=NOW)

    work(admin)

    assert "New 2" in words(admin.see(address))
    assert "asked to be forgotten" in words(admin.see(address))
    assert one(sessions, "SELECT count(*) FROM supporters WHERE email = 'fan1@example.org'") == 0
    assert one(sessions, "SELECT count(*) FROM uploads WHERE facts->>'kind' IS NULL") == 0
    rejects = "SELECT string_agg(convert_from(content, 'utf8'), '') FROM upload_pieces"
    assert str(one(sessions, rejects)).splitlines()[1:] == ["3,asked to be forgotten"]


def _act(sessions: sessionmaker[Session], name: str) -> None:
    """What each of them does after the import."""
    with sessions.begin() as session:
        who, campaign = session.execute(
            text(
                "SELECT DISTINCT s.id, c.campaign_id FROM supporters s JOIN consents c ON c.supporter_id = s.id WHERE first_name = :name"
            ),
            {"name": name},
        ).one()
        asked = {"who": who, "campaign": campaign, "now": NOW}
        deeds = {
            "Signs": """INSERT INTO signatures (petition_id, supporter_id, source, signed_at, name)
                SELECT id, :who, '', :now, 'Ana Aliyeva' FROM petitions WHERE campaign_id = :campaign""",
            "Clicks": """INSERT INTO actions (campaign_id, supporter_id, kind, detail, at)
                VALUES (:campaign, :who, 'clicked', '/', :now)""",
            "Texts": """INSERT INTO replies (provider_ref, supporter_id, phone, to_number, body, keyword, needs_answer, received_at)
                VALUES ('SM9', :who, '+447700900199', '+447700900000', 'hello', 'none', true, :now)""",
            "Agrees": """INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, at)
                VALUES (:campaign, 'email', 'given', :who, 'Yes', 'preferences page', :now)""",
        }
        session.execute(text(deeds[name]), asked)


def test_undoing_takes_back_what_it_gave_to_whom_it_added_and_touches_nobody_else(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    others = [f"{name},{name.lower()}@example.org,,{PROOF}" for name in ("Signs", "Clicks", "Texts", "Agrees")]
    address = whole(admin, *fans(150), *others, f"Ana,ana@example.org,,{PROOF}")
    before = may_email(sessions)
    for name in ("Signs", "Clicks", "Texts", "Agrees"):
        _act(sessions, name)

    asked = admin.see(f"{address}/undo")
    not_sure = admin.press(f"{address}/undo")
    kept = may_email(sessions)
    admin.press(f"{address}/undo", {"sure": "yes"})
    work(admin)

    assert (
        "Consents withdrawn of 150 people it added who have done nothing since Added by it 154 Known before 1"
        in words(asked)
    )
    assert "Undo the import of" in words(not_sure)
    assert kept == before
    assert before - may_email(sessions) == {f"Fan{number}" for number in range(150)}
    done = words(admin.see(address))
    assert "the consents it had given to 150 people are withdrawn" in done
    told = "SELECT count(*) FROM consents WHERE act = 'withdrawn' AND source = 'import undone: stall'"
    assert one(sessions, told) == 150
    assert one(sessions, "SELECT count(*) FROM suppressions") == 0
    assert one(sessions, "SELECT count(*) FROM audit_entries WHERE deed = 'import undone'") == 1


def test_a_later_file_may_bring_back_what_was_undone(admin: Browser, sessions: sessionmaker[Session]) -> None:
    address = whole(admin, *fans(3))
    admin.press(f"{address}/undo", {"sure": "yes"})
    work(admin)
    assert not {name for name in may_email(sessions) if name.startswith("Fan")}

    whole(admin, *fans(2))

    assert {name for name in may_email(sessions) if name.startswith("Fan")} == {"Fan0", "Fan1"}


def test_whoever_acts_while_it_is_being_undone_keeps_what_they_have(
    admin: Browser, sessions: sessionmaker[Session], engine: Engine
) -> None:
    address = whole(admin, *fans(2), f"Signs,signs@example.org,,{PROOF}")
    admin.press(f"{address}/undo", {"sure": "yes"})
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.OPT_OUT)})
            undone = pool.submit(work, admin)
            while not one(sessions, str(waiting)):
                sleep(0.005)
            _act(sessions, "Signs")
        undone.result(60)

    assert "Signs" in may_email(sessions)
    assert "2 people are withdrawn" in words(admin.see(address))


@pytest.mark.parametrize("when", ["waiting", "undoing", "undone"])
def test_it_is_undone_only_when_it_is_done_and_once(admin: Browser, when: str) -> None:
    address = begin(admin, *fans(2))
    if when != "waiting":
        work(admin)
        admin.press(f"{address}/undo", {"sure": "yes"})
    if when == "undone":
        work(admin)

    answer = admin.press(f"{address}/undo", {"sure": "yes"})

    assert "Nothing was undone: this import" in words(answer)


def test_imports_are_listed_on_the_page_they_are_begun_on(admin: Browser) -> None:
    whole(admin, *fans(2))

    page: TestResponse = admin.see("/console/supporters/import")

    assert "people.csv" in words(page)
    assert "Imports begun last" in words(page)


@pytest.mark.parametrize("is_over", [False, True], ids=["under way", "over"])
def test_going_back_to_the_look_after_the_press_leads_to_the_import(admin: Browser, is_over: bool) -> None:
    path, page = upload(admin, (HEAD + "Ana,ana@example.org" + PROOF).encode())
    address = admin.press(f"{path}/go", form_of(page), follow=False).headers["Location"]
    if is_over:
        work(admin)

    back = admin.see(path)
    again = admin.press(path, form_of(page), follow=False)
    thrown = admin.press(f"{path}/forget", follow=False)

    assert [each.status_code for each in (back, again, thrown)] == [303, 303, 303]
    assert [each.headers["Location"] for each in (back, again, thrown)] == [address] * 3


def test_what_brings_people_back_after_an_undone_import_can_be_undone_in_turn(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    first = whole(admin, *fans(3), f"Signs,signs@example.org,,{PROOF}")
    admin.press(f"{first}/undo", {"sure": "yes"})
    work(admin)
    second = whole(admin, *fans(2), f"Signs,signs@example.org,,{PROOF}", f"New,new@example.org,,{PROOF}")
    _act(sessions, "Signs")

    page, asked = words(admin.see(second)), words(admin.see(f"{second}/undo"))
    admin.press(f"{second}/undo", {"sure": "yes"})
    work(admin)

    assert "Known before 3 3 of them brought back after an undone import" in page
    assert "Undo this import…" in page
    assert "Consents withdrawn of 3 people it added who have done nothing since" in asked
    assert "Added by it, or brought back 4 Known before 0 not touched" in asked
    assert {name for name in may_email(sessions) if name.startswith(("Fan", "New", "Signs"))} == {"Signs"}
    assert "3 people are withdrawn" in words(admin.see(second))


def test_a_file_without_proof_brings_nobody_back_and_the_next_with_proof_can_be_undone(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    row = f"Zoe,zoe@example.org,,{PROOF}"
    admin.press(f"{whole(admin, row)}/undo", {"sure": "yes"})
    work(admin)
    path, page = upload(admin, b"first_name,email\nZoe,zoe@example.org\n")
    between = str(admin.press(f"{path}/go", form_of(page), follow=False).headers["Location"])
    work(admin)
    given = whole(admin, row)
    allowed = may_email(sessions)

    admin.press(f"{given}/undo", {"sure": "yes"})
    work(admin)

    assert "brought back" not in words(page) + words(admin.see(between))
    assert "Zoe" in allowed
    assert "Zoe" not in may_email(sessions)


def test_whoever_another_file_may_write_to_stays_that_file_s_when_an_import_is_undone(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    first = whole(admin, f"Ana,ana@example.org,,{PROOF}", *fans(1))
    with sessions.begin() as session:
        session.execute(text("UPDATE imports SET state = 'undone'"))
    second = whole(admin, *fans(1))

    admin.press(f"{second}/undo", {"sure": "yes"})
    work(admin)

    assert first != second
    assert "brought back" not in words(admin.see(second))
    assert "Fan0" in may_email(sessions)
