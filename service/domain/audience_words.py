"""An audience's rules as sentences, for whoever has to say yes to them."""

from collections.abc import Mapping
from datetime import datetime

from service.domain.audience import AnyOf, Audience, Rule, RuleKind

_YES = {
    RuleKind.SIGNED: "has signed",
    RuleKind.SHARED: "has shared it",
    RuleKind.HAS_EMAIL: "may be emailed",
    RuleKind.HAS_SMS: "may be texted",
}
_NO = {
    RuleKind.SIGNED: "has not signed",
    RuleKind.SHARED: "has not shared it",
    RuleKind.HAS_EMAIL: "may not be emailed",
    RuleKind.HAS_SMS: "may not be texted",
}
_IS = {
    RuleKind.CLICKED: "clicked in",
    RuleKind.OPENED: "opened",
    RuleKind.RECEIVED: "got",
    RuleKind.SOURCE: "came from",
    RuleKind.LOCALE: "reads",
    RuleKind.JOINED_AFTER: "joined after",
    RuleKind.JOINED_BEFORE: "joined before",
    RuleKind.LAST_NAME: "has the last name",
    RuleKind.POSTCODE: "lives in",
    RuleKind.COUNTRY: "lives in",
    RuleKind.TAG: "has the tag",
    RuleKind.EXTERNAL_ID: "has the id",
    RuleKind.DETAIL: "has",
}
EVERYBODY = "everybody who has agreed to it"


def say_rules(audience: Audience, titles: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each rule, all of which hold. `titles`: what the messages that rules name are called."""
    return tuple(_say(rule, titles) for rule in audience.rules) or (EVERYBODY,)


def _say(rule: Rule | AnyOf, titles: Mapping[str, str]) -> str:
    if isinstance(rule, AnyOf):
        return " or ".join(_say(inner, titles) for inner in rule.rules)
    if rule.kind in _YES:
        return (_YES if bool(rule.value) is not rule.negated else _NO)[rule.kind]
    return f"{'not: ' if rule.negated else ''}{_IS[rule.kind]} {_value(rule, titles)}"


def _value(rule: Rule, titles: Mapping[str, str]) -> str:
    if isinstance(rule.value, datetime):
        return rule.value.isoformat(" ", "minutes")
    if isinstance(rule.value, tuple):
        return " or ".join(rule.value)
    if isinstance(rule.value, bool):
        return "any of our messages"
    return titles.get(rule.value, rule.value)
