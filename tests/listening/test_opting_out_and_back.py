"""A STOP is undone by an act that gave consent, and by nothing else; what may be one is held for a manager."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, give_consent
from service.domain.channel import Channel
from service.listening.inbox import AnswerRefused, answer, go_on_texting, threads
from service.listening.opt_outs import opt_out, undo_opt_out
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from tests import make
from tests.listening.town import (
    ANA,
    LONG_AGO,
    NOW,
    STRANGER,
    UNCLEAR,
    ana,
    campaign,
    kinds,
    minutes,
    permissions,
    reasons,
    texted,
)

__all__ = ["ana", "campaign"]


def test_a_yes_that_did_nothing_outdates_no_stop(session: Session, ana: Supporter) -> None:
    texted(session, "Yes!", at=NOW)

    texted(session, "STOP", at=NOW - minutes(3), heard=NOW + minutes(1))

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

    texted(session, "STOP", at=NOW - minutes(5), heard=NOW + minutes(5))

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

    texted(session, "STOP", at=NOW - minutes(5), heard=NOW + minutes(5))

    assert reasons(session) == ["stop"]


def test_a_stop_recovered_after_the_start_before_it_is_obeyed(session: Session, ana: Supporter) -> None:
    """Both were missed, and are heard of long after they were said: the order they were said in decides."""
    texted(session, "STOP", at=NOW)
    texted(session, "START", at=NOW + minutes(1), heard=NOW + minutes(60))

    texted(session, "STOP", at=NOW + minutes(2), heard=NOW + minutes(60))

    assert reasons(session) == ["stop"]
    assert permissions(session) == 0


@pytest.mark.parametrize("body", ["START", "JOIN"])
def test_a_late_start_does_not_undo_the_stop_that_came_after_it(session: Session, ana: Supporter, body: str) -> None:
    texted(session, "STOP", at=NOW)

    texted(session, body, at=NOW - minutes(1), heard=NOW + minutes(1))

    assert reasons(session) == ["stop"]
    assert permissions(session) == 0


def test_start_after_a_stop_in_one_s_own_words_is_answered(session: Session, ana: Supporter) -> None:
    texted(session, "please stop texting me")

    texted(session, "START", at=NOW + minutes(1))

    assert kinds(session) == ["left_sms", "came_back_sms"]
    assert permissions(session) == 1


def test_start_is_not_answered_twice_where_the_provider_has_answered(session: Session, ana: Supporter) -> None:
    texted(session, "STOP")

    texted(session, "START", at=NOW + minutes(1))

    assert kinds(session) == []
    assert permissions(session) == 1


@pytest.mark.parametrize("body", ["START", "JOIN", "join!"])
def test_a_member_who_asks_again_hears_that_they_are_on_the_list(session: Session, ana: Supporter, body: str) -> None:
    texted(session, body)

    assert kinds(session) == ["on_list_sms"]


def test_start_from_somebody_who_never_agreed_to_texts_allows_none_and_says_so(
    session: Session, campaign: Campaign
) -> None:
    make.supporter(session, "Dev", campaign=campaign, phone=ANA, consents=(Channel.EMAIL,), joined_at=LONG_AGO)

    texted(session, "START")

    assert kinds(session) == ["not_on_list_sms"]
    assert permissions(session) == 0


def test_start_from_a_stranger_signs_up_as_join_does(session: Session, campaign: Campaign) -> None:
    texted(session, "START", phone=STRANGER)

    assert kinds(session) == ["joined_sms"]
    assert permissions(session) == 1


# A text that may be an opt-out.


def test_after_an_unclear_text_nothing_is_texted_until_a_manager_has_looked(session: Session, ana: Supporter) -> None:
    texted(session, UNCLEAR)
    texted(session, "MORE", at=NOW + minutes(1))
    texted(session, "help me", at=NOW + minutes(2))

    assert reasons(session) == ["unclear"]
    assert permissions(session) == 1
    assert kinds(session) == []
    assert threads(session)[0].body == UNCLEAR


def test_an_unclear_text_of_a_number_we_do_not_know_holds_it_too(session: Session, campaign: Campaign) -> None:
    texted(session, UNCLEAR, phone=STRANGER)

    assert reasons(session) == ["unclear"]


@pytest.mark.parametrize(("body", "left"), [("STOP", ["stop"]), ("START", []), ("JOIN", [])])
def test_the_person_s_own_next_word_settles_what_was_unclear(
    session: Session, ana: Supporter, body: str, left: list[str]
) -> None:
    texted(session, UNCLEAR)

    texted(session, body, at=NOW + minutes(1))

    assert reasons(session) == left


def test_a_stranger_who_was_held_and_joins_is_answered(session: Session, campaign: Campaign) -> None:
    texted(session, UNCLEAR, phone=STRANGER)

    texted(session, "JOIN", phone=STRANGER, at=NOW + minutes(1))

    assert kinds(session) == ["joined_sms"]
    assert reasons(session) == []


def test_an_unclear_text_after_a_stop_leaves_the_graver_reason(session: Session, ana: Supporter) -> None:
    texted(session, "STOP")

    texted(session, UNCLEAR, at=NOW + minutes(1))

    assert reasons(session) == ["stop"]


def test_an_answer_to_an_unclear_text_says_first_which_it_is(session: Session, ana: Supporter) -> None:
    reply_id = texted(session, UNCLEAR)

    with pytest.raises(AnswerRefused, match="first say whether they want to leave"):
        answer(session, reply_id, "We will.", key=make.KEY, actor="cora", now=NOW)
    answer(session, reply_id, "We will.", key=make.KEY, actor="cora", now=NOW, keeps_texting=True)

    assert reasons(session) == []
    assert kinds(session) == ["answer_sms"]


def test_they_do_not_want_to_leave_and_what_else_they_asked_still_waits(session: Session, ana: Supporter) -> None:
    texted(session, "Is it still on?")
    reply_id = texted(session, UNCLEAR, at=NOW + minutes(1))

    assert go_on_texting(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == []
    assert [row.body for row in threads(session)] == ["Is it still on?"]
    assert not go_on_texting(session, reply_id, key=make.KEY, actor="dev", now=NOW + minutes(3))


# A manager reads that somebody wants to leave.


@pytest.mark.parametrize("phone", [ANA, STRANGER])
def test_a_manager_s_word_that_they_want_to_leave_is_obeyed_and_a_slip_undone(
    session: Session, ana: Supporter, phone: str
) -> None:
    reply_id = texted(session, "Who will hand it over?", phone=phone)
    before = permissions(session)

    assert opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    assert reasons(session) == ["stop"]
    assert permissions(session) == (0 if phone == ANA else before)
    assert threads(session) == []
    assert undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == []
    assert permissions(session) == before
    assert [row.phone for row in threads(session)] == [phone]
    assert session.scalars(text("SELECT deed FROM audit_entries ORDER BY id")).all() == [
        "wants to leave",
        "wants to leave, undone",
    ]


def test_nothing_of_a_manager_s_undoes_a_stop_of_their_own(session: Session, ana: Supporter) -> None:
    reply_id = texted(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    texted(session, "STOP", at=NOW + minutes(2))

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(3))

    assert reasons(session) == ["stop"]


def test_a_stop_that_was_sent_before_the_manager_s_word_and_came_after_it_is_not_undone(
    session: Session, ana: Supporter
) -> None:
    reply_id = texted(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(5))
    texted(session, "STOP", at=NOW + minutes(2), heard=NOW + minutes(7))

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(9))

    assert reasons(session) == ["stop"]


def test_a_manager_cannot_undo_what_they_did_not_do(session: Session, ana: Supporter) -> None:
    reply_id = texted(session, "STOP")

    assert not opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == ["stop"]


def test_a_slip_is_undone_within_a_day(session: Session, ana: Supporter) -> None:
    reply_id = texted(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW)

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + timedelta(days=2))


def test_undoing_a_slip_holds_again_what_was_held(session: Session, ana: Supporter) -> None:
    reply_id = texted(session, UNCLEAR)
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))

    undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == ["unclear"]
    assert threads(session)[0].body == UNCLEAR
