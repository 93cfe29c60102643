"""Consent is for one address; a suppression keeps its graver reason; an old link undoes nothing that was said since."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.consenting.consent import Evidence, give_consent, suppress_address, withdraw_consent
from service.domain.audience import Audience, Rule, RuleKind
from service.domain.channel import Channel
from service.domain.consent import (
    Suppressed,
)
from service.joining.confirm import confirm_email
from service.joining.leave import come_back, leave, undo_leaving
from service.joining.sign_up import SignUpForm, sign_up
from service.listening.receive import receive_text
from service.planning.importing import Imported, import_chunk
from service.providers.ports import InboundText
from service.store.queries import audiences, consents, exports, roster, sign_ups
from service.store.tables.people import Supporter
from tests import make
from tests.sending.conftest import Desk

NOW = make.KICK_OFF - timedelta(days=1)
OLD, NEW = "+447700900301", "+447700900302"
EVIDENCE = Evidence("I agree.", "test")


def _changes_number(session: Session, who: Supporter, number: str = NEW) -> None:
    who.phone, who.phone_hash = number, make.KEY.hash(Channel.SMS, number)
    session.flush()


def _reason(session: Session) -> str | None:
    return session.scalar(text("SELECT reason FROM suppressions"))


def test_a_changed_number_has_no_consent_wherever_one_looks(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone=OLD)

    _changes_number(session, ana)

    sms = Audience(())
    reach = [audiences.count_audience(session, campaign.id, channel, sms) for channel in (Channel.EMAIL, Channel.SMS)]
    assert reach == [1, 0]
    has_sms = Audience((Rule(RuleKind.HAS_SMS, True),))
    assert audiences.count_audience(session, campaign.id, Channel.EMAIL, has_sms) == 0
    assert consents.permitted_channels(session, supporter_id=ana.id, campaign_id=campaign.id) == {Channel.EMAIL}
    assert [row[2] for row in roster.permissions(session, ana.id)] == ["email"]
    exported = exports.supporters(session, campaign_id=campaign.id, after=0, everyone=False)
    assert [(row.consent_email, row.consent_sms) for row in exported] == [("yes", "")]
    standing = sign_ups.standing(session, Channel.SMS, NEW, campaign_id=campaign.id)
    assert not standing.is_joined


def test_a_message_to_a_number_nobody_consented_for_is_held_back_at_the_gate(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        ana = make.supporter(session, "Ana", campaign=campaign, phone=OLD)
        make.supporter(session, "Bilal", campaign=campaign, phone="+447700900303")
        make.blast(session, campaign, channels=(Channel.SMS,))
        ana_id = ana.id
    desk.open()
    with desk.sessions.begin() as session:
        _changes_number(session, session.get_one(Supporter, ana_id))

    desk.deliver(Channel.SMS)

    assert [each.to for each in desk.sms.texts] == ["+447700900303"]
    assert desk.states(Channel.SMS)["Ana"] == "withheld"


def test_a_new_number_is_consented_for_by_its_own_text(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone=OLD)
    _changes_number(session, ana)

    receive_text(session, InboundText("SM1", NEW, "+447700900000", "JOIN", NOW), key=make.KEY, now=NOW)

    assert audiences.count_audience(session, campaign.id, Channel.SMS, Audience(())) == 1


def test_start_from_a_new_number_gives_back_nothing_that_was_stopped_for_the_old_one(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone=OLD)
    receive_text(session, InboundText("SM1", OLD, "+447700900000", "STOP", NOW), key=make.KEY, now=NOW)
    _changes_number(session, ana)

    later = NOW + timedelta(hours=1)
    receive_text(session, InboundText("SM2", NEW, "+447700900000", "START", later), key=make.KEY, now=later)

    assert audiences.count_audience(session, campaign.id, Channel.SMS, Audience(())) == 0


def test_a_file_gives_consent_for_the_number_it_names_and_no_other(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone=NEW, consents=())
    row = {
        "email": "ana@example.org",
        "phone": OLD,
        "consent_sms": "yes",
        "consent_wording": "I agree.",
        "consent_at": "2026-10-01T12:00+00:00",
    }

    import_chunk(session, [(2, row)], Imported(), campaign_id=campaign.id, key=make.KEY, source="file", now=NOW)

    assert session.scalar(text("SELECT phone FROM supporters WHERE id = :id"), {"id": ana.id}) == NEW
    assert audiences.count_audience(session, campaign.id, Channel.SMS, Audience(())) == 0


def test_what_the_version_before_writes_is_for_the_address_of_that_moment(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone=OLD, consents=())
    session.execute(
        text("""
        WITH given AS (
            INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, at)
            VALUES (:campaign, 'sms', 'given', :ana, 'Yes.', 'web', now()) RETURNING id
        )
        INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, given_at)
        SELECT :campaign, 'sms', :ana, id, now() FROM given"""),
        {"campaign": campaign.id, "ana": ana.id},
    )
    assert audiences.count_audience(session, campaign.id, Channel.SMS, Audience(())) == 1

    _changes_number(session, ana)

    assert audiences.count_audience(session, campaign.id, Channel.SMS, Audience(())) == 0


@pytest.mark.parametrize("grave", [Suppressed.COMPLAINT, Suppressed.STOP])
@pytest.mark.parametrize("light", [Suppressed.HARD_BOUNCE, Suppressed.INVALID, Suppressed.ERASED])
def test_a_confirmation_does_not_undo_what_a_lighter_reason_came_before(
    session: Session, light: Suppressed, grave: Suppressed
) -> None:
    campaign = make.campaign(session)
    for reason in (light, grave):
        suppress_address(
            session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=reason, now=NOW
        )
    sign_up_id = _signs_up(session, campaign.id, NOW + timedelta(hours=1))

    confirmed = confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW + timedelta(hours=2))

    assert confirmed is not None
    assert not confirmed.may_write
    assert _reason(session) == grave
    assert session.scalar(text("SELECT count(*) FROM permissions")) == 0


def _signs_up(session: Session, campaign_id: int, at: object) -> int:
    form = SignUpForm("Ana", "ana@example.org", "", consent_email=True, consent_sms=False)
    return sign_up(session, form, campaign_id=campaign_id, wordings={"email": "Yes."}, now=at).sign_up_id  # type: ignore[arg-type]  # a moment


@pytest.mark.parametrize(("left_after", "comes_in"), [(timedelta(hours=1), False), (timedelta(hours=-1), True)])
def test_a_confirmation_asked_before_a_leaving_does_not_undo_it(
    session: Session, left_after: timedelta, comes_in: bool
) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign)
    sign_up_id = _signs_up(session, campaign.id, NOW)
    at = NOW + left_after
    leave(session, supporter_id=ana.id, channels=frozenset({Channel.EMAIL}), source="link", ip="", now=at)

    confirmed = confirm_email(session, sign_up_id, key=make.KEY, ip="", now=NOW + timedelta(hours=2))

    assert confirmed is not None
    assert confirmed.may_write == comes_in
    assert _reason(session) == (None if comes_in else "left")


def test_a_leaving_is_undone_once_and_in_every_campaign_it_ended(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign)
    other = make.campaign(session, slug="another", match=make.fixture(session, slug="other"))
    make.consent(session, ana, other, Channel.EMAIL)
    email = {"supporter_id": ana.id, "channel": Channel.EMAIL}
    leave(session, supporter_id=ana.id, channels=frozenset({Channel.EMAIL}), source="link", ip="", now=NOW)

    undone = undo_leaving(session, **email, left_at=NOW, wording="I pressed by mistake", source="undo", ip="", now=NOW)

    assert undone
    assert len(roster.permissions(session, ana.id)) == 2
    words = session.scalars(text("SELECT DISTINCT wording FROM consents WHERE source = 'undo'")).all()
    assert words == ["I pressed by mistake"]
    leave(
        session,
        supporter_id=ana.id,
        channels=frozenset({Channel.EMAIL}),
        source="link",
        ip="",
        now=NOW + timedelta(hours=1),
    )
    assert not undo_leaving(session, **email, left_at=NOW, wording="", source="undo", ip="", now=NOW)
    assert _reason(session) == "left"


@pytest.mark.parametrize("later", [Suppressed.COMPLAINT, Suppressed.STOP, Suppressed.LEFT])
def test_an_old_undo_does_not_take_back_what_was_said_since(session: Session, later: Suppressed) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign)
    email = {"supporter_id": ana.id, "channel": Channel.EMAIL}
    leave(session, supporter_id=ana.id, channels=frozenset({Channel.EMAIL}), source="link", ip="", now=NOW)
    at = NOW + timedelta(hours=1)
    withdraw_consent(session, **email, reason=later, evidence=EVIDENCE, now=at)

    undone = undo_leaving(session, **email, left_at=NOW, wording="", source="undo", ip="", now=at)

    assert not undone
    assert _reason(session) == later


def test_a_page_shown_before_a_leaving_does_not_undo_it_and_one_shown_after_does(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign)
    leave(session, supporter_id=ana.id, channels=frozenset({Channel.EMAIL}), source="link", ip="", now=NOW)
    came = [
        come_back(
            session,
            supporter_id=ana.id,
            campaign_id=campaign.id,
            channel=Channel.EMAIL,
            source="page",
            ip="",
            now=NOW + timedelta(hours=2),
            shown_at=NOW + timedelta(hours=hours),
        )
        for hours in (-1, 1)
    ]

    assert came == [False, True]


@pytest.mark.parametrize(("link_channel", "comes_back"), [(Channel.EMAIL, False), (Channel.SMS, True)])
def test_a_link_sent_to_one_address_gives_no_consent_for_another_that_never_did(
    session: Session, link_channel: Channel, comes_back: bool
) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone=OLD)
    _changes_number(session, ana)

    came = come_back(
        session,
        supporter_id=ana.id,
        campaign_id=campaign.id,
        channel=Channel.SMS,
        source="page",
        ip="",
        now=NOW,
        link_channel=link_channel,
    )

    assert came == comes_back


def test_the_ledger_keeps_the_text_itself_of_somebody_who_joins_by_one(session: Session) -> None:
    make.campaign(session)

    receive_text(session, InboundText("SM1", OLD, "+447700900000", "Join", NOW), key=make.KEY, now=NOW)

    given = session.execute(text("SELECT wording, source FROM consents WHERE act = 'given'")).all()
    assert [tuple(row) for row in given] == [("Join", "text: JOIN")]


def test_consent_that_stays_suppressed_lets_nothing_through_later_either(session: Session) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, consents=())
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.COMPLAINT, now=NOW
    )

    given = give_consent(
        session, campaign_id=campaign.id, channel=Channel.EMAIL, supporter_id=ana.id, evidence=EVIDENCE, now=NOW
    )

    assert not given
    assert session.scalar(text("SELECT count(*) FROM permissions")) == 0
