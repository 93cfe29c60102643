"""What stands where a first name should, and is none: titles, and words for nothing."""

import re

TITLES = frozenset(
    """mr mrs ms miss mx dr dra prof professor rev revd reverend fr sir dame lord lady capt sgt herr frau monsieur madame
    mme mlle signor signora señor señora sr sra srta dhr mevr sayın""".split()  # noqa: SIM905 - a list of words reads best as words
)
_TITLE = rf"(?:{'|'.join(sorted(TITLES, key=len, reverse=True))})(?:\.|(?![\w'’\-]))"
# "Dr. med.": of what.
_FACULTY = r"(?:med|phil|rer|nat|jur|ing|oec|pol)\."
_BEFORE_A_NAME = re.compile(
    rf"(?:{_TITLE}[\s.]*(?:(?:[&+/,]|{_FACULTY})[\s.]*|(?:and|und|et|y|e)\s+(?={_TITLE}))*)+", re.IGNORECASE
)
_NO_NAME = frozenset(
    {
        *("null", "undefined", "none", "n/a", "#n/a", "unknown", "not known", "unbekannt", "tbc", "tba", "no name"),
        *("noname", "first name", "firstname", "anonymous", "-", "--", "?"),
    }
)
# Names as well, where they are written as names.
_WRITTEN_AS_A_NAME = frozenset({"Null"})


def without_titles(name: str) -> str:
    """A name without Mr, Prof. Dr. or the like before it; nothing where it is titles alone."""
    found = _BEFORE_A_NAME.match(name)
    return name[found.end() :].strip() if found else name


def is_no_name(name: str) -> bool:
    """Whether it is what people and programs write where they have no name."""
    return name.casefold() in _NO_NAME and name not in _WRITTEN_AS_A_NAME
