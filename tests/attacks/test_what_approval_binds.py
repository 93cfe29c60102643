"""What an approval is bound to beside the message itself: what its words may say of the campaign, and who gave it."""

from dataclasses import fields

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.sending.approvals import launch_of_blast
from service.sending.facts import SharedFacts
from service.store.tables.campaign import Campaign, Fixture, Petition
from service.store.tables.signatures import SignatureCount
from tests.attacks.approving import BILAL, WAITS, fresh, look, open_due, schedule, yes


@pytest.mark.parametrize("fact", [each.name for each in fields(SharedFacts)])
def test_what_words_may_say_of_the_campaign_and_its_match_is_approved_with_them(
    session: Session, campaign: Campaign, fact: str
) -> None:
    blast = schedule(session, campaign)
    fixture = session.get_one(Fixture, campaign.fixture_id)
    before = launch_of_blast(session, blast).digest
    kept = {"campaign": (campaign, "title"), "campaign_link": (campaign, "slug")}
    # The score and the count move with the match and the petition.
    if fact == "score":
        fixture.home_score, fixture.away_score = 2, 1
    elif fact == "signature_count":
        petition = session.query(Petition.id).filter_by(campaign_id=campaign.id)
        session.add(SignatureCount(petition_id=petition.scalar(), slot=1, count=7))
    else:
        row, column = kept.get(fact, (campaign if hasattr(campaign, fact) else fixture, fact))
        setattr(row, column, "another-one")
    session.flush()

    is_bound = launch_of_blast(session, fresh(session, blast.id)).digest != before

    assert is_bound == (fact not in {"score", "signature_count"})


@pytest.mark.parametrize("gone", ["removed_at = now()", "role = 'author'"])
def test_whoever_may_no_longer_launch_has_approved_nothing(session: Session, campaign: Campaign, gone: str) -> None:
    blast = schedule(session, campaign)
    yes(session, look(session, blast))
    told = text(f"UPDATE managers SET {gone} WHERE email = :email")
    session.execute(told, {"email": BILAL.name})

    opened = open_due(session)

    assert opened == []
    assert fresh(session, blast.id).paused_reason == f"{WAITS}: {BILAL.name} approved it and may no longer launch"
