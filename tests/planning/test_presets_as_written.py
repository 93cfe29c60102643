"""Other tools' exports with the headings they really write are known, and read as they are meant."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from service.planning.files.sheet import Choices, look
from tests.planning.tools_files import CASES, Importing, bringing_in, left_alone, people, permitted


@pytest.fixture
def bring_in(session: Session) -> Importing:
    return bringing_in(session)


@pytest.mark.parametrize(
    ("file", "slug"),
    [
        ("mailchimp_renamed_email.csv", "mailchimp"),
        ("nonsubscribed_email_audience_export_0b7f.csv", "mailchimp-nonsubscribed"),
        ("mailchimp_unsubscribed_twice.csv", "mailchimp-unsubscribed"),
        ("action_network_report.csv", "action-network"),
        ("listmonk_as_written.csv", "listmonk"),
        ("civicrm_primary_fields.csv", "civicrm"),
        ("nationbuilder_people.csv", "nationbuilder"),
        ("spoke_campaign.csv", "spoke"),
        ("outlook_classic.csv", "outlook"),
        ("outlook_com.csv", "outlook"),
        ("google_contacts.csv", "google"),
        ("google_contacts_older.csv", "google"),
    ],
)
def test_the_headings_a_tool_really_writes_are_known_as_its_own(file: str, slug: str) -> None:
    found = look(CASES / file)

    assert found.preset is not None
    assert found.preset.slug == slug


def test_mailchimps_email_may_be_called_otherwise(session: Session, bring_in: Importing) -> None:
    bring_in("mailchimp_renamed_email.csv")

    assert permitted(session) == {("Ana", "email")}
    assert (people(session)["Ana"].postcode, people(session)["Ana"].external_id) == ("SW1A 1AA", "e9f0")


def test_mailchimps_nonsubscribed_have_allowed_nothing_though_their_file_has_the_same_columns(
    session: Session, bring_in: Importing
) -> None:
    done = bring_in("nonsubscribed_email_audience_export_0b7f.csv")

    assert (done.new, done.permitted, done.without_consent) == (1, 0, 1)
    assert permitted(session) == set()


def test_the_name_a_file_had_counts_where_it_is_kept_under_another(tmp_path: Path) -> None:
    kept = tmp_path / "supporters"
    kept.write_bytes((CASES / "nonsubscribed_email_audience_export_0b7f.csv").read_bytes())

    found = look(kept, Choices(named="Nonsubscribed_email_audience_export_0b7f.csv")).preset

    assert found is not None
    assert found.slug == "mailchimp-nonsubscribed"


def test_a_reason_that_stands_in_two_columns_is_read_from_both(session: Session, bring_in: Importing) -> None:
    done = bring_in("mailchimp_unsubscribed_twice.csv")

    assert (done.left, done.rejected) == (1, [])
    assert left_alone(session) == {"ana email": "complaint"}


def test_a_report_of_action_network_is_known_without_the_status_of_emails(
    session: Session, bring_in: Importing
) -> None:
    bring_in("action_network_report.csv")

    ana = people(session)["Ana"]
    assert (ana.phone, ana.tags, ana.external_id) == ("+447700900101", ["stall", "vip"], "0a1b")
    assert left_alone(session) == {"ana sms": "left"}
    assert permitted(session) == set()


def test_listmonks_moments_are_read_as_it_writes_them_and_the_disabled_are_left_alone(
    session: Session, bring_in: Importing
) -> None:
    done = bring_in("listmonk_as_written.csv")

    assert done.left_out == []
    assert people(session)["Ana"].created_at == datetime(2025, 11, 1, 10, 0, 0, 123450, tzinfo=UTC)
    assert left_alone(session) == {"bilal email": "left", "cora email": "left"}


def test_civicrms_export_of_primary_fields_comes_in(session: Session, bring_in: Importing) -> None:
    done = bring_in("civicrm_primary_fields.csv")

    ana = people(session)["Ana"]
    assert (ana.phone, ana.tags, ana.external_id, ana.source) == ("+447700900101", ["stall", "vip"], "101", "Stall")
    assert left_alone(session) == {"ana sms": "left", "bilal email": "left", "cora email": "hard_bounce"}
    assert done.rejected == []


def test_a_bounce_of_an_address_that_is_not_the_one_kept_stops_nobody(session: Session, bring_in: Importing) -> None:
    bring_in("nationbuilder_people.csv")

    ana = people(session)["Ana"]
    assert (ana.email, ana.external_id, ana.country) == ("ana@example.org", "7", "GB")
    assert left_alone(session) == {"bilal email": "hard_bounce", "cora email": "left"}


def test_spokes_columns_about_the_texter_are_nobodys(session: Session, bring_in: Importing) -> None:
    bring_in("spoke_campaign.csv")

    assert set(people(session)) == {"Ana"}
    assert people(session)["Ana"].tags == ["stall", "vip"]
    assert people(session)["Ana"].email is None
    assert left_alone(session) == {"bilal sms": "left"}


@pytest.mark.parametrize(
    "file", ["outlook_classic.csv", "outlook_com.csv", "google_contacts.csv", "google_contacts_older.csv"]
)
def test_of_an_address_books_many_columns_the_first_that_serves_is_taken(
    session: Session, bring_in: Importing, file: str
) -> None:
    done = bring_in(file)

    ana = people(session)["Ana"]
    assert (ana.last_name, ana.email, ana.phone) == ("Li", "ana@example.org", "+447700900101")
    assert (ana.postcode, ana.country) == ("SW1A 1AA", "GB")
    assert done.rejected == []


def test_of_several_addresses_of_one_person_it_is_said_which_are_left_out(bring_in: Importing) -> None:
    done = bring_in("google_contacts.csv")

    assert [each.what for each in done.left_out] == [
        "email: the first of 2 is taken; the others left out",
        "phone: the first of 2 is taken; the others left out",
    ]
