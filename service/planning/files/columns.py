"""Which column of a file is what: as chosen by a person, as a tool's preset says, or by its heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.planning.files.faults import UnreadableFile, sayable
from service.planning.files.headings import DETAIL, Field, as_field, detail_name, did_you_mean, heading_key, recognise
from service.planning.files.presets import Preset

ADDRESSES = frozenset({str(Field.EMAIL), str(Field.PHONE)})
# Columns of a list of rejects that say where a row stood: never used, never worth a word.
_OURS = frozenset({str(Field.REJECTED_ROW), str(Field.REJECTED_WHY)})
# What a person chose comes before what a tool's preset says, and that before what a heading says.
_CHOSEN, _PRESET = -10, -5
_GIVEN_NAMES = frozenset({"vorname", "prenom", "prenume"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands from 0, its heading as it is, and what it is to us (nothing: not used)."""

    position: int
    heading: str
    target: str
    near: str = ""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return sayable(self.heading.strip().replace("\n", " ")) or f"column {self.position + 1}"

    @property
    def own_field(self) -> str:
        """What it would be as a field of the organisation's own."""
        return f"{DETAIL}{detail_name(self.heading) or f'column_{self.position + 1}'}"


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of a file."""

    all: tuple[Column, ...]

    @property
    def used(self) -> tuple[Column, ...]:
        return tuple(column for column in self.all if column.target and column.target not in _OURS)

    @property
    def unused(self) -> tuple[Column, ...]:
        """Those nothing is read from, but for our own marks and columns without a heading."""
        return tuple(column for column in self.all if not column.target and column.heading.strip())

    def has(self, wanted: frozenset[str]) -> bool:
        """Whether one of these is among them."""
        return any(column.target in wanted for column in self.all)


def match_columns(
    headings: Sequence[str], *, preset: Preset | None, chosen: Mapping[str, str], keep_rest: bool = False
) -> Columns:
    """What each column is to us; of several that could be the same, the best. Raises UnreadableFile."""
    picked = {_position(headings, name): _field(name, target) for name, target in chosen.items()}
    candidates: dict[str, tuple[int, int]] = {}
    targets: list[str] = []
    for position, heading in enumerate(headings):
        target, rank = _target(heading, preset)
        if position in picked:
            target, rank = picked[position], _CHOSEN
        targets.append(target)
        if not target:
            continue
        best = candidates.get(target)
        if best is not None and best[1] == rank == _CHOSEN:
            raise UnreadableFile(f"two columns are both to be {target}; choose one of them")
        if best is not None and best[1] == rank and heading_key(headings[best[0]]) == heading_key(heading):
            raise UnreadableFile(f"two columns have the same name: {target}")
        if best is None or rank < best[1]:
            candidates[target] = (position, rank)
    kept = {position: target for target, (position, _) in candidates.items()}
    _settle_names(headings, kept, picked)
    if keep_rest:
        kept |= {
            position: f"{DETAIL}{detail_name(heading)}"
            for position, heading in enumerate(headings)
            if position not in kept and position not in picked and detail_name(heading)
        }
    return Columns(
        tuple(
            Column(position, heading, kept.get(position, ""), "" if targets[position] else did_you_mean(heading))
            for position, heading in enumerate(headings)
        )
    )


def _target(heading: str, preset: Preset | None) -> tuple[str, int]:
    told = preset.target(heading) if preset else None
    if told is not None:
        return str(told), _PRESET
    return recognise(heading) or ("", 0)


def _settle_names(headings: Sequence[str], kept: dict[int, str], picked: Mapping[int, str]) -> None:
    """A column "Name" is the whole name, unless there is a first name: then it is not needed, or is the last name."""
    where = {target: position for position, target in kept.items()}
    first, whole = where.get(Field.FIRST_NAME), where.get(Field.FULL_NAME)
    if first is None or whole is None or whole in picked:
        return
    if Field.LAST_NAME not in where and heading_key(headings[first]) in _GIVEN_NAMES:
        kept[whole] = str(Field.LAST_NAME)
    else:
        del kept[whole]


def _position(headings: Sequence[str], name: str) -> int:
    """The column a person means: by its heading as it is, by its spelling, or by its number (`#3`)."""
    exact = [place for place, heading in enumerate(headings) if heading.strip() == name.strip()]
    like = [place for place, heading in enumerate(headings) if heading_key(heading) == heading_key(name)]
    if exact or (like and heading_key(name)):
        return (exact or like)[0]
    number = name.strip().removeprefix("#")
    if name.strip().startswith("#") and number.isascii() and number.isdigit() and 0 < int(number) <= len(headings):
        return int(number) - 1
    there = ", ".join(heading.strip() for heading in headings if heading.strip())
    raise UnreadableFile(f"there is no column {name!r}; the file has {there[:500]}")


def _field(name: str, words: str) -> str:
    field = as_field(words)
    if field is None:
        near = did_you_mean(words)
        hint = f"; did you mean {near}?" if near else ""
        raise UnreadableFile(
            f"{name!r} cannot be {words!r}{hint} There are {', '.join(Field)}, details.<any name>, and - for a column "
            "that is not to be used"
        )
    return field
