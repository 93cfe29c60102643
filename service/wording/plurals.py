"""A count and the words that go with it: `{signature_count:one person has|# people have}`."""

import re
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale, UnknownLocaleError

# How often Unicode's plural rules (CLDR) tell forms apart; which of them a language has is the language's own matter.
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_NAMED = re.compile(rf"\s*({'|'.join(_CATEGORIES)})\s*=(.*)", re.DOTALL)
EXAMPLE = "{signature_count:one person has|# people have}"


def forms_mistake(forms: Sequence[str]) -> str:
    """What is wrong with the forms of a count; empty where nothing is."""
    named = [_NAMED.fullmatch(form) for form in forms]
    if any(named):
        has_other = any(found and found[1] == "other" for found in named)
        return "" if all(named) and has_other else "named forms are all named, and one of them is other=…"
    if len(forms) not in {2, 3}:
        return f"the words for a count are those for one and for more, such as {EXAMPLE}, or for none, one and more"
    return ""


def with_count(forms: Sequence[str], count: int, said: str, language: str) -> str:
    """The form that fits a count, `#` being the count as it is said.

    Two forms are for one and for more, three for none, one and more; named ones are those of Unicode's plural rules,
    for languages that have others.
    """
    named = {found[1]: found[2] for form in forms if (found := _NAMED.fullmatch(form))}
    category = plural_of(count, language)
    if named:
        form = named["zero"] if count == 0 and "zero" in named else named.get(category, named.get("other", ""))
    elif len(forms) == 3 and count == 0:
        form = forms[0]
    else:
        form = forms[-2] if category == "one" else forms[-1]
    return form.strip().replace("#", said)


@lru_cache(maxsize=4096)
def plural_of(count: int, language: str) -> str:
    """Which of a language's forms goes with a count."""
    try:
        return str(Locale.parse(language, sep="-" if "-" in language else "_").plural_form(count))
    except (UnknownLocaleError, ValueError):
        return "one" if count == 1 else "other"
