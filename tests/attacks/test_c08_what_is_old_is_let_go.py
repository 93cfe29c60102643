"""C8: each kind of what is held of people has an age, after which it is gone; nothing younger is."""

import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.retain import ROUNDS, let_go, overdue_kinds
from service.environment import SettingsError
from service.settings import STANDARD_AGES, Ages, load_settings
from service.store.queries import retention
from service.store.queries.house import database_now
from tests import make
from tests.cli.conftest import Touchline

AGES = Ages(
    keep_unconfirmed_days=10,
    keep_ip_days=20,
    keep_receipts_days=30,
    keep_clicks_days=40,
    keep_texts_days=50,
    keep_messages_days=60,
)
_SIGN_UP = """INSERT INTO sign_ups (campaign_id, first_name, email, wants_email, wants_sms, wordings, locale, time_zone,
    source, ip, created_at, supporter_id, email_confirmed_at) VALUES (1, 'Vera', :email, true, false,
    '{"email": "her own"}', 'en', '', 'her source', '192.0.2.7', now() - :age, :supporter, :confirmed) RETURNING id"""


@pytest.fixture
def people(sessions: sessionmaker[Session]) -> None:
    """Of each kind one that is a day too old and one that is a day short of it."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        ana = make.supporter(session, "Ana", campaign=campaign)
        session.flush()
        for name, days in (("old", 11), ("young", 9)):
            asked = {"email": f"{name}@example.org", "age": timedelta(days=days), "supporter": None, "confirmed": None}
            sign_up = session.scalar(text(_SIGN_UP), asked)
            session.execute(
                text("""INSERT INTO consents (campaign_id, channel, act, sign_up_id, wording, source, ip, at)
                     VALUES (1, 'email', 'asked', :id, '', 'her source', '192.0.2.7', now() - :age)"""),
                {"id": sign_up, "age": timedelta(days=days)},
            )
        for days in (21, 19):
            facts = {
                "email": "ana@example.org",
                "age": timedelta(days=days),
                "supporter": ana.id,
                "confirmed": make.KICK_OFF,
            }
            session.execute(text(_SIGN_UP), facts)
            session.execute(
                text("""INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, ip, at)
                     VALUES (1, 'email', 'given', 1, 'Yes', 'form', '192.0.2.9', now() - :age)"""),
                {"age": timedelta(days=days)},
            )
        for days in (31, 29):
            session.execute(
                text("""INSERT INTO receipts (provider, event_id, kind, supporter_id, at, received_at)
                     VALUES ('sendgrid', :id, 'delivered', 1, now(), now() - :age)"""),
                {"id": str(days), "age": timedelta(days=days)},
            )
        for kind, days in (("clicked", 41), ("clicked", 39), ("shared", 400)):
            session.execute(
                text("INSERT INTO actions (campaign_id, supporter_id, kind, at) VALUES (1, 1, :kind, now() - :age)"),
                {"kind": kind, "age": timedelta(days=days)},
            )
        for days, state in ((51, "delivered"), (49, "delivered"), (52, "queued")):
            age = {"age": timedelta(days=days), "id": str(days), "state": state}
            session.execute(
                text("""INSERT INTO replies (provider_ref, phone, to_number, body, needs_answer, received_at, supporter_id)
                     VALUES (:id, '+447700900100', '+447700900999', 'Hello', false, now() - :age, 1)"""),
                age,
            )
            session.execute(
                text("""INSERT INTO notices (kind, channel, dedupe_key, to_address, facts, body, state, not_before,
                     expires_at, created_at) VALUES ('answer_sms', 'sms', :id, '+447700900100', '{"body": "Dear Ana"}',
                     'Dear Ana', :state, now(), now(), now() - :age)"""),
                age,
            )


def _seen(sessions: sessionmaker[Session]) -> Mapping[str, list[object]]:
    questions = {
        "waiting": "SELECT email FROM sign_ups WHERE supporter_id IS NULL ORDER BY id",
        "names": "SELECT first_name FROM sign_ups WHERE supporter_id IS NULL ORDER BY id",
        "form ips": "SELECT ip FROM sign_ups WHERE supporter_id IS NOT NULL ORDER BY id",
        "consent ips": "SELECT ip FROM consents WHERE supporter_id IS NOT NULL AND source = 'form' ORDER BY id",
        "asked": "SELECT ip || source FROM consents WHERE supporter_id IS NULL ORDER BY id",
        "given": "SELECT act FROM consents WHERE source = 'form'",
        "receipts": "SELECT event_id FROM receipts ORDER BY 1",
        "actions": "SELECT kind FROM actions ORDER BY id",
        "replies": "SELECT phone IS NULL AND body = '' AND supporter_id IS NULL FROM replies ORDER BY id",
        "notices": "SELECT to_address IS NULL AND body = '' AND facts = '{}' FROM notices ORDER BY id",
        "states": "SELECT state FROM notices ORDER BY id",
    }
    with sessions() as session:
        return {name: list(session.scalars(text(question))) for name, question in questions.items()}


def test_what_is_too_old_is_gone_and_nothing_else(people: None, sessions: sessionmaker[Session]) -> None:
    gone, again = let_go(sessions, AGES), let_go(sessions, AGES)

    assert gone == {"unconfirmed": 1, "ip": 1, "receipts": 1, "clicks": 1, "texts": 2, "messages": 0}
    assert set(again.values()) == {0}
    assert _seen(sessions) == {
        "waiting": [None, "young@example.org"],
        "names": ["", "Vera"],
        "form ips": ["", "192.0.2.7"],
        "consent ips": ["", "192.0.2.9"],
        "asked": ["", "192.0.2.7her source"],
        "given": ["given", "given"],
        "receipts": ["29"],
        "actions": ["clicked", "shared"],
        # A text is gone by its age alone; a message on its way keeps its address.
        "replies": [True, False, True],
        "notices": [True, False, False],
        "states": ["delivered", "delivered", "queued"],
    }


def test_what_providers_said_of_an_old_blast_goes_stretch_by_stretch_and_its_report_stays(
    sessions: sessionmaker[Session],
) -> None:
    many = retention.AT_ONCE + 20
    with sessions.begin() as session:
        campaign = make.campaign(session)
        for days in (61, 59):
            row = make.blast(session, campaign, state="done")
            row.channels = ["email", "sms"]
            session.flush()
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(
                text("UPDATE blasts SET finished_at = now() - :age WHERE id = :id"),
                {"age": timedelta(days=days), "id": row.id},
            )
            session.execute(
                text("""INSERT INTO messages (blast_id, channel, supporter_id, batch_id, state, reason, provider_ref, opened_at)
                     SELECT :id, channel, n, 1, CASE WHEN n % 10 = 0 THEN 'withheld' ELSE 'bounced' END,
                         CASE WHEN n % 10 = 0 THEN 'suppressed' ELSE 'no such mailbox: ana' END, 'ref' || n, now()
                     FROM generate_series(1, :many) n CROSS JOIN (VALUES ('email'), ('sms')) AS ways(channel)
                     WHERE channel = 'email' OR n > 100"""),
                {"id": row.id, "many": many},
            )
    count = """SELECT blast_id, count(*), count(provider_ref), count(*) FILTER (WHERE reason LIKE '%ana%'),
        count(*) FILTER (WHERE reason = 'suppressed'), count(opened_at) FROM messages GROUP BY 1 ORDER BY 1"""

    with sessions.begin() as session:
        now = database_now(session)
        retention.let_go_messages(session, now - timedelta(days=60), now)
        half = session.execute(text(count)).first()
    for _ in range(3):
        let_go(sessions, AGES)

    everybody, left = 2 * many - 100, (many // 10) * 2 - 10
    with sessions() as session:
        old, young = [tuple(row) for row in session.execute(text(count))]
        assert half is not None
        assert 0 < half[2] < everybody
        assert old == (1, everybody, 0, 0, left, everybody)
        assert young == (2, everybody, everybody, everybody - left, left, everybody)
        assert session.scalars(text("SELECT let_go_at IS NOT NULL FROM blasts ORDER BY id")).all() == [True, False]


def test_a_row_that_somebody_is_at_is_passed_over_and_waits_for_nobody(
    people: None, sessions: sessionmaker[Session]
) -> None:
    with sessions() as busy:
        busy.execute(text("SELECT FROM sign_ups WHERE email = 'old@example.org' FOR UPDATE"))
        done: list[dict[str, int]] = []
        at_it = threading.Thread(target=lambda: done.append(let_go(sessions, AGES)))
        at_it.start()
        at_it.join(timeout=30)
        assert done
        assert done[0]["unconfirmed"] == 0
        busy.rollback()

    assert let_go(sessions, AGES)["unconfirmed"] == 1


def test_a_tick_lets_go_of_so_many_and_the_next_goes_on(sessions: sessionmaker[Session]) -> None:
    most = ROUNDS * retention.AT_ONCE
    with sessions.begin() as session:
        session.execute(
            text("""INSERT INTO receipts (provider, event_id, kind, at, received_at)
                 SELECT 'sendgrid', n, 'delivered', now(), now() - interval '31 days' FROM generate_series(1, :n) n"""),
            {"n": most + 7},
        )

    assert [let_go(sessions, AGES)["receipts"] for _ in range(3)] == [most, 7, 0]


_INDEXES = {
    "unconfirmed": ["ix_sign_ups_unconfirmed"],
    "ip": ["ix_sign_ups_with_ip", "ix_consents_with_ip"],
    "receipts": ["ix_receipts_received_at"],
    "clicks": ["ix_actions_clicks"],
    "texts": ["ix_replies_with_number", "ix_notices_with_address"],
}


@pytest.mark.parametrize("kind", _INDEXES)
def test_what_is_old_is_found_by_its_index(kind: str, people: None, engine: Engine) -> None:
    plans: list[str] = []
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
        session.execute(text("LOAD 'auto_explain'"))
        session.execute(text("SET LOCAL auto_explain.log_min_duration = 0; SET LOCAL client_min_messages = log"))
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        now = database_now(session)
        retention.KINDS[kind](session, now, now)
        session.rollback()

    for index in _INDEXES[kind]:
        assert any(index in plan for plan in plans)


def test_the_doctor_shows_the_ages_and_what_stayed_too_long(
    people: None, sessions: sessionmaker[Session], touchline: Touchline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions() as session:
        now = database_now(session)
        assert overdue_kinds(session, STANDARD_AGES, now=now) == []
        assert overdue_kinds(session, Ages(1, 1, 1, 1, 1, 1), now=now) == [
            "unconfirmed",
            "ip",
            "receipts",
            "clicks",
            "texts",
        ]

    well = touchline("doctor").stdout
    monkeypatch.setenv("KEEP_CLICKS_DAYS", "5")
    late = touchline("doctor").stdout

    assert (
        "ok  what is kept: unconfirmed 30 days, ip 730 days, receipts 400 days, clicks 730 days, texts 1095 days, messages 1095 days"
        in well
    )
    assert "BAD what is kept" in late
    assert "too old: clicks" in late


@pytest.mark.parametrize("wrong", ["0", "-1", "36501", "many", "99999999999999999999", "²"])
def test_an_age_that_is_none_stops_the_start(wrong: str) -> None:
    with pytest.raises(SettingsError, match="KEEP_IP_DAYS: days"):
        load_settings({"SECRET_KEY": "x" * 40, "KEEP_IP_DAYS": wrong})
