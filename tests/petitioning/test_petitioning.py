"""A petition is signed once each, counted by person, and handed over with its names."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.joining.preferences import erase
from service.petitioning.deliver import NoPetition, deliver, names_for_addressee
from service.petitioning.sign import Signed, SignResult, sign_petition
from service.store.tables.campaign import Campaign, Petition
from service.store.tables.notices import Notice
from service.store.tables.people import Supporter
from service.store.tables.signatures import Signature
from tests import make

pytestmark = pytest.mark.oldest_postgres

NOW = make.KICK_OFF - timedelta(days=1)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


@pytest.fixture
def ana(session: Session, campaign: Campaign) -> Supporter:
    return make.supporter(session, "Ana", campaign=campaign)


def _sign(session: Session, campaign: Campaign, who: Supporter, *, source: str = "web", thank: bool = False) -> Signed:
    return sign_petition(
        session, campaign_id=campaign.id, supporter_id=who.id, source=source, now=NOW, thank_by_email=thank
    )


def test_signing_twice_counts_one_person(session: Session, campaign: Campaign, ana: Supporter) -> None:
    first = _sign(session, campaign, ana)
    second = _sign(session, campaign, ana, source="sms")

    assert (first.result, first.count) == (SignResult.SIGNED, 1)
    assert (second.result, second.count) == (SignResult.ALREADY_SIGNED, 1)
    assert session.scalars(select(Signature.source)).all() == ["web"]


def test_a_signer_is_thanked_by_email_once(session: Session, campaign: Campaign, ana: Supporter) -> None:
    _sign(session, campaign, ana, thank=True)
    _sign(session, campaign, ana, thank=True)

    assert session.scalars(select(Notice.kind)).all() == ["signed_email"]


def test_a_campaign_without_a_petition_takes_no_signatures(
    session: Session, campaign: Campaign, ana: Supporter
) -> None:
    session.execute(delete(Petition))

    assert _sign(session, campaign, ana).result is SignResult.NO_PETITION
    with pytest.raises(NoPetition):
        deliver(session, campaign.id, language="en", now=NOW)


def test_a_delivered_petition_is_closed_and_lists_its_names(
    session: Session, campaign: Campaign, ana: Supporter
) -> None:
    _sign(session, campaign, ana)

    delivery = deliver(session, campaign.id, language="en", now=NOW)

    late = _sign(session, campaign, make.supporter(session, "Bilal", campaign=campaign))
    assert delivery.names == "\ufeffname,signed_on\nAna Example,2026-12-01\n"
    assert (delivery.addressee, delivery.count) == ("The Government of Azerbaijan", 1)
    assert (late.result, late.count) == (SignResult.CLOSED, 1)


def test_delivering_again_keeps_the_first_day(session: Session, campaign: Campaign, ana: Supporter) -> None:
    _sign(session, campaign, ana)
    first = deliver(session, campaign.id, language="en", now=NOW)

    second = deliver(session, campaign.id, language="en", now=NOW + timedelta(days=3))

    session.expire_all()
    assert second == first
    assert session.scalars(select(Petition.delivered_at)).one() == NOW


def test_looking_at_the_names_closes_nothing(session: Session, campaign: Campaign, ana: Supporter) -> None:
    names_for_addressee(session, campaign.id, language="en")

    assert _sign(session, campaign, ana).result is SignResult.SIGNED


def test_a_forgotten_signer_counts_without_a_name(session: Session, campaign: Campaign, ana: Supporter) -> None:
    _sign(session, campaign, ana)
    erase(session, ana.id, source="page", ip="", now=NOW)

    delivery = deliver(session, campaign.id, language="en", now=NOW)

    assert delivery.count == 1
    assert "Ana" not in delivery.names


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+44+1", "-1+1", "@SUM(1)", "＝1+1", "\u200b=1+1"])
def test_a_name_is_never_a_formula_to_the_addressee_s_spreadsheet(
    session: Session, campaign: Campaign, name: str
) -> None:
    dev = make.supporter(session, "Dev", email="dev@example.org", campaign=campaign, full_name=name)
    _sign(session, campaign, dev)

    assert f"\n'{name}," in deliver(session, campaign.id, language="en", now=NOW).names
