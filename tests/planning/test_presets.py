"""Other tools' exports come in with what they say: people, proofs of consent, and who must be left alone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.planning.files.sheet import Choices, look
from service.store.tables.people import Consent, Suppression
from tests.planning.tools_files import CASES, Importing, bringing_in, left_alone, people, permitted


@pytest.fixture
def bring_in(session: Session) -> Importing:
    return bringing_in(session)


@pytest.mark.parametrize(
    ("file", "slug"),
    [
        ("action_network.csv", "action-network"),
        ("mailchimp_subscribed.csv", "mailchimp"),
        ("mailchimp_unsubscribed.csv", "mailchimp-unsubscribed"),
        ("mailchimp_cleaned.csv", "mailchimp-cleaned"),
        ("listmonk.csv", "listmonk"),
        ("civicrm.csv", "civicrm"),
        ("nationbuilder.csv", "nationbuilder"),
        ("spoke_export.csv", "spoke"),
        ("outlook.csv", "outlook"),
        ("google.csv", "google"),
    ],
)
def test_a_tools_export_is_known_by_its_headings_or_chosen(file: str, slug: str) -> None:
    found, chosen = look(CASES / file), look(CASES / file, Choices(preset=slug))

    assert found.preset is not None
    assert found.preset.slug == slug
    assert found.columns == chosen.columns


def test_action_networks_subscriptions_are_consent_and_its_leavers_are_left_alone(
    session: Session, bring_in: Importing
) -> None:
    done = bring_in("action_network.csv")

    assert (done.new, done.left, done.rejected) == (2, 3, [])
    ana = people(session)["Ana"]
    assert (ana.phone, ana.postcode, ana.tags, ana.external_id) == (
        "+447700900101",
        "SW1A 1AA",
        ["stall", "vip"],
        "0a1b",
    )
    assert permitted(session) == {("Ana", "email")}
    assert left_alone(session) == {"ana sms": "left", "bilal email": "left", "cora email": "complaint"}
    (consent,) = session.scalars(select(Consent).where(Consent.act == "given"))
    assert consent.at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert consent.wording == (
        "[no wording in the file; column can2_subscription_date of Action Network, "
        "can2_subscription_status “subscribed”]"
    )


def test_mailchimps_proofs_are_ours_with_their_moment_and_network_address(
    session: Session, bring_in: Importing
) -> None:
    bring_in("mailchimp_subscribed.csv")

    assert permitted(session) == {("Ana", "email"), ("Bilal", "email")}
    ana, bilal = session.scalars(select(Consent).order_by(Consent.at))
    assert (ana.at, ana.ip) == (datetime(2026, 3, 1, 9, 41, 12, tzinfo=UTC), "203.0.113.5")
    assert ana.wording == "[no wording in the file; column CONFIRM_TIME of Mailchimp: subscribed]"
    assert (bilal.ip, bilal.source) == ("203.0.113.6", "import: moved")
    found = people(session)
    assert (found["Ana"].tags, found["Ana"].country, found["Ana"].time_zone) == (
        ["stall", "vip"],
        "GB",
        "Europe/London",
    )
    assert (found["Ana"].phone, found["Bilal"].country) == ("+447700900101", "AZ")


def test_mailchimps_lists_of_leavers_make_suppressions_and_nobody_new(session: Session, bring_in: Importing) -> None:
    bring_in("mailchimp_subscribed.csv")

    unsubscribed, cleaned = bring_in("mailchimp_unsubscribed.csv"), bring_in("mailchimp_cleaned.csv")

    assert (unsubscribed.new, unsubscribed.left, cleaned.new, cleaned.left) == (0, 2, 0, 1)
    assert left_alone(session) == {"ana email": "left", "cora email": "complaint", "bilal email": "hard_bounce"}
    assert permitted(session) == set()
    assert set(people(session)) == {"Ana", "Bilal"}
    assert session.scalars(select(Suppression.at).where(Suppression.reason == "left")).all() == [
        datetime(2026, 4, 1, 12, tzinfo=UTC)
    ]


def test_whoever_is_in_the_list_of_leavers_first_is_not_permitted_by_the_other(
    session: Session, bring_in: Importing
) -> None:
    bring_in("mailchimp_unsubscribed.csv")

    done = bring_in("mailchimp_subscribed.csv")

    assert done.suppressed == 1
    assert permitted(session) == {("Bilal", "email")}


def test_listmonks_names_are_parted_and_its_attributes_kept(session: Session, bring_in: Importing) -> None:
    done = bring_in("listmonk.csv")

    ana = people(session)["Ana"]
    assert (ana.last_name, ana.details, ana.external_id) == ("Li", {"city": "London", "seats": "2"}, "6f3c")
    assert ana.created_at == datetime(2025, 11, 1, 10, tzinfo=UTC)
    assert left_alone(session) == {"bilal email": "left"}
    assert (done.new, done.permitted, done.without_consent) == (1, 0, 1)


def test_civicrms_wishes_are_kept_channel_by_channel(session: Session, bring_in: Importing) -> None:
    done = bring_in("civicrm.csv")

    assert left_alone(session) == {"ana sms": "left", "bilal email": "left", "cora email": "left"}
    assert (people(session)["Ana"].locale, people(session)["Ana"].country) == ("en", "GB")
    assert [each.what for each in done.left_out] == [
        "phone: this is not a mobile number, and texts reach only mobiles (for example 07700 900123 or "
        "+44 7700 900123); left out"
    ]


def test_nationbuilder_is_read_though_it_has_three_columns_of_email(session: Session, bring_in: Importing) -> None:
    done = bring_in("nationbuilder.csv")

    assert (done.new, done.permitted, done.rejected) == (1, 0, [])
    ana = people(session)["Ana"]
    assert (ana.phone, ana.tags, ana.postcode, ana.external_id) == ("+447700900101", ["stall", "vip"], "SW1A 1AA", "7")
    assert left_alone(session) == {"bilal email": "hard_bounce", "cora email": "left", "cora sms": "left"}


def test_spokes_opt_outs_are_ours(session: Session, bring_in: Importing) -> None:
    bring_in("spoke_export.csv")

    assert set(people(session)) == {"Ana"}
    assert left_alone(session) == {"bilal sms": "left"}


@pytest.mark.parametrize("file", ["outlook.csv", "google.csv"])
def test_an_address_book_is_read_as_it_is(session: Session, bring_in: Importing, file: str) -> None:
    done = bring_in(file)

    ana = people(session)["Ana"]
    assert (ana.last_name, ana.email, ana.phone) == ("Li", "ana@example.org", "+447700900101")
    assert (ana.postcode, ana.country, ana.tags[0]) == ("SW1A 1AA", "GB", "stall")
    assert done.rejected == []
