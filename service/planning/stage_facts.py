"""What a stage is, part by part, in words that can be compared: for digests, differences and the audit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from service.domain.channel import Channel
from service.domain.stage import Anchor
from service.store import Session
from service.store.queries import blasts, loading
from service.store.tables import campaign as rows

# Of long words the audit keeps the lines that differ, and of those so many characters.
_KEPT = 600
_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


class Part(StrEnum):
    """What of a stage is changed at once, by one form."""

    TIMING = "timing"
    LIMITS = "limits"
    AUDIENCE = "audience"
    WORDS = "words"


StageFacts = Mapping[Part, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of a stage that is not as it was."""

    name: str
    before: str
    after: str

    @property
    def in_short(self) -> str:
        """For the audit: old and new, of long words only the lines that differ."""
        before, after = self.before.splitlines(), self.after.splitlines()
        gone = [line for line in before if line not in after] if len(before) > 1 else before
        come = [line for line in after if line not in before] if len(after) > 1 else after
        return f"{_short(gone)} → {_short(come)}"


def facts_of(session: Session, stage: rows.Stage) -> StageFacts:
    """A stage as it stands, with its words."""
    copies = sorted(loading.copies_of(session, stage.id), key=lambda copy: (copy.channel, copy.language, copy.variant))
    return {
        Part.TIMING: _timing(stage),
        Part.LIMITS: {
            "hour where they are": f"{stage.local_time:%H:%M}" if stage.local_time else "none",
            "messages to one supporter": str(stage.cap_count or "as the campaign"),
        },
        Part.AUDIENCE: {
            "audience": json.dumps(stage.audience, sort_keys=True),
            "channels": ", ".join(sorted(stage.channels)),
            "quiet hours": stage.quiet_hours,
        },
        Part.WORDS: {name: words for copy in copies for name, words in _words(copy)},
    }


def read_facts(kept: Mapping[str, Mapping[str, str]]) -> StageFacts:
    """What was kept of a stage; a part that was not kept is empty."""
    return {part: dict(kept.get(str(part), {})) for part in Part}


def timing_words(stage: rows.Stage) -> dict[str, str]:
    """When a stage is due, when it is too late, and after which result."""
    return _timing(stage)


def stage_digest(session: Session, stage_id: int, *parts: Part) -> str:
    """The digest of these parts of a stage, for the form that changes them; '' where there is no such stage."""
    stage = blasts.stage(session, stage_id)
    return "" if stage is None else digest_of(facts_of(session, stage), *parts)


def digest_of(facts: StageFacts, *parts: Part, also: str = "") -> str:
    """A digest of these parts, of all without any named; `also`: what else was seen with them."""
    known = {str(part): dict(facts[part]) for part in parts or tuple(Part)}
    return sha256(json.dumps([known, also], sort_keys=True).encode()).hexdigest()[:24]


def differences(before: StageFacts, after: StageFacts) -> tuple[Difference, ...]:
    """What differs, in the order of the stage's parts."""
    return tuple(
        Difference(name, before[part].get(name, ""), after[part].get(name, ""))
        for part in Part
        for name in dict.fromkeys((*before[part], *after[part]))
        if before[part].get(name, "") != after[part].get(name, "")
    )


def with_changes(facts: StageFacts, before: StageFacts, after: StageFacts) -> StageFacts:
    """These facts with what differs between before and after as it is after; everything else stays."""
    changed = {each.name for each in differences(before, after)}
    return {
        part: {name: said for name, said in facts[part].items() if name not in changed}
        | {name: said for name, said in after[part].items() if name in changed}
        for part in Part
    }


def audit_details(changed: Sequence[Difference]) -> dict[str, str]:
    """Old and new, for the audit."""
    return {each.name: each.in_short for each in changed}


def _timing(stage: rows.Stage) -> dict[str, str]:
    if stage.anchor == Anchor.ABSOLUTE and stage.at is not None:
        due = f"{(stage.at + stage.offset_span).isoformat()}"
    elif not stage.offset_span:
        due = f"at {_anchor(stage)}"
    else:
        due = f"{_span(stage.offset_span)} {'before' if stage.offset_span < timedelta(0) else 'after'} {_anchor(stage)}"
    return {"due": due, "too late after": _span(stage.stale_after), "only after": stage.only_result or "any result"}


def _anchor(stage: rows.Stage) -> str:
    return {Anchor.KICK_OFF: "kick-off", Anchor.SIGN_UP: "sign-up"}.get(
        Anchor(stage.anchor), stage.anchor.replace("_", " ")
    )


def _span(length: timedelta) -> str:
    """`7 days 1 hour`, all of it: two spans that differ are never the same words."""
    left, words = abs(length), []
    for name, size in _UNITS:
        count, left = divmod(left, size)
        words += [f"{count} {name}{'' if count == 1 else 's'}"] if count else []
    rest = left.total_seconds()
    return " ".join([*words, f"{rest:g} seconds"] if rest or not words else words)


def _words(copy: rows.Copy) -> list[tuple[str, str]]:
    place = ", ".join(filter(None, (copy.channel, copy.language, copy.variant.replace("_", " "))))
    if copy.channel == Channel.SMS:
        return [(f"{place}: text", copy.body)]
    lines = [(f"{place}: subject", copy.subject), (f"{place}: preheader", copy.preheader)]
    return [*lines, (f"{place}: body", copy.body)]


def _short(lines: Sequence[str]) -> str:
    words = " / ".join(lines)
    return words if len(words) <= _KEPT else f"{words[: _KEPT - 1]}…"
