"""Supporters' files, in and out, as a person at the command line meets them."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.cli.files import readable
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.settings import Settings
from service.store.tables.house import AuditEntry
from service.store.tables.people import Action, Consent, Permission, Supporter, Suppression
from tests import make
from tests.cli.conftest import Touchline, said

CASES = Path(__file__).parents[1] / "cases"
SLUG = "fair-trials"
PROOF = "I agree,2026-09-01T10:00+00:00"


@pytest.fixture(autouse=True)
def campaign(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session, slug=SLUG).id


def people(sessions: sessionmaker[Session]) -> dict[str, Supporter]:
    with sessions() as session:
        return {who.first_name: who for who in session.scalars(select(Supporter))}


def consents(sessions: sessionmaker[Session]) -> set[tuple[str, str]]:
    with sessions() as session:
        asked = select(Supporter.first_name, Permission.channel).join(
            Permission, Permission.supporter_id == Supporter.id
        )
        return {(name, channel) for name, channel in session.execute(asked)}


def bring(touchline: Touchline, file: Path | str, *words: str) -> dict[str, object]:
    return said(touchline("supporters", "import", str(file), "--campaign", SLUG, "--json", *words))


def test_a_cell_with_several_lines_loses_nobody(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    bring(touchline, CASES / "import_cell_with_line_break/address.csv")
    bring(touchline, CASES / "import_cell_with_line_break/trailing_break.csv")

    with sessions() as session:
        emails = set(session.scalars(select(Supporter.email)))
    assert emails == {"qnl1@example.org", "qnl2@example.org", "ana16@example.org"}
    assert consents(sessions) == {("Ana", "email"), ("Ben", "email")}


def test_one_bad_byte_spoils_its_own_cell_and_no_other(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    done = bring(touchline, CASES / "import_one_bad_byte/mixed.csv")

    assert set(people(sessions)) == {"José", "Zoë", ""}
    assert done["read_as"] == "read as utf-8, separated by , (comma)"
    assert done["left_out"] == [
        {"row": 4, "what": "first_name: has bytes that are no letters in the file's encoding; left out"}
    ]


@pytest.mark.parametrize(
    ("file", "encoding", "name"),
    [("turkish_cp1254.csv", "windows-1254", "Şule"), ("cyrillic_cp1251.csv", "windows-1251", "Айнур")],
)
def test_letters_that_can_be_read_in_several_ways_are_shown_before_anything_is_written(
    touchline: Touchline, sessions: sessionmaker[Session], file: str, encoding: str, name: str
) -> None:
    path = CASES / "import_other_codepages" / file

    asked = touchline("supporters", "import", str(path), "--campaign", SLUG)

    assert asked.exit_code == 1
    assert [line.split() for line in asked.stderr.splitlines() if "--encoding" in line and name in line] == [
        ["--encoding", encoding, name]
    ]
    assert people(sessions) == {}

    assert bring(touchline, path, "--encoding", encoding)["new"] == 1
    assert set(people(sessions)) == {name}


def test_letters_that_can_be_read_in_one_way_only_are_read_so(
    touchline: Touchline, sessions: sessionmaker[Session]
) -> None:
    done = bring(touchline, CASES / "import_other_codepages/mac_roman.csv")

    assert done["read_as"] == "read as macintosh, separated by , (comma)"
    assert set(people(sessions)) == {"José"}


def test_two_people_with_one_phone_are_two_people(touchline: Touchline, sessions: sessionmaker[Session]) -> None:
    done = bring(touchline, CASES / "import_shared_phone_one_file/couple.csv")

    found = people(sessions)
    assert (found["AnaShare"].phone, found["BenShare"].phone) == ("+447700900460", None)
    assert found["BenShare"].email == "benshare@example.org"
    assert done["left_out"] == [
        {"row": 3, "what": "phone: this mobile stands in an earlier row (2), and stays theirs; left out"}
    ]
    assert consents(sessions) == {("AnaShare", "email"), ("AnaShare", "sms"), ("BenShare", "email")}


@pytest.mark.parametrize(
    ("file", "who"),
    [
        ("first.csv", ("Camille", "", "fn1@example.org", None)),
        ("google.csv", ("Ana", "Li", "goog1@example.org", "+447911123404")),
        ("outlook.csv", ("Ana", "Li", "ol1@example.org", "+447911123405")),
        ("spoke.csv", ("Ana", "Li", None, "+447911123402")),
    ],
)
def test_a_heading_is_known_however_it_is_spelt(
    touchline: Touchline,
    sessions: sessionmaker[Session],
    file: str,
    who: tuple[str, str, str | None, str | None],
) -> None:
    bring(touchline, CASES / "import_name_column_spelling" / file)

    (found,) = people(sessions).values()
    assert (found.first_name, found.last_name, found.email, found.phone) == who


def test_columns_that_are_not_used_are_named_with_what_they_may_have_meant(
    touchline: Touchline, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,Frist name,Shoe size\nana@example.org,Ana,38\n")

    told = touchline("supporters", "import", str(file), "--campaign", SLUG)

    assert "not used: Frist name – did you mean first_name?" in told.stdout
    assert "not used: Shoe size\n" in told.stdout


@pytest.mark.parametrize("file", ["sep.csv", "blank_rows.csv"])
def test_what_stands_above_the_headings_is_passed_over(
    touchline: Touchline, sessions: sessionmaker[Session], file: str
) -> None:
    bring(touchline, CASES / "import_excel_directive_and_blank_rows" / file)

    assert set(people(sessions)) == {"Ana"}


def test_a_column_can_be_chosen_by_hand(touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Who=what,Kontakt,T-shirt,Notes\nAna,ana@example.org,M,odd\n")
    maps = ("--map", "Kontakt=email", "--map", "#1=first_name", "--map", "T-shirt=details.size")

    done = bring(touchline, file, *maps)

    assert people(sessions)["Ana"].details == {"size": "M"}
    assert done["unused"] == [{"column": "Notes", "did_you_mean": ""}]
    refused = touchline("supporters", "import", str(file), "--campaign", SLUG, "--map", "Kontakt=e-mial")
    assert (refused.exit_code, "did you mean email?" in refused.stderr) == (1, True)


def test_a_dry_run_shows_what_would_come_of_it_and_writes_nothing(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        f"Vorname,E-Mail,consent_email,consent_wording,consent_at\nAna,ana@example.org,yes,{PROOF}\n,x,,,\n"
    )

    done = bring(touchline, file, "--dry-run")
    told = touchline("supporters", "import", str(file), "--campaign", SLUG, "--dry-run")

    assert (done["new"], done["permitted"], done["rejected_count"], done["dry_run"]) == (1, 1, 1, True)
    assert "row 2: first name Ana · email ana@example.org · consent (email) 2026-09-01 10:00: I agree" in told.stdout
    assert people(sessions) == {}
    with sessions() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_rejects_are_mended_and_loaded_again(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file, rejects = tmp_path / "people.csv", tmp_path / "rejects.csv"
    file.write_text(
        'Vorname;E-Mail;Strasse\nAna;ana@example.org;"1 High St\nLondon"\nŞəhla;shehla example.org;=Road;\nBo;;\n'
    )
    bring(touchline, file, "--rejects", str(rejects), "--map", "Strasse=details.street")

    content = rejects.read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[0] == ["row", "why", "Vorname", "E-Mail", "Strasse"]
    assert [(row[0], row[2:]) for row in rows[1:]] == [
        ("3", ["Şəhla", "shehla example.org", "'=Road", ""]),
        ("4", ["Bo", "", ""]),
    ]

    mended = content.decode().replace("shehla example.org", "shehla@example.org").replace("'=Road,", "'=Road")
    rejects.write_text(mended)
    done = bring(touchline, rejects, "--map", "Strasse=details.street")

    assert (done["new"], done["unused"]) == (1, [])
    assert people(sessions)["Şəhla"].details == {"street": "=Road"}


def test_what_cannot_be_written_or_read_is_said_before_the_work(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\nana@example.org\n")
    nowhere = str(tmp_path / "none" / "x.csv")

    for words in (
        ("supporters", "import", str(file), "--campaign", SLUG, "--rejects", nowhere),
        ("supporters", "import", str(file), "--campaign", SLUG, "--rejects", str(file)),
        ("supporters", "import", nowhere, "--campaign", SLUG),
        ("supporters", "import", str(tmp_path), "--campaign", SLUG),
        ("supporters", "import", str(file), "--campaign", SLUG, "--encoding", "klingon"),
        ("supporters", "import", str(file), "--campaign", SLUG, "--separator", "%"),
        ("supporters", "import", str(file), "--campaign", SLUG, "--preset", "paper"),
        ("supporters", "export", nowhere, "--campaign", SLUG),
        ("suppressions", "export", nowhere),
    ):
        refused = touchline(*words)
        assert refused.exit_code == 1, words
        assert refused.stderr.startswith("touchline: "), words
        assert refused.stderr.count("\n") == 1, words
    assert people(sessions) == {}
    assert file.read_text() == "email\nana@example.org\n"


def test_an_import_of_which_nothing_was_taken_does_not_end_well(touchline: Touchline, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\nnobody\n")

    assert touchline("supporters", "import", str(file), "--campaign", SLUG).exit_code == 1


def test_an_audience_that_is_no_json_is_refused_in_plain_words(touchline: Touchline, tmp_path: Path) -> None:
    mail = tmp_path / "mail.md"
    mail.write_text("Hello")

    refused = touchline(
        *("blast", "schedule", SLUG, "--title", "A", "--subject", "S", "--email", str(mail), "--audience", "nonsense")
    )

    assert refused.exit_code == 1
    assert "--audience: 'nonsense' is no JSON; write rules like '[{\"signed\": false}]'" in refused.stderr


ODD = {
    "superscript digits": ("Ana", "ana@example.org", "+44770090012²"),
    "arabic digits": ("Bilal", "bilal@example.org", "٠٧٧٠٠٩٠٠١٢٤"),
    "a nul": ("Co\0ra", "cora@example.org", ""),
    "copy's end": ("\\.", "dev@example.org", ""),
    "copy's null": ("\\N", "elif@example.org", ""),
    "a megabyte": ("x" * 1_200_000, "farid@example.org", ""),
    "a megabyte of address": ("Gul", "g" * 1_200_000 + "@example.org", ""),
    "a lone surrogate's bytes": ("\udced\udca0\udc80", "hamid@example.org", ""),
    "a reason like ours": ("", "", "asked to be forgotten"),
    "lines": ("Ilqar\nthe\rman", "ilqar@example.org", ""),
}


def test_whatever_a_row_holds_it_is_taken_or_named_and_the_rest_comes_in(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    with file.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["first_name", "email", "phone", ""])
        writer.writerows([*cells, "z"] for cells in ODD.values())
        writer.writerow(["Zoë", "zoe@example.org", "", ""])

    done = bring(touchline, file)

    with sessions() as session:
        kept = {who.email: who for who in session.scalars(select(Supporter))}
    assert {who.email: who.first_name[:9] for who in kept.values()} == {
        "ana@example.org": "Ana",
        "bilal@example.org": "Bilal",
        "cora@example.org": "Cora",
        "dev@example.org": "\\.",
        "elif@example.org": "\\N",
        "farid@example.org": "x" * 9,
        "hamid@example.org": "",
        "ilqar@example.org": "Ilqar the",
        "zoe@example.org": "Zoë",
    }
    assert kept["bilal@example.org"].phone == "+447700900124"
    assert kept["ana@example.org"].phone is None
    rejected = done["rejected"]
    assert isinstance(rejected, list)
    assert [each["row"] for each in rejected] == [8, 10]


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


def test_a_file_may_come_by_standard_input(
    touchline: Touchline, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"email\nana@example.org\n")))

    with readable("-") as path:
        assert path.read_bytes() == b"email\nana@example.org\n"


def test_json_is_json_whatever_the_file_holds(touchline: Touchline, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"email,n\xff\x1b[31m\xc3\xa9\xc3\xa9\nx\xff,\n")

    told = touchline("supporters", "import", str(file), "--campaign", SLUG, "--json")

    assert json.loads(told.stdout)["rejected_count"] == 1
