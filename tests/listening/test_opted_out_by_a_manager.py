"""A manager reads that somebody wants to leave: obeyed at once, and a slip undone."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.listening.inbox import threads
from service.listening.opt_outs import opt_out, undo_opt_out
from service.store.tables.people import Supporter
from tests import make
from tests.listening.texting import ANA, NOW, STRANGER, UNCLEAR, kinds, minutes, permissions, reasons, text_in


@pytest.mark.parametrize("phone", [ANA, STRANGER])
def test_a_manager_s_word_that_they_want_to_leave_is_obeyed_and_a_slip_undone(
    session: Session, ana: Supporter, phone: str
) -> None:
    reply_id = text_in(session, "Who will hand it over?", phone=phone)
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
    reply_id = text_in(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    text_in(session, "STOP", at=NOW + minutes(2))

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(3))

    assert reasons(session) == ["stop"]


def test_a_stop_that_was_sent_before_the_manager_s_word_and_came_after_it_is_not_undone(
    session: Session, ana: Supporter
) -> None:
    reply_id = text_in(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(5))
    text_in(session, "STOP", at=NOW + minutes(2), heard=NOW + minutes(7))

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(9))

    assert reasons(session) == ["stop"]


def test_a_manager_cannot_undo_what_they_did_not_do(session: Session, ana: Supporter) -> None:
    reply_id = text_in(session, "STOP")

    assert not opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == ["stop"]


def test_a_slip_is_undone_within_a_day(session: Session, ana: Supporter) -> None:
    reply_id = text_in(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW)

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + timedelta(days=2))


def test_undoing_a_slip_holds_again_what_was_held(session: Session, ana: Supporter) -> None:
    reply_id = text_in(session, UNCLEAR)
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))

    undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert reasons(session) == ["unclear"]
    assert threads(session)[0].body == UNCLEAR


def test_undoing_a_slip_over_a_held_number_keeps_what_it_had_allowed(session: Session, ana: Supporter) -> None:
    reply_id = text_in(session, UNCLEAR)
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))

    undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert permissions(session) == 1


def test_whoever_stops_after_a_manager_said_so_for_them_is_told_once(session: Session, ana: Supporter) -> None:
    reply_id = text_in(session, "Who will hand it over?")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))

    for minute in (2, 3, 4):
        text_in(session, "please stop texting me", at=NOW + minutes(minute))

    assert kinds(session) == ["left_sms"]
