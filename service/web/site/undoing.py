"""Leaving by a link, and taking that one leaving back after a slip of the thumb."""

from datetime import UTC, datetime, timedelta

from flask import request

from service.domain.channel import Channel
from service.joining.leave import leave, undo_leaving
from service.store import Session
from service.store.queries import consents
from service.web import door
from service.wording.links import LinkFacts, LinkKind, sign

# A link lasts for ever; its undo takes back one leaving, and only while nothing else was said since.
UNDO_LIFE = timedelta(hours=24)
UNDO_WORDING = "I pressed by mistake"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def leave_by_link(session: Session, facts: LinkFacts, channels: frozenset[Channel], *, source: str) -> list[str]:
    """Leave these channels; a token for each leaving that this press made, with which it can be taken back."""
    open_before = [channel for channel in sorted(channels) if _left_at(session, facts, channel) is None]
    leave(
        session,
        supporter_id=facts.supporter_id,
        channels=channels,
        source=source,
        ip=door.ip(),
        now=door.now(),
        blast_id=facts.blast_id,
    )
    tokens = [_undo_token(session, facts, channel) for channel in open_before]
    return [token for token in tokens if token]


def undo_by_form(session: Session, facts: LinkFacts) -> frozenset[Channel]:
    """Take back the leavings that the form names; the channels that are open again."""
    return frozenset(
        channel for token in request.form.getlist("undo") if (channel := _undo(session, facts, token)) is not None
    )


def _undo(session: Session, facts: LinkFacts, token: str) -> Channel | None:
    press = door.read_link(token, LinkKind.UNDO)
    if press is None or press.channel is None or press.supporter_id != facts.supporter_id:
        return None
    is_back = undo_leaving(
        session,
        supporter_id=facts.supporter_id,
        channel=press.channel,
        left_at=_EPOCH + timedelta(microseconds=press.nonce),
        wording=UNDO_WORDING,
        source="undo on the leaving page",
        ip=door.ip(),
        now=door.now(),
    )
    return press.channel if is_back else None


def _undo_token(session: Session, facts: LinkFacts, channel: Channel) -> str:
    left_at = _left_at(session, facts, channel)
    if left_at is None or not consents.campaigns_left(
        session, channel=channel, supporter_id=facts.supporter_id, at=left_at
    ):
        # Nothing came by this channel: there is nothing to bring back.
        return ""
    return sign(
        LinkKind.UNDO,
        facts.supporter_id,
        key=door.link_key(),
        channel=channel,
        expires_at=door.now() + UNDO_LIFE,
        nonce=(left_at - _EPOCH) // timedelta(microseconds=1),
    )


def _left_at(session: Session, facts: LinkFacts, channel: Channel) -> datetime | None:
    return consents.left_at(session, channel=channel, supporter_id=facts.supporter_id)
