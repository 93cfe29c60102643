"""Blasts: counted, looked at, scheduled, watched, stopped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.manager import Role
from service.planning.managers import make_sign_in_link
from service.provider_settings import SmsRoad
from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from service.settings import Settings
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Petition
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch, Message
from service.store.tables.signatures import Signature
from service.web.app import create_app
from service.wording.links import derive_key
from tests import make
from tests.console.conftest import Browser, C, words

# Always to come, and never so far off that it is asked about; at the ground in Baku, four hours ahead of UTC.
LATER = (datetime.now(UTC) + timedelta(days=200)).replace(hour=16, minute=0, second=0, microsecond=0)

BLAST: dict[str, object] = {
    "title": "Last call",
    "channels": ["email", "sms"],
    "signed": "no",
    "email_subject": "Last call",
    "email_body": "Dear {first_name|friend}, [sign]({petition_link})",
    "sms_body": "{first_name|friend}, last call: {petition_link} STOP to end",
    "when": "now",
    "stale_hours": "12",
    "key": "the key of a form",
}


# One through the blast, another from the pages.
SIGNED_BY_TWO = text("""
    INSERT INTO signatures (petition_id, supporter_id, name, source, blast_id, signed_at)
    SELECT :petition_id, id, first_name, '', CASE WHEN id = :who THEN 1 END, now() FROM supporters ORDER BY id LIMIT 2
""")


def _ana_signs(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        ana = session.query(Supporter).filter_by(first_name="Ana").one()
        petition = session.query(Petition).one()
        session.add(
            Signature(petition_id=petition.id, supporter_id=ana.id, name="Ana", source="", signed_at=make.KICK_OFF)
        )


def open_blasts(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        open_scheduled_blasts(session, public_url="http://localhost", now=datetime.now(UTC) + timedelta(minutes=1))
    with sessions.begin() as session:
        write_next_span(session)


def test_an_audience_is_counted_while_it_is_put_together(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    _ana_signs(sessions)
    author = signed_in(Role.AUTHOR)

    everybody = words(author.press(f"{C}/blasts/reach", {"channels": ["email", "sms"]}))
    unsigned = words(author.press(f"{C}/blasts/reach", {"channels": ["email", "sms"], "signed": "no"}))

    assert everybody == "Reaches 4 by email (£0.00) and 2 by text (£0.08)."
    assert unsigned.startswith("Reaches 3 by email")


def test_before_it_goes_one_sees_to_how_many_for_how_much_and_how_it_reads(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    _ana_signs(sessions)

    page = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", BLAST))

    assert "It goes now to 3 by email and 1 by text, for about £" in page
    assert "Ana, last call: http://127.0.0.1:8000/l/" in page
    assert "Send it now" in page
    with sessions() as session:
        assert session.query(Blast).count() == 0


def test_an_author_may_look_but_only_a_launcher_sends(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    author = signed_in(Role.AUTHOR)

    assert "a launcher sends" in words(author.press(f"{C}/blasts/new", BLAST))
    assert author.press(f"{C}/blasts/schedule", BLAST).status_code == 403


def test_a_scheduled_blast_is_what_the_form_said(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    fields = BLAST | {
        "when": "at",
        "opens_at": f"{LATER:%Y-%m-%d}T20:00",
        "deed": "clicked-not",
        "deed_stage": "half-time",
    }

    answer = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/schedule", fields))

    assert "Scheduled. Blasts Last call" in answer
    with sessions() as session:
        row = session.query(Blast).one()
        assert row.opens_at == LATER
        assert row.expires_at - row.opens_at == timedelta(hours=12)
        assert row.audience == [{"signed": False}, {"not": {"clicked": "half-time"}}]
        assert row.draft["en"]["sms"]["body"] == BLAST["sms_body"]
        assert row.created_by == "launcher@example.org"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "Give it a title"),
        ({"channels": []}, "Choose email, texts or both"),
        ({"email_body": "Dear {frist_name}"}, "did you mean {first_name}?"),
        ({"email_subject": ""}, "The subject is empty"),
        ({"sms_body": ""}, "There are no words yet"),
        ({"sms_body": "{briefing_link:no-such}"}, "no briefing"),
        ({"when": "at", "opens_at": "soon"}, "a day and a time"),
        ({"when": "at", "opens_at": "2020-01-01T10:00"}, "in the past"),
        ({"stale_hours": "0"}, "1 to 720 hours"),
        ({"stale_hours": "²"}, "1 to 720 hours"),
        ({"signed": "perhaps"}, "yes, no or either"),
        ({"deed": "received"}, "Say which message they received"),
        ({"deed": "clicked", "deed_stage": "no-such"}, "no such message"),
        ({"joined_after": "lately"}, "a day and a time"),
        ({"deed_stage": "half-time"}, "Say what they did with that message"),
        ({"when": "at", "opens_at": "9999-12-31T23:59"}, "check the year"),
        ({"when": "at", "opens_at": "0001-01-01T00:00"}, "a day and a time"),
        ({"joined_after": "0001-01-01T00:00"}, "a day and a time"),
        ({"email_body": "Hi {{first_name}} ![x](y)"}, "Email: line 1, column 19: images are not sent; write a link"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    signed_in: Callable[[Role], Browser],
    campaign_id: int,
    sessions: sessionmaker[Session],
    wrong: dict[str, object],
    said: str,
) -> None:
    launcher = signed_in(Role.LAUNCHER)

    for path in (f"{C}/blasts/new", f"{C}/blasts/schedule"):
        answer = launcher.press(path, BLAST | wrong)
        assert answer.status_code == 422
        assert said in words(answer)
        assert "last call: " in answer.text or "sms_body" in wrong
    with sessions() as session:
        assert session.query(Blast).count() == 0


def test_a_blast_is_watched_paused_resumed_and_cancelled(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"signed": ""})
    open_blasts(sessions)
    with sessions.begin() as session:
        session.query(Batch).filter_by(channel="sms").update({"state": "accepted"})

    live = launcher.see(f"{C}/blasts/1/progress")
    assert "Email 4 people, 0% done" in words(live)
    assert "Text 2 people, 100% done" in words(live)
    assert 'hx-trigger="every 1s"' in live.text

    assert "Paused." in words(launcher.press(f"{C}/blasts/1/pause"))
    assert "Paused by launcher@example.org" in words(launcher.see(f"{C}/blasts/1/"))
    assert "Going on from where it was" in words(launcher.press(f"{C}/blasts/1/resume"))
    cancelled = words(launcher.press(f"{C}/blasts/1/cancel"))

    assert "Cancelled. 2 had gone, 4 were stopped." in cancelled
    assert "this blast is over already" in words(launcher.press(f"{C}/blasts/1/cancel"))
    with sessions() as session:
        assert {batch.state for batch in session.query(Batch)} == {"accepted", "cancelled"}


def test_why_messages_were_held_back_is_said(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    viewer, launcher = signed_in(Role.VIEWER), signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"signed": ""})
    open_blasts(sessions)
    with sessions.begin() as session:
        first = session.query(Message).order_by(Message.supporter_id).first()
        assert first
        first.state, first.reason = "withheld", "suppressed"

    page = words(viewer.see(f"{C}/blasts/1/"))

    assert "Held back 1 left, bounced or complained" in page
    assert "Take it in hand" not in page


def test_a_scheduled_blast_can_be_moved(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"when": "at", "opens_at": f"{LATER:%Y-%m-%d}T20:00"})

    next_day = LATER + timedelta(days=1)
    answer = words(launcher.press(f"{C}/blasts/1/move", {"opens_at": f"{next_day:%Y-%m-%d}T20:00"}))

    assert f"Opens {next_day:%a} {next_day.day} {next_day:%b %Y}, 20:00" in answer
    assert "give a day and a time" in words(launcher.press(f"{C}/blasts/1/move", {"opens_at": "later"}))


def test_the_letter_of_a_draft_can_do_no_harm(signed_in: Callable[[Role], Browser], campaign_id: int) -> None:
    fields = BLAST | {"email_body": "<script>alert(1)</script> Dear {first_name|friend}"}

    letter = signed_in(Role.AUTHOR).press(f"{C}/blasts/letter", fields)

    assert "<script>alert" not in letter.text
    assert letter.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_the_report_counts_and_can_be_downloaded(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"signed": "", "title": "=HYPERLINK(1)"})
    open_blasts(sessions)
    with sessions.begin() as session:
        session.query(Batch).update({"state": "accepted"})
        first = session.query(Message).filter_by(channel="email").order_by(Message.supporter_id).first()
        assert first
        first.opened_at = first.clicked_at = make.KICK_OFF
        petition = session.query(Petition).one()
        session.execute(SIGNED_BY_TWO, {"petition_id": petition.id, "who": first.supporter_id})

    page, table = words(launcher.see(f"{C}/report/")), launcher.see(f"{C}/report.csv")

    assert "sent 6" in page
    assert "Opened" in page
    assert "1 25.0% of emails" in page
    assert "1 16.7%" in page
    assert "Signatures 2 1 not through a message below" in page
    assert table.mimetype == "text/csv"
    assert table.text.splitlines()[1].startswith("'=HYPERLINK(1),running,6,6,0")


def test_a_mistake_in_the_words_is_said_once_and_ends_as_a_sentence_does(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    page = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", BLAST | {"sms_body": "Hi {frist_name}"}))

    assert page.count("did you mean {first_name}?") == 1
    assert "?." not in page


def test_every_part_of_the_page_says_the_same_price_and_writing_refreshes_all_of_it(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    author = signed_in(Role.AUTHOR)
    long = {"channels": ["email", "sms"], "sms_body": "{first_name|friend} " + "a" * 160}

    typed, form = author.press(f"{C}/blasts/size", BLAST | long), author.press(f"{C}/blasts/reach", BLAST | long)

    assert 'id="reach"' in typed.text
    assert "hx-swap-oob" in typed.text
    assert "£0.16 to 2 people" in words(typed)
    assert "2 by text (£0.16)" in words(typed)
    assert "2 by text (£0.16)" in words(form)


def test_before_it_goes_its_author_is_told_who_would_read_a_gap(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        campaign = session.query(make.Campaign).one()
        make.supporter(session, "", campaign=campaign, email=None, phone="+447700900555")

    page = words(signed_in(Role.LAUNCHER).press(f"{C}/blasts/new", BLAST | {"sms_body": "Hi {first_name}, it is on."}))

    assert "1 of 3 has no first name, and would read a gap: write {first_name|friend}." in page
    assert "It does not say whom it is from" in page
    assert "It does not say how to leave" in page


def test_sources_and_languages_are_offered_and_unknown_ones_pointed_out(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        campaign = session.query(make.Campaign).one()
        make.supporter(session, "Elvin", campaign=campaign, source="flyer-a", locale="az")
    author = signed_in(Role.AUTHOR)

    form = author.see(f"{C}/blasts/new").text
    hints = words(author.press(f"{C}/blasts/reach", {"channels": ["email"], "source": "flyer-b", "locale": "Azeri"}))
    fine = words(author.press(f"{C}/blasts/reach", {"channels": ["email"], "source": "flyer-a", "locale": "az"}))

    assert '<option value="flyer-a">' in form
    assert "az (Azerbaijani)" in form
    assert "Nobody came from “flyer-b”; there is flyer-a." in hints
    assert "Nobody’s language is “Azeri”; there is az." in hints
    assert "Nobody" not in fine


def test_a_scheduled_blast_cannot_be_moved_into_the_past(
    signed_in: Callable[[Role], Browser], campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    launcher = signed_in(Role.LAUNCHER)
    launcher.press(f"{C}/blasts/schedule", BLAST | {"when": "at", "opens_at": f"{LATER:%Y-%m-%d}T20:00"})

    for moment in ("2020-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00"):
        assert "Nothing was changed" in words(launcher.press(f"{C}/blasts/1/move", {"opens_at": moment}))
    with sessions() as session:
        assert session.query(Blast).one().state == "scheduled"


def test_a_channel_nobody_carries_is_not_offered_and_one_that_is_asked_for_is_refused(
    settings: Settings, sessions: sessionmaker[Session], campaign_id: int
) -> None:
    app = create_app(replace(settings, sms_road=SmsRoad.NONE))
    with sessions.begin() as session:
        key = derive_key(settings.secret_key, "links")
        link = make_sign_in_link(session, "cora@example.org", Role.LAUNCHER, public_url="", key=key, now=now())
    cora = Browser(app.test_client())
    assert cora.press(link, follow=False).status_code == 302
    form = {"title": "By text", "channels": ["sms"], "sms_body": "Hello, reply STOP to end", "when": "now"}

    page = cora.see(f"{C}/blasts/new").text
    refused = cora.press(f"{C}/blasts/new", form)

    assert ('id="channel-email"' in page, 'id="channel-sms"' in page, "The text" in page) == (True, False, False)
    assert refused.status_code == 422
    assert "No texts are sent from this installation: SMS_PROVIDER is none" in words(refused)
    assert "Hello, reply STOP to end" in refused.text
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_the_price_of_two_wordings_is_said_to_be_that_of_the_dearer(
    signed_in: Callable[[Role], Browser], campaign_id: int
) -> None:
    author, long = signed_in(Role.AUTHOR), "x" * 200 + " STOP"
    one = BLAST | {"channels": ["sms"], "sms_body": "Short STOP"}

    single = words(author.press(f"{C}/blasts/size", one))
    trial = words(author.press(f"{C}/blasts/size", one | {"try_sms": long}))

    assert "£0.08 to 2 people" in single
    assert "At most" not in single
    assert "At most £0.16 to 2 people" in trial
    assert "Reckoned with the wording that costs most." in trial
    assert "2 by text (at most £0.16)" in trial
