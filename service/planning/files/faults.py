"""What is wrong with a file as a whole."""

from dataclasses import dataclass


def sayable(words: str) -> str:
    """Words out of a file as they can be shown: nothing that steers a terminal, no half characters."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in words)


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message says why and what it should look like."""

    def __init__(self, why: str) -> None:
        super().__init__(sayable(why))


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
