"""C8: an erasing is certified without a name, and a restored backup is erased again before anything may be sent."""

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.cli.running.postgres import BINARIES, start_postgres
from service.consenting.consent import AddressKey
from service.consenting.erasure_list import ErasureList, read_list
from service.domain.channel import Channel
from service.domain.doubt import STANDARD
from service.domain.manager import Role
from service.planning.holding import NotErasedAgain, hold_house, release_hold
from service.sending.sweep import tick
from service.settings import Settings
from service.store.engine import make_engine, make_sessions
from service.store.tables.people import SignUp
from tests import make
from tests.cli.conftest import Touchline, said
from tests.consenting.canaries import dump
from tests.console.conftest import Browser, words
from tests.sending.conftest import Desk

NOW = datetime.now(UTC)
HEADER = "# Who was forgotten, by keyed hash. Keep it apart from backups of the database: hold release reads it.\n"
ANA, WAITING, BACK = "ana@example.org", "waiting@example.org", "bilal@example.org"


@pytest.fixture(scope="module")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another Postgres, with nothing in it."""
    server = start_postgres(tmp_path_factory.mktemp("other"), database="restored")
    yield server.url
    server.stop()


def _people(sessions: sessionmaker[Session], key: AddressKey) -> None:
    """Ana and Bilal, supporters, and somebody whose sign-up waits."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        for name in ("Ana", "Bilal"):
            who = make.supporter(session, name, campaign=campaign)
            session.flush()
            who.email_hash = key.hash(Channel.EMAIL, who.email or "")
        session.add(_waiting(campaign.id))


def _waiting(campaign_id: int) -> SignUp:
    facts = {"first_name": "Vera", "email": WAITING, "wants_email": True, "wants_sms": False, "wordings": {}}
    where = {"locale": "en", "time_zone": "Europe/London", "source": "", "ip": "", "created_at": NOW}
    return SignUp(campaign_id=campaign_id, **facts, **where)


def test_the_certificate_names_every_table_and_nobody(
    sessions: sessionmaker[Session], settings: Settings, touchline: Touchline, database_url: str
) -> None:
    _people(sessions, AddressKey.of(settings))

    erased = said(touchline("supporters", "erase", ANA, "--yes", "--json"))
    shown = touchline("erasures", "show", str(erased["certificate"])).stdout
    told = said(touchline("erasures", "show", str(erased["certificate"]), "--json"))

    rows = {place["name"]: place["rows"] for place in told["places"]}  # type: ignore[attr-defined]  # read from JSON
    assert (rows["supporters"], rows["permissions"], rows["consents"]) == (1, 1, 1)
    assert set(rows) >= {"sign_ups", "notices", "replies", "messages", "receipts", "actions", "signatures", "testers"}
    assert {"the program's logs", "backups of the database", "email and text providers"} <= set(rows)
    assert "supporters: 1 row; name, addresses" in shown
    assert "ana" not in (shown + dump(database_url).decode(errors="replace")).lower().replace("campaign", "").split()
    assert ANA not in dump(database_url).decode(errors="replace")


def test_a_manager_sees_the_certificate_and_downloads_it(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    admin = signed_in(Role.ADMIN)

    page = admin.press("/console/supporters/1/erase", {"sure": "erase"})
    with sessions() as session:
        ref = session.scalar(text("SELECT ref FROM erasures"))
    download = admin.see(f"/console/erasures/{ref}.txt")

    assert "Erased. What they signed still counts" in words(page)
    assert f"Number {ref}" in words(page)
    assert str(ref) in words(admin.see("/console/erasures/"))
    assert f"Certificate of erasing {ref}" in download.text
    assert "attachment" in download.headers["Content-Disposition"]
    assert "ana" not in download.text.lower().split()
    assert signed_in(Role.LAUNCHER).see(f"/console/erasures/{ref}").status_code == 403


def test_the_certificate_says_what_of_a_manager_it_left_alone(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session], touchline: Touchline
) -> None:
    signed_in(Role.ADMIN)
    with sessions.begin() as session:
        address = session.scalar(text("SELECT email FROM managers"))
        session.execute(text("UPDATE supporters SET email = :email WHERE id = 1"), {"email": address})

    erased = said(touchline("supporters", "erase", str(address), "--yes", "--json"))
    told = said(touchline("erasures", "show", str(erased["certificate"]), "--json"))

    done = {place["name"]: place["done"] for place in told["places"]}  # type: ignore[attr-defined]  # read from JSON
    with sessions() as session:
        assert session.scalar(text("SELECT email FROM managers")) == address
        assert session.scalar(text("SELECT email FROM supporters WHERE id = 1")) is None
    assert "keeps the account and its address" in done["managers"]
    assert "addresses of managers" in done["audit_entries"]
    assert {"approvals", "alerts"} <= set(done)


def test_the_list_outside_the_database_has_each_erasing_and_no_name(
    sessions: sessionmaker[Session], settings: Settings, touchline: Touchline, tmp_path: Path
) -> None:
    _people(sessions, AddressKey.of(settings))
    kept = ErasureList(tmp_path)
    with sessions.begin() as session:
        assert kept.catch_up(session) == 0

    touchline("supporters", "erase", ANA, "--yes")
    with sessions.begin() as session:
        assert kept.catch_up(session) == 1
        assert kept.catch_up(session) == 0
        # Another ticker, started later, goes on from what stands there; so does one after a crash within a line.
        assert ErasureList(tmp_path).catch_up(session) == 0
    with kept.path.open("a") as torn:
        torn.write("1 2 0000")
    touchline("supporters", "erase", WAITING, "--yes")
    with sessions.begin() as session:
        assert ErasureList(tmp_path).catch_up(session) == 1
    touchline("erasures", "export", str(tmp_path / "exported"))

    listed = read_list(kept.path).erased
    assert len(listed) == 2
    assert listed == read_list(tmp_path / "exported").erased
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert "@" not in kept.path.read_text()


def test_a_disk_that_cannot_be_written_holds_nothing_else_up(
    sessions: sessionmaker[Session], settings: Settings, touchline: Touchline, tmp_path: Path
) -> None:
    _people(sessions, AddressKey.of(settings))
    touchline("supporters", "erase", ANA, "--yes")
    (tmp_path / "home").write_text("a file where a folder should be")
    kept = ErasureList(tmp_path / "home")

    ticked = tick(sessions, public_url="https://example.org", erased=kept)
    (tmp_path / "home").unlink()
    tick(sessions, public_url="https://example.org", erased=kept)

    assert ticked.fired == 0
    assert len(read_list(kept.path).erased) == 1


def test_a_restored_backup_is_erased_again_before_anything_may_be_sent(
    desk: Desk,
    settings: Settings,
    touchline: Touchline,
    database_url: str,
    other_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, sessions = AddressKey.of(settings), desk.sessions
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path / "nothing"))
    _people(sessions, key)
    desk.tick(STANDARD)
    # Bilal was erased and came back, all before the backup: he stays.
    touchline("supporters", "erase", BACK, "--yes")
    with sessions.begin() as session:
        again = make.supporter(session, "Bilal", campaign=session.get_one(make.Campaign, 1))
        session.flush()
        again.email_hash = key.hash(Channel.EMAIL, BACK)
        session.execute(text("DELETE FROM suppressions"))
    backup = tmp_path / "backup.sql"
    subprocess.run([BINARIES / "pg_dump", "-d", database_url, "-f", backup], check=True, capture_output=True)
    touchline("supporters", "erase", ANA, "--yes")
    touchline("supporters", "erase", WAITING, "--yes")
    kept = ErasureList(tmp_path)
    tick(sessions, public_url="https://example.org", erased=kept)

    subprocess.run([BINARIES / "psql", "-q", "-d", other_server, "-f", backup], check=True, capture_output=True)
    restored = make_sessions(make_engine(other_server, pool_size=2))
    # The ticker of the other machine notices the restore, and keeps no list of its own before the release.
    new_home = tmp_path / "nothing"
    for _ in range(2):
        tick(restored, public_url="https://example.org", erased=ErasureList(new_home))
    monkeypatch.setenv("DATABASE_URL", other_server)
    assert ANA in dump(other_server).decode(errors="replace")
    unknown = touchline("hold", "release")
    exported = touchline("erasures", "export", str(tmp_path / "too late"))
    # One that stood there before, of another database, is not taken for it either.
    assert not (new_home / "erased").exists()
    new_home.mkdir(exist_ok=True)
    (new_home / "erased").write_text(HEADER + f"# from {NOW.isoformat()} on: epoch 0 in 1:1 end\n")
    of_another = touchline("hold", "release")
    done = touchline("hold", "release", "--erased", str(kept.path))

    for refused in (unknown, of_another):
        assert refused.exit_code == 1
        assert "--without-erasures" in refused.stderr
    assert exported.exit_code == 1
    assert "its list would lack" in exported.stderr
    assert "erased again: 2 on the list, of whom 2 were in this database" in done.stdout
    assert "released" in done.stdout
    everything = dump(other_server).decode(errors="replace")
    assert ANA not in everything
    assert WAITING not in everything
    assert BACK in everything
    with restored() as session:
        assert session.scalar(text("SELECT count(*) FROM suppressions WHERE forgotten_at IS NOT NULL")) == 2
        assert session.scalar(text("SELECT held_at FROM house")) is None
    restored.kw["bind"].dispose()


def test_the_release_itself_looks_whether_everybody_on_the_list_is_erased(session: Session) -> None:
    hold_house(session, actor="Cora", reason="a restore", now=NOW)

    with pytest.raises(NotErasedAgain):
        release_hold(session, actor="Cora", fire_overdue=False, now=NOW, erased=[uuid4()])


def test_a_list_is_gone_through_once(
    sessions: sessionmaker[Session], settings: Settings, touchline: Touchline, tmp_path: Path
) -> None:
    from_elsewhere = tmp_path / "erased"
    from_elsewhere.write_text(
        f"{HEADER}1 7 11111111-2222-3333-4444-555555555555 2026-11-23T12:00:00+00:00 "
        f"email:{AddressKey.of(settings).hash(Channel.EMAIL, ANA).hex()} end\n"
    )
    _people(sessions, AddressKey.of(settings))
    touchline("hold", "set", "a restore into the same server")

    done = touchline("hold", "release", "--erased", str(from_elsewhere))
    touchline("hold", "set", "and once more")
    again = touchline("hold", "release", "--erased", str(from_elsewhere))

    assert "erased again: 1 on the list, of whom 1 were in this database" in done.stdout
    assert "erased again" not in again.stdout
    with sessions() as session:
        assert session.scalars(text("SELECT email FROM supporters ORDER BY id")).all() == [None, BACK]


def test_a_hold_by_hand_wants_a_list_unless_it_is_no_restore(
    sessions: sessionmaker[Session], touchline: Touchline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path / "home"))
    tick(sessions, public_url="https://example.org")

    touchline("hold", "set", "restored into the same server")
    refused = touchline("hold", "release")
    tick(sessions, public_url="https://example.org", erased=ErasureList(tmp_path / "home"))
    is_written_while_held = (tmp_path / "home" / "erased").exists()
    touchline("hold", "release", "--without-erasures")
    tick(sessions, public_url="https://example.org", erased=ErasureList(tmp_path / "home"))
    touchline("hold", "set", "restored once more")
    by_own_list = touchline("hold", "release")
    (tmp_path / "home" / "erased").unlink()
    touchline("hold", "set", "the providers are being changed", "--no-restore")
    no_restore = touchline("hold", "release")

    assert "--without-erasures" in refused.stderr
    assert not is_written_while_held
    assert "released" in by_own_list.stdout
    assert "released" in no_restore.stdout


def test_a_file_that_is_no_list_is_refused_and_so_is_one_begun_after_the_hold(
    sessions: sessionmaker[Session], touchline: Touchline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path / "home"))
    other, late = tmp_path / "other", tmp_path / "late"
    other.write_text("name,email\n")
    touchline("hold", "set", "restored into the same server")
    touchline("erasures", "export", str(late))

    no_list = touchline("hold", "release", "--erased", str(other))
    too_late = touchline("hold", "release", "--erased", str(late))

    assert no_list.exit_code == too_late.exit_code == 1
    assert "is no list of erasures" in no_list.stderr
    assert "was begun after the hold" in too_late.stderr
    with sessions() as session:
        assert session.scalar(text("SELECT held_at FROM house")) is not None


@pytest.mark.parametrize("cut", [1, 5, 6, 20, 44, 69, 70, 100])
def test_a_line_cut_short_anywhere_is_no_line_and_its_erasing_is_written_again(
    sessions: sessionmaker[Session], settings: Settings, touchline: Touchline, tmp_path: Path, cut: int
) -> None:
    _people(sessions, AddressKey.of(settings))
    touchline("supporters", "erase", ANA, "--yes")
    with sessions.begin() as session:
        ErasureList(tmp_path).catch_up(session)
    kept = ErasureList(tmp_path)
    whole = read_list(kept.path).erased
    os.truncate(kept.path, kept.path.stat().st_size - 1 - cut)

    torn = read_list(kept.path).erased
    with sessions.begin() as session:
        added = kept.catch_up(session)

    assert (len(whole), len(torn), added) == (1, 0, 1)
    assert read_list(kept.path).erased == whole
