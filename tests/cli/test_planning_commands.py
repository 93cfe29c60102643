"""Scripts can plan, move, hold and report by the command line, and tell from its exit code how it went."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.cli.main import main
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Fixture
from tests import make
from tests.cli.conftest import Touchline, said

SAMPLE = Path(__file__).parents[2] / "templates" / "campaigns" / "azerbaijan-england"
SLUG = "azerbaijan-england"


@pytest.fixture
def planned(sessions: sessionmaker[Session]) -> None:
    """A campaign with one stage and Ana."""
    with sessions() as session:
        campaign = make.campaign(session)
        make.stage(session, campaign)
        make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
        session.commit()


def blast_in(sessions: sessionmaker[Session], state: str) -> int:
    with sessions() as session:
        campaign = session.scalars(select(Campaign)).one()
        row = make.blast(session, campaign, state=state)
        session.commit()
        return row.id


def commands() -> list[tuple[str, ...]]:
    groups = ("campaign", "fixture", "stage", "blast", "supporters", "sender")
    return [(group, name) for group in groups for name in main.commands[group].commands]  # type: ignore[attr-defined]  # they are groups


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_says_what_it_is_for(touchline: Touchline, words: tuple[str, ...]) -> None:
    result = touchline(*words, "--help")

    assert (result.exit_code, result.output.startswith("Usage:")) == (0, True)


def test_a_campaign_loads_and_a_second_load_finds_nothing_to_change(touchline: Touchline) -> None:
    first = said(touchline("campaign", "load", str(SAMPLE), "--json"))
    second = touchline("campaign", "load", str(SAMPLE))

    assert first["changes"]
    assert second.output.endswith(f"{SLUG}: nothing to change.\n")


def test_a_dry_run_changes_nothing(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    result = touchline("campaign", "load", str(SAMPLE), "--dry-run")

    assert "would change" in result.output
    with sessions() as session:
        assert session.scalars(select(Campaign)).all() == []


def test_a_mistake_in_the_files_is_named_with_its_place(touchline: Touchline, tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text('slug = "x"\ncolour = "red"\n')

    result = touchline("campaign", "load", str(tmp_path))

    assert result.exit_code == 1
    assert "campaign.toml:2:" in result.stderr
    assert "Traceback" not in result.output


def test_a_campaign_is_written_back_as_files(touchline: Touchline, tmp_path: Path) -> None:
    touchline("campaign", "load", str(SAMPLE))

    result = touchline("campaign", "export", SLUG, str(tmp_path / SLUG))

    assert result.exit_code == 0
    assert (tmp_path / SLUG / "campaign.toml").exists()


def test_a_rehearsal_lists_what_is_to_come(touchline: Touchline, planned: None) -> None:
    shown = touchline("campaign", "rehearse", "fair-trials")
    counted = said(touchline("campaign", "rehearse", "fair-trials", "--json"))

    assert "Find out more" in shown.output
    assert "Nothing was sent." in shown.output
    assert [stage["slug"] for stage in counted["stages"]] == ["find-out-more"]  # type: ignore[attr-defined]  # a list


def test_a_match_is_played_from_the_command_line(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session]
) -> None:
    postponed = said(
        touchline("fixture", "postpone", "aze-eng", "--until", "2026-12-09T17:00+00:00", "--really", "--json")
    )
    touchline("fixture", "kick-off", "aze-eng", "--really")
    touchline("fixture", "half-time", "aze-eng", "--score", "0-1", "--really")
    touchline("fixture", "second-half", "aze-eng", "--really")
    ended = said(touchline("fixture", "full-time", "aze-eng", "--score", "1-0", "--really", "--json"))
    touchline("fixture", "correct", "aze-eng", "--score", "1-1")

    assert postponed["kick_off_at"] == "2026-12-09T17:00:00+00:00"
    assert [each["after"] for each in postponed["moved"]] == ["2026-12-07T17:00:00+00:00"]  # type: ignore[attr-defined]  # a list
    assert ended["state"] == "full_time"
    with sessions() as session:
        match = session.scalars(select(Fixture)).one()
        assert (match.home_score, match.away_score) == (1, 1)


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("fixture", "half-time", "aze-eng", "--score", "0-1"), 1, "so it cannot be at half time"),
        (("fixture", "kick-off", "nowhere"), 1, "there is no fixture 'nowhere'"),
        (("fixture", "half-time", "aze-eng", "--score", "nil-nil"), 2, "a score looks like 1-0"),
        (("fixture", "half-time", "aze-eng"), 2, "Missing option '--score'"),
        (("fixture", "postpone", "aze-eng", "--until", "tomorrow"), 1, "is no date and time"),
        (("fixture", "postpone", "aze-eng", "--until", "2026-12-09T17:00"), 1, "lacks its offset"),
        (("blast", "status", "404"), 1, "no blast 404"),
        *(
            (("blast", deed, "404"), 1, "there is no blast 404")
            for deed in ("pause", "resume", "cancel", "limit", "choose")
        ),
        (("blast", "again", "404", "--subject", "S"), 1, "there is no blast 404"),
        (("blast", "move", "404", "2099-01-01T00:00+00:00"), 1, "there is no blast 404"),
        (("blast", "resend-unknown", "404", "--yes"), 1, "there is no blast 404"),
        (("blast", "list", "nowhere"), 1, "there is no campaign 'nowhere'"),
        (("report", "nowhere"), 1, "no campaign 'nowhere'"),
        (("campaign", "rehearse", "nowhere"), 1, "there is no campaign 'nowhere'"),
        (("campaign", "export", "nowhere", "there"), 1, "there is no campaign 'nowhere'"),
    ],
)
def test_a_refusal_is_one_plain_line_and_a_code(
    touchline: Touchline, planned: None, words: tuple[str, ...], code: int, why: str
) -> None:
    result = touchline(*words)

    assert result.exit_code == code
    assert why in result.stderr
    assert "Traceback" not in result.output


def test_a_blast_is_scheduled_from_files(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    (tmp_path / "email.md").write_text("Dear {first_name|friend}, {petition_link}", "utf-8")
    (tmp_path / "text.txt").write_text("Sign: {petition_link} STOP to end\n", "utf-8")
    files = ("--email", str(tmp_path / "email.md"), "--sms", str(tmp_path / "text.txt"))
    rules = (
        "--audience",
        '[{"signed": false}]',
        "--at",
        f"{datetime.now(UTC).year + 2}-12-01T09:00+00:00",
        "--really",
        "--json",
    )

    done = said(touchline("blast", "schedule", "fair-trials", "--title", "T", "--subject", "Sign", *files, *rules))

    with sessions() as session:
        row = session.get_one(Blast, done["blast"])
        assert (row.channels, row.audience) == (["email", "sms"], [{"signed": False}])


def test_words_that_cannot_be_sent_are_refused(touchline: Touchline, planned: None, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("Sign: {petition_lnk}", "utf-8")

    result = touchline("blast", "schedule", "fair-trials", "--title", "T", "--sms", str(tmp_path / "text.txt"))

    assert result.exit_code == 1
    assert "petition_lnk" in result.stderr


def test_a_blast_is_paused_resumed_and_cancelled(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session]
) -> None:
    blast_id = str(blast_in(sessions, "running"))

    states = []
    for deed in ("pause", "resume", "cancel"):
        assert touchline("blast", deed, blast_id).exit_code == 0
        states.append(said(touchline("blast", "status", blast_id, "--json"))["state"])

    assert states == ["paused", "running", "cancelled"]


def test_watching_a_blast_that_is_over_ends_at_once(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session]
) -> None:
    result = touchline("blast", "status", str(blast_in(sessions, "done")), "--watch")

    assert result.exit_code == 0
    assert "A blast: done" in result.stdout


def test_supporters_come_in_and_go_out_as_csv(touchline: Touchline, planned: None, tmp_path: Path) -> None:
    people, rejects, out = tmp_path / "people.csv", tmp_path / "rejects.csv", tmp_path / "out.csv"
    people.write_text(
        "first_name,email,consent_email,consent_wording,consent_at\n"
        '"=HYPERLINK(1)",bilal@example.org,yes,Email me,2026-01-01T00:00+00:00\n'
        "Cora,no address,,,\n"
    )

    done = said(
        touchline("supporters", "import", str(people), "--campaign", "fair-trials", "--rejects", str(rejects), "--json")
    )
    touchline("supporters", "export", str(out), "--campaign", "fair-trials")

    assert (done["new"], done["permitted"]) == (1, 1)
    assert [row["row"] for row in csv.DictReader(rejects.read_text("utf-8-sig").splitlines())] == ["3"]
    written = {row["email"]: row["first_name"] for row in csv.DictReader(out.read_text("utf-8-sig").splitlines())}
    assert written == {"ana@example.org": "Ana", "bilal@example.org": "'=HYPERLINK(1)"}


def test_a_phone_number_survives_going_out_and_coming_in(touchline: Touchline, planned: None, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    touchline("supporters", "export", str(out), "--campaign", "fair-trials")

    done = said(touchline("supporters", "import", str(out), "--campaign", "fair-trials", "--json"))

    assert (done["known"], done["new"], done["rejected"]) == (1, 0, [])


def test_a_spreadsheet_is_refused_with_advice(touchline: Touchline, planned: None, tmp_path: Path) -> None:
    (tmp_path / "people.xlsx").write_bytes(b"PK\x03\x04")

    result = touchline("supporters", "import", str(tmp_path / "people.xlsx"), "--campaign", "fair-trials")

    assert (result.exit_code, "save it as CSV" in result.stderr) == (1, True)


def test_the_report_survives_a_title_with_brackets(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session]
) -> None:
    blast_id = blast_in(sessions, "done")
    with sessions() as session:
        session.get_one(Blast, blast_id).title = "Last call [/red]"
        session.commit()

    shown = touchline("report", "fair-trials")
    counted = said(touchline("report", "fair-trials", "--json"))

    assert "Last call [/red]" in shown.output
    assert json.loads(json.dumps(counted))["lines"][0]["title"] == "Last call [/red]"


def test_the_report_is_a_table_for_a_spreadsheet_and_runs_nothing_there(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session]
) -> None:
    blast_id = blast_in(sessions, "done")
    with sessions() as session:
        session.get_one(Blast, blast_id).title = "=1+1"
        session.commit()

    (line,) = csv.DictReader(touchline("report", "fair-trials", "--csv").stdout.splitlines())

    assert (line["title"], line["state"], line["sent"], line["cost_GBP"]) == ("'=1+1", "done", "0", "0.00")


def test_without_a_house_a_command_says_how_to_open_one(
    touchline: Touchline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path))

    result = touchline("report", "fair-trials")

    assert (result.exit_code, "start it with `make up`" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("blast", "status", "9" * 23),
        ("blast", "pause", "9" * 23),
        ("blast", "move", "9" * 23, "2099-12-09T17:00+00:00"),
        ("fixture", "half-time", SLUG, "--score", f"{'9' * 20}-0"),
        ("fixture", "half-time", SLUG, "--score", f"{'9' * 5000}-0"),
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_a_number_too_large_is_refused_in_one_sentence(touchline: Touchline, words: tuple[str, ...]) -> None:
    result = touchline(*words)

    assert isinstance(result.exception, SystemExit)
    assert result.exit_code in {1, 2}
    assert "too large" in result.output or "from 0 to 99" in result.output or "there is no blast" in result.output


@pytest.mark.parametrize(
    ("option", "held"),
    [("--sms", b"Tonight: \xff\xfe"), ("--email", "Tonight: caf\u00e9".encode("latin-1"))],
)
def test_a_file_of_words_that_is_not_utf_8_is_named_with_the_place(
    touchline: Touchline, tmp_path: Path, option: str, held: bytes
) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes(held)

    result = touchline("blast", "schedule", SLUG, "--title", "Tonight", "--subject", "Tonight", option, str(file))

    assert result.exit_code == 1
    assert "words.txt: byte" in result.output
    assert "is not UTF-8" in result.output
