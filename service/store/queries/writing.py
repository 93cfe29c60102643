"""The writing of a blast's messages: an audience cut into batches, a span of supporters a statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, case, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from service.domain.audience import Audience, parse_rules
from service.domain.channel import Channel, Pace
from service.domain.message import MessageState
from service.domain.variant import SIGNED
from service.store import Session
from service.store.queries.audiences import audience_select, has_signed
from service.store.tables.blasts import Blast
from service.store.tables.people import Supporter
from service.store.tables.sending import Batch, Message


@dataclass(frozen=True, slots=True)
class Cut:
    """How an audience is cut into batches: each of one rendering, one sender and, where it matters, one time zone.

    `renderings`: arm (of a test; else '' for everybody, and `signed`), then language, to rendering. `local`: by time zone, when its
    people get it. `test_share`: percent of the audience who get arm a or b; the rest wait for the winner.
    """

    renderings: Mapping[str, Mapping[str, int]]
    default_language: str
    batch_size: int
    sender: str = ""
    keeps_numbers: bool = False
    by_time_zone: bool = False
    local: Mapping[str, datetime] | None = None
    test_share: int = 0


def write_messages(session: Session, blast: Blast, channel: Channel, cut: Cut, *, after: int, upto: int) -> int:
    """Write the messages and batches for the supporters in one span of ids; how many messages.

    One statement: a crash leaves all of the span or none of it. Whoever already has a message of this blast is left
    out, so a span may be written again.
    """
    audience = _audience_of(blast, channel, after=after, upto=upto).subquery("audience")
    arm = _arm(blast, cut)
    zone = Supporter.time_zone if cut.by_time_zone or cut.local is not None else literal("")
    people = (
        select(
            Supporter.id.label("supporter_id"),
            _rendering(cut, arm, blast.campaign_id).label("rendering_id"),
            zone.label("time_zone"),
            (Supporter.sms_sender if cut.keeps_numbers else literal(cut.sender)).label("sender"),
            arm.label("arm"),
        )
        .join(audience, audience.c.id == Supporter.id)
        .where(
            ~select(Message.supporter_id)
            .where(Message.blast_id == blast.id, Message.channel == channel, Message.supporter_id == Supporter.id)
            .exists()
        )
        .subquery("people")
    )
    kind = (people.c.rendering_id, people.c.time_zone, people.c.sender, people.c.arm)
    place = func.row_number().over(partition_by=kind, order_by=people.c.supporter_id)
    numbered = select(people, ((place - 1) // literal(cut.batch_size)).label("nth")).subquery("numbered")
    alike = (numbered.c.rendering_id, numbered.c.time_zone, numbered.c.sender, numbered.c.arm)
    first = func.min(numbered.c.supporter_id)
    ids = func.array_agg(numbered.c.supporter_id, type_=ARRAY(BigInteger))
    spans = (
        select(*alike, first.label("first"), func.max(numbered.c.supporter_id).label("last"), ids.label("ids"))
        .group_by(*alike, numbered.c.nth)
        .order_by(first)
        .cte("spans")
    )
    not_before, expires_at = _worth(blast, cut, spans.c.time_zone, spans.c.arm)
    rows = select(
        *(literal(blast.id), spans.c.rendering_id, literal(str(channel)), literal(str(Pace.BULK)), spans.c.time_zone),
        *(spans.c.sender, spans.c.arm, spans.c.first, spans.c.last, func.cardinality(spans.c.ids)),
        *(not_before, expires_at),
    ).order_by(spans.c.first)
    named = ("blast_id", "rendering_id", "channel", "pace", "time_zone", "sender", "arm", "first_supporter_id")
    batches = (
        insert(Batch)
        .from_select([*named, "last_supporter_id", "size", "not_before", "expires_at"], rows)
        .returning(Batch.id, Batch.first_supporter_id)
        .cte("new_batches")
    )
    # A supporter stands first in one batch only, so that alone tells which.
    members = select(literal(blast.id), literal(str(channel)), func.unnest(spans.c.ids), batches.c.id).join(
        batches, batches.c.first_supporter_id == spans.c.first
    )
    written = insert(Message).from_select(["blast_id", "channel", "supporter_id", "batch_id"], members)
    return session.connection().execute(written, execution_options={"preserve_rowcount": True}).rowcount


# Spreads supporters over a hundred places, differently in each blast, the same whenever it is asked.
_HUNDRED = 100


def _arm(blast: Blast, cut: Cut) -> ColumnElement[str]:
    if "b" not in cut.renderings:
        return literal("")
    mixed = func.hashint8(Supporter.id + literal(blast.id * 1_000_003), type_=Integer)
    place = mixed.op("&")(literal(0x7FFFFFFF)).op("%")(literal(_HUNDRED))
    return case((place < cut.test_share // 2, "a"), (place < cut.test_share, "b"), else_="rest")


def _rendering(cut: Cut, arm: ColumnElement[str], campaign_id: int) -> ColumnElement[int]:
    language = func.split_part(Supporter.locale, "-", 1)

    def chosen(renderings: Mapping[str, int]) -> ColumnElement[int]:
        default = renderings.get(cut.default_language) or next(iter(renderings.values()))
        by_language = {code: literal(rendering) for code, rendering in renderings.items()}
        return case(by_language, value=language, else_=default)

    if "b" not in cut.renderings:
        everybody = cut.renderings.get("") or next(iter(cut.renderings.values()))
        if SIGNED not in cut.renderings:
            return chosen(everybody)
        # In a language without words for signers they get what everybody gets.
        signers = {**everybody, **cut.renderings[SIGNED]}
        return case((has_signed(campaign_id), chosen(signers)), else_=chosen(everybody))
    # The rest wait in the first wording until the winner is known.
    return case((arm == "b", chosen(cut.renderings["b"])), else_=chosen(cut.renderings["a"]))


def _worth(
    blast: Blast, cut: Cut, zone: ColumnElement[str], arm: ColumnElement[str]
) -> tuple[ColumnElement[datetime], ColumnElement[datetime]]:
    """From when and until when a batch is worth sending."""
    opens: ColumnElement[datetime] = literal(blast.opens_at)
    expires: ColumnElement[datetime] = literal(blast.expires_at)
    if cut.local is not None:
        worth = blast.expires_at - blast.opens_at
        opens = case({name: literal(at) for name, at in cut.local.items()}, value=zone, else_=opens)
        expires = case({name: literal(at + worth) for name, at in cut.local.items()}, value=zone, else_=expires)
    if "b" in cut.renderings:
        # Held until the winner is chosen; where nobody chooses, never sent.
        opens = case((arm == "rest", expires), else_=opens)
    return opens, expires


def zones_of(session: Session, *, after: int, upto: int) -> Sequence[str]:
    """The time zones of the supporters in a span of ids."""
    return session.scalars(
        select(Supporter.time_zone).where(Supporter.id > after, Supporter.id <= upto).distinct()
    ).all()


_KEEP_NUMBERS = text("""
    UPDATE supporters SET sms_sender = (CAST(:numbers AS text[]))[1 + id % cardinality(CAST(:numbers AS text[]))]
    WHERE id > :after AND id <= :upto AND phone IS NOT NULL AND sms_sender <> ALL(CAST(:numbers AS text[]))
""")


def keep_numbers(session: Session, numbers: Sequence[str], *, after: int, upto: int) -> None:
    """Give every supporter in a span a number of ours to hear from, and keep it; who has one keeps it."""
    session.execute(_KEEP_NUMBERS, {"numbers": list(numbers), "after": after, "upto": upto})


def _audience_of(blast: Blast, channel: Channel, *, after: int, upto: int) -> Select[int]:
    audience: Audience = parse_rules(blast.audience)
    chosen = audience_select(blast.campaign_id, channel, audience)
    if blast.resend_of is not None:
        chosen = chosen.where(has_not_opened(blast.resend_of, channel))
    return chosen.where(Supporter.id > after, Supporter.id <= upto)


def has_not_opened(blast_id: int, channel: Channel) -> ColumnElement[bool]:
    """Got another blast, and neither opened it nor did anything else with it."""
    silent = (Message.opened_at, Message.clicked_at, Message.complained_at, Message.left_at)
    got = Message.state.is_(None) & Batch.state.in_([MessageState.ACCEPTED, MessageState.DELIVERED])
    return (
        select(Message.supporter_id)
        .join(Batch, Batch.id == Message.batch_id)
        .where(
            Message.blast_id == blast_id,
            Message.channel == channel,
            Message.supporter_id == Supporter.id,
            got | Message.state.in_([MessageState.ACCEPTED, MessageState.DELIVERED]),
            *(column.is_(None) for column in silent),
        )
        .exists()
    )
