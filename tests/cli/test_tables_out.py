"""Tables out, and what comes back of them."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.settings import Settings
from service.store.tables.house import AuditEntry
from service.store.tables.people import Action, Consent, Permission, Supporter, Suppression
from tests import make
from tests.cli.conftest import Touchline, said
from tests.cli.files import SLUG, bring, consents


@pytest.fixture(autouse=True)
def campaign(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session, slug=SLUG).id


def test_the_export_opens_in_excel_and_comes_back_as_it_was(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file, out, again = tmp_path / "people.csv", tmp_path / "out.csv", tmp_path / "again.csv"
    file.write_text(
        "first_name,last_name,email,phone,postcode,country,tags,external_id,locale,time_zone,details.size,joined_at,"
        "consent_email,consent_sms,consent_wording,consent_at,consent_ip,consent_source\n"
        'Şəhla,=Əliyeva,shehla@example.org,07700900123,sw1a1aa,Azerbaijan,"stall, vip",7,az,Baku,-M,2025-01-01,'
        'yes,yes,"+I agree\nto this",2026-09-01T10:00+00:00,203.0.113.5,stall at the ground\n'
        "Bo,,bo@example.org,,,,,,,,,,,,,,,\n"
    )
    bring(touchline, file)

    told = touchline("supporters", "export", str(out), "--campaign", SLUG)
    before = _everything(sessions)
    with sessions.begin() as session:
        for table in (Permission, Consent, Action, Supporter):
            session.query(table).delete()
    bring(touchline, out)
    touchline("supporters", "export", str(again), "--campaign", SLUG)

    assert told.stdout == f"2 supporters written to {out}.\n"
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ",+447700900123," in out.read_text()
    assert "'=Əliyeva" in out.read_text()
    assert _everything(sessions) == before
    assert again.read_bytes() == out.read_bytes()


def _everything(sessions: sessionmaker[Session]) -> list[object]:
    with sessions() as session:
        people = session.scalars(select(Supporter).order_by(Supporter.email)).all()
        found: list[object] = [
            (who.first_name, who.last_name, who.email, who.phone, who.postcode, who.country, *who.tags, who.external_id)
            for who in people
        ]
        ledger = session.scalars(select(Consent).order_by(Consent.channel))
        found += [(who.locale, who.time_zone, who.details, who.source, who.created_at) for who in people]
        return [*found, *((each.channel, each.wording, each.source, each.ip, each.at) for each in ledger)]


def test_suppressions_go_out_as_hashes_and_come_in_by_address(
    touchline: Touchline, sessions: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        campaign = session.get_one(make.Campaign, 1)
        ana = make.supporter(session, "Ana", campaign=campaign)
        ana.email_hash = AddressKey.of(settings).hash(Channel.EMAIL, "ana@example.org")
    file, out = tmp_path / "stop.csv", tmp_path / "out.csv"
    file.write_text("Email,Reason,At\nana@example.org,complaint,2026-01-01\nnobody,,\nbilal@example.org,,\n")

    done = said(touchline("suppressions", "import", str(file), "--json"))

    assert (done["rows"], done["suppressed"], done["rejected_count"]) == (3, 2, 1)
    assert consents(sessions) == set()
    assert said(touchline("suppressions", "export", str(out), "--json")) == {"suppressions": 2}
    with sessions.begin() as session:
        before = {(row.channel, row.address_hash, row.reason, row.at) for row in session.scalars(select(Suppression))}
        session.query(Suppression).delete()
    said(touchline("suppressions", "import", str(out), "--json"))
    with sessions() as session:
        after = {(row.channel, row.address_hash, row.reason, row.at) for row in session.scalars(select(Suppression))}
    assert after == before


def test_the_other_tables_go_out_and_are_remembered(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with sessions.begin() as session:
        make.supporter(session, "Ana", campaign=session.get_one(make.Campaign, 1))

    told = [touchline(name, "export", "-", "--campaign", SLUG) for name in ("consents", "messages", "replies")]

    assert [each.exit_code for each in told] == [0, 0, 0]
    assert told[0].stdout.startswith("\ufeffat,campaign,channel,act,first_name,email,phone,wording,source,ip")
    assert ",email,given,Ana,ana@example.org,,I agree.,test," in told[0].stdout
    assert told[0].stderr == "1 consents written to standard output.\n"
    with sessions() as session:
        deeds = session.scalars(select(AuditEntry.deed)).all()
    assert deeds == ["consents exported", "messages exported", "replies exported"]
