"""Managers schedule, hold and end blasts; words that cannot be sent are refused before anything is written."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.audience import Audience, parse_rules
from service.domain.channel import Channel
from service.domain.message import BlastState
from service.planning import blasts
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import CopyRefused, NewBlast
from service.reporting.live import what_cancelling_stopped
from service.sending.due import open_scheduled_blasts
from service.sending.write import write_next_span
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign
from service.store.tables.house import AuditEntry
from service.store.tables.sending import Batch
from tests import make

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=1)


def new_blast(**changes: object) -> NewBlast:
    values: dict[str, object] = {
        "title": "One more thing",
        "channels": (Channel.EMAIL, Channel.SMS),
        "audience": parse_rules([{"signed": False}]),
        "copy": {
            "en": {
                "email": {"subject": "Sign", "preheader": "", "body": "Dear {first_name|friend}, {petition_link}"},
                "sms": {"body": "{first_name|friend}, sign: {petition_link} Reply STOP to end"},
            }
        },
        "opens_at": NOW + timedelta(hours=2),
    }
    return NewBlast(**{**values, **changes})  # type: ignore[arg-type]  # each test names fields of NewBlast


def schedule(session: Session, campaign: Campaign, new: NewBlast) -> int:
    return blasts.schedule_blast(session, campaign.id, new, public_url=URL, actor="Dev", now=NOW).id


def running_blast(session: Session, campaign: Campaign, people: int = 120) -> Blast:
    for number in range(people):
        make.supporter(session, f"Ana{number}", campaign=campaign, email=None, phone=f"+4477009{number:05}")
    row = make.blast(session, campaign, channels=[Channel.SMS], opens_at=NOW)
    open_scheduled_blasts(session, public_url=URL, now=NOW)
    while not (written := write_next_span(session)) or not written.done:
        pass
    session.refresh(row)
    return row


def test_a_scheduled_blast_waits_for_its_time(session: Session) -> None:
    campaign = make.campaign(session)

    blast_id = schedule(session, campaign, new_blast())

    row = session.get_one(Blast, blast_id)
    assert (row.state, row.audience, row.created_by) == ("scheduled", [{"signed": False}], "Dev")
    assert row.expires_at - row.opens_at == timedelta(hours=24)
    assert open_scheduled_blasts(session, public_url=URL, now=NOW) == []


@pytest.mark.parametrize(
    ("email", "sms", "why"),
    [
        ({"subject": "", "body": "Words"}, {"body": "Words"}, "email, en: the subject is empty"),
        ({"subject": "S", "body": "{first_nam}"}, {"body": "Words"}, "first_nam"),
        ({"subject": "S", "body": "Words"}, {"body": ""}, "sms, en: there are no words for it"),
        ({"subject": "S", "body": "Words"}, {"body": "x" * 1700}, "longer than 1600 characters"),
        ({"subject": "S", "body": "{briefing_link:nowhere}"}, {"body": "Words"}, "no briefing 'nowhere'"),
        ({"subject": "S", "body": "It ended {score}"}, {"body": "Words"}, "score"),
    ],
)
def test_words_that_cannot_be_sent_are_refused_and_nothing_is_written(
    session: Session, email: dict[str, str], sms: dict[str, str], why: str
) -> None:
    campaign = make.campaign(session)
    copy = {"en": {"email": {"preheader": "", **email}, "sms": sms}}

    with pytest.raises(CopyRefused, match=why):
        schedule(session, campaign, new_blast(copy=copy))

    assert session.scalar(select(func.count()).select_from(Blast)) == 0


@pytest.mark.parametrize("changes", [{"title": "  "}, {"channels": ()}])
def test_a_blast_needs_a_title_and_a_channel(session: Session, changes: dict[str, object]) -> None:
    campaign = make.campaign(session)

    with pytest.raises(BlastRefused):
        schedule(session, campaign, new_blast(**changes))


def test_a_scheduled_blast_can_be_moved_and_keeps_its_span(session: Session) -> None:
    campaign = make.campaign(session)
    blast_id = schedule(session, campaign, new_blast(stale_after=timedelta(hours=3)))
    later = NOW + timedelta(hours=8)

    blasts.reschedule_blast(session, blast_id, opens_at=later, actor="Dev", now=NOW)

    session.expire_all()
    row = session.get_one(Blast, blast_id)
    assert (row.opens_at, row.expires_at) == (later, later + timedelta(hours=3))


def test_a_blast_that_has_opened_cannot_be_moved(session: Session) -> None:
    row = running_blast(session, make.campaign(session), people=1)

    with pytest.raises(BlastRefused):
        blasts.reschedule_blast(session, row.id, opens_at=NOW, actor="Dev", now=NOW)


def test_a_paused_blast_goes_on_from_where_it_was(session: Session) -> None:
    row = running_blast(session, make.campaign(session), people=1)

    blasts.pause_blast(session, row.id, actor="Dev", now=NOW)
    paused = (row.state, row.paused_reason)
    blasts.resume_blast(session, row.id, actor="Dev", now=NOW)

    assert paused == (BlastState.PAUSED, "paused by Dev")
    assert (row.state, row.paused_reason) == (BlastState.RUNNING, "")


def test_a_blast_paused_while_it_is_written_goes_on_being_written(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)
    row = make.blast(session, campaign, opens_at=NOW)
    open_scheduled_blasts(session, public_url=URL, now=NOW)
    session.refresh(row)

    blasts.pause_blast(session, row.id, actor="Dev", now=NOW)
    blasts.resume_blast(session, row.id, actor="Dev", now=NOW)

    assert row.state == BlastState.OPENING


def test_cancelling_stops_what_has_not_gone_and_tells_what_has(session: Session) -> None:
    row = running_blast(session, make.campaign(session))
    gone, leaving = session.scalars(select(Batch).order_by(Batch.id).limit(2)).all()
    gone.state = "accepted"
    leaving.state, leaving.attempt_id = "sending", UUID(int=1)
    session.flush()

    blasts.cancel_blast(session, row.id, actor="Dev", now=NOW)

    done = what_cancelling_stopped(session, row.id)
    assert (done.already_gone, done.under_way, done.stopped) == (50, 50, 20)
    session.expire_all()
    assert session.scalars(select(Batch.state).order_by(Batch.id)).all() == ["accepted", "sending", "cancelled"]
    assert (row.state, row.finished_at) == (BlastState.CANCELLED, NOW)


@pytest.mark.parametrize("deed", [blasts.pause_blast, blasts.resume_blast, blasts.cancel_blast])
def test_a_blast_that_is_over_stays_over(session: Session, deed: object) -> None:
    row = make.blast(session, make.campaign(session), state="cancelled")

    with pytest.raises(BlastRefused):
        deed(session, row.id, actor="Dev", now=NOW)  # type: ignore[operator]  # one of three like functions


def test_who_did_it_is_remembered(session: Session) -> None:
    campaign = make.campaign(session)

    blast_id = schedule(session, campaign, new_blast(audience=Audience()))
    blasts.cancel_blast(session, blast_id, actor="Cora", now=NOW)

    entries = session.execute(select(AuditEntry.actor, AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in entries] == [("Dev", "blast scheduled"), ("Cora", "blast cancelled")]


YEARS = timedelta(days=366)


@pytest.mark.parametrize(
    ("opens_at", "why"),
    [
        (NOW - timedelta(minutes=40), "in the past"),
        (NOW - timedelta(days=5), "in the past"),
        (NOW - 1000 * YEARS, "in the past"),
        (NOW + 2 * YEARS, "in more than a year; check the year, and say so"),
        (NOW + 11 * YEARS, "check the year"),
        (NOW.replace(year=9999, month=12, day=31, hour=23), "check the year"),
    ],
)
def test_a_blast_is_scheduled_and_moved_only_to_a_time_to_come(session: Session, opens_at: datetime, why: str) -> None:
    campaign = make.campaign(session)
    blast_id = schedule(session, campaign, new_blast())

    with pytest.raises(BlastRefused, match=why):
        schedule(session, campaign, new_blast(opens_at=opens_at))
    with pytest.raises(BlastRefused, match=why):
        blasts.reschedule_blast(session, blast_id, opens_at=opens_at, actor="Dev", now=NOW)

    assert session.scalar(select(func.count()).select_from(Blast)) == 1
    assert session.get_one(Blast, blast_id).opens_at == NOW + timedelta(hours=2)


def test_now_is_still_now_after_a_look_at_it(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)

    assert schedule(session, campaign, new_blast(opens_at=NOW - timedelta(minutes=4)))


@pytest.mark.parametrize("worth", [timedelta(0), -timedelta(hours=1), timedelta(days=4000)])
def test_a_blast_is_worth_something_for_some_time(session: Session, worth: timedelta) -> None:
    with pytest.raises(BlastRefused, match="too late"):
        schedule(session, make.campaign(session), new_blast(stale_after=worth))


@pytest.mark.parametrize(
    ("subject", "body", "sms", "why"),
    [
        ("Hi {{first_name}}", "Words", "Words", r"email, en: subject, column 4: \{\{first_name\}\} is a placeholder"),
        ("Hi", "![b](https://example.org/b.png)", "Words", "email, en: line 1, column 1: images are not sent"),
        ("Hi", "[here](htp://bad link)", "Words", "holds a space"),
        ("Hi", "Words", "Hi *|FNAME|*", r"sms, en: line 1, column 4: \*\|FNAME\|\*"),
    ],
)
def test_words_that_would_not_arrive_as_meant_are_refused(
    session: Session, subject: str, body: str, sms: str, why: str
) -> None:
    copy = {"en": {"email": {"subject": subject, "preheader": "", "body": body}, "sms": {"body": sms}}}

    with pytest.raises(CopyRefused, match=why):
        schedule(session, make.campaign(session), new_blast(copy=copy))


def test_a_time_far_ahead_is_taken_where_it_is_meant(session: Session) -> None:
    campaign = make.campaign(session)
    far = NOW + 2 * YEARS

    made = blasts.schedule_blast(
        session, campaign.id, new_blast(opens_at=far), public_url=URL, actor="Dev", now=NOW, really=True
    )
    blasts.reschedule_blast(session, made.id, opens_at=far + YEARS, actor="Dev", now=NOW, really=True)

    assert session.get_one(Blast, made.id).opens_at == far + YEARS


@pytest.mark.parametrize("opens_at", [None, NOW])
def test_a_blast_that_goes_now_reaches_somebody(session: Session, opens_at: datetime | None) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, consents=())

    with pytest.raises(BlastRefused, match="it would reach nobody"):
        schedule(session, campaign, new_blast(opens_at=opens_at))
    make.supporter(session, "Bilal", campaign=campaign)

    assert schedule(session, campaign, new_blast(opens_at=opens_at))


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([{"received": "half-tme"}], "names the message 'half-tme', which this campaign has not; there are half-time"),
        ([{"any": [{"signed": True}, {"not_clicked": "nowhere"}]}], "names the message 'nowhere'"),
        ([{"joined_after": "2026-11-02T00:00+00:00"}, {"joined_before": "2026-11-01T00:00+00:00"}], "swap the two"),
    ],
)
def test_an_audience_of_which_a_part_is_not_there_is_refused(session: Session, rules: list[object], why: str) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="half-time")

    with pytest.raises(BlastRefused, match=why):
        schedule(session, campaign, new_blast(audience=parse_rules(rules)))


def test_an_email_longer_than_a_mailbox_shows_is_refused(session: Session) -> None:
    copy = {"en": {"email": {"subject": "S", "preheader": "", "body": "ü" * 33_000}, "sms": {"body": "Words"}}}

    with pytest.raises(CopyRefused, match=r"its body has 66,000 bytes; an email may have 65,536 \(64 KiB\)"):
        schedule(session, make.campaign(session), new_blast(copy=copy))
