"""The inbox, and supporters one at a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.manager import Role
from service.joining.confirm import confirm_email, confirm_phone
from service.joining.sign_up import SignUpForm, sign_up
from service.settings import Settings
from service.store.tables.listening import Reply
from service.store.tables.notices import Notice
from service.store.tables.people import Permission, Supporter, Suppression
from tests import make
from tests.console.conftest import Browser, words

ANAS = "+447700900100"


@pytest.fixture
def question(campaign_id: int, sessions: sessionmaker[Session]) -> int:
    """Ana has texted something only a person can answer."""
    with sessions.begin() as session:
        row = Reply(
            provider_ref="SM1",
            campaign_id=campaign_id,
            supporter_id=session.query(Supporter).filter_by(first_name="Ana").one().id,
            phone=ANAS,
            to_number="+447700900000",
            body="Is there a <b>coach</b> from Leeds?",
            needs_answer=True,
            received_at=now() - timedelta(minutes=3),
        )
        session.add(row)
        session.flush()
        return row.id


def _id(sessions: sessionmaker[Session], name: str) -> int:
    with sessions() as session:
        return session.query(Supporter).filter_by(first_name=name).one().id


def test_a_waiting_text_is_seen_from_every_page_and_answered(
    signed_in: Callable[[Role], Browser], question: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    assert "Inbox waiting: 1" in words(launcher.see("/console/"))
    assert "Ana +447700900100 Is there a <b>coach</b> from Leeds? 3 minutes ago" in words(
        launcher.see("/console/inbox/")
    )
    assert "<b>coach" not in launcher.see(f"/console/inbox/{question}/").text
    answer = words(launcher.press(f"/console/inbox/{question}/answer", {"body": "Yes, at nine."}))

    assert "Your answer is on its way" in answer
    assert "Nothing waits for an answer" in answer
    with sessions() as session:
        notice = session.query(Notice).one()
        assert (notice.to_address, notice.facts["body"]) == (ANAS, "Yes, at nine.")
    assert "We wrote: Yes, at nine." in words(launcher.see(f"/console/inbox/{question}/"))


def test_an_empty_answer_is_not_sent_and_says_so(signed_in: Callable[[Role], Browser], question: int) -> None:
    answer = signed_in(Role.LAUNCHER).press(f"/console/inbox/{question}/answer", {"body": "  "})

    assert answer.status_code == 422
    assert "the answer is empty" in words(answer)


def test_a_text_set_aside_waits_no_more_but_is_kept(signed_in: Callable[[Role], Browser], question: int) -> None:
    launcher = signed_in(Role.LAUNCHER)

    assert "Set aside" in words(launcher.press(f"/console/inbox/{question}/aside"))
    assert "Leeds" not in words(launcher.see("/console/inbox/"))
    assert "Leeds" in words(launcher.see("/console/inbox/?show=all"))


def test_a_number_that_has_left_cannot_be_answered(
    signed_in: Callable[[Role], Browser], question: int, sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        hashed = AddressKey.of(settings).hash(Channel.SMS, ANAS)
        session.add(Suppression(channel="sms", address_hash=hashed, reason="stop", at=now()))
    launcher = signed_in(Role.LAUNCHER)

    assert "It must not be texted" in words(launcher.see(f"/console/inbox/{question}/"))
    assert launcher.press(f"/console/inbox/{question}/answer", {"body": "Hello"}).status_code == 422


def test_an_answer_is_counted_while_it_is_written(signed_in: Callable[[Role], Browser], question: int) -> None:
    assert "1 segment · 5 characters · GSM-7" in words(signed_in(Role.VIEWER).press("/console/size", {"body": "It’s!"}))


@pytest.mark.parametrize("asked", ["an", "ANA@example", "+4477009001"])
def test_a_supporter_is_found_by_what_their_name_or_address_begins_with(
    signed_in: Callable[[Role], Browser], campaign_id: int, asked: str
) -> None:
    page = words(signed_in(Role.LAUNCHER).see(f"/console/supporters/?q={asked.replace('+', '%2B')}"))

    assert "ana@example.org" in page
    assert "dev@example.org" not in page


def test_a_percent_sign_finds_nobody(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    assert "Nobody’s name, email or phone begins with" in words(
        signed_in(Role.LAUNCHER).see("/console/supporters/?q=%25")
    )


def test_a_supporters_page_shows_the_ledger_and_what_happened(
    signed_in: Callable[[Role], Browser], question: int, sessions: sessionmaker[Session]
) -> None:
    page = words(signed_in(Role.VIEWER).see(f"/console/supporters/{_id(sessions, 'Ana')}/"))

    assert "Email, Fair trials in Azerbaijan since" in page
    assert "consent given" in page
    assert "I agree. · test" in page
    assert "text from them" in page
    assert "Erase" not in page


def test_consent_is_withdrawn_at_once_and_remembered(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    ana = _id(sessions, "Ana")
    admin = signed_in(Role.ADMIN)

    answer = words(admin.press(f"/console/supporters/{ana}/withdraw", {"channel": "sms"}))

    assert "They get no more texts, from this moment" in answer
    assert "Text is left alone: left" in answer
    with sessions() as session:
        kept = session.query(Permission.channel).filter_by(supporter_id=ana).all()
        assert [row.channel for row in kept] == ["email"]
    assert f"consent withdrawn Supporter {ana} supporter {ana}" in words(admin.see("/console/audit/"))


def test_erasing_asks_for_the_word_and_then_forgets(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    ana = _id(sessions, "Ana")
    admin = signed_in(Role.ADMIN)

    assert "Nothing was erased" in words(admin.press(f"/console/supporters/{ana}/erase", {"sure": "yes"}))
    assert "Erased." in words(admin.press(f"/console/supporters/{ana}/erase", {"sure": "erase"}))

    assert admin.see(f"/console/supporters/{ana}/").status_code == 404
    with sessions() as session:
        assert not session.query(Supporter).filter(Supporter.email == "ana@example.org").count()


def test_the_other_record_of_a_form_is_named_and_goes_too_where_that_is_said(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    form = SignUpForm("Ana", "zoe@example.org", "+447700900321", consent_email=True, consent_sms=True)
    at = now()
    with sessions.begin() as session:
        row = sign_up(session, form, campaign_id=campaign_id, wordings={"email": "Yes.", "sms": "Yes."}, now=at)
        confirm_email(session, row.sign_up_id, key=make.KEY, ip="", now=at)
        confirm_phone(session, "+447700900321", key=make.KEY, now=at)
        mail = session.scalars(select(Supporter.id).where(Supporter.email == "zoe@example.org")).one()
        phone = session.scalars(select(Supporter.id).where(Supporter.phone == "+447700900321")).one()
    admin = signed_in(Role.ADMIN)

    page = words(admin.see(f"/console/supporters/{mail}/"))
    kept = words(admin.see(f"/console/supporters/{phone}/"))
    done = words(admin.press(f"/console/supporters/{mail}/erase", {"sure": "erase", "also": str(phone)}))

    assert "Signed up on the same form: Ana, +447700900321" in page
    assert "Signed up on the same form: Ana, zoe@example.org" in kept
    assert "Erased, both of them." in done
    assert admin.see(f"/console/supporters/{phone}/").status_code == 404


def test_nobody_goes_too_who_was_on_no_form_of_theirs(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    ana, bilal = _id(sessions, "Ana"), _id(sessions, "Bilal")

    signed_in(Role.ADMIN).press(f"/console/supporters/{ana}/erase", {"sure": "erase", "also": str(bilal)})

    with sessions() as session:
        assert session.scalars(select(Supporter.erased_at).where(Supporter.id == bilal)).one() is None


@pytest.mark.parametrize("path", ["/console/supporters/?q=%00Ana", "/console/supporters/options?who=%00Ana"])
def test_a_search_for_a_supporter_sees_through_a_sign_no_text_holds(
    signed_in: Callable[[Role], Browser], campaign_id: int, path: str
) -> None:
    viewer = signed_in(Role.VIEWER)

    page = viewer.see(path).text

    assert "Ana" in page
    assert "Nobody’s" not in page
    assert "\x00" not in page
