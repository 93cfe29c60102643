"""Change stages in tests as a person does: look first, then press."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.planning.stage_changes import StageLook, change_stage, look_at_change
from service.planning.stage_checks import Changer, NewTiming, StageChange
from service.planning.stages import CopyView

URL = "https://example.org"
LAUNCHER = Changer("cora@example.org", may_launch=True)
AUTHOR = Changer("dev@example.org", may_launch=False)


def words(body: str, *, channel: Channel = Channel.SMS, subject: str = "") -> CopyView:
    return CopyView(channel, "en", "", subject, "", body)


def timing(offset: timedelta, stale_after: timedelta = timedelta(hours=12)) -> StageChange:
    return StageChange(timing=NewTiming(offset, stale_after))


def look(session: Session, stage_id: int, change: StageChange, *, now: datetime, by: Changer = LAUNCHER) -> StageLook:
    """What a change would do; nothing of it is kept."""
    saved = session.begin_nested()
    try:
        return look_at_change(session, stage_id, change, by=by, public_url=URL, now=now)
    finally:
        saved.rollback()
        session.expire_all()


def change(
    session: Session,
    stage_id: int,
    change: StageChange,
    *,
    now: datetime,
    by: Changer = LAUNCHER,
    seen: str | None = None,
) -> StageLook:
    """Look at a change and make it as it was seen."""
    seen = look(session, stage_id, change, now=now, by=by).seen if seen is None else seen
    return change_stage(session, stage_id, change, by=by, public_url=URL, now=now, seen=seen)


def put_back(session: Session, stage_id: int, *, now: datetime) -> StageLook:
    """Put a stage back as it is."""
    return change(session, stage_id, StageChange(puts_back=True), now=now)
