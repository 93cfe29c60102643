"""Testers are named, asked and confirmed from the browser; tests go to them and say that they are tests."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.domain.manager import Role
from service.sending.notice_words import NoticeWriter
from service.settings import Settings
from service.store.queries.notice_life import IntendedNotice
from service.store.tables.notices import Notice
from service.wording.links import link_keys
from tests import make
from tests.console.conftest import Browser, C, words
from tests.console.test_blasts import BLAST

SignedIn = Callable[[Role], Browser]
TESTERS = "/console/testers/"


@pytest.fixture
def written(sessions: sessionmaker[Session], settings: Settings) -> Callable[[], str]:
    """The newest notice as it is handed over: its words, and the HTML of an email."""

    def write() -> str:
        writer = NoticeWriter(link_keys(settings)[0], settings.public_url, "no-reply@example.org")
        with sessions() as session:
            row = session.query(Notice).order_by(Notice.id.desc()).first()
            assert row
            assert row.to_address
            said = writer.write(
                session,
                IntendedNotice(
                    id=row.id,
                    kind=row.kind,
                    channel=Channel(row.channel),
                    campaign_id=row.campaign_id,
                    supporter_id=row.supporter_id,
                    to_address=row.to_address,
                    sender=row.sender,
                    facts=row.facts,
                    passes_suppression=row.passes_suppression,
                    created_at=row.created_at,
                    expires_at=row.expires_at,
                    attempt_count=0,
                ),
            )
        return f"{said.email.subject}\n{said.email.text}\n{said.email.html}" if said.email else said.body

    return write


def link_in(said: str) -> str:
    found = re.search(r"https?://[^/\s]+(/console/tester/[\w-]+)", said)
    assert found
    return found[1]


def test_an_address_is_named_and_says_yes_by_the_link_it_was_sent(
    signed_in: SignedIn, browser: Browser, campaign_id: int, written: Callable[[], str]
) -> None:
    author = signed_in(Role.AUTHOR)

    named = words(author.press(TESTERS, {"address": "bilal@example.org"}))
    link = link_in(written())
    looked = words(browser.see(link))
    still = words(author.see(TESTERS))
    said_yes = words(browser.press(link, {"answer": "yes"}))

    assert "A message is on its way to bilal@example.org" in named
    assert "author@example.org has named bilal@example.org to get tests" in looked
    assert "not confirmed" in still
    assert "Thank you" in said_yes
    assert "bilal@example.org email confirmed" in words(author.see(TESTERS))


def test_a_number_is_confirmed_by_the_code_in_the_text(
    signed_in: SignedIn, campaign_id: int, written: Callable[[], str]
) -> None:
    author = signed_in(Role.AUTHOR)
    author.press(TESTERS, {"address": "07700 900555"})
    code = re.search(r"\b\d{6}\b", written())
    assert code

    wrong = author.press(f"{TESTERS}1/code", {"code": "12"})
    right = words(author.press(f"{TESTERS}1/code", {"code": code[0]}))

    assert wrong.status_code == 422
    assert "not the code that was sent" in words(wrong)
    field = re.search(r'<div class="field wrong">.*?</div>', wrong.text, flags=re.S)
    assert field
    assert "The code they were sent" in field[0]
    assert 'id="code-1-mistake" role="alert">That is not the code' in field[0]
    assert 'value="12" aria-invalid="true" aria-describedby="code-1-mistake"' in field[0]
    assert "address-mistake" not in wrong.text
    assert "Confirmed: tests may go there." in right
    assert "+447700900555 text confirmed" in right


def test_no_can_be_said_by_an_older_link_and_yes_only_by_the_newest(
    signed_in: SignedIn, browser: Browser, campaign_id: int, written: Callable[[], str], sessions: sessionmaker[Session]
) -> None:
    author = signed_in(Role.AUTHOR)
    author.press(TESTERS, {"address": "bilal@example.org"})
    said = written()
    with sessions.begin() as session:
        session.execute(text("UPDATE testers SET asked_at = asked_at - interval '1 hour'"))
    author.press(TESTERS, {"address": "bilal@example.org"})

    looked, newest = words(browser.see(link_in(said))), words(browser.see(link_in(written())))
    declined = words(browser.press(link_in(said), {"answer": "no"}))
    again = author.press(TESTERS, {"address": "bilal@example.org"})

    assert "if you say no, you are not asked again" in said
    assert "Yes, send me tests" in newest
    assert "Yes, send me tests" not in looked
    assert "use the link in the newest email" in looked
    assert "No more tests" in declined
    assert (again.status_code, "has said no to tests" in words(again)) == (422, True)


@pytest.mark.parametrize("address", ["nowhere", "12", "x@", "+5352345678"])
def test_what_is_no_address_is_said_and_stays_in_its_field(signed_in: SignedIn, address: str) -> None:
    answer = signed_in(Role.AUTHOR).press(TESTERS, {"address": address})

    assert answer.status_code == 422
    assert f'value="{address}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_test_email_says_that_it_is_one_why_it_came_and_how_to_get_no_more(
    signed_in: SignedIn, browser: Browser, campaign_id: int, sessions: sessionmaker[Session], written: Callable[[], str]
) -> None:
    with sessions.begin() as session:
        make.a_tester(session, "bilal@example.org")
    launcher = signed_in(Role.LAUNCHER)

    sent = words(launcher.press(f"{C}/blasts/test", BLAST | {"to": "bilal@example.org"}))
    said = written()
    browser.press(link_in(said), {"answer": "no"})
    after = launcher.press(f"{C}/blasts/test", BLAST | {"to": "bilal@example.org"})

    assert "A test is on its way to bilal@example.org." in sent
    why = "This is a test of a message of “Fair trials in Azerbaijan”, sent by launcher@example.org before it goes"
    assert said.count(why) == 2
    assert "You get it because this address has said yes to tests." in said
    assert said.startswith("[Test] Last call")
    assert after.status_code == 422
    assert "is none of your testers" in words(after)


def test_a_test_to_oneself_needs_no_naming_and_has_no_link_to_leave(
    signed_in: SignedIn, campaign_id: int, written: Callable[[], str]
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.see(f"{C}/blasts/new").text
    launcher.press(f"{C}/blasts/test", BLAST | {"to": "launcher@example.org"})

    assert '<option value="launcher@example.org">launcher@example.org (you)</option>' in page
    assert "because it is your own sign-in address" in written()
    assert "/console/tester/" not in written()


def test_a_stranger_gets_no_test_from_a_stage_either(
    signed_in: SignedIn, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    said = signed_in(Role.LAUNCHER).press(f"{C}/stages/half-time/test", {"copy": "1", "to": "+44 7700 900777"})

    assert "Not sent: +44…77 is none of your testers" in words(said)
    with sessions() as session:
        assert session.query(Notice).count() == 0


def test_a_tester_is_removed_and_a_viewer_names_nobody(signed_in: SignedIn, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        made = make.a_tester(session, "bilal@example.org").id

    gone = words(signed_in(Role.AUTHOR).press(f"{TESTERS}{made}/remove"))

    assert "bilal@example.org gets no more tests." in gone
    assert "there is no such tester" in words(signed_in(Role.AUTHOR).press(f"{TESTERS}{made}/remove"))
    assert signed_in(Role.VIEWER).see(TESTERS).status_code == 403
    assert signed_in(Role.VIEWER).press(TESTERS, {"address": "bilal@example.org"}).status_code == 403


def test_a_link_that_is_none_of_ours_confirms_nobody(browser: Browser, campaign_id: int) -> None:
    assert browser.see("/console/tester/nonsense").status_code == 410
    assert browser.press("/console/tester/nonsense", {"answer": "yes"}).status_code == 410


def test_a_message_without_words_is_not_sent_as_a_test_either(signed_in: SignedIn, campaign_id: int) -> None:
    launcher = signed_in(Role.LAUNCHER)
    form = {"title": "Now", "channels": ["email"], "email_subject": "S", "email_body": "   ", "to": "cora@example.org"}

    refused = launcher.press("/console/campaigns/fair-trials/blasts/test", form)

    assert refused.status_code == 422
    assert "The test was not sent: There are no words yet." in words(refused)


@pytest.mark.parametrize("typed", ["nonsense", "ask Ana", "…", "<b>"])
def test_whoever_types_nonsense_is_told_what_an_address_looks_like(
    signed_in: Callable[[Role], Browser], typed: str
) -> None:
    answer = signed_in(Role.AUTHOR).press(TESTERS, {"address": typed})

    assert answer.status_code == 422
    assert (
        f"'{typed}' is neither an email address, such as ana@example.org, nor a mobile number, such as +44 7700 900123."
        in words(answer)
    )


def test_a_code_for_a_tester_who_was_removed_is_told_above(signed_in: Callable[[Role], Browser]) -> None:
    answer = signed_in(Role.AUTHOR).press(f"{TESTERS}7/code", {"code": "12"})

    assert answer.status_code == 422
    assert "There is no such tester." in words(answer)
