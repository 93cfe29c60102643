"""The report tells, blast by blast and in all, what people got and what they did."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.message import MessageRef
from service.domain.receipt import Receipt, ReceiptKind
from service.joining.leave import leave
from service.reporting.funnel import Bounds, CampaignUnknown, campaign_glance, campaign_report
from service.reporting.house import house_report, is_migrated
from service.reporting.roster import find_supporters, supporter_life
from service.sending.due import fire_due_stages, open_scheduled_blasts
from service.sending.receipts import apply_receipts
from service.sending.write import write_next_span
from service.store.queries.glance import Figure
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Petition
from service.store.tables.listening import Reply
from service.store.tables.people import SignUp, Supporter
from service.store.tables.sending import Batch, Message
from service.store.tables.signatures import Signature
from tests import make

pytestmark = pytest.mark.oldest_postgres

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=1)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Ana and Bilal got an email and a text each; Ana opened, clicked and signed; Bilal's email bounced, and he left."""
    made = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=made, phone="+447700900001")
    bilal = make.supporter(session, "Bilal", campaign=made, phone="+447700900002")
    blast = make.blast(session, made, opens_at=NOW)
    open_scheduled_blasts(session, public_url=URL, now=NOW)
    while not (written := write_next_span(session)) or not written.done:
        pass
    for batch in session.scalars(select(Batch)):
        batch.state = "accepted"
        batch.segments = 4 if batch.channel == Channel.SMS else 0
    session.flush()
    read = session.get_one(Message, (blast.id, "email", ana.id))
    read.state, read.opened_at, read.clicked_at = "delivered", NOW, NOW
    back = session.get_one(Message, (blast.id, "email", bilal.id))
    back.state = "bounced"
    session.get_one(Message, (blast.id, "sms", bilal.id)).left_at = NOW
    petition_id = session.scalars(select(Petition.id)).one()
    session.add(
        Signature(petition_id=petition_id, supporter_id=ana.id, name="Ana", source="", blast_id=blast.id, signed_at=NOW)
    )
    session.add(
        Reply(
            provider_ref="SM1",
            campaign_id=made.id,
            phone="+447700900001",
            to_number="+447700900000",
            body="Why Baku?",
            needs_answer=True,
            received_at=NOW,
        )
    )
    session.flush()
    return made


def test_a_line_tells_what_became_of_one_blast(session: Session, campaign: Campaign) -> None:
    (line,) = campaign_report(session, campaign.slug).lines

    assert (line.audience, line.sent, line.delivered, line.bounced) == (4, 4, 1, 1)
    assert (line.opened, line.clicked, line.signed, line.left, line.complained) == (1, 1, 1, 1, 0)
    assert line.emails_sent == 2
    assert line.cost == 4 * 400 + 2 * 8000 // 1000


def test_the_sums_are_of_the_whole_campaign(session: Session, campaign: Campaign) -> None:
    for confirmed_at in (NOW, None):
        session.add(
            SignUp(
                campaign_id=campaign.id,
                first_name="Cora",
                email="cora@example.org",
                wants_email=True,
                wants_sms=False,
                wordings={},
                locale="en",
                time_zone="Europe/London",
                source="",
                ip="",
                created_at=NOW,
                email_confirmed_at=confirmed_at,
            )
        )
    session.flush()

    sums, seen = campaign_report(session, campaign.slug).totals, campaign_glance(session, campaign.id)

    names = ("sign_ups", "confirmed", "by_email", "by_sms", "signatures", "shares", "brought", "left")
    assert {name: getattr(seen, name) for name in names} == {name: Figure(getattr(sums, name)) for name in names}
    cut = campaign_glance(session, campaign.id, most=1)
    assert (cut.sign_ups, cut.by_email, cut.signatures) == (Figure(1, is_cut=True), Figure(1, is_cut=True), Figure(1))
    assert (sums.sign_ups, sums.confirmed, sums.by_email, sums.by_sms) == (2, 1, 2, 2)
    assert (sums.signatures, sums.replies, sums.waiting) == (1, 1, 1)


@pytest.fixture
def large(session: Session, campaign: Campaign) -> Blast:
    """A blast to six hundred more."""
    made = make.blast(session, campaign, opens_at=NOW)
    for number in range(600):
        make.supporter(session, f"Dev{number}", campaign=campaign)
    open_scheduled_blasts(session, public_url=URL, now=NOW)
    while not (written := write_next_span(session)) or not written.done:
        pass
    session.query(Batch).filter_by(blast_id=made.id).update({"state": "accepted"})
    return made


def test_a_report_counts_the_smallest_blasts_and_estimates_the_others(
    session: Session, campaign: Campaign, large: Blast
) -> None:
    session.query(Message).filter(Message.blast_id == large.id, Message.supporter_id % 3 == 0).update(
        {"opened_at": NOW}, synchronize_session=False
    )

    small, estimated = campaign_report(session, campaign.slug, bounds=Bounds(100, sampled=240, each=30)).lines
    exact = campaign_report(session, campaign.slug).lines[1]

    assert (small.is_estimate, small.opened, small.sent) == (False, 1, 4)
    assert (estimated.is_estimate, exact.is_estimate) == (True, False)
    assert estimated.audience == estimated.sent == exact.sent == 604
    assert abs(estimated.opened - exact.opened) < exact.opened / 4


def test_the_few_who_left_or_complained_of_a_large_blast_are_counted(
    session: Session, campaign: Campaign, large: Blast
) -> None:
    people = session.scalars(select(Supporter).where(Supporter.first_name.like("Dev%")).order_by(Supporter.id)).all()
    for leaver in people[::200]:
        leave(
            session,
            supporter_id=leaver.id,
            channels=frozenset({Channel.EMAIL}),
            source="link",
            ip="",
            now=NOW,
            blast_id=large.id,
        )
    complaints = [
        Receipt(
            f"event-{each.id}", str(MessageRef(large.id, Channel.EMAIL, each.id)), None, ReceiptKind.COMPLAINED, NOW
        )
        for each in people[100::400]
    ]
    apply_receipts(session, "sendgrid", complaints, now=NOW, key=make.KEY)

    exact = campaign_report(session, campaign.slug).lines[1]
    for bounds in (Bounds(100, sampled=20, each=5), Bounds(100, sampled=20, each=5, harm=3, left=6)):
        seen = campaign_report(session, campaign.slug, bounds=bounds).lines[1]

        assert (seen.left, seen.complained) == (exact.left, exact.complained) == (3, 2)


def test_where_more_left_than_are_looked_up_it_is_as_many_at_least(
    session: Session, campaign: Campaign, large: Blast
) -> None:
    people = session.scalars(select(Supporter).where(Supporter.first_name.like("Dev%")).order_by(Supporter.id)).all()
    for leaver in people[1::40]:
        leave(
            session,
            supporter_id=leaver.id,
            channels=frozenset({Channel.EMAIL}),
            source="link",
            ip="",
            now=NOW,
            blast_id=large.id,
        )

    seen = campaign_report(session, campaign.slug, bounds=Bounds(100, sampled=1, each=1, left=5)).lines[1]

    assert seen.left >= 5


def test_signatures_are_counted_up_to_a_bound_that_all_blasts_share(
    session: Session, campaign: Campaign, large: Blast
) -> None:
    petition_id = session.scalars(select(Petition.id)).one()
    people = session.scalars(select(Supporter).where(Supporter.first_name.like("Dev%")).order_by(Supporter.id)).all()
    session.add_all(
        Signature(
            petition_id=petition_id, supporter_id=each.id, name="Dev", source="", blast_id=large.id, signed_at=NOW
        )
        for each in people[:8]
    )
    session.flush()

    whole, cut = (
        campaign_report(session, campaign.slug, bounds=Bounds(10_000, signatures=most)).lines for most in (10, 8)
    )

    assert [(line.signed, line.is_estimate) for line in whole] == [(1, False), (8, False)]
    assert [(line.signed, line.is_estimate) for line in cut] == [(1, False), (7, True)]


def test_sums_that_were_counted_so_far_only_are_said_to_be(session: Session, campaign: Campaign) -> None:
    totals = campaign_report(session, campaign.slug, bounds=Bounds(1, figure=1)).totals

    assert totals.figure("by_email") == Figure(1, is_cut=True)
    assert totals.figure("signatures") == Figure(1)
    assert "by_email" in totals.cut


def test_a_stage_that_was_skipped_is_told_with_its_reason(session: Session, campaign: Campaign) -> None:
    make.stage(session, campaign, stale_after=timedelta(hours=1))

    fire_due_stages(session, public_url=URL, now=NOW)

    assert campaign_report(session, campaign.slug).skipped == ("Find out more: skipped late",)


def test_another_campaign_has_a_report_of_its_own(session: Session, campaign: Campaign) -> None:
    make.campaign(session, slug="other", match=make.fixture(session, slug="another-match"))

    other = campaign_report(session, "other")

    assert (other.lines, other.totals.signatures, other.totals.by_email) == ((), 0, 0)


def test_a_campaign_nobody_knows_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(CampaignUnknown):
        campaign_report(session, "nowhere")


def test_the_house_tells_how_it_does(session: Session, campaign: Campaign) -> None:
    house = house_report(session)

    assert is_migrated(session)
    assert (house.vital.messages_in_doubt, house.vital.replies_waiting) == (0, 1)


def test_a_supporter_is_found_and_their_whole_life_told(session: Session, campaign: Campaign) -> None:
    (found,) = find_supporters(session, "ana@")

    life = supporter_life(session, found.id)

    assert life is not None
    assert {(each.channel, each.slug) for each in life.consents} == {("email", campaign.slug), ("sms", campaign.slug)}
    kinds = {event.kind for event in life.events}
    assert {"consent given", "signed", "message delivered", "message accepted", "text from them"} <= kinds


def test_a_sign_that_a_search_would_read_as_anything_finds_nobody(session: Session, campaign: Campaign) -> None:
    assert find_supporters(session, "%") == []
    assert session.scalars(select(Blast)).all() != []
