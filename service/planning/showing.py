"""How words will look to one person and what they will cost: for previews, counters and test-sends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from service.consenting.addresses import BadAddress, normalise
from service.domain.audience import Audience
from service.domain.channel import Channel
from service.domain.fixture import Result, Score
from service.domain.masking import mask_address
from service.domain.notice import NoticeKind
from service.domain.variant import JoinedAt, read_variant
from service.planning.testers import count_test
from service.sending.facts import SharedFacts, shared_facts
from service.sending.freeze import Frozen, Words, freeze_words, links_for
from service.sending.notices import NoticeRequest, ask_notice
from service.sending.personal import VIEW_LINK, Person, PersonalWords
from service.store import Session
from service.store.carried import carried, not_carried
from service.store.queries import audiences, blasts_life, renderings
from service.store.queries.house import write_audit
from service.store.queries.notices import is_asked
from service.store.tables.campaign import Campaign, Fixture
from service.wording.compiled import compile_for
from service.wording.email import FinishedEmail, RenderedEmail
from service.wording.gsm import STAND_INS
from service.wording.placeholders import parse
from service.wording.sms import SmsMeasure, costly_signs, measure, straighten

# What a score is shown as before there is one.
_EXAMPLES = {
    "home_win": Score(2, 1),
    "draw": Score(1, 1),
    "away_win": Score(0, 1),
    "": Score(0, 0),
    str(JoinedAt.LIVE): Score(0, 0),
    str(JoinedAt.AFTER): Score(0, 1),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom words are shown to: only the name and where their clock stands. Links in a preview are nobody's."""

    first_name: str
    time_zone: str = "Europe/London"


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as its reader gets it. `text` is the text, or an email's text part."""

    channel: Channel
    language: str
    variant: str
    text: str
    email: FinishedEmail | None = None
    size: SmsMeasure | None = None
    straightened: tuple[str, ...] = ()
    costly: tuple[str, ...] = ()
    has_example_score: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Where previews are made: the campaign's facts as they stand, and the key that signs links."""

    campaign: Campaign
    fixture: Fixture
    facts: SharedFacts
    key: bytes
    public_url: str


def open_window(session: Session, campaign_id: int, *, key: bytes, public_url: str) -> Window:
    """Read what previews of a campaign need, once."""
    campaign, fixture = blasts_life.campaign_and_fixture(session, campaign_id)
    count = renderings.signature_count(session, campaign_id)
    facts = shared_facts(campaign, fixture, signature_count=count, public_url=public_url)
    return Window(campaign, fixture, facts, key, public_url)


def show(window: Window, words: Words, reader: Reader, *, links: Mapping[str, int] | None = None) -> Shown:
    """One message as this reader would get it. Raises CopyMistake or MissingFact, saying what is wrong with the copy.

    `links`: rows the tracked links lead through; without them they have their true length and lead nowhere.
    """
    frozen = freeze_for(window, words)
    values = values_for(window, words, frozen, reader, links)
    has_example = _needs_example(window, words)
    if words.channel is Channel.SMS:
        text = compile_for(parse(frozen.text), {}).text(values)
        changes = tuple(str(change) for change in straighten(words.body).changes)
        return Shown(
            words.channel,
            words.language,
            words.variant,
            text,
            size=measure(text),
            straightened=changes,
            costly=tuple(sign for sign in costly_signs(text) if sign not in STAND_INS),
            has_example_score=has_example,
        )
    email = RenderedEmail(frozen.subject, frozen.html, frozen.text, "", frozen.slots).for_one(values)
    return Shown(words.channel, words.language, words.variant, email.text, email, has_example_score=has_example)


def send_test(
    session: Session, window: Window, words: Words, reader: Reader, to: str, *, actor: str, now: datetime, key: str = ""
) -> str:
    """Ask for one message to be sent to one tester for trial, once for each key; the address as we write it.

    Its links open the pages and count for nobody. Nudge sending.send_notices after the commit. Raises BadAddress,
    TesterRefused, CopyMistake, MissingFact.
    """
    if words.channel not in carried(session):
        raise BadAddress(words.channel, not_carried(words.channel), "another channel")
    address = normalise(words.channel, to)
    frozen = freeze_for(window, words)
    shown = show(
        window, words, reader, links=links_for(session, window.campaign.id, window.campaign.slug, _tracked(frozen))
    )
    facts = {"body": shown.text}
    if shown.email is not None:
        subject, html = f"[Test] {shown.email.subject}", shown.email.html
        facts = {"subject": subject, "html": html, "text": shown.email.text, "sent_by": actor}
    # The same words to the same address under one key are one test, however often the button is pressed.
    once = f"test:{actor}:{key or now.isoformat()}:{_digest(address, facts)}"
    if is_asked(session, once):
        return address
    if tester := count_test(session, words.channel, address, actor=actor, now=now):
        facts |= {"tester_id": str(tester.id), "turn": str(tester.ask_count)}
    request = NoticeRequest(
        kind=NoticeKind.TEST_EMAIL if shown.email else NoticeKind.TEST_SMS,
        channel=words.channel,
        to_address=address,
        dedupe_key=once,
        facts=facts,
        campaign_id=window.campaign.id,
        created_by=actor,
    )
    ask_notice(session, request, now=now)
    details = {
        "channel": str(words.channel),
        "to": mask_address(words.channel, address),
        "words": frozen.fingerprint[:16],
    }
    subject_of_audit = f"campaign {window.campaign.id}"
    write_audit(session, at=now, actor=actor, deed="test sent", subject=subject_of_audit, details=details)
    return address


def _digest(address: str, facts: Mapping[str, str]) -> str:
    return sha256(json.dumps([address, dict(facts)], sort_keys=True).encode()).hexdigest()[:16]


def audience_counts(
    session: Session, campaign_id: int, channels: Sequence[Channel], audience: Audience
) -> dict[Channel, int]:
    """How many people these rules would reach now, per channel; nobody where nobody carries it."""
    return {
        channel: audiences.count_audience(session, campaign_id, channel, audience) if channel in carried(session) else 0
        for channel in channels
    }


def cost(window: Window, channel: Channel, people: int, *, segments: int = 1) -> int:
    """What reaching so many costs, in ten-thousandths of a unit of the campaign's currency."""
    if channel is Channel.SMS:
        return people * segments * window.campaign.segment_price
    return people * window.campaign.email_price_per_thousand // 1000


def freeze_for(window: Window, words: Words) -> Frozen:
    """The words with everything shared in place. Raises CopyMistake or MissingFact."""
    return freeze_words(words, _facts(window, words))


def _facts(window: Window, words: Words) -> SharedFacts:
    """The facts as they stand; words that wait for a score, or for one result, are shown with an example."""
    place = read_variant(words.variant).place
    return (
        replace(window.facts, score=_EXAMPLES.get(place, Score(0, 0)))
        if _needs_example(window, words)
        else window.facts
    )


def _needs_example(window: Window, words: Words) -> bool:
    known, place = window.facts.score, read_variant(words.variant).place
    if known is None:
        # The band of a welcome to a match that is on shows the score, whether or not its words do.
        return _names_score(words) or place in {JoinedAt.LIVE, JoinedAt.AFTER}
    return place in set(Result) and place != known.result


def _names_score(words: Words) -> bool:
    return any(name in words.body + words.subject + words.preheader for name in ("{score", "{result"))


def _tracked(frozen: Frozen) -> list[str]:
    untracked = {"leave_link", "preferences_link", VIEW_LINK}
    return [name for name in frozen.names if "link" in name and name not in untracked]


def values_for(
    window: Window, words: Words, frozen: Frozen, reader: Reader, links: Mapping[str, int] | None = None
) -> dict[str, str]:
    """What is put in for this reader; the links are of their true length and nobody's."""
    personal = PersonalWords(
        key=window.key,
        public_url=window.public_url,
        blast_id=0,
        channel=words.channel,
        language=words.language,
        kick_off_at=window.fixture.kick_off_at,
        links=dict.fromkeys(_tracked(frozen), 0) | dict(links or {}),
    )
    # Nobody's links: a preview that is forwarded must not sign, or leave, in anybody's name.
    return personal.values(frozen.names, Person(0, reader.first_name, reader.time_zone))
