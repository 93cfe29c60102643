"""Kick-off is told in the supporter's own time and language."""

from datetime import UTC, datetime

from service.wording.times import count_words, kick_off_words

KICK_OFF = datetime(2004, 10, 13, 17, 0, tzinfo=UTC)


def test_kick_off_is_told_in_the_supporters_own_time() -> None:
    assert kick_off_words(KICK_OFF, "Asia/Baku", "en") == ("Wed 13 Oct, 10:00 pm", "10:00 pm")
    assert kick_off_words(KICK_OFF, "Europe/London", "en-GB") == ("Wed 13 Oct, 6:00 pm", "6:00 pm")


def test_other_languages_have_their_own_ways() -> None:
    day, clock = kick_off_words(KICK_OFF, "Asia/Baku", "az")

    assert clock == "22:00"
    assert day.endswith(", 22:00")
    assert "13" in day


def test_an_unknown_time_zone_is_told_in_utc_and_says_so() -> None:
    assert kick_off_words(KICK_OFF, "Mars/Olympus", "en") == ("Wed 13 Oct, 5:00 pm UTC", "5:00 pm UTC")


def test_numbers_have_their_thousands_parted() -> None:
    assert count_words(12345, "en") == "12,345"
    assert count_words(12345, "nonsense") == "12,345"
