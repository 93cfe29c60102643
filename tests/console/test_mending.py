"""A blast whose words could not be filled in: its page says so and leads to where they are mended."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.channel import Channel
from service.domain.manager import Role
from service.sending.due import fire_due_stages, open_scheduled_blasts
from tests import make
from tests.console.conftest import Browser, C, hidden, kick_off_in, words

Signing = Callable[[Role], Browser]
Sessions = sessionmaker[Session]
URL = "https://example.org"


def test_a_stage_is_mended_from_its_blast_s_page_and_resumed(
    signed_in: Signing, campaign_id: int, sessions: Sessions
) -> None:
    kick_off_in(sessions, timedelta(days=2) - timedelta(minutes=1))
    with sessions.begin() as session:
        session.execute(text("UPDATE copies SET body = '{score}' WHERE stage_id = 1 AND channel = 'sms'"))
    with sessions.begin() as session:
        fire_due_stages(session, public_url=URL, now=now())
    launcher = signed_in(Role.LAUNCHER)

    page = launcher.see(f"{C}/blasts/1/")
    stage = words(launcher.see(f"{C}/stages/find-out-more/"))
    edit = launcher.see(f"{C}/stages/find-out-more/edit")
    kept = words(launcher.press(f"{C}/stages/find-out-more/edit", hidden(edit) | {"body-1": "Mended. STOP to end"}))
    resumed = words(launcher.press(f"{C}/blasts/1/resume"))

    assert "Its words cannot be filled in: " in words(page)
    assert f"{C}/stages/find-out-more/edit" in page.text
    assert "Nothing of it has gone. Its words cannot be filled in: " in stage
    assert "The words are kept. Now resume its blast." in kept
    assert "Going on from where it was." in resumed
    with sessions.begin() as session:
        assert open_scheduled_blasts(session, public_url=URL, now=now()) == [1]


def test_a_manager_s_own_blast_is_mended_on_a_page_that_keeps_what_was_typed(
    signed_in: Signing, campaign_id: int, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        campaign = session.get_one(make.Campaign, campaign_id)
        make.blast(session, campaign, channels=[Channel.EMAIL], email="It is {score}")
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url=URL, now=now())
    launcher = signed_in(Role.LAUNCHER)
    mend = f"{C}/blasts/1/words"

    page = launcher.see(f"{C}/blasts/1/")
    form = words(launcher.see(mend))
    wrong = launcher.press(mend, {"subject-email-en": "Still", "body-email-en": "It is {scorre}"})
    kept = words(launcher.press(mend, {"subject-email-en": "Good", "body-email-en": "Hello all"}))

    assert mend in page.text
    assert "It is {score}" in form
    assert wrong.status_code == 422
    assert "no such placeholder: {scorre}" in words(wrong)
    assert "It is {scorre}" in wrong.text
    assert "The words are kept. Now resume it." in kept
    assert "Hello all" in kept
    assert signed_in(Role.AUTHOR).see(mend).status_code == 403


def test_a_second_wording_is_mended_on_the_same_page(signed_in: Signing, campaign_id: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = session.get_one(make.Campaign, campaign_id)
        made = make.blast(session, campaign, channels=[Channel.EMAIL], subject="It is near", email="Hello")
        made.test_share, made.test_metric = 20, "clicked"
        made.test_draft = {"en": {"email": {"subject": "It is {score}"}}}
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url=URL, now=now())
    launcher, mend = signed_in(Role.LAUNCHER), f"{C}/blasts/1/words"
    first = {"subject-email-en": "It is near", "body-email-en": "Hello"}

    form = launcher.see(mend)
    left = launcher.press(mend, first | {"second-subject-email-en": "It is {score}!"})
    empty = launcher.press(mend, first | {"second-subject-email-en": " ", "second-body-email-en": ""})
    kept = words(launcher.press(mend, first | {"second-subject-email-en": "It is here"}))
    launcher.press(f"{C}/blasts/1/resume")

    assert 'value="It is {score}"' in form.text
    assert "Email, en, second wording" in words(form)
    assert (left.status_code, 'value="It is {score}!"' in left.text) == (422, True)
    assert (empty.status_code, "The second wording says nothing of its own" in words(empty)) == (409, True)
    assert "Second wording It is here Its body is as in the first." in kept
    with sessions.begin() as session:
        assert open_scheduled_blasts(session, public_url=URL, now=now()) == [1]


def test_a_blast_is_mended_with_long_words(signed_in: Signing, campaign_id: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = session.get_one(make.Campaign, campaign_id)
        make.blast(session, campaign, channels=[Channel.EMAIL], email="It is {score}")
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url=URL, now=now())
    long = "ü" * 15_000

    kept = signed_in(Role.LAUNCHER).press(f"{C}/blasts/1/words", {"subject-email-en": "Good", "body-email-en": long})

    assert "The words are kept. Now resume it." in words(kept)


def test_a_blast_that_waits_for_no_words_has_no_such_page(
    signed_in: Signing, campaign_id: int, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        make.blast(session, session.get_one(make.Campaign, campaign_id), opens_at=now() + timedelta(days=1))
    launcher = signed_in(Role.LAUNCHER)

    assert launcher.see(f"{C}/blasts/1/words").status_code == 404
    fields = {"subject-email-en": "A", "body-email-en": "B", "body-sms-en": "C"}
    assert launcher.press(f"{C}/blasts/1/words", fields).status_code == 409
