"""Supporters come in from the files people have, with proof of consent or without permission."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, suppress_address, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.joining.preferences import erase
from service.planning.files.faults import UnreadableFile
from service.planning.files.sheet import look
from service.store.tables.people import Action, Consent, Supporter, Suppression
from tests import make
from tests.planning.files import HEADER, PROOF, Importing, permissions

pytestmark = pytest.mark.oldest_postgres

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


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

    assert [(each.row, each.why, each.cells) for each in done.rejected] == [(2, "asked to be forgotten", ())]
    assert session.scalars(select(Supporter.first_name)).all() == ["Bilal"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Ana,,,,,,", "neither an email address nor a mobile number"),
        ("Ana,ana@,,,,,", "email:"),
        ("Ana,,020 7946 0000,,,,", "phone:"),
        ("Ana,ana@example.org,,yes,,Words,yesterday", "consent_at:"),
        ("Ana,ana@example.org,,yes,,Words,2027-01-01T00:00+00:00", "lies in the future"),
        ("Ana,ana@example.org,,,,,,,,oops", "is a quote missing?"),
        ('"Ana,ana@example.org,,,,,\nDev,dev@example.org,,,,,"', "a quote is opened here"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_rest_comes_in(
    session: Session, bring_in: Importing, row: str, why: str
) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, f"{HEADER}\nCora,cora@example.org,,,,,\n{row}\nBilal,bilal@example.org,,,,,\n")

    assert {each.row for each in done.rejected} == {3}
    assert why in done.rejected[0].why
    assert set(session.scalars(select(Supporter.first_name))) == {"Cora", "Bilal"}


def test_a_language_or_zone_nobody_knows_is_left_out_and_said_and_the_person_comes_in(
    session: Session, bring_in: Importing
) -> None:
    campaign = make.campaign(session)

    done = bring_in(
        campaign,
        "email,time_zone,locale,country\nana@example.org,GMT+1,Elvish,Utopia\n"
        "bilal@example.org,Baku,English,Azərbaycan\ncora@example.org,Asia/Baku,pt_br,uk\n",
    )

    assert (done.new, done.rejected) == (3, [])
    assert [(each.row, each.what) for each in done.left_out] == [
        (2, "country: 'Utopia' is no country; write it like GB or AZ; left out"),
        (2, "locale: 'Elvish' is no language; write it like en or az; left out"),
        (2, "time_zone: 'GMT+1' is no time zone; write it like Europe/London; left out"),
    ]
    kept = session.execute(select(Supporter.locale, Supporter.time_zone, Supporter.country).order_by(Supporter.id))
    assert [tuple(row) for row in kept] == [
        ("en", "Europe/London", ""),
        ("en", "Asia/Baku", "AZ"),
        ("pt-BR", "Asia/Baku", "GB"),
    ]


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
    filler = b"".join(b"Ana" * 1_000 + b",\n" for _ in range(800))

    done = bring_in(campaign, b"first_name,email\n" + filler + "Zoë,zoe@example.org\n".encode("cp1252"))

    assert done.new == 1
    assert session.scalars(select(Supporter.first_name)).all() == ["Zoë"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04 and so on", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0 and so on", "old Excel file"),
        (b"colour,size\nred,1\n", "the first row must name the columns.* row 1 has: colour, size"),
        (b"email,email\na@example.org,b@example.org\n", "two columns have the same name"),
        (b"emial,name\na@example.org,Ana\n", "emial: did you mean email?"),
        (b"", "the first row must name the columns"),
        (b"ana@example.org,Ana\n", "the first row must name the columns"),
    ],
)
def test_what_is_no_list_of_people_is_refused_with_advice(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)

    with pytest.raises(UnreadableFile, match=why):
        look(file)


def test_an_opt_out_counts_even_where_its_row_does_not(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    done = bring_in(
        campaign,
        "email,phone,status,consent_email,consent_wording,consent_at\n"
        "ana@example.org,,subscribed,yes,I agree,2026-01-01\n"
        "ana@example.org,,unsubscribed,,,\n"
        "bo@example.org,+447700900124,blocklisted,,,\n",
    )

    assert done.left == 3
    assert permissions(session) == set()
    assert {row.reason for row in session.scalars(select(Suppression))} == {"left"}


def test_a_file_does_not_soften_why_somebody_is_left_alone(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.COMPLAINT, now=NOW
    )

    bring_in(campaign, "email,status\nana@example.org,unsubscribed\n")

    assert session.scalars(select(Suppression.reason)).all() == ["complaint"]


def test_the_pages_of_a_campaign_know_who_came_without_consent(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    for _ in range(2):
        bring_in(campaign, "email\nana@example.org\n")

    kinds = session.scalars(select(Action.kind)).all()
    assert kinds == ["imported"]


def test_who_is_erased_leaves_nothing_of_what_a_file_said(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    bring_in(
        campaign,
        "first_name,last_name,email,postcode,country,tags,external_id,details.team,source\n"
        "Canary,Canary,canary@example.org,CANARY,AZ,canary,canary,canary,canary\n",
    )
    ana = session.scalars(select(Supporter.id)).one()

    erase(session, ana, source="test", now=NOW)

    for table in ("supporters", "actions", "consents", "uploads"):
        rows = session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars()
        assert [row for row in rows if "canary" in row.lower()] == []


def test_a_number_elsewhere_is_kept_and_nobody_is_promised_texts_to_it(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    content = (
        f"{HEADER}\nAna,ana@example.org,+447797712345,yes,yes,{PROOF}\n"
        f"Bilal,bilal@example.org,+447797712346,yes,no,{PROOF}\n"
    )

    done = bring_in(campaign, content)

    assert [(each.row, each.what) for each in done.left_out] == [
        (
            2,
            "consent_sms: we text only numbers in the United Kingdom, and this number is in Jersey; kept, and not texted",
        )
    ]
    assert permissions(session) == {("Ana", "email"), ("Bilal", "email")}
