"""What the sandbox has been told to do wrong, how often, and to whom."""

import random
from collections.abc import MutableSequence
from dataclasses import dataclass, field
from typing import TypeVar

from sandbox.shapes import list_of, number_of, object_of

_Thing = TypeVar("_Thing")
REQUEST_FAULTS = (
    "unauthorised",
    "too_many",
    "reset_before",
    "hang_before",
    "error_before",
    "reset_after",
    "hang_after",
    "error_after",
    "truncated",
    "no_id",
)
FAULTS: dict[str, tuple[str, ...]] = {
    "email": (
        *REQUEST_FAULTS,
        "slow",
        "unverified_sender",
        "lost",
        "hard_bounce",
        "soft_bounce",
        "blocked",
        "late_bounce",
        "deferred",
        "dropped",
        "complaint",
    ),
    "sms": (*REQUEST_FAULTS, "slow", "refused", "lost", "undelivered", "failed"),
    "lookup": ("unauthorised", "too_many", "error_before", "hang_before", "reset_before", "truncated", "slow"),
    "suppression_lists": (
        "unauthorised",
        "too_many",
        "error_before",
        "hang_before",
        "reset_before",
        "truncated",
        "slow",
    ),
    "events": ("never", "delay", "duplicate", "shuffle"),
    "statuses": ("never", "delay", "duplicate", "shuffle"),
    "inbound": ("never", "delay", "duplicate"),
}
LISTS = ("invalid_numbers", "opted_out_numbers", "landline_numbers", "unreachable_numbers", "bouncing_addresses")
_FIELDS = {"rate", "next", "seconds", "status", "retry_after", "code"}


class UnknownFault(Exception):
    """The instructions name something the sandbox cannot do; the message says which."""


@dataclass(slots=True)
class Rule:
    """How often one thing goes wrong: the next N times, then at a rate."""

    rate: float = 0.0
    next: int = 0
    seconds: float | None = None
    status: int | None = None
    retry_after: int | None = None
    code: int | None = None

    def as_json(self) -> dict[str, float | int]:
        """Only what is set."""
        known = {name: getattr(self, name) for name in ("rate", "next")}
        extras = {name: getattr(self, name) for name in ("seconds", "status", "retry_after", "code")}
        return known | {name: value for name, value in extras.items() if value is not None}


@dataclass(slots=True)
class Faults:
    """Every rule, by channel and fault; seeded, so that a run can be repeated."""

    seed: int | None = None
    rules: dict[str, dict[str, Rule]] = field(default_factory=dict)
    lists: dict[str, frozenset[str]] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=random.Random)

    def strikes(self, channel: str, *names: str) -> tuple[str, Rule] | None:
        """The first of these faults (all of the channel's when none is named) that happens now, if one does."""
        rules = self.rules.get(channel)
        if not rules:
            return None
        for name in names or FAULTS[channel]:
            rule = rules.get(name)
            if rule is None:
                continue
            if rule.next > 0:
                rule.next -= 1
                return name, rule
            if rule.rate > 0 and self._chance.random() < rule.rate:
                return name, rule
        return None

    def lists_have(self, name: str, who: str) -> bool:
        """Is this number or address on that list?"""
        return who.lower() in self.lists.get(name, frozenset())

    def shuffle(self, things: MutableSequence[_Thing]) -> None:
        """Put things into a seeded random order."""
        self._chance.shuffle(things)

    def is_quiet(self) -> bool:
        """Is nothing going wrong on purpose?"""
        return not any(self.lists.values()) and not any(
            rule.rate or rule.next for rules in self.rules.values() for rule in rules.values()
        )

    def as_json(self) -> dict[str, object]:
        """The rules as GET /control/faults shows them and PUT takes them."""
        rules = {name: {fault: rule.as_json() for fault, rule in each.items()} for name, each in self.rules.items()}
        return {"seed": self.seed, **rules, "lists": {name: sorted(each) for name, each in self.lists.items()}}

    def instruct(self, told: object) -> None:
        """Replace the rules of every channel named, and the lists and the seed where given; all or nothing."""
        if not isinstance(told, dict):
            raise UnknownFault("expected a JSON object")
        unknown = set(told) - set(FAULTS) - {"seed", "lists"}
        if unknown:
            raise UnknownFault(f"unknown channel {sorted(unknown)[0]!r}; known: {', '.join(FAULTS)}, lists, seed")
        rules = {name: _rules(name, told[name]) for name in FAULTS if name in told}
        lists = {name: _list(name, each) for name, each in object_of(told.get("lists")).items()}
        if "seed" in told:
            seed = told["seed"]
            self.seed = seed if isinstance(seed, int) else None
            # A repeatable choice of faults, nothing secret.
            self._chance = random.Random(self.seed)  # noqa: S311 - chooses faults, guards nothing
        self.rules.update(rules)
        self.lists.update(lists)

    def clear(self) -> None:
        """Behave again."""
        self.rules.clear()
        self.lists.clear()
        self.seed = None


def _rules(channel: str, told: object) -> dict[str, Rule]:
    if not isinstance(told, dict):
        raise UnknownFault(f"{channel}: expected an object of faults")
    return {name: _rule(channel, name, each) for name, each in told.items()}


def _rule(channel: str, name: str, told: object) -> Rule:
    if name not in FAULTS[channel]:
        raise UnknownFault(f"{channel}: unknown fault {name!r}; known: {', '.join(FAULTS[channel])}")
    wanted = {"rate": told} if isinstance(told, int | float) else object_of(told)
    if set(wanted) - _FIELDS:
        raise UnknownFault(f"{channel}.{name}: unknown {sorted(set(wanted) - _FIELDS)[0]!r}")
    numbers = {key: number_of(value, -1) for key, value in wanted.items()}
    if any(value < 0 for value in numbers.values()) or numbers.get("rate", 0) > 1:
        raise UnknownFault(f"{channel}.{name}: numbers from 0 up are expected, and a rate of at most 1")
    whole = {key: int(value) for key, value in numbers.items() if key not in ("rate", "seconds")}
    return Rule(
        rate=numbers.get("rate", 0.0),
        next=whole.get("next", 0),
        seconds=numbers.get("seconds"),
        status=whole.get("status"),
        retry_after=whole.get("retry_after"),
        code=whole.get("code"),
    )


def _list(name: str, told: object) -> frozenset[str]:
    if name not in LISTS:
        raise UnknownFault(f"unknown list {name!r}; known: {', '.join(LISTS)}")
    return frozenset(str(each).strip().lower() for each in list_of(told))
