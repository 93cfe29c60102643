"""Supporters come in from the files people have, with proof of consent or without permission."""

from collections.abc import Callable
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
from service.planning.files.reading import Reading
from service.planning.files.sheet import look
from service.planning.importing import Imported, import_rows
from service.store.tables.campaign import Campaign
from service.store.tables.people import Action, Consent, Permission, Supporter, Suppression
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
        sheet, done = look(file), Imported()
        reading = Reading.of(sheet, key=make.KEY, source="fair", now=NOW)
        for chunk in sheet.chunks(size):
            import_rows(session, chunk, done, campaign_id=campaign.id, reading=reading)
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
    ana = make.supporter(session, "Ana")
    bilal = make.supporter(session, "Bilal", email=None, phone="+447700900124")

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,+447700900124,yes,yes,{PROOF}\n")

    assert [each.what for each in done.left_out] == [
        f"phone: this mobile is another supporter's (number {bilal.id}); left out"
    ]
    assert session.execute(select(Supporter.phone).where(Supporter.id == ana.id)).scalar() is None
    assert permissions(session) == {("Ana", "email")}


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


def test_a_changed_number_has_no_consent_and_replaces_nothing(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", phone="+447700900123")

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,+447700900199,no,yes,{PROOF}\n")

    assert (done.known, done.permitted) == (1, 0)
    assert [each.what for each in done.left_out] == [
        "phone: we hold another mobile of theirs, which stays; nobody consented to this one"
    ]
    assert session.scalars(select(Supporter.phone)).all() == ["+447700900123"]
    assert permissions(session) == set()


def test_another_email_on_a_known_mobile_is_another_person(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900123")

    done = bring_in(campaign, f"{HEADER}\nBen,ben@example.org,+447700900123,yes,yes,{PROOF}\n")

    assert (done.new, done.permitted) == (1, 1)
    people = {who.first_name: (who.email, who.phone) for who in session.scalars(select(Supporter))}
    assert people == {"Ana": ("ana@example.org", "+447700900123"), "Ben": ("ben@example.org", None)}
    assert ("Ben", "email") in permissions(session)
    assert ("Ben", "sms") not in permissions(session)


@pytest.mark.parametrize(("name", "people"), [("Ana", 1), ("ANA", 1), ("", 1), ("Ben", 2)])
def test_a_mobile_alone_gains_an_email_unless_the_names_are_two_peoples(
    session: Session, bring_in: Importing, name: str, people: int
) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", email=None, phone="+447700900123")

    bring_in(campaign, f"first_name,email,phone\n{name},home@example.org,+447700900123\n")

    assert session.scalar(select(func.count()).select_from(Supporter)) == people


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


def test_tags_come_together_and_what_people_said_themselves_stays(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana")
    ana.tags, ana.details = ["stall"], {"size": "S"}
    session.flush()

    bring_in(campaign, 'name,email,tags,details.size,details.team\nAnna,ana@example.org,"vip, stall",M,choir\n')

    session.expire_all()
    assert (ana.first_name, ana.tags) == ("Ana", ["stall", "vip"])
    assert ana.details == {"size": "M", "team": "choir"}


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


def test_consent_for_another_address_than_theirs_is_given_anew_for_the_present_one(
    session: Session, bring_in: Importing
) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone="+447700900123")
    standing = select(Permission).where(Permission.supporter_id == ana.id, Permission.channel == "sms")
    session.scalars(standing).one().address_hash = make.KEY.hash(Channel.SMS, "+447700900199")
    session.flush()

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,+447700900123,no,yes,{PROOF}\n")

    session.expire_all()
    assert done.permitted == 1
    assert session.scalars(standing).one().address_hash == make.KEY.hash(Channel.SMS, "+447700900123")
