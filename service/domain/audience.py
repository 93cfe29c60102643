"""Who a blast is for, written as data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RuleKind(StrEnum):
    """Each rule is one fact about a supporter; its value says which."""

    SIGNED = "signed"  # true / false
    CLICKED = "clicked"  # a stage's slug, or true for any
    OPENED = "opened"  # a stage's slug, or true for any
    RECEIVED = "received"  # a stage's slug
    SHARED = "shared"  # true / false
    HAS_EMAIL = "has_email"  # true / false: email consent for this campaign
    HAS_SMS = "has_sms"  # true / false
    SOURCE = "source"  # a source code, or a list of them
    LOCALE = "locale"  # a language, or a list of them
    JOINED_AFTER = "joined_after"  # an ISO date-time with its offset
    JOINED_BEFORE = "joined_before"
    LAST_NAME = "last_name"  # a name, or a list of them
    POSTCODE = "postcode"  # a part a postcode begins with, or a list: "SW1", "SW1A 1AA"; "902*" for any that begins so
    COUNTRY = "country"  # two letters, or a list of them
    TAG = "tag"  # a tag, or a list of them: at least one
    EXTERNAL_ID = "external_id"  # an id in another system, or a list of them
    DETAIL = "detail"  # an own field and what it holds, or a list: "size=M"; "size=" for whoever has it at all


_KNOWN = frozenset(str(kind) for kind in RuleKind)
_YES_NO = frozenset({RuleKind.SIGNED, RuleKind.SHARED, RuleKind.HAS_EMAIL, RuleKind.HAS_SMS})
_STAGE = frozenset({RuleKind.RECEIVED})
_STAGE_OR_ANY = frozenset({RuleKind.CLICKED, RuleKind.OPENED})
_MOMENT = frozenset({RuleKind.JOINED_AFTER, RuleKind.JOINED_BEFORE})


_UK_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})", re.ASCII)


class AudienceMistake(Exception):
    """A rule cannot be read; the message says which and what was expected."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One fact, as it must be (`negated`: as it must not be)."""

    kind: RuleKind
    value: str | bool | tuple[str, ...] | datetime
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    rules: tuple["Rule | AnyOf", ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """All of these hold; an empty audience is everyone who consented to the channel."""

    rules: tuple[Rule | AnyOf, ...] = field(default=())


def parse_rules(raw: object) -> Audience:
    """Read rules from plain data: `[{"signed": false}, {"not": {"clicked": "welcome"}}, {"any": [...]}]`.

    Raises AudienceMistake naming the rule that cannot be read.
    """
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise AudienceMistake("an audience is a list of rules, such as [{ signed = false }]")
    return Audience(tuple(_parse(item, depth=0) for item in raw))


def _parse(item: object, *, depth: int, negated: bool = False) -> Rule | AnyOf:
    if not isinstance(item, Mapping) or len(item) != 1:
        raise AudienceMistake(f"a rule is one name and one value, such as {{ signed = false }}; got {item!r}")
    if depth > 3:
        raise AudienceMistake("rules are nested too deeply: three levels at most")
    name, value = next(iter(item.items()))
    if name == "any" and not negated:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise AudienceMistake("'any' takes a list of rules")
        return AnyOf(tuple(_parse(inner, depth=depth + 1) for inner in value))
    if name == "not":
        return _parse(value, depth=depth + 1, negated=not negated)
    # `not_signed = true` reads better in a file than `not = { signed = true }`.
    if isinstance(name, str) and name.startswith("not_") and name[4:] in _KNOWN:
        return _parse({name[4:]: value}, depth=depth + 1, negated=not negated)
    try:
        kind = RuleKind(str(name))
    except ValueError:
        known = ", ".join(RuleKind)
        raise AudienceMistake(f'no such rule: {name!r}; there are {known}, "not" and "any"') from None
    return Rule(kind, _value(kind, value), negated)


def _value(kind: RuleKind, value: object) -> str | bool | tuple[str, ...] | datetime:
    if kind in _YES_NO or (kind in _STAGE_OR_ANY and isinstance(value, bool)):
        if isinstance(value, bool):
            return value
        raise AudienceMistake(f"'{kind}' is true or false; got {value!r}")
    if kind in _MOMENT:
        return _moment(kind, value)
    if kind in _STAGE or kind in _STAGE_OR_ANY:
        if isinstance(value, str) and value:
            return value
        raise AudienceMistake(f"'{kind}' takes a stage's slug; got {value!r}")
    if isinstance(value, str) and value:
        return (_word(kind, value),)
    if isinstance(value, Sequence) and value and all(isinstance(part, str) and part for part in value):
        return tuple(_word(kind, str(part)) for part in value)
    raise AudienceMistake(f"'{kind}' takes a word or a list of words; got {value!r}")


def _word(kind: RuleKind, word: str) -> str:
    """A word as supporters' own are kept: countries and postcodes in capitals, a detail with its name."""
    if kind is RuleKind.COUNTRY:
        if len(word.strip()) != 2 or not word.strip().isalpha():
            raise AudienceMistake(f"'country' takes two letters such as GB or AZ; got {word!r}")
        return word.strip().upper()
    if kind is RuleKind.POSTCODE:
        return _postcode(word)
    if kind is RuleKind.DETAIL:
        name, sign, _ = word.partition("=")
        if not sign or not name.strip():
            raise AudienceMistake(f"'detail' takes a field and what it holds, such as size=M; got {word!r}")
    return word


def _postcode(word: str) -> str:
    code = " ".join(word.upper().split())
    if not code.strip("* "):
        raise AudienceMistake("'postcode' takes what a postcode begins with, such as SW1")
    whole = _UK_POSTCODE.fullmatch(code)
    return f"{whole[1]} {whole[2]}" if whole else code


def _moment(kind: RuleKind, value: object) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise AudienceMistake(f"'{kind}' takes a date and time such as 2026-11-30T18:00+00:00") from None
    if moment.tzinfo is None:
        raise AudienceMistake(f"'{kind}' needs its offset, such as 2026-11-30T18:00+00:00")
    return moment


def describe_rules(audience: Audience) -> list[object]:
    """The rules as plain data again, as kept in the database and in campaign files."""
    return [_describe(rule) for rule in audience.rules]


def _describe(rule: Rule | AnyOf) -> object:
    if isinstance(rule, AnyOf):
        return {"any": [_describe(inner) for inner in rule.rules]}
    value: object = rule.value
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else list(value)
    plain = {str(rule.kind): value}
    return {"not": plain} if rule.negated else plain
