"""Two people who may launch, one who writes, and what they do, as the tests of approval need them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.stage import Firing
from service.planning.approving import (
    ApprovalLook,
    approve,
    look_at_blast,
    look_at_stage,
)
from service.planning.blasts import NewBlast, schedule_blast
from service.planning.showing import open_window
from service.planning.stage_checks import Changer
from service.sending.due import fire_due_stages, open_scheduled_blasts
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Campaign, Stage
from tests import make

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=3)
DUE = make.KICK_OFF - timedelta(days=2)
ANA, BILAL = Changer("ana@example.org", may_launch=True), Changer("bilal@example.org", may_launch=True)
DEV = Changer("dev@example.org", may_launch=False)
WAITS = "waits for approval by a second person"
COPY = {"en": {"email": {"subject": "Last call", "preheader": "", "body": "Sign: {petition_link}"}}}
NEW = NewBlast("Last call", (Channel.EMAIL,), Audience(), COPY, None)


def schedule(session: Session, campaign: Campaign, new: NewBlast = NEW, *, by: Changer = ANA) -> Blast:
    made = schedule_blast(session, campaign.id, new, public_url=URL, actor=by.name, now=NOW, take_back=timedelta(0))
    return fresh(session, made.id)


def fresh(session: Session, blast_id: int) -> Blast:
    session.expire_all()
    return session.get_one(Blast, blast_id)


def look(session: Session, blast: Blast) -> ApprovalLook:
    return look_at_blast(session, blast.id, open_window(session, blast.campaign_id, key=b"a key", public_url=URL))


def stage_look(session: Session, stage: Stage) -> ApprovalLook:
    return look_at_stage(session, stage.id, open_window(session, stage.campaign_id, key=b"a key", public_url=URL))


def yes(session: Session, seen: ApprovalLook, *, by: Changer = BILAL, now: datetime = NOW) -> None:
    approve(session, seen, seen=seen.seen, by=by, now=now)


def open_due(session: Session, *, now: datetime = NOW) -> list[int]:
    opened = open_scheduled_blasts(session, public_url=URL, now=now)
    session.expire_all()
    return opened


def fire(session: Session, *, now: datetime = DUE) -> list[Firing]:
    fired = fire_due_stages(session, public_url=URL, now=now)
    session.expire_all()
    return [one.outcome for one in fired]


def stage_of(session: Session, campaign: Campaign, **how: object) -> Stage:
    return make.stage(session, campaign, channels=[Channel.EMAIL], **how)  # type: ignore[arg-type]  # as the builder takes
