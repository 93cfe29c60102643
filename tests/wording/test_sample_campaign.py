"""Everything the sample campaign says can be said to each of the cast, with nothing left unfilled."""

import re

import pytest

from service.domain.channel import Channel
from service.domain.fixture import Result, Score
from service.domain.stage import Anchor
from service.domain.variant import JoinedAt, places_at, read_variant
from service.sending.freeze import Words, choose_words
from service.wording.campaign_files import BriefingFile, CampaignFiles, CopyFile, StageFile
from service.wording.campaign_reader import read_campaign
from service.wording.compiled import compile_for
from service.wording.email import EmailCopy, EmailFrame, render_email
from service.wording.pages import page_html
from service.wording.placeholders import literals, parse
from service.wording.service_messages import KEYWORD_FACTS
from service.wording.shelf import TEMPLATES
from service.wording.sms import Encoding, measure, straighten
from service.wording.times import count_words, kick_off_words

CAMPAIGN: CampaignFiles = read_campaign(TEMPLATES / "campaigns" / "azerbaijan-england")
COPIES = [(stage, copy) for stage in CAMPAIGN.stages for copy in stage.copies]
NAMES = [f"{stage.slug}-{copy.channel}{'-' * bool(copy.variant)}{copy.variant}" for stage, copy in COPIES]
LINK = "https://touchline.example.org/l/" + "a" * 32
CAST = {"Ana": "Europe/London", "Bilal": "Asia/Baku", "": "America/New_York"}
SCORES = {"": Score(0, 1), "home_win": Score(2, 1), "draw": Score(1, 1), "away_win": Score(0, 1)}


def values_for(name: str) -> dict[str, str]:
    day, clock = kick_off_words(CAMPAIGN.fixture.kick_off, CAST[name], "en")
    links = ["petition_link", "share_link", "friend_link", "leave_link", "preferences_link", "view_link"]
    links += [f"briefing_link:{briefing.slug}" for briefing in CAMPAIGN.briefings]
    return {"first_name": name, "kick_off": day, "kick_off_time": clock} | dict.fromkeys(links, LINK)


def facts_at(stage: StageFile, variant: str) -> dict[str, str]:
    """What is known when the stage comes due, and no more."""
    fixture = CAMPAIGN.fixture
    facts = {
        **KEYWORD_FACTS,
        "home": fixture.home,
        "away": fixture.away,
        "venue": fixture.venue,
        "organisation": CAMPAIGN.organisation,
        "campaign": CAMPAIGN.title,
        "campaign_link": "https://touchline.example.org/azerbaijan-england/",
        "signature_count": count_words(12345, "en"),
    }
    if stage.timing.anchor in {Anchor.HALF_TIME, Anchor.FULL_TIME}:
        facts["score"] = str(SCORES.get(read_variant(variant).place, Score(0, 1)))
    if stage.timing.anchor is Anchor.SIGN_UP and read_variant(variant).place:
        facts["score"] = "0-1"
    return facts


@pytest.mark.parametrize(("stage", "copy"), COPIES, ids=NAMES)
@pytest.mark.parametrize("name", CAST)
def test_every_word_can_be_said_to_each_of_the_cast(stage: StageFile, copy: CopyFile, name: str) -> None:
    facts = facts_at(stage, copy.variant)

    if copy.channel is Channel.SMS:
        said = compile_for(parse(copy.body), facts).fill(values_for(name))
    else:
        email_copy = EmailCopy(parse(copy.subject), parse(copy.preheader), parse(copy.body))
        file = CAMPAIGN.fixture
        frame = EmailFrame(
            "en",
            CAMPAIGN.organisation,
            CAMPAIGN.title,
            file.home,
            file.away,
            file.competition,
            file.venue,
            CAMPAIGN.postal_address,
            CAMPAIGN.privacy_url,
            facts.get("score", ""),
            facts,
        )
        email = render_email(email_copy, frame).for_one(values_for(name))
        assert email.subject
        assert len(email.subject) <= 70
        said = email.subject + email.text
        assert not re.search(r"-tl_|\{\w", email.html.replace("{ ", ""))
    assert not re.search(r"-tl_|[{}]|\bNone\b|  ", said)


@pytest.mark.parametrize(
    ("stage", "copy"),
    [pair for pair in COPIES if pair[1].channel is Channel.SMS],
    ids=[name for name in NAMES if "-sms" in name],
)
def test_every_text_is_cheap_says_who_it_is_from_and_how_to_leave(stage: StageFile, copy: CopyFile) -> None:
    facts = facts_at(stage, copy.variant)
    said = compile_for(parse(copy.body), facts).fill(values_for("Bilal"))

    measured = measure(said)

    assert straighten(copy.body).changes == ()
    assert (measured.encoding, measured.segments) in {(Encoding.GSM_7, 1), (Encoding.GSM_7, 2)}, said
    assert CAMPAIGN.organisation in said
    assert "STOP" in said


@pytest.mark.parametrize("briefing", CAMPAIGN.briefings, ids=lambda briefing: briefing.slug)
def test_every_briefing_is_a_page_that_says_where_its_facts_come_from(briefing: BriefingFile) -> None:
    page = page_html(briefing.body, {"petition_link": "/azerbaijan-england/petition"})

    assert "11 October 2004" in briefing.source
    assert "Amnesty International" in literals(parse(briefing.body))
    assert 'class="button" href="/azerbaijan-england/petition"' in page


@pytest.mark.parametrize(
    "copy",
    [copy for stage, copy in COPIES if stage.slug == "welcome"],
    ids=lambda copy: f"{copy.channel}{copy.variant}",
)
def test_the_welcome_promises_nothing_that_came_before(copy: CopyFile) -> None:
    assert "we will send you five" not in copy.body
    assert "only about what becomes" not in copy.body


ABOUT_THE_PETITION = re.compile(r"petition|\bsign|signature|your name|next name", re.IGNORECASE)
ASKS_TO_SIGN = re.compile(
    r"petition_link|keyword_sign|\bsign\b|add your name|one more:|two names|next name|will you|first to sign",
    re.IGNORECASE,
)


def said_at(stage: StageFile, *places: str) -> list[Words]:
    """The words of a stage for whoever has signed and for all others, as things stand."""
    written = [
        Words(copy.channel, copy.language, copy.variant, copy.subject, copy.preheader, copy.body)
        for copy in stage.copies
    ]
    return choose_words(written, *places)


def standings(stage: StageFile) -> list[tuple[str, ...]]:
    """Every way things can stand at a stage's moment while the petition is closed."""
    if stage.timing.anchor is Anchor.SIGN_UP:
        return [(JoinedAt.CLOSED, place) for place in ("", *JoinedAt)]
    results = [*Result] if stage.timing.anchor is Anchor.FULL_TIME else [None]
    return [places_at(result, has_closed=True) for result in results]


def whole(words: Words) -> str:
    return "\n".join((words.subject, words.preheader, words.body))


@pytest.mark.parametrize("stage", CAMPAIGN.stages, ids=lambda stage: stage.slug)
def test_nobody_is_asked_to_sign_a_petition_that_has_closed(stage: StageFile) -> None:
    said = [words for places in standings(stage) for words in said_at(stage, *places)]

    assert {words.channel for words in said} == set(stage.channels)
    for words in said:
        assert not ASKS_TO_SIGN.search(whole(words)), f"{words.channel} {words.variant}: {whole(words)}"


@pytest.mark.parametrize("stage", CAMPAIGN.stages, ids=lambda stage: stage.slug)
def test_whatever_speaks_of_the_petition_has_words_for_when_it_has_closed(stage: StageFile) -> None:
    speaks = {
        (copy.channel, read_variant(copy.variant).signed)
        for copy in stage.copies
        if ABOUT_THE_PETITION.search(f"{copy.subject} {copy.preheader} {copy.body}")
    }

    closed = {
        (copy.channel, read_variant(copy.variant).signed)
        for copy in stage.copies
        if read_variant(copy.variant).place == JoinedAt.CLOSED
    }
    assert speaks <= closed
