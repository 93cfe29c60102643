"""The form in which a language's words of leaving are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words of leaving, as people write them, parted by "|"; compared as `spelling` gives them.

    `alone`: obeyed as the whole of a clause. `never`: a prohibition, obeyed in a clause of a few words, one or two others between its own.
    `verbs` with `things`: obeyed when one of each stands in such a clause. Only `alone` may also speak of the campaign.
    """

    alone: str
    never: str = ""
    verbs: str = ""
    things: str = ""
    courtesies: str = ""
