"""The words of a campaign's folder, given to the stages, briefings and petition they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from service.domain.channel import Channel
from service.domain.fixture import Result
from service.domain.stage import Anchor
from service.domain.variant import SIGNED, JoinedAt, Variant, places_for, read_variant
from service.wording.campaign_files import (
    BriefingFile,
    CopyFile,
    Mistake,
    PetitionWording,
    StageFile,
)
from service.wording.headed_files import Found, Headed, read_headed
from service.wording.placeholders import Placeholder, placeholders
from service.wording.toml_tables import Table, TomlFile


def read_briefings(root: Table, files: Sequence[Found], language: str) -> tuple[BriefingFile, ...]:
    """Every briefing in every language, in the order that campaign.toml names them."""
    order = root.words("briefings")
    mistakes = root.file.mistakes
    written = {(file.slug, file.language) for file in files}
    for slug in order:
        if (slug, language) not in written:
            root.mistake("briefings", f"no file briefings/{slug}.md", "a file for each briefing named")
    briefings = []
    for file in files:
        headed = read_headed(file.path, file.name, mistakes, needed=("Title", "Summary"), optional=("Source",))
        if file.slug not in order:
            expected = f'briefings = [… "{file.slug}" …] in campaign.toml'
            mistakes.append(Mistake(file.name, 1, "a briefing that campaign.toml does not name", expected))
            continue
        _check_names(headed, frozenset(order), mistakes)
        words = (headed.headers.get(name, "") for name in ("Title", "Summary"))
        title, summary = words
        source = headed.headers.get("Source", "")
        position = order.index(file.slug) + 1
        briefings.append(BriefingFile(file.slug, file.language, position, title, summary, headed.body, source))
    return tuple(
        sorted(briefings, key=lambda briefing: (briefing.language != language, briefing.language, briefing.position))
    )


def read_petition_words(folder: Path, languages: Sequence[str], mistakes: list[Mistake]) -> tuple[PetitionWording, ...]:
    """The petition in the campaign's own language, and in each further one it was written in."""
    wordings = []
    for number, language in enumerate(languages):
        name = "petition.md" if number == 0 else f"{language}/petition.md"
        if number and not (folder / name).exists():
            continue
        headed = read_headed(folder / name, name, mistakes, needed=("Title",))
        headed.parsed(mistakes)
        wordings.append(PetitionWording(language, headed.headers.get("Title", ""), headed.body))
    return tuple(wordings)


def read_stage_copies(
    toml: TomlFile,
    stages: Sequence[StageFile],
    files: Sequence[Found],
    briefings: frozenset[str],
    *,
    has_petition: bool,
) -> tuple[StageFile, ...]:
    """Give each stage its words; note words without a stage, and stages without words."""
    by_slug = {stage.slug: stage for stage in stages}
    copies: dict[str, list[CopyFile]] = {stage.slug: [] for stage in stages}
    for file in files:
        stage = by_slug.get(file.slug)
        channel = Channel(file.kind)
        if problem := _misplaced(file, stage, channel):
            toml.mistakes.append(Mistake(file.name, 1, *problem))
        elif stage:
            copy = _read_copy(file, stage, channel, briefings, toml.mistakes, has_petition=has_petition)
            copies[stage.slug].append(copy)
    for index, stage in enumerate(stages):
        for channel in stage.channels:
            _check_complete(toml, index, stage, channel, copies[stage.slug])
    return tuple(replace(stage, copies=tuple(copies[stage.slug])) for stage in stages)


# What is known of the score at a stage's moment, or when somebody joins.
_KNOWN_AT: Mapping[str, set[str]] = {
    **{Anchor.HALF_TIME: {"score"}, Anchor.FULL_TIME: {"score", "result"}},
    **{JoinedAt.LIVE: {"score"}, JoinedAt.AFTER: {"score", "result"}},
}


def _misplaced(file: Found, stage: StageFile | None, channel: Channel) -> tuple[str, str] | None:
    if stage is None:
        return f"no stage {file.slug!r} in campaign.toml", "a file named after a stage"
    if channel not in stage.channels:
        return f"the stage {file.slug!r} has no {channel}", f'"{channel}" among its channels'
    variant, places = read_variant(file.variant), places_for(stage.timing.anchor)
    if variant.place in places or not variant.place:
        return None
    if variant.place in set(map(str, Result)):
        return "words for one result before the end", 'a stage with anchor = "full_time"'
    if variant.place in set(map(str, JoinedAt)):
        return "words for who joins later", 'a stage with anchor = "sign_up"'
    known = ", ".join([*sorted(places), SIGNED])
    return f"the variant {file.variant!r}", f"one of {known}"


def _read_copy(
    file: Found,
    stage: StageFile,
    channel: Channel,
    briefings: frozenset[str],
    mistakes: list[Mistake],
    *,
    has_petition: bool,
) -> CopyFile:
    is_email = channel is Channel.EMAIL
    headed = read_headed(
        file.path,
        file.name,
        mistakes,
        needed=("Subject",) if is_email else (),
        optional=("Preheader",) if is_email else (),
    )
    subject, preheader = (headed.headers.get(name, "") for name in ("Subject", "Preheader"))
    anchor = stage.timing.anchor
    place = read_variant(file.variant).place
    knows = _KNOWN_AT.get(anchor, set()) | _KNOWN_AT.get(place, set())
    for placeholder in _check_names(headed, briefings, mistakes):
        line, name = headed.line_of(placeholder), placeholder.name
        if name in {"score", "result"} - knows:
            expected = (
                "a stage measured from half_time (score) or full_time (score, result), or a welcome for live or after"
            )
            mistakes.append(Mistake(file.name, line, f"{{{name}}} before it can be known", expected))
        if not has_petition and name in {"petition_link", "signature_count"}:
            found = f"{{{name}}} without a petition"
            mistakes.append(Mistake(file.name, line, found, "[petition] in campaign.toml"))
    return CopyFile(channel, file.language, file.variant, subject, preheader, headed.body)


def _check_names(headed: Headed, briefings: frozenset[str], mistakes: list[Mistake]) -> tuple[Placeholder, ...]:
    """Every placeholder of a file; a link to a briefing that is not there is noted."""
    found = placeholders(headed.parsed(mistakes))
    for placeholder in found:
        if placeholder.briefing is not None and placeholder.briefing not in briefings:
            expected, line = f"one of {', '.join(sorted(briefings))}", headed.line_of(placeholder)
            mistakes.append(Mistake(headed.name, line, f"no such briefing: {placeholder.briefing}", expected))
    return found


def _check_complete(toml: TomlFile, index: int, stage: StageFile, channel: Channel, copies: Sequence[CopyFile]) -> None:
    """A stage speaks whatever the result: one text for all, or one for each (or for the only one it is for)."""
    language = toml.raw.get("language", "en")
    written = {copy.variant for copy in copies if copy.channel is channel and copy.language == language}
    suffix = ".md" if channel is Channel.EMAIL else ".txt"
    _check_signers(toml, index, stage, written, f"{channel}/{stage.slug}", suffix)
    only = stage.timing.only_result
    for_everybody = {name for name in written if not read_variant(name).signed}
    if "" in for_everybody or (set(Result) <= for_everybody) or (only and only in for_everybody):
        return
    missing = f"no words for {channel}" if not for_everybody else f"no {channel} for some results"
    toml.mistake(toml.line_of("stages", index, "slug"), missing, f"a file {channel}/{stage.slug}{suffix}")


def _check_signers(toml: TomlFile, index: int, stage: StageFile, written: set[str], path: str, suffix: str) -> None:
    """A welcome for signers is for before the match: who signs and joins later needs words of their own too."""
    if stage.timing.anchor is not Anchor.SIGN_UP or SIGNED not in written:
        return
    for name in sorted(written):
        variant = read_variant(name)
        own = str(Variant(variant.place, signed=True))
        if variant.place and not variant.signed and own not in written:
            line = toml.line_of("stages", index, "slug")
            toml.mistake(
                line,
                f"whoever has signed would be welcomed as before the match, not as {name}",
                f"a file {path}.{own}{suffix}",
            )
