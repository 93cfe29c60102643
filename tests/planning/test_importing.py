"""Supporters come in from the files people have, with proof of consent or without permission."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, suppress_address, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.csv_rows import UnreadableFile, read_chunks
from service.planning.importing import Imported, escape_formula, import_chunk, rejects_csv
from service.store.tables.campaign import Campaign
from service.store.tables.people import Consent, Permission, Supporter, Suppression
from tests import make

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEADER = "first_name,email,phone,consent_email,consent_sms,consent_wording,consent_at"
PROOF = '"Email me about the campaign.",2026-10-01T12:00+00:00'

Importing = Callable[..., Imported]


@pytest.fixture
def bring_in(session: Session, tmp_path: Path) -> Importing:
    def run(campaign: Campaign, content: str | bytes, *, size: int = 10_000) -> Imported:
        file = tmp_path / "people.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = Imported()
        for chunk in read_chunks(file, size=size):
            import_chunk(session, chunk, done, campaign_id=campaign.id, key=make.KEY, source="fair", now=NOW)
        return done

    return run


def permissions(session: Session) -> set[tuple[str, str]]:
    question = select(Supporter.first_name, Permission.channel).join(
        Permission, Permission.supporter_id == Supporter.id
    )
    return {(name, channel) for name, channel in session.execute(question)}


def test_people_with_proof_of_consent_may_be_written_to(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    content = f"{HEADER}\nAna,Ana@Example.org,07700 900123,yes,no,{PROOF}\nBilal,,+447700900124,no,yes,{PROOF}\n"

    done = bring_in(campaign, content)

    assert (done.rows, done.new, done.permitted, done.rejected) == (2, 2, 2, [])
    assert permissions(session) == {("Ana", "email"), ("Bilal", "sms")}
    ana = session.scalars(select(Supporter).where(Supporter.first_name == "Ana")).one()
    assert (ana.email, ana.phone, ana.source) == ("ana@example.org", "+447700900123", "fair")


def test_a_yes_without_its_wording_and_date_gives_no_permission(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,,yes,,,\n")

    assert (done.new, done.permitted, done.without_consent) == (1, 0, 1)
    assert permissions(session) == set()


def test_the_same_file_twice_changes_nothing_more(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    content = f"{HEADER}\nAna,ana@example.org,,yes,,{PROOF}\nBilal,bilal@example.org,,yes,,{PROOF}\n"
    bring_in(campaign, content)

    again = bring_in(campaign, content)

    assert (again.new, again.known, again.permitted) == (0, 2, 0)
    assert session.scalar(select(func.count()).select_from(Consent)) == 2


def test_an_address_that_left_stays_left_alone(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.COMPLAINT, now=NOW
    )

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,,yes,,{PROOF}\n")

    assert (done.suppressed, done.permitted) == (1, 0)
    assert permissions(session) == set()


def test_an_old_consent_does_not_undo_a_later_no(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign)
    withdraw_consent(
        session,
        supporter_id=ana.id,
        channel=Channel.EMAIL,
        reason=Suppressed.LEFT,
        evidence=Evidence(wording="Leave", source="preferences"),
        now=NOW - timedelta(days=1),
    )
    # Even where the address itself is free again.
    session.execute(delete(Suppression))

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,,yes,,{PROOF}\n")

    assert (done.suppressed, done.permitted) == (1, 0)


def test_somebody_who_was_forgotten_is_not_brought_back(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.ERASED, now=NOW
    )

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,,yes,,{PROOF}\nBilal,bilal@example.org,,,,,\n")

    assert [(each.row, each.why) for each in done.rejected] == [(2, "asked to be forgotten")]
    assert session.scalars(select(Supporter.first_name)).all() == ["Bilal"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Ana,,,,,,", "neither an email address nor a mobile number"),
        ("Ana,ana@,,,,,", "email:"),
        ("Ana,,020 7946 0000,,,,", "phone:"),
        ("Ana,ana@example.org,,yes,,Words,yesterday", "consent_at:"),
        ("Ana,ana@example.org,,yes,,Words,2027-01-01T00:00+00:00", "lies in the future"),
        ("Ana,ana@example.org,,,,,,,,", "is a quote missing?"),
        ('"Ana,ana@example.org,,,,,\nDev,dev@example.org,,,,,"', "a quote is opened here"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_rest_comes_in(
    session: Session, bring_in: Importing, row: str, why: str
) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, f"{HEADER}\nCora,cora@example.org,,,,,\n{row}\nBilal,bilal@example.org,,,,,\n")

    assert [each.row for each in done.rejected] == [3]
    assert why in done.rejected[0].why
    assert set(session.scalars(select(Supporter.first_name))) == {"Cora", "Bilal"}


def test_an_unknown_time_zone_is_refused_because_quiet_hours_hang_on_it(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, "email,time_zone\nana@example.org,GMT+1\nbilal@example.org,Asia/Baku\n")

    assert [each.why for each in done.rejected] == ["time_zone: there is no zone 'GMT+1'; write it like Europe/London"]


def test_the_same_address_twice_in_a_file_is_one_supporter(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, "email,first_name\nana@example.org,Ana\nANA@example.org ,Ana\nana@example.org,Ana\n")

    assert (done.new, len(done.rejected)) == (1, 2)


def test_a_file_is_read_in_chunks_that_know_each_other(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    people = "".join(f"p{number % 25}@example.org\n" for number in range(50))

    done = bring_in(campaign, f"email\n{people}", size=10)

    assert (done.rows, done.new) == (50, 25)
    assert done.known + len(done.rejected) == 25


def test_two_addresses_of_two_people_are_not_joined(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana")
    make.supporter(session, "Bilal", email=None, phone="+447700900124")

    done = bring_in(campaign, "email,phone\nana@example.org,+447700900124\n")

    assert [each.why for each in done.rejected] == ["its email and its mobile belong to two different supporters"]


def test_a_known_supporter_gains_the_missing_address(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana")

    done = bring_in(campaign, "email,phone\nana@example.org,07700900123\n")

    assert (done.new, done.known) == (0, 1)
    assert session.scalars(select(Supporter.phone)).all() == ["+447700900123"]


@pytest.mark.parametrize(
    "content",
    [
        "first_name;email\nZoë;zoe@example.org\n".encode("cp1252"),
        "\ufefffirst_name,email\r\nZoë,zoe@example.org\r\n".encode(),
        "Name\tE-mail\nZoë\tzoe@example.org\n".encode(),
    ],
    ids=["Excel in Windows letters", "UTF-8 with a mark", "tabs"],
)
def test_the_file_may_be_saved_as_excel_saves_it(session: Session, bring_in: Importing, content: bytes) -> None:
    campaign = make.campaign(session)

    bring_in(campaign, content)

    assert session.scalars(select(Supporter.first_name)).all() == ["Zoë"]


def test_a_windows_letter_far_down_the_file_does_not_stop_it(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    filler = b"".join(b"Ana,\n" for _ in range(250_000))

    done = bring_in(campaign, b"first_name,email\n" + filler + "Zoë,zoe@example.org\n".encode("cp1252"))

    assert done.new == 1
    assert session.scalars(select(Supporter.first_name)).all() == ["Zoë"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04 and so on", "save it as CSV"),
        (b"email\0\n", "not a text file"),
        (b"colour,size\nred,1\n", "the first row must name the columns"),
        (b"email,email\na@example.org,b@example.org\n", "two columns have the same name"),
        (b"", "the first row must name the columns"),
    ],
)
def test_what_is_no_csv_is_refused_with_advice(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)

    with pytest.raises(UnreadableFile, match=why):
        list(read_chunks(file))


def test_what_is_written_for_a_spreadsheet_never_runs_there(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, "email\n=cmd()@\n")

    assert escape_formula("=1+1") == "'=1+1"
    assert escape_formula("Ana") == "Ana"
    assert rejects_csv(done.rejected).splitlines()[0] == "row,why"


def test_a_number_elsewhere_is_rejected_with_where_it_is_unless_nobody_is_to_text_it(
    session: Session, bring_in: Importing
) -> None:
    campaign = make.campaign(session)
    content = (
        f"{HEADER}\nAna,ana@example.org,+447797712345,yes,yes,{PROOF}\n"
        f"Bilal,bilal@example.org,+447797712346,yes,no,{PROOF}\n"
    )

    done = bring_in(campaign, content)

    assert [(each.row, each.why) for each in done.rejected] == [
        (
            2,
            "phone: we text only numbers in the United Kingdom, and this number is in Jersey; "
            "leave consent_sms empty to keep them by email",
        )
    ]
    assert permissions(session) == {("Bilal", "email")}
