"""Our own tables, loaded again: what stands here already is not changed by a letter."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.consent import Evidence, withdraw_consent
from service.consenting.erase import erase_supporter
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store.queries import consents as questions
from service.store.tables.base import Base
from tests import make
from tests.cli.conftest import Touchline, said
from tests.cli.files import SLUG, bring, people

THEN = datetime(2026, 10, 5, 9, 30, 15, 123456, tzinfo=UTC)
PROOF = "I agree,2026-09-01T10:00+00:00,203.0.113.5,stall at the ground"
HEAD = "first_name,last_name,email,phone,consent_email,consent_sms,consent_wording,consent_at,consent_ip,consent_source"
MORE = "postcode,country,locale,time_zone,tags,external_id,details.size,details.note"
LONG = "x" * 59
FILE = f"""{HEAD},{MORE}
Ana,Li,ana@example.org,+447700900101,yes,yes,{PROOF},sw1a1aa,GB,en,Europe/London,"stall, {LONG} y",7,-M,"{"n" * 999} o"
Bilal,,bilal@example.org,,yes,,{PROOF},,,,,,,,
Cora,,cora@example.org,+447700900103,yes,yes,{PROOF},,,,,,,,
Dev,=SUM(1),dev@example.org,,yes,,{PROOF},,,,,,,,
Elif,,elif@example.org,,,,,,,,,,,,"stall",,,
Farid,,farid@example.org,+447700900106,yes,yes,{PROOF},,,,,,,,
Gul,,,+447700900107,,yes,{PROOF},,,,,,,,
Hamid,,hamid@example.org,,yes,,{PROOF},,,,,,,,
Jale,,jale@example.org,+447700900109,yes,yes,{PROOF},,AZ,az,Asia/Baku,,,,
Kamal,,kamal@example.org,+447700900110,yes,yes,{PROOF},,,,,,,,
Leyla,,leyla@example.org,,yes,,{PROOF},,,,,,,,
,,nameless@example.org,+447700900112,,,,,,,,,,,,,,
"""


@pytest.fixture(autouse=True)
def campaign(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session, slug=SLUG).id


@pytest.fixture
def everybody(touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path) -> None:
    """People of every kind: who allows all, who left one way or another, who changed, who came without consent."""
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    assert bring(touchline, file)["rejected_count"] == 0
    who = {name: row.id for name, row in people(sessions).items()}
    with sessions.begin() as session:
        for name, channel, reason in (
            ("Bilal", Channel.EMAIL, Suppressed.LEFT),
            ("Cora", Channel.SMS, Suppressed.STOP),
            ("Farid", Channel.EMAIL, Suppressed.COMPLAINT),
            ("Farid", Channel.SMS, Suppressed.PROVIDER_OPT_OUT),
        ):
            evidence = Evidence(wording="", source="test")
            withdraw_consent(
                session, supporter_id=who[name], channel=channel, reason=reason, evidence=evidence, now=THEN
            )
        for name, channel, reason in (
            ("Dev", Channel.EMAIL, Suppressed.HARD_BOUNCE),
            ("Jale", Channel.SMS, Suppressed.UNCLEAR),
            ("Elif", Channel.EMAIL, Suppressed.INVALID),
        ):
            questions.suppress_supporter(session, supporter_id=who[name], channel=channel, reason=reason, at=THEN)
        erase_supporter(session, who["Hamid"], source="test", now=THEN)
        changed = "UPDATE permissions SET address_hash = '\\x00' WHERE channel = 'sms' AND supporter_id = :who"
        session.execute(text(changed), {"who": who["Kamal"]})
        withdrawn = "DELETE FROM permissions WHERE supporter_id = :who"
        session.execute(text(withdrawn), {"who": who["Leyla"]})


def everything(sessions: sessionmaker[Session]) -> dict[str, list[str]]:
    """Every row of every table, but for what says who exported and imported when."""
    tables = [table.name for table in Base.metadata.sorted_tables if not table.name.startswith(("audit", "imports"))]
    with sessions() as session:
        return {name: sorted(session.scalars(text(f"SELECT to_jsonb(t)::text FROM {name} t"))) for name in tables}


def test_our_own_supporters_loaded_again_change_nothing(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path, everybody: None
) -> None:
    out = tmp_path / "out.csv"
    touchline("supporters", "export", str(out), "--campaign", SLUG)
    before = everything(sessions)

    done = bring(touchline, out)

    assert everything(sessions) == before
    assert (done["rows"], done["known"], done["new"], done["rejected_count"]) == (11, 11, 0, 0)
    assert (done["left_out"], done["unused"]) == ([], [])


def test_since_when_somebody_is_left_alone_comes_along_to_another_installation(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path, everybody: None
) -> None:
    out = tmp_path / "out.csv"
    touchline("supporters", "export", str(out), "--campaign", SLUG)
    before = everything(sessions)["suppressions"]
    with sessions.begin() as session:
        session.execute(text("TRUNCATE permissions, consents, actions, suppressions, supporters CASCADE"))

    bring(touchline, out)

    forgotten = [row for row in before if '"erased"' in row]
    assert everything(sessions)["suppressions"] == [row for row in before if row not in forgotten]


def test_our_own_suppressions_loaded_again_change_nothing_here_and_say_all_elsewhere(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path, everybody: None
) -> None:
    out = tmp_path / "out.csv"
    with sessions.begin() as session:
        # Who complained and then asked to be forgotten: the graver reason stands, and both must be known.
        asked = "UPDATE suppressions SET forgotten_at = at + interval '1 day' WHERE reason = 'complaint'"
        session.execute(text(asked))
    said(touchline("suppressions", "export", str(out), "--json"))
    before = everything(sessions)

    here = said(touchline("suppressions", "import", str(out), "--json"))
    after = everything(sessions)
    with sessions.begin() as session:
        session.execute(text("DELETE FROM suppressions"))
    elsewhere = said(touchline("suppressions", "import", str(out), "--json"))

    assert after == before
    assert everything(sessions)["suppressions"] == before["suppressions"]
    assert here["rejected_count"] == elsewhere["rejected_count"] == 0
