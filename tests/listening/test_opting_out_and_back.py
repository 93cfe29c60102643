"""A STOP is undone by an act that gave consent, and by nothing else."""

import pytest
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, give_consent
from service.domain.channel import Channel
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from tests import make
from tests.listening.texting import ANA, LONG_AGO, NOW, STRANGER, kinds, minutes, permissions, reasons, text_in


def test_a_yes_that_did_nothing_outdates_no_stop(session: Session, ana: Supporter) -> None:
    text_in(session, "Yes!", at=NOW)

    text_in(session, "STOP", at=NOW - minutes(3), heard=NOW + minutes(1))

    assert reasons(session) == ["stop"]
    assert permissions(session) == 0


def test_a_late_stop_that_a_later_confirmation_on_the_web_has_overtaken_is_history(
    session: Session, ana: Supporter, campaign: Campaign
) -> None:
    give_consent(
        session,
        campaign_id=campaign.id,
        channel=Channel.SMS,
        supporter_id=ana.id,
        evidence=Evidence("Yes.", "confirmation link"),
        now=NOW,
    )

    text_in(session, "STOP", at=NOW - minutes(5), heard=NOW + minutes(5))

    assert reasons(session) == []
    assert permissions(session) == 1


@pytest.mark.parametrize("source", ["import: friends.csv", "console: pressed by mistake, undone"])
def test_what_a_file_or_a_manager_gave_outdates_no_stop(
    session: Session, ana: Supporter, campaign: Campaign, source: str
) -> None:
    give_consent(
        session,
        campaign_id=campaign.id,
        channel=Channel.SMS,
        supporter_id=ana.id,
        evidence=Evidence("Yes.", source),
        now=NOW,
    )

    text_in(session, "STOP", at=NOW - minutes(5), heard=NOW + minutes(5))

    assert reasons(session) == ["stop"]


def test_a_stop_recovered_after_the_start_before_it_is_obeyed(session: Session, ana: Supporter) -> None:
    """Both were missed, and are heard of long after they were said: the order they were said in decides."""
    text_in(session, "STOP", at=NOW)
    text_in(session, "START", at=NOW + minutes(1), heard=NOW + minutes(60))

    text_in(session, "STOP", at=NOW + minutes(2), heard=NOW + minutes(60))

    assert reasons(session) == ["stop"]
    assert permissions(session) == 0


@pytest.mark.parametrize("body", ["START", "JOIN"])
def test_a_late_start_does_not_undo_the_stop_that_came_after_it(session: Session, ana: Supporter, body: str) -> None:
    text_in(session, "STOP", at=NOW)

    text_in(session, body, at=NOW - minutes(1), heard=NOW + minutes(1))

    assert reasons(session) == ["stop"]
    assert permissions(session) == 0


def test_start_after_a_stop_in_one_s_own_words_is_answered(session: Session, ana: Supporter) -> None:
    text_in(session, "please stop texting me")

    text_in(session, "START", at=NOW + minutes(1))

    assert kinds(session) == ["left_sms", "came_back_sms"]
    assert permissions(session) == 1


def test_start_is_not_answered_twice_where_the_provider_has_answered(session: Session, ana: Supporter) -> None:
    text_in(session, "STOP")

    text_in(session, "START", at=NOW + minutes(1))

    assert kinds(session) == []
    assert permissions(session) == 1


@pytest.mark.parametrize("body", ["START", "JOIN", "join!"])
def test_a_member_who_asks_again_hears_that_they_are_on_the_list(session: Session, ana: Supporter, body: str) -> None:
    text_in(session, body)

    assert kinds(session) == ["on_list_sms"]


def test_start_from_somebody_who_never_agreed_to_texts_allows_none_and_says_so(
    session: Session, campaign: Campaign
) -> None:
    make.supporter(session, "Dev", campaign=campaign, phone=ANA, consents=(Channel.EMAIL,), joined_at=LONG_AGO)

    text_in(session, "START")

    assert kinds(session) == ["not_on_list_sms"]
    assert permissions(session) == 0


def test_start_from_a_stranger_signs_up_as_join_does(session: Session, campaign: Campaign) -> None:
    text_in(session, "START", phone=STRANGER)

    assert kinds(session) == ["joined_sms"]
    assert permissions(session) == 1
