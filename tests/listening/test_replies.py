"""What a text from a supporter does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.keyword import Keyword, read_keyword
from service.joining.sign_up import SignUpForm, sign_up
from service.listening.inbox import AnswerRefused, answer, thread_of, threads, waiting_count
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.store.queries import petitions
from service.store.tables.listening import Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Suppression
from tests import make

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANA, STRANGER = "+447700900201", "+447700900299"

STOPPING = [
    *("STOP", "stop", "Stop.", "Stop!!", "STOP PLEASE", "please stop", "please stop texting", "stop texting me"),
    *("opt out", "OPT-OUT", "opt out please", "unsubscribe", "unsuscribe", "unsub", "unsubscribe me", "remove me"),
    *(
        "remove me from this list",
        "remove my number",
        "take me off",
        "take me off your list",
        "no more",
        "no more texts",
    ),
    *("no more messages please", "don't text me", "do not text me again", "dont text me anymore", "never text me"),
    *(
        "leave me alone",
        "go away",
        "cancel",
        "CANCEL",
        "end",
        "quit",
        "quit please",
        "arrêt",
        "ARRET",
        "basta",
        "parar",
    ),
    *("🛑", "⛔️", "stop all", "stopall", "STOPALL", "revoke", "optout", "i want to unsubscribe", "i want to stop"),
    *(
        "i no longer want to receive texts",
        "don't want these messages",
        "wrong number",
        "not interested",
        "stop messages",
    ),
    *(
        "stop sending me texts",
        "stop contacting me",
        "stop spamming me",
        "stoppp",
        "stop it",
        "Stop, thanks",
        "stop now",
    ),
    *("please unsubscribe", "delete me", "leave", "exit", "opted out"),
]
NOT_STOPPING = [
    *("don't stop the campaign", "stop the torture", "we must stop this torture", "end the crackdown"),
    *("the match will end 1-0", "no more torture", "will you stop in Baku?", "I left Baku", "cancel the game"),
]


@pytest.mark.parametrize("body", STOPPING)
def test_any_reasonable_way_of_saying_stop_is_one(body: str) -> None:
    assert read_keyword(body, {}).keyword is Keyword.STOP


@pytest.mark.parametrize("body", NOT_STOPPING)
def test_what_only_speaks_of_stopping_goes_to_a_person(body: str) -> None:
    assert read_keyword(body, {}).keyword is Keyword.NONE


@pytest.mark.parametrize(
    ("body", "keyword"),
    [
        ("START", Keyword.START),
        ("help me", Keyword.HELP),
        ("INFO", Keyword.HELP),
        ("?", Keyword.HELP),
        ("Join!", Keyword.JOIN),
        ("sign please", Keyword.SIGN),
        ("more 2", Keyword.MORE),
        ("election", Keyword.OWN),
    ],
)
def test_other_keywords_are_read_whatever_their_spelling(body: str, keyword: Keyword) -> None:
    assert read_keyword(body, {"ELECTION": "election-2003"}).keyword is keyword


def _text(session: Session, body: str, *, phone: str = ANA, sid: str = "", at: datetime = NOW) -> bool:
    inbound = InboundText(sid or f"SM{body}{at}", phone, "+447700900000", body, at)
    return receive_text(session, inbound, key=make.KEY, now=at).is_new


def _answers(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def _ana(session: Session) -> None:
    make.supporter(session, "Ana", campaign=make.campaign(session), phone=ANA)


def test_stop_withdraws_and_suppresses_at_once_and_is_answered_by_the_provider_alone(session: Session) -> None:
    _ana(session)

    _text(session, "STOP")

    assert session.scalars(select(Suppression.reason)).all() == ["stop"]
    assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) == 0
    assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'email'")) == 1
    assert _answers(session) == []


def test_stop_in_other_words_gets_one_last_answer(session: Session) -> None:
    _ana(session)

    _text(session, "please stop texting me")

    assert _answers(session) == ["left_sms"]


def test_stop_from_a_number_we_do_not_know_is_obeyed_too(session: Session) -> None:
    make.campaign(session)

    _text(session, "STOP", phone=STRANGER)

    assert session.scalars(select(Suppression.reason)).all() == ["stop"]


def test_start_undoes_stop_and_gives_back_what_was_allowed(session: Session) -> None:
    _ana(session)
    _text(session, "STOP")

    _text(session, "START", at=NOW + timedelta(minutes=1))

    assert session.scalars(select(Suppression.reason)).all() == []
    assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) == 1


def test_an_old_stop_that_comes_late_does_not_undo_a_newer_start(session: Session) -> None:
    _ana(session)
    _text(session, "STOP", sid="SM1")
    _text(session, "START", sid="SM2", at=NOW + timedelta(minutes=5))

    _text(session, "STOP", sid="SM3", at=NOW + timedelta(minutes=1))

    assert session.scalars(select(Suppression.reason)).all() == []


def test_the_same_text_twice_is_one_text(session: Session) -> None:
    _ana(session)

    first, second = _text(session, "SIGN", sid="SM1"), _text(session, "SIGN", sid="SM1")

    assert (first, second) == (True, False)
    assert _answers(session) == ["signed_sms"]


def test_signing_by_text_counts_once(session: Session) -> None:
    _ana(session)

    _text(session, "SIGN")
    _text(session, "sign", at=NOW + timedelta(minutes=1))

    petition = petitions.petition_of(session, 1, "en") or petitions.petition_of(
        session, session.scalar(text("SELECT id FROM campaigns")) or 0, "en"
    )
    assert petition is not None
    assert petition.count == 1
    assert _answers(session) == ["signed_sms", "already_signed_sms"]


def test_join_confirms_the_sign_up_that_waits_for_this_phone(session: Session) -> None:
    campaign = make.campaign(session)
    form = SignUpForm("Ana", "", ANA, consent_email=False, consent_sms=True)
    sign_up(session, form, campaign_id=campaign.id, wordings={"sms": "Yes."}, now=NOW)

    _text(session, "JOIN", at=NOW + timedelta(minutes=1))

    assert session.scalar(text("SELECT first_name FROM supporters WHERE phone = :p"), {"p": ANA}) == "Ana"
    assert session.scalar(text("SELECT wording FROM consents WHERE act = 'given'")) == "Yes."


def test_join_from_a_stranger_is_a_sign_up_by_itself(session: Session) -> None:
    make.campaign(session)

    _text(session, "JOIN", phone=STRANGER)

    assert session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) == 1
    assert _answers(session) == ["joined_sms"]


def test_a_bare_yes_joins_nobody(session: Session) -> None:
    make.campaign(session)

    _text(session, "YES", phone=STRANGER)

    assert session.scalar(text("SELECT count(*) FROM permissions")) == 0
    assert waiting_count(session) == 1


def test_free_text_waits_in_the_inbox_and_its_answer_goes_out_once(session: Session) -> None:
    _ana(session)
    _text(session, "Will it be handed over in Baku?")
    reply_id = session.scalars(select(Reply.id)).one()

    answer(session, reply_id, "Yes, after the match.", key=make.KEY, actor="cora@example.org", now=NOW)
    answer(session, reply_id, "Yes, after the match.", key=make.KEY, actor="cora@example.org", now=NOW)

    assert _answers(session) == ["answer_sms"]
    assert waiting_count(session) == 0
    thread = thread_of(session, reply_id, key=make.KEY)
    assert thread is not None
    assert [line.body for line in thread.lines] == ["Will it be handed over in Baku?", "Yes, after the match."]


def test_whoever_left_cannot_be_answered(session: Session) -> None:
    _ana(session)
    _text(session, "Why do you write to me?")
    _text(session, "STOP", at=NOW + timedelta(minutes=1))

    with pytest.raises(AnswerRefused, match="left"):
        answer(session, threads(session)[0].newest_reply_id, "Sorry.", key=make.KEY, actor="cora", now=NOW)


def test_two_machines_that_answer_each_other_come_to_an_end(session: Session) -> None:
    _ana(session)

    for minute in range(12):
        _text(session, "MORE", at=NOW + timedelta(seconds=minute))
        session.execute(text("UPDATE notices SET created_at = :now"), {"now": NOW})

    assert len(_answers(session)) == 8
    assert waiting_count(session) == 4


def test_more_goes_through_the_briefings(session: Session) -> None:
    _ana(session)

    _text(session, "MORE")

    assert session.scalars(select(Notice.facts)).one() == {"briefing_slug": "election-2003"}


def test_stop_does_not_reach_email(session: Session) -> None:
    _ana(session)

    _text(session, "STOP")

    assert session.scalars(select(Suppression.channel)).all() == [str(Channel.SMS)]
