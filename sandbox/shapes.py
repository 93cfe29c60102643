"""Reading JSON of unknown shape without trusting it."""


def object_of(value: object) -> dict[str, object]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    """The value if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def number_of(value: object, otherwise: float) -> float:
    """The value if it is a number (a bool is not), else the given one."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def texts_of(value: object) -> dict[str, str]:
    """The string members of a JSON object."""
    return {key: each for key, each in object_of(value).items() if isinstance(each, str)}
