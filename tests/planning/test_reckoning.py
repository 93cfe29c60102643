"""What a message costs is reckoned over the people it goes to, with their own names; gaps and odd counts are said."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from service.domain.audience import Audience, parse_rules
from service.domain.channel import Channel
from service.planning import reckoning
from service.planning.outlook import Outlook, outlook
from service.planning.showing import Window, open_window
from service.sending.freeze import Words
from service.store.queries import audiences
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign
from tests import make

CASES = Path(__file__).parents[1] / "cases"
EVERYBODY = Audience()


def text(body: str, language: str = "en", variant: str = "") -> Words:
    return Words(Channel.SMS, language, variant, "", "", body)


def email(body: str, subject: str = "Hello") -> Words:
    return Words(Channel.EMAIL, "en", "", subject, "", body)


def window(session: Session, campaign: Campaign) -> Window:
    return open_window(session, campaign.id, key=b"k" * 32, public_url="https://example.org")


def people_of(session: Session, campaign: Campaign, case: str) -> None:
    with (CASES / case / "people.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            who = make.supporter(session, row["first_name"], email=None, phone=row["phone"], source=row["source"])
            make.consent(session, who, campaign, Channel.SMS)


def named(session: Session, campaign: Campaign, names: list[str]) -> None:
    for number, name in enumerate(names):
        phone = f"+4477009{number:05}"
        make.supporter(session, name, campaign=campaign, email=f"s{number}@example.org", phone=phone)


def ahead(session: Session, campaign: Campaign, *words: Words) -> Outlook:
    (found,) = outlook(session, window(session, campaign), EVERYBODY, words, (words[0].channel,))
    return found


def test_names_with_curly_apostrophes_cost_what_straight_ones_do(session: Session) -> None:
    campaign = make.campaign(session)
    people_of(session, campaign, "smart_quote_in_name")

    found = ahead(session, campaign, text((CASES / "smart_quote_in_name/sms.txt").read_text("utf-8")))

    assert found.reckoned.lengths == ((1, 4),)
    assert found.reckoned.price == 4 * campaign.segment_price


def test_a_name_in_letters_that_cost_more_is_counted_as_such(session: Session) -> None:
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", "Əli", "Səbinə", "Bilal"])

    found = ahead(session, campaign, text("Hello {first_name|friend}, " + "a" * 80 + ". STOP to leave"))

    assert found.reckoned.lengths == ((1, 2), (2, 2))
    assert found.reckoned.price == 6 * campaign.segment_price


def test_who_has_no_name_would_read_a_gap_and_its_author_is_told_how_many(session: Session) -> None:
    campaign = make.campaign(session)
    people_of(session, campaign, "name_empty_no_fallback")
    named(session, campaign, ["Ana", "evil.com", "Bilal"])
    copy = (CASES / "name_empty_no_fallback/sms.txt").read_text("utf-8")

    found = ahead(session, campaign, text(copy))

    gap = "2 of 4 have no first name, and would read a gap: write {first_name|friend}."
    assert found.warnings[0] == gap
    assert gap not in ahead(session, campaign, text(copy.replace("{first_name}", "{first_name|friend}"))).warnings


@pytest.mark.parametrize("words", [email("Dear {first_name},"), email("Hello", "{first_name}, will you sign?")])
def test_a_gap_in_an_email_or_its_subject_is_told_too(session: Session, words: Words) -> None:
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", ""])

    assert ahead(session, campaign, words).warnings[0].startswith("1 of 2 has no first name")


def test_of_a_large_audience_a_sample_is_reckoned_with_and_called_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reckoning, "SAMPLE", 20)
    monkeypatch.setattr(reckoning, "COUNTED", 30)
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", ""] * 30)

    found = ahead(session, campaign, text("{organisation}: {first_name} " + "a" * 30 + " STOP"))

    # Whole pages are drawn, so how many people it comes to depends on how they lie.
    assert (found.reckoned.people, found.reckoned.is_sampled) == (60, True)
    assert 10 <= found.reckoned.sample <= 20
    assert found.reckoned.price == 60 * campaign.segment_price
    assert 0 < found.reckoned.nameless < 60
    assert found.warnings[0].startswith("About ")
    assert f"by a sample of {found.reckoned.sample}" in found.warnings[0]


def test_a_middling_audience_s_nameless_are_counted_though_its_price_is_sampled(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reckoning, "SAMPLE", 10)
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", "", " "] * 10)

    found = ahead(session, campaign, text("{first_name}, sign. STOP"))

    assert (found.reckoned.nameless, found.reckoned.nameless_counted) == (20, True)


def test_a_sample_keeps_to_the_audience_s_rules(session: Session) -> None:
    # Whole pages are drawn: on a table of its own no page is left over from other tests, with hardly anybody on it.
    session.execute(sql("TRUNCATE supporters CASCADE"))
    campaign = make.campaign(session)
    named(session, campaign, [f"Ana{number}" for number in range(40)])
    make.supporter(session, "Cora", campaign=campaign, email=None, phone="+447700900999", source="fair")
    rules = parse_rules([{"source": "fair"}])

    drawn = audiences.sample_audience(session, campaign.id, Channel.SMS, rules, people=1, size=10)
    large = audiences.sample_audience(session, campaign.id, Channel.SMS, EVERYBODY, people=41, size=10)
    again = audiences.sample_audience(session, campaign.id, Channel.SMS, EVERYBODY, people=41, size=10)

    assert [one.first_name for one in drawn] == ["Cora"]
    assert len(large) == 10
    assert large == again


def test_each_reads_their_own_language_and_the_dearest_result_is_reckoned_with(session: Session) -> None:
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", "Bilal"])
    make.supporter(session, "Cora", campaign=campaign, email=None, phone="+447700900999", locale="az")

    found = ahead(
        session,
        campaign,
        text("short STOP", variant="draw"),
        text("a" * 161, variant="home_win"),
        text("qısa", "az", variant="home_win"),
    )

    assert found.reckoned.lengths == ((1, 1), (2, 2))
    assert found.reckoned.is_dearest


def test_wordings_that_cost_the_same_have_no_dearest(session: Session) -> None:
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", "Bilal"])

    one = ahead(session, campaign, text("short STOP"))
    two = ahead(session, campaign, text("short STOP", variant="draw"), text("brief STOP", variant="home_win"))

    assert not one.reckoned.is_dearest
    assert not two.reckoned.is_dearest


@pytest.mark.parametrize(
    ("copy", "warning"),
    [
        ("Sign now: {petition_link} To end: STOP", "It does not say whom it is from"),
        ("{organisation}: sign now: {petition_link}", "It does not say how to leave"),
        ("{organisation}: {signature_count} have signed. STOP", "It would read “0 have” now"),
        ("{organisation}: {signature_count} people have. STOP", "It would read “0 people” now"),
    ],
)
def test_what_is_missing_in_a_text_is_said(session: Session, copy: str, warning: str) -> None:
    campaign = make.campaign(session)
    named(session, campaign, ["Ana"])

    (said,) = ahead(session, campaign, text(copy)).warnings

    assert said.startswith(warning)


def test_a_whole_text_has_no_warnings(session: Session) -> None:
    campaign = make.campaign(session)
    named(session, campaign, ["Ana", ""])
    copy = "{organisation}: {first_name|friend}, {signature_count:Be the first|one has|# have} signed. {leave_link}"

    assert ahead(session, campaign, text(copy)).warnings == ()


def test_the_price_is_what_sending_would_cost(session: Session) -> None:
    """What is reckoned is rendered by the same words as what goes out."""
    campaign = make.campaign(session)
    named(session, campaign, ["O’Brien", "Əli", "Ana"])
    copy = "{organisation}: {first_name|friend}, " + "a" * 60 + " {petition_link} STOP"
    row: Blast = make.blast(session, campaign, sms=copy, opens_at=make.KICK_OFF - timedelta(days=1))

    found = ahead(session, campaign, text(row.draft["en"]["sms"]["body"]))

    assert sum(segments * many for segments, many in found.reckoned.lengths) * 400 == found.reckoned.price
    assert dict(found.reckoned.lengths)[1] == 2
