"""What an author should know before a message goes, though nothing forbids it: gaps, odd counts, how to leave."""

import re
from collections.abc import Iterator

from service.domain.channel import Channel
from service.planning.reckoning import Reckoned
from service.planning.showing import Shown, Window
from service.sending.freeze import Words
from service.wording.placeholders import CopyMistake, Placeholder, parse, placeholders
from service.wording.plurals import EXAMPLE

_BARE_COUNT = re.compile(r"\{signature_count\}\**\s+(\w+)")


def warnings_for(window: Window, words: Words, shown: Shown | None, reckoned: Reckoned | None) -> tuple[str, ...]:
    """Each as a sentence; none where all is well."""
    return tuple(_all(window, words, shown, reckoned))


def _all(window: Window, words: Words, shown: Shown | None, reckoned: Reckoned | None) -> Iterator[str]:
    if reckoned is not None and reckoned.nameless and greets_nobody(words):
        yield gap(reckoned)
    count = window.facts.signature_count
    bare = _BARE_COUNT.search(words.body) or _BARE_COUNT.search(words.subject) or _BARE_COUNT.search(words.preheader)
    if bare is not None and count <= 1:
        yield f"It would read “{count} {bare[1]}” now: write {EXAMPLE}, or other words to that effect."
    if shown is None or words.channel is not Channel.SMS:
        return
    said = shown.text.casefold()
    names = (window.campaign.organisation, window.campaign.sender_name)
    if not any(name.casefold() in said for name in names if name):
        yield "It does not say whom it is from: begin it with {organisation}."
    if "stop" not in said and "/leave/" not in said and "/preferences/" not in said:
        yield "It does not say how to leave: end it with {keyword_stop}, such as “To end: {keyword_stop}”."


def gap(reckoned: Reckoned) -> str:
    """How many people would read a gap where their name should stand."""
    many, people = f"{reckoned.nameless:,}", f"{reckoned.people:,}"
    about = "" if reckoned.nameless_counted else "About "
    verb = "has" if reckoned.nameless == 1 else "have"
    sampled = "" if reckoned.nameless_counted else f", by a sample of {reckoned.sample:,}"
    return (
        f"{about}{many} of {people} {verb} no first name{sampled}, and would read a gap: write {{first_name|friend}}."
    )


def greets_nobody(words: Words) -> bool:
    """Whether a name is put in anywhere with nothing to stand in for it."""
    for part in (words.subject, words.preheader, words.body):
        try:
            found = placeholders(parse(part))
        except CopyMistake:
            continue
        if any(isinstance(each, Placeholder) and each.name == "first_name" and not each.fallback for each in found):
            return True
    return False
