"""Which column of a file is what: as chosen by a person, as a tool's preset says, or by its heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.planning.files.faults import UnreadableFile, sayable
from service.planning.files.headings import DETAIL, Field, as_field, detail_name, did_you_mean, heading_key, recognise
from service.planning.files.presets import Preset

ADDRESSES = frozenset({str(Field.EMAIL), str(Field.PHONE)})
# Columns of a list of rejects that say where a row stood: never used, never worth a word.
_OURS = frozenset({str(Field.REJECTED_ROW), str(Field.REJECTED_WHY)})
# Of these every column counts: whoever left by one of them has left.
SEVERAL = frozenset(
    str(field)
    for field in (
        *(Field.LEFT, Field.LEFT_EMAIL, Field.LEFT_SMS, Field.LEFT_REASON),
        *(Field.BOUNCED, Field.STATUS, Field.TAGS),
    )
)
# Between several addresses of one person: Google's own sign.
ANOTHER = ":::"
# What a person chose comes before what a tool's preset says, and that before what a heading says.
_CHOSEN, _PRESET, _FURTHER = -10, -5, -3
_GIVEN_NAMES = frozenset({"vorname", "prenom", "prenume"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands from 0, its heading as it is, and what it is to us (nothing: not used)."""

    position: int
    heading: str
    target: str
    near: str = ""
    # Read after the others of the same field.
    is_further: bool = False

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
    # Where the first rows hold anything: a column without a heading is worth a word only there.
    filled: frozenset[int] = frozenset()

    @property
    def used(self) -> tuple[Column, ...]:
        found = (column for column in self.all if column.target and column.target not in _OURS)
        return tuple(sorted(found, key=lambda column: column.is_further))

    @property
    def unused(self) -> tuple[Column, ...]:
        """Those nothing is read from, but for our own marks and empty columns without a heading."""
        return tuple(
            column
            for column in self.all
            if not column.target and (column.heading.strip() or column.position in self.filled)
        )

    def has(self, wanted: frozenset[str]) -> bool:
        """Whether one of these is among them."""
        found = {column.target for column in self.all}
        return bool(found & wanted) or (Field.EMAIL in wanted and Field.BOUNCED_ADDRESS in found)


def match_columns(
    headings: Sequence[str], *, preset: Preset | None, chosen: Mapping[str, str], keep_rest: bool = False
) -> Columns:
    """What each column is to us; of several that could be the same, the best. Raises UnreadableFile."""
    picked = {_position(headings, name): _field(name, target) for name, target in chosen.items()}
    targets = [
        (picked[position], _CHOSEN) if position in picked else _target(heading, preset)
        for position, heading in enumerate(headings)
    ]
    kept: dict[int, str] = {}
    for target in {target for target, _ in targets if target}:
        places = sorted((rank, position) for position, (each, rank) in enumerate(targets) if each == target)
        # The rejects of a list of rejects have our marks twice.
        if target not in SEVERAL | _OURS:
            _refuse_two(target, places[:2], headings)
            chosen_place = places[0][0] == _CHOSEN
            places[1:] = [] if chosen_place else [each for each in places[1:] if each[0] == _FURTHER]
        kept |= {position: target for _, position in places}
    _settle_names(headings, kept, picked)
    if keep_rest:
        kept |= {
            position: f"{DETAIL}{detail_name(heading)}"
            for position, heading in enumerate(headings)
            if position not in kept and position not in picked and detail_name(heading)
        }
    return Columns(
        tuple(
            Column(
                *(position, heading, kept.get(position, "")),
                near="" if targets[position][0] else did_you_mean(heading),
                is_further=targets[position][1] == _FURTHER,
            )
            for position, heading in enumerate(headings)
        )
    )


def _refuse_two(target: str, best: Sequence[tuple[int, int]], headings: Sequence[str]) -> None:
    """Of two columns that are equally good, neither is taken."""
    if len(best) < 2 or best[0][0] != best[1][0]:
        return
    if best[0][0] == _CHOSEN:
        raise UnreadableFile(f"two columns are both to be {target}; choose one of them")
    if heading_key(headings[best[0][1]]) == heading_key(headings[best[1][1]]):
        places = " or ".join(f"#{position + 1}" for _, position in best)
        raise UnreadableFile(
            f'two columns have the same name: {target}; say which it is ({places}), for example --map "#{best[0][1] + 1}={target}"'
        )


def _target(heading: str, preset: Preset | None) -> tuple[str, int]:
    told = preset.target(heading) if preset else None
    if told is not None:
        return str(told), _PRESET
    further = preset.further_target(heading) if preset else None
    if further is not None:
        return str(further), _FURTHER
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
