"""The stages of a campaign file: each one's moment, channels and audience."""

from datetime import time, timedelta

from service.domain.audience import (
    AnyOf,
    AudienceMistake,
    Rule,
    RuleKind,
    describe_rules,
    parse_rules,
)
from service.domain.channel import Channel
from service.domain.fixture import Result
from service.domain.stage import FARTHEST_OFFSET, Anchor, CatchUp, QuietHoursPolicy, Timing
from service.wording.campaign_files import StageFile
from service.wording.toml_tables import Table, TomlFile

_CHANNELS = {str(channel): channel for channel in Channel}
_NAMES_A_STAGE = frozenset({RuleKind.RECEIVED, RuleKind.CLICKED, RuleKind.OPENED})


def read_stages(toml: TomlFile) -> list[StageFile]:
    """Every stage, still without its words."""
    tables = toml.tables("stages")
    if not tables:
        toml.mistake(1, "no stages", "at least one [[stages]]")
    slugs = [table.raw.get("slug") for table in tables]
    stages = []
    for position, table in enumerate(tables, start=1):
        stages.append(_stage(table, position, slugs))
        if slugs.index(table.raw.get("slug")) < position - 1 and table.raw.get("slug"):
            table.mistake("slug", f"a second stage {table.raw['slug']!r}", "a slug of its own for each stage")
        table.finish()
    return stages


def _stage(table: Table, position: int, slugs: list[object]) -> StageFile:
    return StageFile(
        slug=table.slug("slug"),
        title=table.text("title"),
        position=position,
        timing=_timing(table),
        channels=_channels(table),
        catch_up=table.choice("catch_up", CatchUp, CatchUp.SKIP) or CatchUp.SKIP,
        quiet_hours=table.choice("quiet_hours", QuietHoursPolicy, QuietHoursPolicy.DEFER) or QuietHoursPolicy.DEFER,
        audience=_audience(table, slugs),
        copies=(),
        local_time=_local_time(table),
        cap=table.whole("cap", least=1) if "cap" in table.raw else None,
    )


def _timing(table: Table) -> Timing:
    anchor = table.choice("anchor", Anchor, None)
    only_result = table.choice("only_result", Result, None) if "only_result" in table.raw else None
    offset = table.span("offset", default="0m")
    stale_after = table.span("stale_after", default="1d")
    absolute = anchor is Anchor.ABSOLUTE
    at = table.moment("at") if absolute else None
    if stale_after <= timedelta(0):
        table.mistake("stale_after", "a stage that is stale before it is due", "a span such as 2h")
    for key, span in (("offset", offset), ("stale_after", stale_after)):
        if abs(span) > FARTHEST_OFFSET:
            table.mistake(key, "more than a year", "a span of a year at most; look at the number and its unit")
    if absolute and offset:
        table.mistake("offset", "an offset from a fixed moment", "at alone, without offset")
    if not absolute and "at" in table.raw:
        table.mistake("at", f"at together with anchor = {anchor!s}", 'anchor = "absolute" with at')
        table.asked.add("at")
    if anchor in {Anchor.HALF_TIME, Anchor.FULL_TIME, Anchor.SIGN_UP} and offset < timedelta(0):
        table.mistake("offset", f"a moment before {anchor}, which nobody knows ahead", "an offset of 0m or more")
    if only_result and anchor is not Anchor.FULL_TIME:
        table.mistake("only_result", "a result before the end", 'anchor = "full_time" with only_result')
    return Timing(anchor or Anchor.KICK_OFF, offset, at, stale_after, only_result)


def _local_time(table: Table) -> time | None:
    if "local_time" not in table.raw:
        return None
    if table.raw.get("anchor") == Anchor.SIGN_UP:
        table.mistake("local_time", "a welcome at a later hour", "another anchor: a welcome goes out at once")
    return table.clock("local_time")


def _channels(table: Table) -> tuple[Channel, ...]:
    words = table.words("channels")
    for word in words:
        if word not in _CHANNELS:
            table.mistake("channels", f"the channel {word!r}", f"one of {', '.join(Channel)}")
    if not words:
        table.mistake("channels", "no channels", 'channels = ["email"], ["sms"] or ["email", "sms"]')
    return tuple(_CHANNELS[word] for word in words if word in _CHANNELS)


def _audience(table: Table, slugs: list[object]) -> list[object]:
    raw = table.value("audience")
    if raw is None:
        return []
    try:
        audience = parse_rules(raw)
    except AudienceMistake as wrong:
        table.mistake("audience", str(wrong), "rules such as [{ signed = false }]")
        return []
    for rule in _flat(audience.rules):
        if rule.kind in _NAMES_A_STAGE and isinstance(rule.value, str) and rule.value not in slugs:
            known = ", ".join(str(slug) for slug in slugs)
            table.mistake("audience", f"no such stage: {rule.value}", f"one of {known}")
    return describe_rules(audience)


def _flat(rules: tuple[Rule | AnyOf, ...]) -> list[Rule]:
    flat: list[Rule] = []
    for rule in rules:
        flat += _flat(rule.rules) if isinstance(rule, AnyOf) else [rule]
    return flat
