"""The managers' inbox: every conversation can be reached, and nobody is texted who may want to leave."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.manager import Role
from service.settings import Settings
from service.store.tables.listening import Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Suppression
from tests.console.conftest import Browser, words

Signed = Callable[[Role], Browser]
OLDEST = "+447700900999"


def _wrote(session: Session, number: int, body: str, *, phone: str, minutes_ago: float, **kinds: object) -> int:
    row = Reply(
        provider_ref=f"SM{number}",
        campaign_id=None,
        supporter_id=None,
        phone=phone,
        to_number="+447700900000",
        body=body,
        needs_answer=True,
        received_at=now() - timedelta(minutes=minutes_ago),
        **kinds,
    )
    session.add(row)
    session.flush()
    return row.id


@pytest.fixture
def crowd(campaign_id: int, sessions: sessionmaker[Session]) -> None:
    """One question, then those of 111 other numbers."""
    with sessions.begin() as session:
        _wrote(session, 0, "OLDEST WAITING: is the march still on?", phone=OLDEST, minutes_ago=500)
        for number in range(1, 112):
            _wrote(session, number, f"Question {number}", phone=f"+447700900{number:03}", minutes_ago=400 - number)


@pytest.mark.usefixtures("crowd")
def test_whoever_waits_longest_comes_first_and_every_page_can_be_reached(signed_in: Signed) -> None:
    viewer = signed_in(Role.VIEWER)
    first = viewer.see("/console/inbox/")
    pages = [first]
    while following := re.search(r'href="([^"]+)">Next page', pages[-1].text):
        pages.append(viewer.see(following[1].replace("&amp;", "&")))

    said = [words(page) for page in pages]

    assert said[0].index("OLDEST WAITING") < said[0].index("Question 1 ")
    assert len(pages) == 3
    for number in range(1, 112):
        assert sum(f"Question {number} " in page for page in said) == 1, number


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "asked", ["07700 900999", "+44 7700 900999", "900999", "march", "oldest wait", "STILL on", "447700900999"]
)
def test_a_conversation_is_found_by_number_or_words_though_it_is_no_supporter_s(signed_in: Signed, asked: str) -> None:
    page = words(signed_in(Role.LAUNCHER).client.get("/console/inbox/", query_string={"q": asked}))

    assert "OLDEST WAITING" in page
    assert "Question 7 " not in page


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("asked", ["%", "_", "'", "\\", "zebra", ":*", "& | !", "🙂", "9" * 5000, "zoe\0"])
def test_a_search_that_finds_nothing_says_so(signed_in: Signed, asked: str) -> None:
    answer = signed_in(Role.VIEWER).client.get("/console/inbox/", query_string={"q": asked})

    assert answer.status_code == 200
    assert "No conversation is found" in words(answer)


def test_a_conversation_is_found_by_the_supporter_s_name(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        _wrote(session, 1, "Hello", phone="+447700900100", minutes_ago=1)

    assert "Hello" in words(signed_in(Role.VIEWER).see("/console/inbox/?q=an"))


@pytest.mark.parametrize("after", ["x", "1-1", "99999999999999999-1", "-1", "1-9999999999999999999999", "0-0"])
def test_any_place_in_an_address_is_a_page(signed_in: Signed, after: str) -> None:
    assert signed_in(Role.VIEWER).see(f"/console/inbox/?after={after}").status_code == 200


def test_the_row_shows_the_question_that_waits_and_not_the_last_keyword(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        _wrote(session, 1, "Where do we meet?", phone=OLDEST, minutes_ago=9)
        session.add(
            Reply(
                provider_ref="SM2",
                phone=OLDEST,
                to_number="",
                body="STOP",
                keyword="stop",
                needs_answer=False,
                received_at=now(),
            )
        )
    viewer = signed_in(Role.VIEWER)

    for path in ("/console/inbox/", "/console/inbox/?show=all"):
        page = words(viewer.see(path))
        assert "Where do we meet?" in page
        assert "STOP" not in page.partition("When (UTC)")[2]


def test_a_picture_is_shown_as_one_in_list_and_thread(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    media = [{"url": "https://api.twilio.com/x/Media/ME1", "type": "image/jpeg"}, {"url": "javascript:x", "type": ""}]
    with sessions.begin() as session:
        reply_id = _wrote(session, 1, "", phone=OLDEST, minutes_ago=1, media=media[:1])
        bad = _wrote(session, 2, "", phone="+447700900998", minutes_ago=1, media=media[1:])
        empty = _wrote(session, 3, " ", phone="", minutes_ago=1)
    viewer = signed_in(Role.VIEWER)

    listed = viewer.see("/console/inbox/")
    thread = viewer.see(f"/console/inbox/{reply_id}/").text

    assert "(a picture)" in words(listed)
    assert "(an empty text)" in words(listed)
    assert "Unknown number" in words(listed)
    assert not re.search(r"<a [^>]*>\s*</a>", listed.text)
    assert 'href="https://api.twilio.com/x/Media/ME1" target="_blank" rel="noopener noreferrer">a picture</a>' in thread
    assert "javascript:" not in viewer.see(f"/console/inbox/{bad}/").text
    assert "cannot be texted" in words(signed_in(Role.LAUNCHER).see(f"/console/inbox/{empty}/"))


@pytest.fixture
def held(campaign_id: int, sessions: sessionmaker[Session], settings: Settings) -> int:
    """A number whose text may be an opt-out."""
    with sessions.begin() as session:
        hashed = AddressKey.of(settings).hash(Channel.SMS, OLDEST)
        session.add(Suppression(channel="sms", address_hash=hashed, reason="unclear", at=now()))
        return _wrote(session, 1, "stop it all", phone=OLDEST, minutes_ago=1, keyword="unclear")


def _reasons(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(text("SELECT reason FROM suppressions")))


def test_a_number_that_may_want_to_leave_waits_marked_and_unanswered(
    signed_in: Signed, held: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    assert "May want to leave; texts to this number are held." in words(launcher.see("/console/inbox/"))
    refused = launcher.press(f"/console/inbox/{held}/answer", {"body": "Hello"})

    assert refused.status_code == 422
    assert "first say whether they want to leave" in words(refused)
    assert "Hello" in refused.text
    with sessions() as session:
        assert session.query(Notice).count() == 0


def test_a_number_that_is_held_is_not_set_aside_and_forgotten(signed_in: Signed, held: int) -> None:
    launcher = signed_in(Role.LAUNCHER)

    refused = launcher.press(f"/console/inbox/{held}/aside")

    assert refused.status_code == 422
    assert "first say whether they want to leave" in words(refused)
    assert "stop it all" in words(launcher.see("/console/inbox/"))


def test_they_want_to_leave_and_a_slip_is_undone(signed_in: Signed, held: int, sessions: sessionmaker[Session]) -> None:
    launcher = signed_in(Role.LAUNCHER)

    left = words(launcher.press(f"/console/inbox/{held}/leave"))
    assert "They have left" in left
    assert "launcher@example.org said on" in left
    assert _reasons(sessions) == ["stop"]
    undone = words(launcher.press(f"/console/inbox/{held}/unleave"))

    assert "Undone" in undone
    assert _reasons(sessions) == ["unclear"]


def test_they_do_not_want_to_leave(signed_in: Signed, held: int, sessions: sessionmaker[Session]) -> None:
    launcher = signed_in(Role.LAUNCHER)

    assert "Texts to this number go on" in words(launcher.press(f"/console/inbox/{held}/stay"))
    assert _reasons(sessions) == []
    assert "Nothing waits" in words(launcher.see("/console/inbox/"))


def test_the_answer_itself_may_say_that_they_stay(
    signed_in: Signed, held: int, sessions: sessionmaker[Session]
) -> None:
    answer = signed_in(Role.LAUNCHER).press(f"/console/inbox/{held}/answer", {"body": "We will.", "means": "stay"})

    assert "on its way" in words(answer)
    assert _reasons(sessions) == []


@pytest.mark.parametrize("press", ["leave", "unleave", "stay", "answer", "aside"])
def test_only_who_may_answer_decides(signed_in: Signed, held: int, press: str, sessions: sessionmaker[Session]) -> None:
    assert signed_in(Role.AUTHOR).press(f"/console/inbox/{held}/{press}").status_code == 403
    assert _reasons(sessions) == ["unclear"]


def test_an_answer_with_a_placeholder_is_kept_and_can_be_sent_as_it_stands(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        question = _wrote(session, 1, "When is it?", phone=OLDEST, minutes_ago=5)
    launcher = signed_in(Role.LAUNCHER)

    refused = launcher.press(f"/console/inbox/{question}/answer", {"body": "At nine, {first_name}"})
    shown = refused.get_data(as_text=True)
    sent = launcher.press(f"/console/inbox/{question}/answer", {"body": "At nine, {first_name}", "as_written": "yes"})

    assert refused.status_code == 422
    assert "line 1, column 10: {first_name} is not filled in here" in words(refused)
    assert "At nine, {first_name}</textarea>" in shown
    assert 'name="as_written"' in shown
    assert "on its way" in words(sent)


def test_a_second_manager_hears_that_another_has_answered(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        question = _wrote(session, 1, "Where do we meet?", phone=OLDEST, minutes_ago=9)
    signed_in(Role.LAUNCHER).press(f"/console/inbox/{question}/answer", {"body": "At nine."})
    admin = signed_in(Role.ADMIN)

    refused = admin.press(f"/console/inbox/{question}/answer", {"body": "At ten."})
    assert refused.status_code == 422
    assert re.search(r"launcher@example.org answered at \d\d:\d\d UTC; send yours anyway\?", words(refused))
    seen = re.search(r'name="anyway" value="(\d+)"', refused.text)
    assert seen
    for unseen in ("", "yes", "1"):
        again = admin.press(f"/console/inbox/{question}/answer", {"body": "At ten.", "anyway": unseen})
        assert again.status_code == 422
    sent = admin.press(f"/console/inbox/{question}/answer", {"body": "At ten.", "anyway": seen[1]})

    assert "on its way" in words(sent)
    with sessions() as session:
        assert [notice.facts["body"] for notice in session.query(Notice).order_by(Notice.id)] == ["At nine.", "At ten."]
    assert "launcher@example.org" in words(admin.see(f"/console/inbox/{question}/"))


def test_reading_a_conversation_holds_nobody_up(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        question = _wrote(session, 1, "Where do we meet?", phone=OLDEST, minutes_ago=9)
    viewer = signed_in(Role.VIEWER)

    with sessions.begin() as session:
        session.execute(text("SELECT 1 FROM replies FOR UPDATE"))
        session.execute(text("SELECT 1 FROM conversations FOR UPDATE"))
        assert viewer.see(f"/console/inbox/{question}/").status_code == 200
