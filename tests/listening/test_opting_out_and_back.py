"""A STOP is undone by an act that gave consent, and by nothing else; what may be one is held for a manager."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, give_consent
from service.domain.channel import Channel
from service.domain.keyword import Keyword, KeywordMatch
from service.listening import receive
from service.listening.act import Sender, act
from service.listening.inbox import AnsweredAlready, AnswerRefused, answer, go_on_texting, thread_of, threads
from service.listening.opt_outs import opt_out, undo_opt_out
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.store.queries import campaigns, supporters
from service.store.tables.campaign import Briefing, Campaign
from service.store.tables.people import Reply, Supporter, Suppression
from service.store.tables.sending import Notice
from tests import make

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
ANA, STRANGER = "+447700900201", "+447700900299"


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


def _text(session: Session, body: str, *, phone: str = ANA, at: datetime = NOW, heard: datetime | None = None) -> int:
    inbound = InboundText(f"SM{body}{at}{phone}", phone, "+447700900000", body, at)
    received = receive_text(session, inbound, key=make.KEY, now=heard or at)
    assert received.reply_id is not None
    return received.reply_id


def _kinds(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def _reasons(session: Session) -> list[str]:
    return list(session.scalars(select(Suppression.reason)))


def _permissions(session: Session) -> int:
    return int(session.scalar(text("SELECT count(*) FROM permissions WHERE channel = 'sms'")) or 0)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


@pytest.fixture
def ana(session: Session, campaign: Campaign) -> Supporter:
    return make.supporter(session, "Ana", campaign=campaign, phone=ANA, joined_at=LONG_AGO)


def test_a_yes_that_did_nothing_outdates_no_stop(session: Session, ana: Supporter) -> None:
    _text(session, "Yes!", at=NOW)

    _text(session, "STOP", at=NOW - minutes(3), heard=NOW + minutes(1))

    assert _reasons(session) == ["stop"]
    assert _permissions(session) == 0


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

    _text(session, "STOP", at=NOW - minutes(5), heard=NOW + minutes(5))

    assert _reasons(session) == []
    assert _permissions(session) == 1


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

    _text(session, "STOP", at=NOW - minutes(5), heard=NOW + minutes(5))

    assert _reasons(session) == ["stop"]


def test_a_stop_recovered_after_the_start_before_it_is_obeyed(session: Session, ana: Supporter) -> None:
    """Both were missed, and are heard of long after they were said: the order they were said in decides."""
    _text(session, "STOP", at=NOW)
    _text(session, "START", at=NOW + minutes(1), heard=NOW + minutes(60))

    _text(session, "STOP", at=NOW + minutes(2), heard=NOW + minutes(60))

    assert _reasons(session) == ["stop"]
    assert _permissions(session) == 0


@pytest.mark.parametrize("body", ["START", "JOIN"])
def test_a_late_start_does_not_undo_the_stop_that_came_after_it(session: Session, ana: Supporter, body: str) -> None:
    _text(session, "STOP", at=NOW)

    _text(session, body, at=NOW - minutes(1), heard=NOW + minutes(1))

    assert _reasons(session) == ["stop"]
    assert _permissions(session) == 0


def test_start_after_a_stop_in_one_s_own_words_is_answered(session: Session, ana: Supporter) -> None:
    _text(session, "please stop texting me")

    _text(session, "START", at=NOW + minutes(1))

    assert _kinds(session) == ["left_sms", "came_back_sms"]
    assert _permissions(session) == 1


def test_start_is_not_answered_twice_where_the_provider_has_answered(session: Session, ana: Supporter) -> None:
    _text(session, "STOP")

    _text(session, "START", at=NOW + minutes(1))

    assert _kinds(session) == []
    assert _permissions(session) == 1


@pytest.mark.parametrize("body", ["START", "JOIN", "join!"])
def test_a_member_who_asks_again_hears_that_they_are_on_the_list(session: Session, ana: Supporter, body: str) -> None:
    _text(session, body)

    assert _kinds(session) == ["on_list_sms"]


def test_start_from_somebody_who_never_agreed_to_texts_allows_none_and_says_so(
    session: Session, campaign: Campaign
) -> None:
    make.supporter(session, "Dev", campaign=campaign, phone=ANA, consents=(Channel.EMAIL,), joined_at=LONG_AGO)

    _text(session, "START")

    assert _kinds(session) == ["not_on_list_sms"]
    assert _permissions(session) == 0


def test_start_from_a_stranger_signs_up_as_join_does(session: Session, campaign: Campaign) -> None:
    _text(session, "START", phone=STRANGER)

    assert _kinds(session) == ["joined_sms"]
    assert _permissions(session) == 1


# A text that may be an opt-out.


@pytest.fixture
def unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which words are unclear is the reader's affair; here one sentence is."""
    read = receive.read_keyword
    said = "stop the madness now ok"

    def reading(body: str, own: dict[str, str]) -> KeywordMatch:
        return KeywordMatch(Keyword.UNCLEAR) if body == said else read(body, own)

    monkeypatch.setattr(receive, "read_keyword", reading)


UNCLEAR = "stop the madness now ok"


@pytest.mark.usefixtures("unclear")
def test_after_an_unclear_text_nothing_is_texted_until_a_manager_has_looked(session: Session, ana: Supporter) -> None:
    _text(session, UNCLEAR)
    _text(session, "MORE", at=NOW + minutes(1))
    _text(session, "help me", at=NOW + minutes(2))

    assert _reasons(session) == ["unclear"]
    assert _permissions(session) == 1
    assert _kinds(session) == []
    assert threads(session)[0].body == UNCLEAR


@pytest.mark.usefixtures("unclear")
def test_an_unclear_text_of_a_number_we_do_not_know_holds_it_too(session: Session, campaign: Campaign) -> None:
    _text(session, UNCLEAR, phone=STRANGER)

    assert _reasons(session) == ["unclear"]


@pytest.mark.usefixtures("unclear")
@pytest.mark.parametrize(("body", "left"), [("STOP", ["stop"]), ("START", []), ("JOIN", [])])
def test_the_person_s_own_next_word_settles_what_was_unclear(
    session: Session, ana: Supporter, body: str, left: list[str]
) -> None:
    _text(session, UNCLEAR)

    _text(session, body, at=NOW + minutes(1))

    assert _reasons(session) == left


@pytest.mark.usefixtures("unclear")
def test_an_unclear_text_after_a_stop_leaves_the_graver_reason(session: Session, ana: Supporter) -> None:
    _text(session, "STOP")

    _text(session, UNCLEAR, at=NOW + minutes(1))

    assert _reasons(session) == ["stop"]


@pytest.mark.usefixtures("unclear")
def test_an_answer_to_an_unclear_text_says_first_which_it_is(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, UNCLEAR)

    with pytest.raises(AnswerRefused, match="first say whether they want to leave"):
        answer(session, reply_id, "We will.", key=make.KEY, actor="cora", now=NOW)
    answer(session, reply_id, "We will.", key=make.KEY, actor="cora", now=NOW, keeps_texting=True)

    assert _reasons(session) == []
    assert _kinds(session) == ["answer_sms"]


@pytest.mark.usefixtures("unclear")
def test_they_do_not_want_to_leave_and_what_else_they_asked_still_waits(session: Session, ana: Supporter) -> None:
    _text(session, "Is it still on?")
    reply_id = _text(session, UNCLEAR, at=NOW + minutes(1))

    assert go_on_texting(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert _reasons(session) == []
    assert [row.body for row in threads(session)] == ["Is it still on?"]
    assert not go_on_texting(session, reply_id, key=make.KEY, actor="dev", now=NOW + minutes(3))


# A manager reads that somebody wants to leave.


@pytest.mark.parametrize("phone", [ANA, STRANGER])
def test_a_manager_s_word_that_they_want_to_leave_is_obeyed_and_a_slip_undone(
    session: Session, ana: Supporter, phone: str
) -> None:
    reply_id = _text(session, "or I will report you", phone=phone)
    before = _permissions(session)

    assert opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    assert _reasons(session) == ["stop"]
    assert _permissions(session) == (0 if phone == ANA else before)
    assert threads(session) == []
    assert undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert _reasons(session) == []
    assert _permissions(session) == before
    assert [row.phone for row in threads(session)] == [phone]
    assert session.scalars(text("SELECT deed FROM audit_entries ORDER BY id")).all() == [
        "wants to leave",
        "wants to leave, undone",
    ]


def test_nothing_of_a_manager_s_undoes_a_stop_of_their_own(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, "or I will report you")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    _text(session, "STOP", at=NOW + minutes(2))

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(3))

    assert _reasons(session) == ["stop"]


def test_a_manager_cannot_undo_what_they_did_not_do(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, "STOP")

    assert not opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))
    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert _reasons(session) == ["stop"]


def test_a_slip_is_undone_within_a_day(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, "or I will report you")
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW)

    assert not undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + timedelta(days=2))


@pytest.mark.usefixtures("unclear")
def test_undoing_a_slip_holds_again_what_was_held(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, UNCLEAR)
    opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(1))

    undo_opt_out(session, reply_id, key=make.KEY, actor="cora", now=NOW + minutes(2))

    assert _reasons(session) == ["unclear"]
    assert threads(session)[0].body == UNCLEAR


# Answers.


def test_two_managers_do_not_answer_one_text_without_knowing_it(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, "Is it still on?")
    answer(session, reply_id, "Yes.", key=make.KEY, actor="cora@example.org", now=NOW + minutes(1))

    with pytest.raises(AnsweredAlready, match=r"cora@example.org answered at 12:01 UTC; send yours anyway\?"):
        answer(session, reply_id, "Yes, at nine.", key=make.KEY, actor="dev@example.org", now=NOW + minutes(2))
    answer(session, reply_id, "Yes, at nine.", key=make.KEY, actor="dev@example.org", now=NOW + minutes(2), anyway=True)

    assert _kinds(session) == ["answer_sms", "answer_sms"]


def test_a_new_question_after_another_s_answer_is_anybody_s(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, "Is it still on?")
    answer(session, reply_id, "Yes.", key=make.KEY, actor="cora@example.org", now=NOW + minutes(1))
    newer = _text(session, "Where?", at=NOW + minutes(2))

    answer(session, newer, "At the embassy.", key=make.KEY, actor="dev@example.org", now=NOW + minutes(3))

    assert len(_kinds(session)) == 2


def _with_receipt(session: Session, campaign: Campaign) -> None:
    campaign.reply_receipt = "Thank you, a person will read this."
    session.flush()


def test_free_text_gets_a_receipt_once_a_day(session: Session, ana: Supporter, campaign: Campaign) -> None:
    _with_receipt(session, campaign)

    _text(session, "Is it still on?")
    _text(session, "Hello?", at=NOW + minutes(5))
    _text(session, "Anybody?", at=NOW + timedelta(hours=25))

    assert _kinds(session) == ["receipt_sms", "receipt_sms"]
    assert session.scalars(select(Notice.facts)).first() == {"body": "Thank you, a person will read this."}


@pytest.mark.usefixtures("unclear")
@pytest.mark.parametrize("first", ["STOP", UNCLEAR])
def test_whoever_stopped_or_is_held_gets_no_receipt(
    session: Session, ana: Supporter, campaign: Campaign, first: str
) -> None:
    _with_receipt(session, campaign)
    _text(session, first)

    _text(session, "Why do you write to me?", at=NOW + minutes(1))

    assert _kinds(session) == []


def _second_briefing(session: Session, campaign: Campaign) -> None:
    session.add(
        Briefing(
            campaign_id=campaign.id, slug="play", language="en", position=2, title="Play?", summary="", body="Play."
        )
    )
    session.flush()


@pytest.mark.parametrize("asked", ["MORE 3", "MORE 0", "MORE 9", "MORE " + "9" * 5000])
def test_more_of_a_briefing_there_is_not_says_how_many_there_are(
    session: Session, ana: Supporter, campaign: Campaign, asked: str
) -> None:
    _second_briefing(session, campaign)
    known = supporters.by_address(session, Channel.SMS, ANA)
    sender = Sender(ANA, "", known, campaigns.by_id(session, campaign.id), 1, may_answer=True)
    match = KeywordMatch(Keyword.MORE, argument=asked.removeprefix("MORE "))

    assert act(session, sender, match, key=make.KEY, said_at=NOW, now=NOW)

    assert _kinds(session) == ["no_briefing_sms"]


def test_a_conversation_shows_the_campaign_s_own_texts_and_who_answered(session: Session, campaign: Campaign) -> None:
    ana = make.supporter(session, "Ana", campaign=campaign, phone=ANA, joined_at=LONG_AGO)
    blast = make.blast(session, campaign, channels=(Channel.SMS,), state="running")
    session.execute(
        text("""
            INSERT INTO renderings (id, blast_id, channel, language, subject, text, html, fingerprint)
            VALUES (901, :blast, 'sms', 'en', '', '{first_name|friend}, sign: {petition_link}', '', 'f');
        """),
        {"blast": blast.id},
    )
    session.execute(
        text("""
            INSERT INTO batches (id, blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id, size, state,
                not_before, expires_at, intent_at)
            VALUES (902, :blast, 901, 'sms', 'bulk', :who, :who, 1, 'delivered', :at, :at, :at)
        """),
        {"blast": blast.id, "who": ana.id, "at": NOW - minutes(9)},
    )
    session.execute(
        text("INSERT INTO messages (blast_id, channel, supporter_id, batch_id) VALUES (:blast, 'sms', :who, 902)"),
        {"blast": blast.id, "who": ana.id},
    )
    reply_id = _text(session, "Where do I sign?")
    answer(session, reply_id, "On the page.", key=make.KEY, actor="cora@example.org", now=NOW + minutes(1))

    thread = thread_of(session, reply_id, key=make.KEY)

    assert thread is not None
    assert [(line.is_ours, line.body, line.by) for line in thread.lines] == [
        (True, "Ana, sign: [petition link]", ""),
        (False, "Where do I sign?", "cora@example.org"),
        (True, "On the page.", "cora@example.org"),
    ]


def test_a_conversation_of_hundreds_of_texts_is_read_in_parts(session: Session, ana: Supporter) -> None:
    ids = [_text(session, f"text {number}", at=NOW + minutes(number)) for number in range(130)]

    newest = thread_of(session, ids[0], key=make.KEY)
    assert newest is not None
    earlier = thread_of(session, ids[0], key=make.KEY, before=newest.earlier)

    assert earlier is not None
    bodies = [line.body for line in (*earlier.lines, *newest.lines)]
    assert bodies == [f"text {number}" for number in range(130)]
    assert earlier.earlier is None


def test_the_conversation_is_right_whoever_wrote_to_the_replies(session: Session, ana: Supporter) -> None:
    """The version before, and whatever erases a person, know nothing of conversations."""
    reply_id = _text(session, "Is it still on?")
    session.execute(text("UPDATE replies SET handled_at = now() WHERE id = :id"), {"id": reply_id})
    assert threads(session) == []

    session.execute(text("UPDATE replies SET phone = 'erased', body = '', needs_answer = false"))

    assert session.scalar(text("SELECT count(*) FROM conversations")) == 0
    assert session.scalars(select(Reply.phone)).all() == ["erased"]
