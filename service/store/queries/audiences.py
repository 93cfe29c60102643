"""Who a blast is for: an audience's rules as one question over supporters."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, any_, exists, func, literal, or_, select, tablesample, text

from service.domain.audience import AnyOf, Audience, Rule, RuleKind
from service.domain.channel import Channel
from service.store import Session
from service.store.tables.campaign import Petition, Stage
from service.store.tables.people import Action, Permission, Signature, Supporter, Suppression
from service.store.tables.sending import Blast, Message


def audience_select(campaign_id: int, channel: Channel, audience: Audience) -> Select[int]:
    """The ids of supporters a campaign may write to on a channel and whom every rule fits.

    Served by pk_permissions; each rule is an EXISTS on a key that begins with the supporter.
    """
    address = Supporter.email if channel is Channel.EMAIL else Supporter.phone
    address_hash = Supporter.email_hash if channel is Channel.EMAIL else Supporter.phone_hash
    suppressed = exists().where(Suppression.channel == channel, Suppression.address_hash == address_hash)
    question = (
        select(Supporter.id)
        .join(Permission, Permission.supporter_id == Supporter.id)
        .where(
            Permission.campaign_id == campaign_id,
            Permission.channel == channel,
            address.is_not(None),
            Supporter.erased_at.is_(None),
            ~suppressed,
        )
    )
    for rule in audience.rules:
        question = question.where(_holds(rule, campaign_id))
    return question


def count_audience(session: Session, campaign_id: int, channel: Channel, audience: Audience) -> int:
    """How many supporters an audience has on a channel at this moment."""
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    chosen = audience_select(campaign_id, channel, audience).subquery()
    return session.scalar(select(func.count()).select_from(chosen)) or 0


@dataclass(frozen=True, slots=True)
class SampledReader:
    """One of an audience, as far as words differ for them."""

    first_name: str
    time_zone: str
    locale: str


def sample_audience(
    session: Session, campaign_id: int, channel: Channel, audience: Audience, *, people: int, size: int
) -> list[SampledReader]:
    """At most so many of an audience of so many people, the same each time it is asked: all of them where they fit.

    Of a large one whole pages of the table are drawn (TABLESAMPLE SYSTEM), so that ten million supporters are not
    read for it; the rules are then asked of those alone, by pk_supporters and pk_permissions.
    """
    chosen = audience_select(campaign_id, channel, audience)
    if people > size:
        share = min(100.0, 150.0 * size / people)
        drawn = tablesample(Supporter, func.system(share), name="drawn", seed=literal(1))
        sampled = _readers(session, chosen.where(Supporter.id.in_(select(drawn.c.id))), size)
        if len(sampled) >= size // 2:
            return sampled
    return _readers(session, chosen, size)


def _readers(session: Session, chosen: Select[int], size: int) -> list[SampledReader]:
    columns = (Supporter.first_name, Supporter.time_zone, Supporter.locale)
    rows = session.execute(chosen.with_only_columns(*columns).order_by(func.hashint8(Supporter.id)).limit(size))
    return [SampledReader(*row) for row in rows]


def count_nameless(session: Session, campaign_id: int, channel: Channel, audience: Audience) -> int:
    """How many of an audience have no first name; as cheap as counting the audience, and in one question."""
    chosen = audience_select(campaign_id, channel, audience).where(func.btrim(Supporter.first_name) == "").subquery()
    return session.scalar(select(func.count()).select_from(chosen)) or 0


_KNOWN = """
    WITH RECURSIVE known AS (
        (SELECT {column} AS word FROM supporters ORDER BY {column} LIMIT 1)
        UNION ALL
        SELECT (SELECT s.{column} FROM supporters s WHERE s.{column} > known.word ORDER BY s.{column} LIMIT 1)
        FROM known WHERE known.word IS NOT NULL
    )
    SELECT word FROM known WHERE word <> '' LIMIT :most
"""
_KNOWN_SOURCES, _KNOWN_LOCALES = (text(_KNOWN.format(column=column)) for column in ("source", "locale"))


def known_sources(session: Session, *, most: int = 200) -> list[str]:
    """Where supporters came from, each once; a step from one to the next by ix_supporters_source, never a scan."""
    return list(session.scalars(_KNOWN_SOURCES, {"most": most}))


def known_locales(session: Session, *, most: int = 200) -> list[str]:
    """The languages supporters have, each once; by ix_supporters_locale in the same way."""
    return list(session.scalars(_KNOWN_LOCALES, {"most": most}))


def has_source(session: Session, source: str) -> bool:
    """Whether anybody came from there; by ix_supporters_source."""
    return bool(session.scalar(select(exists().where(Supporter.source == source))))


def _holds(rule: Rule | AnyOf, campaign_id: int) -> ColumnElement[bool]:
    if isinstance(rule, AnyOf):
        return or_(*(_holds(inner, campaign_id) for inner in rule.rules))
    holds = _fact(rule, campaign_id)
    return ~holds if rule.negated else holds


def _fact(rule: Rule, campaign_id: int) -> ColumnElement[bool]:
    value = rule.value
    if isinstance(value, bool):
        holds = _yes_no(rule.kind, campaign_id)
        return holds if value else ~holds
    if isinstance(value, datetime):
        early = rule.kind is RuleKind.JOINED_BEFORE
        return Supporter.created_at < value if early else Supporter.created_at >= value
    if isinstance(value, tuple):
        if rule.kind is RuleKind.SOURCE:
            return Supporter.source.in_(value)
        # Not by a function of the column: Postgres would guess that one in a hundred speaks a language, and go astray.
        spelled = [Supporter.locale.startswith(f"{code}-", autoescape=True) for code in value]
        return or_(Supporter.locale.in_(value), *spelled)
    return _message(rule.kind, campaign_id, value)


def _yes_no(kind: RuleKind, campaign_id: int) -> ColumnElement[bool]:
    if kind is RuleKind.SIGNED:
        petition = select(Petition.id).where(Petition.campaign_id == campaign_id).scalar_subquery()
        return exists().where(Signature.petition_id == petition, Signature.supporter_id == Supporter.id)
    if kind is RuleKind.SHARED:
        return exists().where(
            Action.supporter_id == Supporter.id, Action.kind == "shared", Action.campaign_id == campaign_id
        )
    if kind in {RuleKind.HAS_EMAIL, RuleKind.HAS_SMS}:
        channel = Channel.EMAIL if kind is RuleKind.HAS_EMAIL else Channel.SMS
        return (
            exists()
            .where(
                Permission.campaign_id == campaign_id,
                Permission.channel == channel,
                Permission.supporter_id == Supporter.id,
            )
            .correlate(Supporter)
        )
    if kind in {RuleKind.CLICKED, RuleKind.OPENED}:
        return _message(kind, campaign_id, None)
    raise ValueError(f"{kind} is not a yes-or-no rule")


def _message(kind: RuleKind, campaign_id: int, stage_slug: str | None) -> ColumnElement[bool]:
    """Something about a message of this campaign: of one stage, or (None) of any."""
    blasts = select(Blast.id).where(Blast.campaign_id == campaign_id)
    if stage_slug is not None:
        blasts = blasts.join(Stage, Stage.id == Blast.stage_id).where(Stage.slug == stage_slug)
    # An array that is made once, so that the messages' own key serves each of these blasts.
    about = [Message.blast_id == any_(func.array(blasts.scalar_subquery())), Message.supporter_id == Supporter.id]
    if kind is RuleKind.CLICKED:
        about.append(Message.clicked_at.is_not(None))
    elif kind is RuleKind.OPENED:
        about.append(Message.opened_at.is_not(None))
    else:
        about.append(or_(Message.state.is_(None), Message.state.in_(["accepted", "delivered", "bounced"])))
    return exists().where(and_(*about))
