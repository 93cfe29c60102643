"""What a measurement says: what was seen, what must be and is aimed at, and the physical limit of the same run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """One figure. Where less is better, `must` and `aim` are the most it may be."""

    work: str
    seen: float
    unit: str
    must: float | None = None
    aim: float | None = None
    less_is_better: bool = False
    limit: float | None = None
    limit_is: str = ""
    notes: Sequence[str] = field(default=())

    @property
    def verdict(self) -> str:
        if self.must is None:
            return ""
        meets: Callable[[float], bool] = (
            (lambda mark: self.seen <= mark) if self.less_is_better else (lambda mark: self.seen >= mark)
        )
        if self.aim is not None and meets(self.aim):
            return "aim met"
        return "must met" if meets(self.must) else "SHORT"

    @property
    def share(self) -> float | None:
        """How near the physical limit, from 0 to 1."""
        if not self.limit:
            return None
        return self.limit / self.seen if self.less_is_better else self.seen / self.limit


def said(number: float | None) -> str:
    """A figure as a person writes it."""
    if number is None:
        return "-"
    return f"{number:,.0f}" if number >= 100 else f"{number:,.3g}"


def print_lines(lines: Sequence[Line]) -> None:
    """The table, and the notes under it."""
    heads = ("work", "seen", "must", "aim", "verdict", "physical limit", "our share")
    rows = [
        (
            line.work,
            f"{said(line.seen)} {line.unit}",
            said(line.must),
            said(line.aim),
            line.verdict,
            f"{said(line.limit)} ({line.limit_is})" if line.limit else "-",
            f"{line.share:.0%}" if line.share else "-",
        )
        for line in lines
    ]
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for row in (heads, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for line in lines:
        for note in line.notes:
            print(f"  {line.work}: {note}")
