"""Who a blast is for: an audience's rules as one question over supporters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, any_, exists, func, literal, or_, select, tablesample, text

from service.domain.audience import AnyOf, Audience, Rule, RuleKind
from service.domain.channel import Channel
from service.domain.message import MessageState
from service.store import Session
from service.store.queries.petitions import stands
from service.store.tables.blasts import Blast
from service.store.tables.campaign import Petition, Stage
from service.store.tables.people import Action, Permission, Supporter, Suppression
from service.store.tables.sending import Batch, Message
from service.store.tables.signatures import Signature


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
            Permission.address_hash == address_hash,
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


def has_anybody(session: Session, campaign_id: int, channel: Channel, audience: Audience) -> bool:
    """Whether an audience has anybody on a channel at this moment; ends with the first it finds."""
    return bool(session.scalar(select(exists(audience_select(campaign_id, channel, audience)))))


def time_zones(
    session: Session, campaign_id: int, channel: Channel, audience: Audience, *, most: int
) -> dict[str, int]:
    """Time zone to how many of an audience live by it, over the first `most` people of it (pk_permissions)."""
    chosen = audience_select(campaign_id, channel, audience).limit(most).subquery()
    question = (
        select(Supporter.time_zone, func.count().label("people"))
        .join(chosen, chosen.c.id == Supporter.id)
        .group_by(Supporter.time_zone)
    )
    return {row.time_zone: row.people for row in session.execute(question)}


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
        if rule.kind in _BY_WORDS:
            return _BY_WORDS[rule.kind](value)
        # Not by a function of the column: Postgres would guess that one in a hundred speaks a language, and go astray.
        spelled = [Supporter.locale.startswith(f"{code}-", autoescape=True) for code in value]
        return or_(Supporter.locale.in_(value), *spelled)
    return _message(rule.kind, campaign_id, value)


def has_signed(campaign_id: int) -> ColumnElement[bool]:
    """Whether a supporter has signed a campaign's petition (pk_signatures)."""
    petition = select(Petition.id).where(Petition.campaign_id == campaign_id).scalar_subquery()
    return exists().where(Signature.petition_id == petition, Signature.supporter_id == Supporter.id, stands())


def _postcodes(begin: tuple[str, ...]) -> ColumnElement[bool]:
    """Postcodes that begin so (ix_supporters_postcode): `E1` is E1 6AN and E1W, not E10; `902*` is every 902…."""
    return and_(Supporter.postcode != "", or_(*(_postcode(each) for each in begin)))


def _postcode(begin: str) -> ColumnElement[bool]:
    if begin.endswith("*"):
        return Supporter.postcode.startswith(begin.rstrip("*"), autoescape=True)
    more = "[0-9]" if begin[-1].isdigit() else "[A-Z]"
    following = func.substr(Supporter.postcode, len(begin) + 1, 1)
    return and_(Supporter.postcode.startswith(begin, autoescape=True), ~following.regexp_match(more))


def _details(pairs: tuple[str, ...]) -> ColumnElement[bool]:
    """Own fields that hold this (ix_supporters_details); with nothing after the sign, that are there at all."""
    asked: list[ColumnElement[bool]] = []
    for name, _, words in (pair.partition("=") for pair in pairs):
        holds = Supporter.details.contains({name.strip(): words.strip()})
        asked.append(holds if words.strip() else Supporter.details.has_key(name.strip()))
    return and_(Supporter.details != text("'{}'::jsonb"), or_(*asked))


# Each is one index of the supporters', and names the limit of the rows it holds.
_BY_WORDS: dict[RuleKind, Callable[[tuple[str, ...]], ColumnElement[bool]]] = {
    RuleKind.SOURCE: Supporter.source.in_,
    RuleKind.LAST_NAME: lambda words: and_(Supporter.last_name != "", Supporter.last_name.in_(words)),
    RuleKind.COUNTRY: lambda words: and_(Supporter.country != "", Supporter.country.in_(words)),
    RuleKind.POSTCODE: _postcodes,
    RuleKind.TAG: lambda words: and_(Supporter.tags != text("'{}'::text[]"), Supporter.tags.overlap(list(words))),
    RuleKind.EXTERNAL_ID: lambda words: and_(Supporter.external_id.is_not(None), Supporter.external_id.in_(words)),
    RuleKind.DETAIL: _details,
}


def _yes_no(kind: RuleKind, campaign_id: int) -> ColumnElement[bool]:
    if kind is RuleKind.SIGNED:
        return has_signed(campaign_id)
    if kind is RuleKind.SHARED:
        return exists().where(
            Action.supporter_id == Supporter.id, Action.kind == "shared", Action.campaign_id == campaign_id
        )
    if kind in {RuleKind.HAS_EMAIL, RuleKind.HAS_SMS}:
        channel = Channel.EMAIL if kind is RuleKind.HAS_EMAIL else Channel.SMS
        present = Supporter.email_hash if channel is Channel.EMAIL else Supporter.phone_hash
        return (
            exists()
            .where(
                Permission.campaign_id == campaign_id,
                Permission.channel == channel,
                Permission.supporter_id == Supporter.id,
                Permission.address_hash == present,
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
        return exists().where(and_(*about, Message.clicked_at.is_not(None)))
    if kind is RuleKind.OPENED:
        return exists().where(and_(*about, Message.opened_at.is_not(None)))
    return exists().where(and_(*about, Message.batch_id == Batch.id, _was_handed_over()))


def _was_handed_over() -> ColumnElement[bool]:
    """Taken by the provider, whatever became of it then: what waits, was held back or failed reached nobody."""
    taken = [MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.BOUNCED]
    return Message.state.in_(taken) | (Message.state.is_(None) & Batch.state.in_(taken))
