"""Whether a text asks us to stop: obeyed, not meant for us, or unclear enough for a manager to look at it."""

from enum import StrEnum

from service.domain import opt_out_english as english
from service.domain.campaign_words import speaks_of_the_campaign
from service.domain.opt_out_abroad import (
    is_about_our_texts,
    is_alone_abroad,
    is_doubtful_abroad,
    is_opt_out_abroad,
)
from service.domain.spelling import Sentence, phrase, sentences

# After a bare "stop" somebody may tell us off at length; a longer letter is for a person.
_MOST_WORDS_BESIDE_STOP = 40
# "Cancel. Ana Smith" is signed; "blow up ref, end it" speaks of the match.
_MOST_WORDS_BESIDE_CANCEL = 2

_STOP_SIGNS = frozenset("🛑⛔🚫✋🤚")
_SKIN = frozenset("\ufe0f \n🏻🏼🏽🏾🏿")


class Leaving(StrEnum):
    """What a text says about leaving."""

    ASKED = "asked"
    UNCLEAR = "unclear"
    NOT_ASKED = "not asked"


class _Says(StrEnum):
    LEAVE = "asks us to stop"
    BARE = "a word of leaving by itself"
    WEAK = "a word by itself that may end other things: cancel, end, leave"
    CHANT = "stop, and what the campaign is about"
    TALK = "speaks of somebody else's stopping"
    DOUBT = "could be meant for us"
    OTHER = "nothing of it"


def read_leaving(said: str) -> Leaving:
    """Read what the sender wrote themselves.

    A missed opt-out breaks the law, a false one loses a supporter, an unclear one costs a manager a look; so that an
    act of stopping whose object is us, or nothing, is obeyed, and one whose object is something else is not.
    """
    if (signs := set(said) - _SKIN) and signs <= _STOP_SIGNS:
        return Leaving.ASKED
    read = [_read_sentence(sentence) for sentence in sentences(said)]
    says = [part for parts, _ in read for part in parts]
    if _Says.LEAVE in says:
        return Leaving.ASKED
    if _Says.WEAK in says and _Says.BARE not in says:
        return Leaving.ASKED if _words_beside(read, _Says.WEAK) <= _MOST_WORDS_BESIDE_CANCEL else Leaving.UNCLEAR
    if _Says.BARE in says:
        return _beside_a_bare_word(says, words=sum(count for _, count in read))
    if _Says.DOUBT not in says:
        return Leaving.NOT_ASKED
    return Leaving.ASKED if _is_emphatic(said) else Leaving.UNCLEAR


def _words_beside(read: list[tuple[list[_Says], int]], kind: _Says) -> int:
    """How many words the sentences hold that say something else."""
    return sum(count for parts, count in read if set(parts) != {kind})


def _is_emphatic(said: str) -> bool:
    """Whether a doubtful text ends in STOP, in capitals that the rest has not: "this is disgusting STOP"."""
    if english.SAYS_STOP.search(phrase(said)):
        return False
    ends = said.rstrip(" .!\n\r\t").endswith(english.EMPHATIC)
    return ends and any(sign.islower() for sign in said) and english.SPEAKS_OF_THIS.search(phrase(said)) is None


def _beside_a_bare_word(says: list[_Says], *, words: int) -> Leaving:
    """A bare "stop" beside other things said: part of a chant, a farewell, or too much to tell."""
    if _Says.CHANT in says:
        return Leaving.NOT_ASKED
    if _Says.TALK in says or words > _MOST_WORDS_BESIDE_STOP:
        return Leaving.UNCLEAR
    return Leaving.ASKED


def _read_sentence(sentence: Sentence) -> tuple[list[_Says], int]:
    """What each clause says; a sentence that says nothing clause by clause is read as a whole."""
    whole = [word for clause in sentence for word in clause]
    clauses = [_read_clause(clause) for clause in sentence]
    decided = {_Says.LEAVE, _Says.BARE, _Says.WEAK} & set(clauses)
    if len(sentence) == 1 or decided:
        return _with_an_object(sentence, clauses), len(whole)
    return [_read_clause(whole)], len(whole)


def _with_an_object(sentence: Sentence, clauses: list[_Says]) -> list[_Says]:
    """Leaving in another language's words alone, whose object may stand in the next clause: "hört auf, Journalisten
    einzusperren"; where that speaks of the campaign, and not of our texts about it, it is for a person to say."""
    pairs = zip(sentence, clauses, [*sentence[1:], []], strict=True)
    return [
        _Says.DOUBT if says is _Says.LEAVE and is_alone_abroad(words) and _is_of_the_campaign(after) else says
        for words, says, after in pairs
    ]


def _is_of_the_campaign(words: list[str]) -> bool:
    return speaks_of_the_campaign(words) and not is_about_our_texts(words)


def _read_clause(words: list[str]) -> _Says:
    spoken = " ".join(words)
    plain = _without_courtesies(spoken)
    about = speaks_of_the_campaign(words)
    asked = _asked_in_english(plain, about=about)
    if asked is not None:
        return asked
    if (
        _is_bare(plain)
        or english.GO_AWAY.fullmatch(plain)
        or english.GO_AWAY.fullmatch(spoken)
        or is_opt_out_abroad(words, plain.split(), about=about)
    ):
        return _how_surely(plain, politely=bool(english.POLITE.search(spoken)))
    if english.POLITE_END.search(spoken):
        return _Says.BARE
    if english.BUT_STOP.search(spoken) and not english.OTHERS.search(spoken):
        return _Says.BARE
    if about and english.TO_OTHERS.match(spoken):
        return _Says.TALK
    return _rest(plain, about=about) if plain else _only_courtesies(words)


def _only_courtesies(words: list[str]) -> _Says:
    return _Says.DOUBT if "stop" in words and "full" in words and len(words) == 2 else _Says.OTHER


def _how_surely(plain: str, *, politely: bool) -> _Says:
    if not english.HAS_BARE_VERB.search(plain):
        return _Says.LEAVE
    return _Says.WEAK if not politely and english.WEAK_VERBS_ONLY.fullmatch(plain) else _Says.BARE


def _without_courtesies(said: str) -> str:
    said = english.COURTEOUS_PHRASES.sub(" ", said)
    return " ".join(word for word in said.split() if word not in english.COURTESIES)


def _is_bare(plain: str) -> bool:
    if plain.replace(" ", "") in {"stop", "unsubscribe", "optout"}:
        return True
    if english.NOT_BARE.fullmatch(plain):
        return False
    return english.BARE.fullmatch(plain) is not None and english.HAS_BARE_VERB.search(plain) is not None


def _asked_in_english(plain: str, *, about: bool) -> _Says | None:
    """A request whose object is us or our messages, unless it is denied, restricted or asked about."""
    weaker = None
    for rule in english.ASKS:
        found = rule.search(plain)
        if found is None:
            continue
        before, after = plain[: found.start()].strip(), plain[found.end() :].strip()
        verdict = _weigh(before, found.group(), after, about=about)
        if verdict is _Says.LEAVE:
            return verdict
        weaker = weaker if weaker is _Says.DOUBT else verdict
    return weaker


def _weigh(before: str, asked: str, after: str, *, about: bool) -> _Says:
    whole = f"{before} {asked} {after}"
    if english.OFF_THE_PETITION.search(whole):
        return _Says.DOUBT if english.NAMES_MESSAGES.search(whole) else _Says.TALK
    if english.DENIED.search(before) and not english.COMPLAINT.search(whole):
        return _Says.DOUBT if english.YOU_NEVER.search(before) else _Says.TALK
    if english.OTHERS_BEFORE.search(before) and not english.NAMES_US.search(asked):
        return _Says.TALK
    if about and not english.NAMES_US.search(asked):
        return _Says.DOUBT
    if english.ASKS_HOW.search(whole) or (english.RESTRICTED.search(after) and not english.OR_ELSE.search(after)):
        return _Says.DOUBT
    return _Says.LEAVE


def _rest(plain: str, *, about: bool) -> _Says:
    """A clause with no clear request: somebody else's stopping, a new beginning after "stop", or a doubt."""
    if english.REPORTED.search(plain):
        return _Says.TALK
    bare_idioms = english.IDIOM.sub(" ", plain)
    if not english.DOUBTS.search(bare_idioms) and not is_doubtful_abroad(plain):
        return _Says.CHANT if about and english.HAS_BARE_VERB.match(plain) else _Says.OTHER
    if english.STOP_I.match(plain):
        return _Says.BARE
    if about:
        return _talk_of_the_campaign(plain)
    if english.STOP_THEN.match(plain) or english.THEN_STOP.fullmatch(plain):
        return _Says.BARE
    if english.SPEAKS_OF_THIS.search(plain):
        return _Says.DOUBT
    if english.OTHERS.search(plain) or english.DENIED_STOP.search(plain) or english.SAYS_STOP.search(plain):
        return _Says.DOUBT if english.COMPLAINT.search(plain) and "you" in plain.split() else _Says.TALK
    return _Says.BARE if english.TAIL_STOP.fullmatch(plain) else _Says.DOUBT


def _talk_of_the_campaign(plain: str) -> _Says:
    if english.NOT_MINE.fullmatch(plain) and not english.OTHERS.search(plain):
        return _Says.BARE
    if english.FIRST_PERSON_AFTER_STOP.match(plain) or english.STILL_DOUBTFUL.search(plain):
        return _Says.DOUBT
    return _Says.CHANT if plain.startswith("stop") else _Says.TALK
