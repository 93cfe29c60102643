"""A campaign's folder is read whole, or every mistake in it is told with its file and line."""

import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.channel import Channel
from service.domain.stage import Anchor
from service.wording.campaign_files import CampaignMistakes, FrequencyCap
from service.wording.campaign_reader import read_campaign
from service.wording.campaign_writer import write_campaign
from service.wording.durations import parse_span, write_span
from service.wording.shelf import TEMPLATES

SAMPLE = TEMPLATES / "campaigns" / "azerbaijan-england"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "campaign"))


def mistakes_in(folder: Path) -> list[str]:
    with pytest.raises(CampaignMistakes) as caught:
        read_campaign(folder)
    return [str(mistake) for mistake in caught.value.mistakes]


def edit(folder: Path, name: str, old: str, new: str) -> int:
    """Change the first place where `old` stands, and say on which line that was."""
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_sample_campaign_is_read_whole() -> None:
    campaign = read_campaign(SAMPLE)

    assert campaign.fixture.kick_off == datetime(2004, 10, 13, 17, 0, tzinfo=UTC)
    assert [briefing.position for briefing in campaign.briefings] == [1, 2, 3, 4, 5]
    half_time = next(stage for stage in campaign.stages if stage.slug == "half-time")
    assert half_time.timing.anchor is Anchor.HALF_TIME
    assert half_time.timing.stale_after == timedelta(minutes=14)
    full_time = next(stage for stage in campaign.stages if stage.slug == "full-time")
    assert {copy.variant for copy in full_time.copies} == {
        "home_win",
        "draw",
        "away_win",
        "signed",
        "closed",
        "closed.signed",
    }
    welcome = next(stage for stage in campaign.stages if stage.slug == "welcome")
    assert {copy.variant for copy in welcome.copies} == {
        *("", "live", "after", "closed"),
        *("signed", "live.signed", "after.signed", "closed.signed"),
    }
    assert campaign.prices.segment == 412
    assert campaign.petition
    assert campaign.petition.goal == 10_000


def test_a_campaign_written_out_is_read_the_same_again(tmp_path: Path) -> None:
    campaign = read_campaign(SAMPLE)

    write_campaign(campaign, tmp_path / "export")

    assert read_campaign(tmp_path / "export") == campaign


def test_a_stage_s_own_hour_and_limit_are_read_and_written_back(folder: Path, tmp_path: Path) -> None:
    edit(folder, "campaign.toml", 'slug = "election"\n', 'slug = "election"\nlocal_time = 09:00:00\ncap = 3\n')

    campaign = read_campaign(folder)
    write_campaign(campaign, tmp_path / "export")

    stage = next(stage for stage in campaign.stages if stage.slug == "election")
    assert (stage.local_time, stage.cap) == (time(9, 0), 3)
    assert campaign.frequency_cap == FrequencyCap(12, timedelta(days=1))
    assert read_campaign(tmp_path / "export") == campaign


def test_from_how_many_on_a_second_person_is_asked_is_read_and_written_back(folder: Path, tmp_path: Path) -> None:
    edit(folder, "campaign.toml", "language =", "approval_above = 200\nlanguage =")

    campaign = read_campaign(folder)
    write_campaign(campaign, tmp_path / "export")

    assert campaign.approval_above == 200
    assert read_campaign(tmp_path / "export") == campaign


def test_a_further_language_is_a_folder_beside_the_first(folder: Path) -> None:
    (folder / "az" / "sms").mkdir(parents=True)
    (folder / "az" / "sms" / "half-time.txt").write_text("{home} {score} {away}. {keyword_sign}", "utf-8")
    edit(folder, "campaign.toml", "[keywords]", '[consent.az]\nemail = "Bəli"\nsms = "Bəli"\n\n[keywords]')

    campaign = read_campaign(folder)

    half_time = next(stage for stage in campaign.stages if stage.slug == "half-time")
    assert {(copy.channel, copy.language) for copy in half_time.copies} == {
        (Channel.SMS, "en"),
        (Channel.SMS, "az"),
    }
    write_campaign(campaign, folder.parent / "again")
    assert read_campaign(folder.parent / "again") == campaign


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("campaign.toml", 'anchor = "half_time"', 'anchor = "halftime"', "anchor = 'halftime'; expected one of"),
        ("campaign.toml", 'offset = "-3h"', 'offset = "3 hours"', "expected a span of time, such as 2h"),
        ("campaign.toml", "goal = 10000", 'goal = "many"', "goal = 'many'; expected a whole number, 1 or more"),
        ("campaign.toml", '"Asia/Baku"', '"Asia/Bako"', "no such time zone: Asia/Bako"),
        ("campaign.toml", "17:00:00+00:00", "17:00:00", "expected a date and time with its offset"),
        ("campaign.toml", 'title = "Half time"', 'titel = "Half time"', "no such key in [stages]: titel"),
        ("campaign.toml", "not_signed", "not_singed", "no such rule"),
        ("campaign.toml", "{ signed = true }", '{ received = "nowhere" }', "no such stage: nowhere"),
        ("campaign.toml", 'ELECTION = "election-2003"', 'ELECTION = "x"', "no such briefing: x"),
        ("campaign.toml", "PLAY =", "YES =", "YES has a meaning already"),
        ("campaign.toml", '["sms"]', '["fax"]', "the channel 'fax'; expected one of email, sms"),
        ("campaign.toml", 'slug = "thank-you"', 'slug = "welcome"', "a second stage 'welcome'"),
        ("campaign.toml", "segment = 0.0412", "segment = -1", "expected a price such as 0.0412"),
        ("campaign.toml", "language =", "approval_above = 0\nlanguage =", "expected a number of people of 1 or more"),
        ("campaign.toml", "messages = 12", "messages = 0", "expected a whole number, 1 or more"),
        ("campaign.toml", 'stale_after = "1d"', 'local_time = 09:00:00\nstale_after = "1d"', "a welcome at a later"),
        ("campaign.toml", "language =", "language", "not TOML"),
        ("campaign.toml", 'offset = "-3h"', 'offset = "-400d"', "more than a year; expected a span of a year at most"),
        ("campaign.toml", 'stale_after = "1d"', 'stale_after = "367d"', "more than a year; expected a span of a year"),
        ("campaign.toml", 'title = "Half time"', f'title = "{"x" * 121}"', "it has 121 characters; 120 at most"),
        ("campaign.toml", 'organisation = "', f'organisation = "{"x" * 500}', "organisation is too long"),
        ("email/crackdown.md", "Subject:", f"Subject: {'x' * 200}", "Subject is too long"),
        ("email/crackdown.md", "Preheader:", f"Preheader: {'x' * 200}", "Preheader is too long"),
        ("briefings/defenders.md", "Title:", f"Title: {'x' * 200}", "200 at most; expected a shorter Title"),
        ("campaign.toml", "campaign@example.org", "campaign", "expected an address such as news@example.org"),
        ("email/welcome.md", "{kick_off}", "{kickof}", "no such placeholder: {kickof} (column "),
        ("email/match-day.md", "{kick_off_time}** your", "{score}** your", "{score} before it can be known"),
        ("email/crackdown.md", "briefing_link:crackdown", "briefing_link:crack", "no such briefing: crack"),
        ("email/election.md", "Preheader:", "Prehaeder:", "expected Subject: …, Preheader: …, then a blank line"),
        ("sms/half-time.txt", "{away}", "{away", "a { that is never closed"),
        ("briefings/defenders.md", "Amnesty International reports", "{venu} reports", "no such placeholder: {venu}"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(folder: Path, name: str, old: str, new: str, told: str) -> None:
    line = edit(folder, name, old, new)

    mistakes = mistakes_in(folder)

    found = [mistake for mistake in mistakes if told in mistake]
    assert found, mistakes
    assert found[0].startswith(f"{name}:{line}:")


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    edit(folder, "campaign.toml", "goal = 10000", "goal = 0")
    edit(folder, "email/welcome.md", "Subject:", "Sujbect:")
    (folder / "sms" / "extra-time.txt").write_text("Extra time", "utf-8")
    for name in ("thank-you.md", "thank-you.closed.md"):
        (folder / "email" / name).unlink()
    (folder / "notes.doc").write_text("x", "utf-8")

    mistakes = mistakes_in(folder)

    for told in (
        "goal = 0; expected a whole number, 1 or more",
        "email/welcome.md:1: ",
        "sms/extra-time.txt:1: no stage 'extra-time'",
        "no words for email; expected a file email/thank-you.md",
        "notes.doc:1: a stray notes.doc",
    ):
        assert any(told in mistake for mistake in mistakes), (told, mistakes)


def test_words_for_one_result_only_need_the_others(folder: Path) -> None:
    (folder / "sms" / "full-time.draw.txt").unlink()

    assert any("no sms for some results" in mistake for mistake in mistakes_in(folder))


def test_a_file_that_is_not_utf8_is_told_with_its_line(folder: Path) -> None:
    (folder / "sms" / "half-time.txt").write_bytes(b"one\ncaf\xe9")

    assert any("sms/half-time.txt:2: byte 0xe9" in mistake for mistake in mistakes_in(folder))


def test_a_folder_without_a_campaign_says_what_is_missing(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path) == ["campaign.toml:1: no such file; expected a file campaign.toml"]


def test_an_empty_campaign_file_names_everything_it_needs(tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text("", "utf-8")

    mistakes = mistakes_in(tmp_path)

    for needed in ("slug", "title", "organisation", "[sender]", "[fixture]", "[consent.en]", "[prices]", "stages"):
        assert any(needed in mistake for mistake in mistakes), needed


@given(st.integers(-9000, 9000))
def test_a_span_written_out_is_read_the_same_again(minutes: int) -> None:
    span = timedelta(minutes=minutes)

    assert parse_span(write_span(span)) == span


@pytest.mark.parametrize("words", ["", "h", "2", "1h2d", "--1h", "1.5h", "99999d", "2 h", "-"])
def test_what_is_not_a_span_is_refused(words: str) -> None:
    assert parse_span(words) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("email/welcome.during.md", "one of abandoned, after, closed, live, postponed, signed"),
        ("email/welcome.draw.md", 'a stage with anchor = "full_time"'),
        ("email/election.live.md", 'a stage with anchor = "sign_up"'),
        ("email/full-time.unsigned.md", "one of away_win, closed, draw, home_win, signed"),
    ],
)
def test_words_for_what_never_is_are_a_mistake_that_names_what_there_is(folder: Path, name: str, why: str) -> None:
    (folder / name).write_text("Subject: Hello\n\nWords.\n", "utf-8")

    assert any(name in mistake and why in mistake for mistake in mistakes_in(folder))


def test_a_welcome_for_signers_is_written_for_each_way_the_match_stands(folder: Path) -> None:
    (folder / "email" / "welcome.live.signed.md").unlink()

    (mistake,) = mistakes_in(folder)

    assert "a file email/welcome.live.signed.md" in mistake


def test_a_welcome_knows_the_score_only_when_the_match_is_on_or_over(folder: Path) -> None:
    line = edit(folder, "email/welcome.md", "Thank you for joining.", "It stands {score}.")

    (mistake,) = mistakes_in(folder)

    assert f"email/welcome.md:{line}" in mistake
    assert "{score} before it can be known" in mistake
