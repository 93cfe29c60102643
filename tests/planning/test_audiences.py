"""Who a blast is for: every rule finds the people it names, and nobody who must be left alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.consenting.consent import suppress_address
from service.domain.audience import parse_rules
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.planning.showing import audience_counts
from service.store.queries.audiences import audience_select
from service.store.tables.blasts import Rendering
from service.store.tables.campaign import Campaign, Petition
from service.store.tables.people import Action, Supporter
from service.store.tables.sending import Batch, Message
from service.store.tables.signatures import Signature
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Ana signed and clicked the stage's email, Bilal got it, Cora shared, Dev came lately and by text alone."""
    made = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=made, source="stadium", phone="+447700900001")
    bilal = make.supporter(session, "Bilal", campaign=made, source="web", locale="az-AZ")
    cora = make.supporter(session, "Cora", campaign=made, source="web")
    ana.last_name, ana.postcode, ana.country, ana.tags, ana.details = "Li", "SW1A 1AA", "GB", ["vip"], {"size": "S"}
    bilal.postcode, bilal.country = "AZ1000", "AZ"
    cora.tags, cora.external_id, cora.details = ["stall", "choir"], "7", {"size": "M"}
    make.supporter(session, "Dev", campaign=made, email=None, phone="+447700900004", joined_at=NOW)
    petition_id = session.scalars(select(Petition.id)).one()
    session.add(Signature(petition_id=petition_id, supporter_id=ana.id, name="Ana", source="", signed_at=NOW))
    session.add(Action(campaign_id=made.id, supporter_id=cora.id, kind="shared", at=NOW))
    _send_stage(session, made, [ana, bilal], clicked=ana)
    return made


def _send_stage(session: Session, campaign: Campaign, people: list[Supporter], *, clicked: Supporter) -> None:
    stage = make.stage(session, campaign, slug="election")
    blast = make.blast(session, campaign, state="done", opens_at=NOW)
    blast.stage_id = stage.id
    rendering = Rendering(
        blast_id=blast.id, channel="email", language="en", subject="S", text="T", html="H", fingerprint="f"
    )
    session.add(rendering)
    session.flush()
    batch = Batch(
        blast_id=blast.id,
        rendering_id=rendering.id,
        channel="email",
        pace="bulk",
        first_supporter_id=people[0].id,
        last_supporter_id=people[-1].id,
        size=len(people),
        state="accepted",
        not_before=NOW,
        expires_at=NOW,
    )
    session.add(batch)
    session.flush()
    for person in people:
        seen_at = NOW if person is clicked else None
        session.add(
            Message(
                blast_id=blast.id,
                channel="email",
                supporter_id=person.id,
                batch_id=batch.id,
                opened_at=seen_at,
                clicked_at=seen_at,
            )
        )
    session.flush()


@pytest.mark.parametrize(
    ("batch", "message", "has_received"),
    [
        ("accepted", None, True),
        ("accepted", "delivered", True),
        ("accepted", "bounced", True),
        ("in_doubt", "accepted", True),
        ("queued", None, False),
        ("cancelled", None, False),
        ("expired", None, False),
        ("in_doubt", None, False),
        ("accepted", "withheld", False),
        ("accepted", "failed", False),
    ],
)
def test_received_is_what_was_handed_over(
    session: Session, campaign: Campaign, batch: str, message: str | None, has_received: bool
) -> None:
    attempt = {"attempt_id": UUID(int=1)} if batch == "in_doubt" else {}
    session.query(Batch).update({"state": batch, **attempt})
    session.query(Message).update({"state": message, "reason": "suppressed" if message == "withheld" else None})

    found = {
        rule: set(session.scalars(audience_select(campaign.id, Channel.EMAIL, parse_rules([{rule: "election"}]))))
        for rule in ("received", "not_received")
    }

    assert len(found["received"]) == (2 if has_received else 0)
    assert len(found["not_received"]) == (1 if has_received else 3)


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ([], {"Ana", "Bilal", "Cora"}),
        ([{"signed": True}], {"Ana"}),
        ([{"signed": False}], {"Bilal", "Cora"}),
        ([{"not_signed": True}, {"source": "web"}], {"Bilal", "Cora"}),
        ([{"clicked": "election"}], {"Ana"}),
        ([{"not": {"clicked": True}}], {"Bilal", "Cora"}),
        ([{"opened": "election"}], {"Ana"}),
        ([{"received": "election"}], {"Ana", "Bilal"}),
        ([{"received": "another"}], set()),
        ([{"shared": True}], {"Cora"}),
        ([{"has_sms": True}], {"Ana"}),
        ([{"has_sms": False}], {"Bilal", "Cora"}),
        ([{"source": ["stadium", "fair"]}], {"Ana"}),
        ([{"locale": "az"}], {"Bilal"}),
        ([{"any": [{"signed": True}, {"shared": True}]}], {"Ana", "Cora"}),
        ([{"joined_before": "2026-11-26T00:00+00:00"}], {"Ana", "Bilal", "Cora"}),
        ([{"joined_after": "2026-11-26T00:00+00:00"}], set()),
        ([{"country": "gb"}], {"Ana"}),
        ([{"country": ["AZ", "FR"]}], {"Bilal"}),
        ([{"postcode": "sw1"}], {"Ana"}),
        ([{"postcode": "SW1A1AA"}], {"Ana"}),
        ([{"postcode": "SW"}], {"Ana"}),
        ([{"postcode": "S"}], set()),
        ([{"postcode": "AZ1"}], set()),
        ([{"postcode": "AZ1*"}], {"Bilal"}),
        ([{"tag": ["vip", "stall"]}], {"Ana", "Cora"}),
        ([{"not_tag": "vip"}], {"Bilal", "Cora"}),
        ([{"last_name": "Li"}], {"Ana"}),
        ([{"external_id": "7"}], {"Cora"}),
        ([{"detail": "size=M"}], {"Cora"}),
        ([{"detail": "size="}], {"Ana", "Cora"}),
        ([{"not": {"detail": "size="}}], {"Bilal"}),
    ],
)
def test_a_rule_finds_the_people_it_names(
    session: Session, campaign: Campaign, rules: list[object], names: set[str]
) -> None:
    chosen = audience_select(campaign.id, Channel.EMAIL, parse_rules(rules))

    found = session.scalars(select(Supporter.first_name).where(Supporter.id.in_(chosen)))

    assert set(found) == names


def test_who_must_be_left_alone_is_in_no_audience(session: Session, campaign: Campaign) -> None:
    suppress_address(
        session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, reason=Suppressed.HARD_BOUNCE, now=NOW
    )
    erased = session.scalars(select(Supporter).where(Supporter.first_name == "Bilal")).one()
    erased.erased_at = NOW
    session.flush()

    counts = audience_counts(session, campaign.id, tuple(Channel), parse_rules([]))

    assert counts == {Channel.EMAIL: 1, Channel.SMS: 2}


def test_consent_to_one_campaign_is_none_to_another(session: Session, campaign: Campaign) -> None:
    other = make.campaign(session, slug="other", match=make.fixture(session, slug="another-match"))

    assert audience_counts(session, other.id, tuple(Channel), parse_rules([])) == {Channel.EMAIL: 0, Channel.SMS: 0}
