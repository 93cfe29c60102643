"""A text that may be an opt-out holds its number until a manager, or the person, has said which it is."""

import pytest
from sqlalchemy.orm import Session

from service.listening.inbox import AnswerRefused, answer, go_on_texting, threads
from service.store.tables.campaign import Campaign
from service.store.tables.people import Supporter
from tests import make
from tests.listening.texting import NOW, STRANGER, UNCLEAR, kinds, minutes, permissions, reasons, text_in


def test_after_an_unclear_text_nothing_is_texted_until_a_manager_has_looked(session: Session, ana: Supporter) -> None:
    text_in(session, UNCLEAR)
    text_in(session, "MORE", at=NOW + minutes(1))
    text_in(session, "help me", at=NOW + minutes(2))

    assert reasons(session) == ["unclear"]
    assert permissions(session) == 1
    assert kinds(session) == []
    assert threads(session)[0].body == UNCLEAR


def test_an_unclear_text_of_a_number_we_do_not_know_holds_it_too(session: Session, campaign: Campaign) -> None:
    text_in(session, UNCLEAR, phone=STRANGER)

    assert reasons(session) == ["unclear"]


@pytest.mark.parametrize(("body", "left"), [("STOP", ["stop"]), ("START", []), ("JOIN", [])])
def test_the_person_s_own_next_word_settles_what_was_unclear(
    session: Session, ana: Supporter, body: str, left: list[str]
) -> None:
    text_in(session, UNCLEAR)

    text_in(session, body, at=NOW + minutes(1))

    assert reasons(session) == left


def test_a_stranger_who_was_held_and_joins_is_answered(session: Session, campaign: Campaign) -> None:
    text_in(session, UNCLEAR, phone=STRANGER)

    text_in(session, "JOIN", phone=STRANGER, at=NOW + minutes(1))

    assert kinds(session) == ["joined_sms"]
    assert reasons(session) == []


def test_an_unclear_text_after_a_stop_leaves_the_graver_reason(session: Session, ana: Supporter) -> None:
    text_in(session, "STOP")

    text_in(session, UNCLEAR, at=NOW + minutes(1))

    assert reasons(session) == ["stop"]


def test_an_answer_to_an_unclear_text_says_first_which_it_is(session: Session, ana: Supporter) -> None:
    reply_id = text_in(session, UNCLEAR)

    with pytest.raises(AnswerRefused, match="first say whether they want to leave"):
        answer(session, reply_id, "We will.", key=make.KEY, actor="cora", now=NOW)
    answer(session, reply_id, "We will.", key=make.KEY, actor="cora", now=NOW, keeps_texting=True)

    assert reasons(session) == []
    assert kinds(session) == ["answer_sms"]


def test_they_do_not_want_to_leave_and_what_else_they_asked_still_waits(session: Session, ana: Supporter) -> None:
    text_in(session, "Is it still on?")
    reply_id = text_in(session, UNCLEAR, at=NOW + minutes(1))

    assert go_on_texting(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == []
    assert [row.body for row in threads(session)] == ["Is it still on?"]
    assert not go_on_texting(session, reply_id, key=make.KEY, actor="dev", now=NOW + minutes(3))
