"""Answers to texts: a manager's, once and knowingly; a receipt once a day; and what a conversation shows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.keyword import Keyword, KeywordMatch, read_keyword
from service.listening.act import act
from service.listening.deed import Sender
from service.listening.inbox import AnsweredAlready, AnswerUnfilled, answer, thread_of, threads
from service.listening.receive import receive_text
from service.providers.ports import InboundText
from service.sending.notice_words import NoticeWriter
from service.store.queries import campaigns, supporters
from service.store.queries.notice_life import IntendedNotice
from service.store.tables.campaign import Briefing, Campaign
from service.store.tables.listening import Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Supporter, Suppression
from tests import make

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
ANA, STRANGER = "+447700900201", "+447700900299"


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


UNCLEAR = "stop the madness now ok"


def _read(body: str, own: Mapping[str, str]) -> KeywordMatch:
    """Which words are unclear is the keyword reader's affair; here one sentence is."""
    return KeywordMatch(Keyword.UNCLEAR) if body == UNCLEAR else read_keyword(body, own)


def _text(session: Session, body: str, *, phone: str = ANA, at: datetime = NOW, heard: datetime | None = None) -> int:
    inbound = InboundText(f"SM{body}{at}{phone}", phone, "+447700900000", body, at)
    received = receive_text(session, inbound, key=make.KEY, now=heard or at, read=_read)
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


@pytest.mark.parametrize(
    "unfilled", ["Hello {first_name}", "Hello *|FNAME|*", "See [us](https://example.org)", "htp://x.org"]
)
def test_an_answer_with_what_nobody_fills_in_is_not_sent_unless_it_is_meant_so(
    session: Session, ana: Supporter, unfilled: str
) -> None:
    reply_id = _text(session, "Is it still on?")

    with pytest.raises(AnswerUnfilled, match=r"line 1, column \d+: "):
        answer(session, reply_id, unfilled, key=make.KEY, actor="cora@example.org", now=NOW)
    assert _kinds(session) == []

    answer(session, reply_id, unfilled, key=make.KEY, actor="cora@example.org", now=NOW, as_written=True)
    assert _kinds(session) == ["answer_sms"]


def test_two_managers_do_not_answer_one_text_without_knowing_it(session: Session, ana: Supporter) -> None:
    reply_id = _text(session, "Is it still on?")
    answer(session, reply_id, "Yes.", key=make.KEY, actor="cora@example.org", now=NOW + minutes(1))

    with pytest.raises(AnsweredAlready, match=r"cora@example.org answered at 12:01 UTC; send yours anyway\?"):
        answer(session, reply_id, "Yes, at nine.", key=make.KEY, actor="dev@example.org", now=NOW + minutes(2))
    seen = NOW + minutes(1)
    answer(session, reply_id, "At nine.", key=make.KEY, actor="bilal@example.org", now=NOW + minutes(3), anyway=seen)
    # Cora's answer was seen; Bilal's came since.
    with pytest.raises(AnsweredAlready, match=r"bilal@example.org answered at 12:03 UTC"):
        answer(session, reply_id, "At ten.", key=make.KEY, actor="dev@example.org", now=NOW + minutes(4), anyway=seen)
    later = NOW + minutes(3)
    answer(session, reply_id, "At ten.", key=make.KEY, actor="dev@example.org", now=NOW + minutes(4), anyway=later)

    assert _kinds(session) == ["answer_sms"] * 3


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
    # The word the version before leaves for an address is blanked behind it.
    assert session.scalars(select(Reply.phone)).all() == [None]


def test_more_says_which_briefing_it_is(session: Session, ana: Supporter, campaign: Campaign) -> None:
    _second_briefing(session, campaign)
    writer = NoticeWriter(b"k" * 32, "https://example.org", "touchline@example.org")
    notice = IntendedNotice(
        id=1,
        kind="more_sms",
        channel=Channel.SMS,
        to_address=ANA,
        sender=None,
        campaign_id=campaign.id,
        supporter_id=ana.id,
        facts={"briefing_slug": "play"},
        passes_suppression=True,
        created_at=NOW,
        expires_at=NOW,
        attempt_count=1,
    )

    said = writer.write(session, notice).body
    none = writer.write(session, replace(notice, kind="no_briefing_sms", facts={})).body

    assert said.startswith("Play? (briefing 2 of 2): https://example.org/l/")
    assert none.startswith("We have 2 briefings, MORE 1 to MORE 2.")
