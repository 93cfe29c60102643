"""Freeze the words of a blast: rendered once per channel and language; nobody can change them afterwards."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from service.domain.channel import Channel
from service.domain.variant import SIGNED, read_variant, wanted
from service.domain.wording_test import wordings_of
from service.sending.facts import SharedFacts
from service.sending.pages import check_pages
from service.sending.personal import FRIEND_LINK, link_target
from service.store import Session
from service.store.queries import renderings
from service.wording.compiled import compile_for
from service.wording.email import EmailCopy, RenderedEmail, render_email
from service.wording.placeholders import Copy, Placeholder, parse, write
from service.wording.sms import straighten_quotes


@dataclass(frozen=True, slots=True)
class Words:
    """What a manager wrote for one channel, language and result ('' for whatever the result)."""

    channel: Channel
    language: str
    variant: str
    subject: str
    preheader: str
    body: str
    # Which wording it is: of a test a or b, else for whom: signers, and how the match stands. '' for everybody.
    arm: str = ""


class Written(Protocol):
    """A stage's words for one place, wherever they are kept: in a table, in a file, in a form."""

    @property
    def channel(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def preheader(self) -> str: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Frozen:
    """Words with everything shared in place; `slots` say what is left for each person."""

    subject: str
    text: str
    html: str
    slots: tuple[tuple[str, Placeholder, bool], ...]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256("\0".join((self.subject, self.text, self.html)).encode()).hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        """The personal placeholders in it, each once."""
        return tuple(dict.fromkeys(slot.name for _, slot, _ in self.slots))


class NothingToSay(Exception):
    """A blast has no words for one of its channels."""


def freeze_words(words: Words, facts: SharedFacts) -> Frozen:
    """Render what everybody gets. Raises CopyMistake or MissingFact where the copy cannot be rendered."""
    if words.channel is Channel.SMS:
        filled = compile_for(parse(words.body), facts.words(words.language))
        # Straightened once the facts are in: a dash in a side's name costs as much as one in the copy.
        compiled = compile_for(parse(straighten_quotes(write(Copy(filled.parts)))), {})
        slots = tuple(("", slot, False) for slot in compiled.slots)
        return Frozen("", write(Copy(compiled.parts)), "", slots)
    copy = EmailCopy(parse(words.subject), parse(words.preheader), parse(words.body))
    rendered = render_email(copy, facts.frame(words.language))
    return Frozen(rendered.subject, rendered.text, rendered.html, rendered.slots)


def words_of_copy(copy: Written) -> Words:
    """What a stage says in one place, as it was written."""
    return Words(Channel(copy.channel), copy.language, copy.variant, copy.subject, copy.preheader, copy.body)


def stage_words(copies: Iterable[Written]) -> list[Words]:
    """Everything a stage says, as it was written."""
    return [words_of_copy(copy) for copy in copies]


def choose_words(words: Sequence[Words], *places: str, arm: str = "") -> list[Words]:
    """For each channel and language the words for the first of these places (a result, or how things stand), or for any.

    Where there are words for whoever has signed, they come too, in an arm of their own; `arm`: that of all others.
    """
    signed = [
        replace(each, arm=f"{arm}.{SIGNED}" if arm else SIGNED)
        for each in _best(words, wanted(*places, signed=True))
        if read_variant(each.variant).signed
    ]
    # Whoever takes the last rendering of a language without looking at its arm takes the one for everybody.
    return signed + [replace(each, arm=arm) for each in _best(words, wanted(*places, signed=False))]


def _best(words: Sequence[Words], names: Sequence[str]) -> list[Words]:
    chosen: dict[tuple[Channel, str], Words] = {}
    for each in sorted((each for each in words if each.variant in names), key=lambda each: names.index(each.variant)):
        chosen.setdefault((each.channel, each.language), each)
    return list(chosen.values())


def freeze_blast(
    session: Session,
    *,
    blast_id: int,
    campaign_id: int,
    campaign_slug: str,
    channels: Sequence[str],
    words: Sequence[Words],
    facts: SharedFacts,
) -> None:
    """Write the renderings of a blast. Raises NothingToSay, CopyMistake or MissingFact; then nothing is written.

    MissingFact too where a link leads to a page that the campaign does not have.
    """
    for channel in channels:
        if not any(each.channel == channel and not each.arm.endswith(SIGNED) for each in words):
            raise NothingToSay(f"no words for {channel}")
    # All of them before the first is written: of words that are mended later nothing has been frozen.
    ready = [(each, freeze_words(each, facts)) for each in words if each.channel in channels]
    check_pages(session, campaign_id, [name for _, frozen in ready for name in frozen.names])
    for each, frozen in ready:
        renderings.add_rendering(
            session,
            blast_id=blast_id,
            channel=each.channel,
            language=each.language,
            arm=each.arm,
            words={
                "subject": frozen.subject,
                "text": frozen.text,
                "html": frozen.html,
                "fingerprint": frozen.fingerprint,
            },
            slots=[[token, slot.name, slot.fallback, in_html] for token, slot, in_html in frozen.slots],
            links=links_for(session, campaign_id, campaign_slug, frozen.names),
        )


def links_for(session: Session, campaign_id: int, campaign_slug: str, names: Iterable[str]) -> dict[str, int]:
    """The rows of links that these placeholders lead through; for a friend's link, the campaign it leads to."""
    targets = {name: link_target(name, campaign_slug) for name in names}
    rows = {name: renderings.link_to(session, campaign_id, target) for name, target in targets.items() if target}
    return rows | {name: campaign_id for name in targets if name == FRIEND_LINK}


def thaw_email(subject: str, text: str, html: str, slots: Sequence[Sequence[object]]) -> RenderedEmail:
    """A frozen email as wording knows it."""
    return RenderedEmail(subject, html, text, "", read_slots(slots))


def read_slots(slots: Sequence[Sequence[object]]) -> tuple[tuple[str, Placeholder, bool], ...]:
    """Slots as kept in the database."""
    return tuple(
        (str(token), Placeholder(str(name), None if fallback is None else str(fallback)), bool(in_html))
        for token, name, fallback, in_html in slots
    )


def words_of_draft(draft: Mapping[str, Mapping[str, Mapping[str, str]]], arm: str = "") -> list[Words]:
    """A manager's own words, as kept on a blast: language, channel, then subject, preheader and body."""
    return [
        Words(
            Channel(channel),
            language,
            "",
            copy.get("subject", ""),
            copy.get("preheader", ""),
            copy.get("body", ""),
            arm,
        )
        for language, channels in draft.items()
        for channel, copy in channels.items()
    ]


Draft = dict[str, dict[str, dict[str, str]]]


def words_of_test(draft: Draft, other: Draft) -> list[Words]:
    """A manager's own words and, for the channels in `other`, both wordings of the test."""
    return [words for arm, copy in wordings_of(draft, other).items() for words in words_of_draft(copy, arm)]
