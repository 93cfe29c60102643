"""C8: somebody is told everything that is held about them, in whatever table it is, and nothing of anybody else."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.manager import Role
from service.joining.person_file import A_DAY, FileTakenOften, take_file
from service.settings import Settings
from service.store.queries.person_file import LEFT_OUT
from service.store.tables import Base
from service.wording.links import LinkKind, derive_key, sign
from service.wording.person_file import TITLES
from tests import make
from tests.cli.conftest import Touchline, said
from tests.conftest import SECRET
from tests.console.conftest import Browser, words
from tests.site.forms import send

NOW = datetime.now(UTC)
LINKS = derive_key(SECRET, "links")
ANA, ANAS_PHONE = "ana@example.org", "+447700900100"
# What names nobody: it is of campaigns, of managers' own work, of the installation, or gone within a day.
OF_NOBODY = frozenset(
    {"fixtures", "fixture_changes", "campaigns", "stages", "stage_firings", "copies", "briefings", "petitions", "links"}
    | {"house", "heartbeats", "tallies", "audit_heads", "idempotency_keys", "failed_texts", "suppression_lists"}
    | {"blasts", "renderings", "batches", "blast_spending", "attempts", "late_events", "senders", "signature_counts"}
    | {"form_looks", "blast_troubles", "ask_counts", "ask_alarms", "imports", "uploads", "upload_pieces"}
    | {"erasures", "manager_sessions", "sign_in_links", "sign_in_tries", "manager_totp", "manager_passkeys"}
    | {"recovery_codes", "manager_places", "approvals", "alerts"}
)


def test_every_table_is_told_of_or_said_to_name_nobody() -> None:
    assert set(Base.metadata.tables) - OF_NOBODY == set(TITLES)


@pytest.fixture
def planted(sessions: sessionmaker[Session]) -> dict[str, str]:
    """Ana with a word of her own in every column of every table that can hold one; by `table.column`."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        blast = make.blast(session, campaign, state="running")
        ana = make.supporter(session, "Ana", campaign=campaign, phone=ANAS_PHONE)
        make.supporter(session, "Bilal", campaign=campaign, phone="+447700900199")
        session.flush()
        values = {"blast": blast.id, "campaign": campaign.id, "ana": ana.id, "phone": ANAS_PHONE, "email": ANA}
        for statement in _ROWS:
            session.execute(text(statement), values)
        session.flush()
        return _plant(session)


_ROWS = (
    "INSERT INTO sign_ups (campaign_id, first_name, email, phone, wants_email, wants_sms, wordings, locale, time_zone,"
    " source, ip, created_at, supporter_id) VALUES (:campaign, '', :email, '+447700900155', true, true, '{}', '', '',"
    " '', '', now(), :ana)",
    "INSERT INTO confirmation_requests (sign_up_id, channel, purpose, asked_at) VALUES (1, 'email', 'news', now())",
    "INSERT INTO consents (campaign_id, channel, act, sign_up_id, wording, source, at)"
    " VALUES (:campaign, 'email', 'asked', 1, '', '', now())",
    "INSERT INTO suppressions (channel, address_hash, reason, at)"
    " SELECT 'email', email_hash, 'left', now() FROM supporters WHERE id = :ana",
    "INSERT INTO signatures (petition_id, supporter_id, name, source, signed_at)"
    " SELECT id, :ana, 'x', '', now() FROM petitions",
    "INSERT INTO actions (campaign_id, supporter_id, kind, at) VALUES (:campaign, :ana, '', now())",
    "INSERT INTO notices (kind, channel, dedupe_key, supporter_id, to_address, facts, not_before, expires_at,"
    " created_at) VALUES ('', 'email', 'k', :ana, :email, '{}', now(), now(), now())",
    "INSERT INTO receipts (provider, event_id, kind, supporter_id, at, received_at, reason)"
    " VALUES ('', '', '', :ana, now(), now(), 'x')",
    "INSERT INTO replies (provider_ref, phone, to_number, body, needs_answer, received_at)"
    " VALUES ('', :phone, '', '', true, now())",
    "INSERT INTO testers (channel, address, added_by, added_at, asked_at, ask_count)"
    " VALUES ('email', :email, '', now(), now(), 1)",
    "INSERT INTO complaints (campaign_id, email, words, at) VALUES (:campaign, :email, '', now())",
    "INSERT INTO managers (email, role, created_at) VALUES (:email, 'viewer', now())",
    "SET LOCAL session_replication_role = replica",
    "INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, state,"
    " not_before, expires_at) VALUES (:blast, 1, 'email', 'bulk', 1, 1, 1, 'accepted', now(), now())",
    "SET LOCAL session_replication_role = origin",
    "INSERT INTO messages (blast_id, channel, supporter_id, batch_id, reason, state)"
    " VALUES (:blast, 'email', :ana, 1, 'x', 'failed')",
)
# Columns in which a word of Ana's cannot stand: keys, states and moments, kinds, addresses, and what triggers keep.
_FIXED = frozenset(
    {"id", "state", "kind", "channel", "act", "purpose", "role", "email", "phone", "address", "to_address", "reason_"}
)


def _plant(session: Session) -> dict[str, str]:
    planted = {}
    for name in sorted(set(TITLES) - {"audit_entries", "suppressions", "permissions", "not_me", "late_joiners"}):
        if name not in Base.metadata.tables:
            continue
        table = Base.metadata.tables[name]
        for column in table.columns:
            is_word = str(column.type) in {"TEXT", "VARCHAR"} and column.name not in _FIXED
            if not is_word or column.name in LEFT_OUT.get(name, ()):
                continue
            canary = f"canary {name} {column.name}"
            its = {"supporters": "email = 'ana@example.org'", "consents": "sign_up_id = 1"}.get(name, "true")
            if name == "managers":
                its = "email = 'ana@example.org'"
            session.execute(text(f"UPDATE {name} SET {column.name} = :canary WHERE {its}"), {"canary": canary})
            planted[f"{name}.{column.name}"] = canary
    return planted


def _file(sessions: sessionmaker[Session], settings: Settings, **asked: object) -> dict[str, list[dict[str, object]]]:
    key = AddressKey.of(settings)
    with sessions.begin() as session:
        found = take_file(session, key=key, actor="Cora", now=NOW, **asked)  # type: ignore[arg-type]  # by name
        return {each.table: [dict(row) for row in each.rows] for each in found.held}


def test_whatever_stands_in_any_column_of_any_table_is_told(
    planted: dict[str, str], sessions: sessionmaker[Session], settings: Settings
) -> None:
    by_id, by_address = (
        _file(sessions, settings, supporter_id=1),
        _file(sessions, settings, channel=Channel.EMAIL, address=ANA),
    )

    assert len(planted) > 40
    for where, canary in planted.items():
        assert canary in json.dumps(by_id), where
        assert canary in json.dumps(by_address), where
    assert by_id["suppressions"][0]["reason"] == "left"
    assert by_id["permissions"]
    assert by_address["audit_entries"] == [{"id": 1, "at": NOW.isoformat(), "deed": "file taken"}]


def test_nothing_of_anybody_else_is_told_nor_what_proves_who_holds_it(
    planted: dict[str, str], sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        session.execute(
            text("UPDATE supporters SET source = 'bilals own', details = '{\"a\": \"bilals own\"}' WHERE id = 2")
        )
        session.execute(text("UPDATE sign_ups SET phone_code = 'a secret code'"))
        session.execute(text('UPDATE notices SET facts = \'{"sent_by": "cora@example.org", "kept": "yes"}\''))
        session.execute(text("UPDATE managers SET password_hash = 'a secret hash'"))
    hers = json.dumps(_file(sessions, settings, supporter_id=1), ensure_ascii=False)

    for others in ("bilal", "+447700900199", "cora@example.org", "a secret", '"supporter_id": 2'):
        assert others not in hers.lower()
    # A number that stood beside hers on a form may be anybody's.
    assert "+447700900155" not in hers
    assert "+44…55" in hers
    assert '"kept": "yes"' in hers


def test_bytes_are_never_told() -> None:
    assert not any(
        isinstance(column.type, LargeBinary) and name in {"replies", "notices"}
        for name, table in Base.metadata.tables.items()
        for column in table.columns
    )


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def _unzipped(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_she_asks_for_it_on_her_own_page_and_only_her_own_address_gets_the_link(
    planted: dict[str, str], visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    shown_by = ("supporters.locale", "supporters.time_zone", "supporters.sms_sender")
    with sessions.begin() as session:
        session.execute(text("UPDATE supporters SET locale = 'en', time_zone = 'Europe/London', sms_sender = ''"))
    page = f"/preferences/{sign(LinkKind.PREFERENCES, 1, key=LINKS, channel=Channel.EMAIL)}"

    asked = send(visitor, page, {"deed": "copy"})
    sent = send(visitor, page, {"deed": "copy_now"})

    assert "Send me the link" in asked.text
    assert "a…@e….org" in sent.text
    with sessions() as session:
        notice = session.execute(text("SELECT to_address, supporter_id FROM notices WHERE kind = 'copy_email'")).one()
        assert tuple(notice) == (ANA, 1)
        assert session.scalar(text("SELECT count(*) FROM audit_entries")) == 0

    token = sign(LinkKind.COPY, 1, key=LINKS, channel=Channel.EMAIL, expires_at=NOW + timedelta(hours=20))
    looked = visitor.get(f"/my-data/{token}")
    taken = send(visitor, f"/my-data/{token}", {})

    assert looked.mimetype == "text/html"
    assert (taken.status_code, taken.mimetype) == (200, "application/zip")
    assert taken.headers["Cache-Control"] == "no-store"
    files = _unzipped(taken.data)
    assert set(files) == {"what-we-hold.html", "what-we-hold.json"}
    for where, canary in planted.items():
        assert where in shown_by or canary in files["what-we-hold.json"]
        assert where in shown_by or canary in files["what-we-hold.html"]
    with sessions() as session:
        entry = session.execute(text("SELECT actor, deed, subject FROM audit_entries")).one()
        assert tuple(entry) == ("the supporter", "file taken", "supporter 1")
    for wrong in (LinkKind.FORGET, LinkKind.TAKE_OFF):
        other = sign(wrong, 1, key=LINKS, channel=Channel.EMAIL, expires_at=NOW + timedelta(hours=20))
        assert visitor.get(f"/my-data/{other}").status_code == 410


def test_a_name_of_markup_is_words_in_the_file(
    planted: dict[str, str], sessions: sessionmaker[Session], visitor: FlaskClient
) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE supporters SET first_name = '<script>alert(1)</script>' WHERE id = 1"))
    token = sign(LinkKind.COPY, 1, key=LINKS, channel=Channel.EMAIL, expires_at=NOW + timedelta(hours=20))

    page = _unzipped(send(visitor, f"/my-data/{token}", {}).data)["what-we-hold.html"]

    assert "<script>alert" not in page
    assert not re.search(r'(?:src|href)="', page)


def test_a_manager_takes_it_and_that_is_written_down(
    planted: dict[str, str], signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session]
) -> None:
    admin = signed_in(Role.ADMIN)

    taken = admin.press("/console/supporters/1/file")
    by_address = admin.press("/console/supporters/file", {"address": "+44 7700 900100"})
    nobody = admin.press("/console/supporters/file", {"address": "nobody@example.org"})
    wrong = admin.press("/console/supporters/file", {"address": "nobody"})

    assert "canary supporters first_name" in _unzipped(taken.data)["what-we-hold.json"]
    assert "canary supporters first_name" in _unzipped(by_address.data)["what-we-hold.json"]
    assert "Nothing is held about this address" in words(nobody)
    assert "No file was made" in words(wrong)
    assert signed_in(Role.LAUNCHER).press("/console/supporters/1/file").status_code == 403
    assert admin.press("/console/supporters/99/file").status_code == 404
    with sessions() as session:
        entries = session.execute(text("SELECT actor, subject FROM audit_entries WHERE deed = 'file taken'")).all()
        assert [tuple(entry) for entry in entries] == [
            ("admin@example.org", "supporter 1"),
            ("admin@example.org", "supporter 1"),
            ("admin@example.org", "email"),
        ]


def test_the_command_writes_a_file_for_its_owner_alone(
    planted: dict[str, str], touchline: Touchline, tmp_path: Path
) -> None:
    kept = tmp_path / "ana.zip"

    found = said(touchline("supporters", "file", ANA, str(kept), "--json"))
    printed = touchline("supporters", "file", ANA, "-")

    assert isinstance(found["rows"], int)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "canary supporters first_name" in _unzipped(kept.read_bytes())["what-we-hold.json"]
    assert json.loads(printed.stdout)["tables"]["supporters"]


def test_it_is_taken_so_often_a_day_and_no_oftener(
    planted: dict[str, str], sessions: sessionmaker[Session], settings: Settings
) -> None:
    for _ in range(A_DAY):
        _file(sessions, settings, supporter_id=1)

    with pytest.raises(FileTakenOften):
        _file(sessions, settings, supporter_id=1)
    _file(sessions, settings, supporter_id=2)
    # Whoever is no supporter has no number to be counted by, and only managers can ask for them.
    for _ in range(A_DAY + 1):
        _file(sessions, settings, channel=Channel.EMAIL, address="nobody@example.org")


def test_somebody_who_is_erased_has_no_file(
    planted: dict[str, str],
    sessions: sessionmaker[Session],
    settings: Settings,
    visitor: FlaskClient,
    touchline: Touchline,
) -> None:
    touchline("supporters", "erase", ANA, "--yes")

    token = sign(LinkKind.COPY, 1, key=LINKS, channel=Channel.EMAIL, expires_at=NOW + timedelta(hours=20))
    assert visitor.get(f"/my-data/{token}").status_code == 410
    with sessions.begin() as session:
        taken = take_file(session, key=make.KEY, actor="Cora", now=NOW, channel=Channel.EMAIL, address=ANA)
    found = {each.table: each.rows for each in taken.held}
    # What is left: that the address is to be left alone, and the account of a manager of ours.
    assert {name for name, rows in found.items() if rows} == {"suppressions", "managers"}
