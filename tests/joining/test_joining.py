"""A sign-up becomes a supporter only when an address confirms; consent is kept as it was given."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, suppress_address, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.joining.confirm import confirm_email, confirm_phone
from service.joining.leave import come_back, leave
from service.joining.preferences import erase, preferences_of
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up
from service.sending.due import fire_due_stages
from service.store.tables.notices import Notice
from service.store.tables.people import Consent, Supporter, Suppression
from service.store.tables.sending import Message
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
PHONE = "07700 900123"
WORDINGS = {"email": "Yes, email me.", "sms": "Yes, text me."}


def _form(**changes: object) -> SignUpForm:
    plain: dict[str, object] = {
        "first_name": "Ana",
        "email": "Ana@Example.org",
        "phone": PHONE,
        "consent_email": True,
        "consent_sms": True,
    }
    return SignUpForm(**{**plain, **changes})  # type: ignore[arg-type]  # a form's fields


def _sign_up(session: Session, form: SignUpForm, *, at: datetime = NOW) -> int:
    campaign_id = session.scalar(text("SELECT id FROM campaigns")) or make.campaign(session).id
    return sign_up(session, form, campaign_id=campaign_id, wordings=WORDINGS, now=at).sign_up_id


def test_nobody_is_a_supporter_before_confirming(session: Session) -> None:
    _sign_up(session, _form())

    assert session.scalars(select(Supporter.id)).all() == []
    assert sorted(session.scalars(select(Notice.kind))) == ["confirm_email", "confirm_sms"]
    assert [(row.channel, row.act) for row in session.scalars(select(Consent))] == [
        ("email", "asked"),
        ("sms", "asked"),
    ]


def test_each_address_confirms_itself_and_gives_its_own_consent(session: Session) -> None:
    sign_up_id = _sign_up(session, _form())

    confirm_email(session, sign_up_id, key=make.KEY, ip="203.0.113.7", now=NOW)
    confirm_phone(session, "+447700900123", key=make.KEY, now=NOW)

    found = session.execute(select(Supporter.email, Supporter.phone).order_by(Supporter.id)).all()
    assert [tuple(row) for row in found] == [("ana@example.org", None), (None, "+447700900123")]
    given = [
        (row.channel, row.wording, row.ip) for row in session.scalars(select(Consent).where(Consent.act == "given"))
    ]
    assert given == [("email", "Yes, email me.", "203.0.113.7"), ("sms", "Yes, text me.", "")]


def test_a_phone_that_is_somebody_s_stays_theirs(session: Session) -> None:
    make.supporter(session, "Bilal", campaign=make.campaign(session), phone="+447700900123")
    sign_up_id = _sign_up(session, _form())

    confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW)

    phones = {row.first_name: row.phone for row in session.scalars(select(Supporter))}
    assert phones == {"Bilal": "+447700900123", "Ana": None}


def test_confirming_twice_is_confirming_once(session: Session) -> None:
    sign_up_id = _sign_up(session, _form())

    first = confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW)
    second = confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW)

    assert first is not None
    assert second is not None
    assert (first.already, second.already) == (False, True)
    assert session.scalar(text("SELECT count(*) FROM consents WHERE act = 'given'")) == 1


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"email": "ana@"}, "email", "ana@example.org"),
        ({"phone": "12"}, "phone", "07700 900123"),
        ({"phone": "020 7946 0018"}, "phone", "mobile"),
        ({"email": "", "consent_email": True}, "email", "ticked the box"),
        ({"consent_email": False, "consent_sms": False}, "consent_email", "tick"),
        ({"email": "", "phone": "", "consent_email": False, "consent_sms": False}, "email", "please give"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_by_field_with_an_example(
    session: Session, changes: dict[str, object], field: str, why: str
) -> None:
    with pytest.raises(SignUpMistakes) as found:
        _sign_up(session, _form(**changes))

    assert why in {mistake.field: str(mistake) for mistake in found.value.mistakes}[field]
    assert session.scalar(text("SELECT count(*) FROM sign_ups")) == 0


def test_somebody_known_is_told_so_by_mail_and_not_on_the_page(session: Session) -> None:
    make.supporter(session, "Ana", campaign=make.campaign(session))

    _sign_up(session, _form(phone="", consent_sms=False))

    assert session.scalars(select(Notice.kind)).all() == ["already_joined"]


def test_late_joiners_get_the_welcome_and_what_is_still_worth_having(session: Session) -> None:
    campaign = make.campaign(session)
    make.stage(session, campaign, slug="welcome", anchor="sign_up", channels=[Channel.EMAIL])
    make.stage(
        session, campaign, slug="briefing", catch_up="send", channels=[Channel.EMAIL], stale_after=timedelta(days=2)
    )
    make.stage(session, campaign, slug="gone", catch_up="skip", channels=[Channel.EMAIL], stale_after=timedelta(days=2))
    fire_due_stages(session, public_url="https://example.org", now=NOW - timedelta(hours=23))
    session.execute(text("UPDATE blasts SET state = 'done' WHERE NOT is_rolling"))
    sign_up_id = _sign_up(session, _form(phone="", consent_sms=False))

    confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW)

    question = text("""SELECT stages.slug FROM messages m JOIN blasts b ON b.id = m.blast_id
                       JOIN stages ON stages.id = b.stage_id ORDER BY 1""")
    assert session.scalars(question).all() == ["briefing", "welcome"]
    assert session.scalars(select(Message.channel)).all() == ["email", "email"]


def test_leaving_and_coming_back_are_both_written_down(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign)

    leave(session, supporter_id=ana.id, channels=frozenset({Channel.EMAIL}), source="link", ip="", now=NOW)
    came_back = come_back(
        session, supporter_id=ana.id, campaign_id=campaign.id, channel=Channel.EMAIL, source="undo", ip="", now=NOW
    )

    assert came_back
    assert session.scalars(select(Consent.act).order_by(Consent.id)).all() == ["given", "withdrawn", "given"]
    assert session.scalars(select(Suppression.reason)).all() == []


def test_a_link_does_not_undo_a_stop(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone="+447700900123")
    evidence = Evidence("", "text")
    withdraw_consent(
        session, supporter_id=ana.id, channel=Channel.SMS, reason=Suppressed.STOP, evidence=evidence, now=NOW
    )

    came_back = come_back(
        session, supporter_id=ana.id, campaign_id=campaign.id, channel=Channel.SMS, source="page", ip="", now=NOW
    )

    assert not came_back
    assert session.scalars(select(Suppression.reason)).all() == ["stop"]


def test_a_suppressed_address_that_signs_up_again_is_asked_and_then_written_to(session: Session) -> None:
    make.campaign(session)
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.LEFT, now=NOW
    )
    sign_up_id = _sign_up(session, _form(phone="", consent_sms=False))

    confirmed = confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW)

    assert confirmed is not None
    assert confirmed.may_write


def test_erasing_leaves_no_trace_but_the_hash(session: Session) -> None:
    campaign = make.campaign(session)
    sign_up_id = _sign_up(session, _form(phone="", consent_sms=False))
    confirmed = confirm_email(session, sign_up_id, key=make.KEY, ip="203.0.113.7", now=NOW)
    assert confirmed is not None

    erase(session, confirmed.supporter_id, source="page", ip="", now=NOW)

    session.flush()
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    for table in tables:
        dump = session.scalars(text(f"SELECT t::text FROM {table} t")).all()
        assert not any("ana@example.org" in str(row) or "203.0.113.7" in str(row) for row in dump), table
    assert session.scalars(select(Suppression.reason)).all() == ["erased"]
    assert preferences_of(session, confirmed.supporter_id, campaign_id=campaign.id) is None


def test_a_bounced_address_that_signs_up_again_is_asked_to_confirm(session: Session) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign)
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.HARD_BOUNCE, now=NOW
    )

    _sign_up(session, _form(phone="", consent_sms=False))

    assert session.scalars(select(Notice.kind)).all() == ["confirm_email"]
