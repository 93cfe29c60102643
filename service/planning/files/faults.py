"""What is wrong with a file as a whole."""

from dataclasses import dataclass


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says why and what it should look like."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How some words of a file look in one encoding."""

    encoding: str
    words: tuple[str, ...]


class EncodingUnclear(UnreadableFile):
    """Several encodings are likely and they say different things; whoever knows the people must choose."""

    def __init__(self, readings: tuple[Reading, ...]) -> None:
        self.readings = readings
        shown = "; ".join(f"{each.encoding}: {', '.join(each.words)}" for each in readings)
        super().__init__(
            "this file is not UTF-8, and its letters can be read in more than one way; "
            f"choose the encoding in which these look right – {shown}"
        )
