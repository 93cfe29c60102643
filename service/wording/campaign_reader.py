"""A campaign's folder, read whole or not at all: every mistake found is told with its file and line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS

from service.domain.channel import Channel
from service.domain.lengths import LINE, SUMMARY, WORDS
from service.domain.petition import Asks
from service.domain.quiet import QuietHours
from service.wording.campaign_copies import read_briefings, read_petition_words, read_stage_copies
from service.wording.campaign_files import (
    CampaignFiles,
    CampaignMistakes,
    FixtureFile,
    FrequencyCap,
    Mistake,
    PetitionFile,
    Prices,
    Sender,
)
from service.wording.campaign_stages import read_stages
from service.wording.headed_files import LANGUAGE, find_files, languages_in, read_text
from service.wording.sms import straighten_quotes
from service.wording.toml_tables import Table, TomlFile

# Words a campaign cannot have for itself: ours, and those that the providers act on.
RESERVED_WORDS = frozenset(
    {
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        *("START", "UNSTOP", "YES", "HELP", "INFO", "JOIN", "SIGN", "MORE"),
    }
)
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_LONGEST_RECEIPT = 160
_SOON = datetime(2026, 1, 1, tzinfo=UTC)


def read_campaign(folder: Path) -> CampaignFiles:
    """Read a campaign's folder. Raises CampaignMistakes with everything that is wrong in it."""
    mistakes: list[Mistake] = []
    text = read_text(folder / "campaign.toml", "campaign.toml", mistakes)
    if text is None:
        raise CampaignMistakes(mistakes)
    toml = TomlFile("campaign.toml", text, mistakes)
    if mistakes:
        raise CampaignMistakes(mistakes)
    campaign = _read(folder, toml)
    if mistakes:
        raise CampaignMistakes(mistakes)
    return campaign


def _read(folder: Path, toml: TomlFile) -> CampaignFiles:
    root = toml.root()
    mistakes = toml.mistakes
    language = root.matching("language", LANGUAGE.pattern, "a language, such as en or az", default="en") or "en"
    languages = languages_in(folder, language)
    files = list(find_files(folder, language, mistakes))
    briefings = read_briefings(root, [file for file in files if file.kind == "briefings"], language)
    has_petition = root.value("petition") is not None
    stages = read_stages(toml)
    copies = [file for file in files if file.kind != "briefings"]
    known = frozenset(briefing.slug for briefing in briefings)
    campaign = CampaignFiles(
        slug=root.slug("slug"),
        title=root.text("title"),
        summary=root.text("summary", most=SUMMARY),
        organisation=root.text("organisation"),
        language=language,
        postal_address=root.text("postal_address", most=SUMMARY),
        privacy_url=root.matching("privacy_url", r"https?://\S+", "an address that begins with https://"),
        sender=_sender(toml),
        fixture=_fixture(toml),
        consents=_consents(toml, languages),
        keywords=_keywords(toml, known),
        quiet_hours=_quiet_hours(toml),
        prices=_prices(toml),
        frequency_cap=_frequency_cap(toml),
        receipt=_receipt(toml),
        countries=_countries(root),
        approval_above=_approval_above(root),
        stages=read_stage_copies(toml, stages, copies, known, has_petition=has_petition),
        briefings=briefings,
        petition=_petition(toml, folder, languages) if has_petition else None,
    )
    root.asked |= {"sender", "fixture", "consent", "keywords", "quiet_hours", "prices", "stages", "petition"}
    root.asked |= {"frequency_cap", "replies"}
    root.finish()
    return campaign


def _approval_above(root: Table) -> int | None:
    value = root.value("approval_above")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1_000_000_000):
        return None if value is None else int(value)
    root.mistake("approval_above", f"approval_above = {value!r}", "a number of people of 1 or more")
    return None


def _countries(root: Table) -> tuple[str, ...]:
    value = root.value("countries")
    if value is None:
        return ()
    codes = value if isinstance(value, list) else [value]
    for code in codes:
        if code not in SUPPORTED_REGIONS:
            root.mistake("countries", f"the country {code!r}", 'two-letter countries, such as countries = ["GB", "IE"]')
    return tuple(str(code) for code in codes if code in SUPPORTED_REGIONS)


def _sender(toml: TomlFile) -> Sender:
    table = toml.table("sender")
    email = table.matching("email", _EMAIL, "an address such as news@example.org")
    sender = Sender(
        email,
        table.text("name"),
        table.matching("reply_to", _EMAIL, "an address such as answers@example.org", default=email),
    )
    table.finish()
    return sender


def _fixture(toml: TomlFile) -> FixtureFile:
    table = toml.table("fixture")
    fixture = FixtureFile(
        slug=table.slug("slug"),
        home=table.text("home"),
        away=table.text("away"),
        venue=table.text("venue"),
        competition=table.text("competition"),
        time_zone=table.text("time_zone", expected='a time zone, such as "Asia/Baku"'),
        kick_off=table.moment("kick_off") or _SOON,
    )
    if fixture.time_zone and fixture.time_zone not in available_timezones():
        table.mistake("time_zone", f"no such time zone: {fixture.time_zone}", 'one such as "Asia/Baku"')
    table.finish()
    return fixture


def _consents(toml: TomlFile, languages: list[str]) -> dict[str, dict[Channel, str]]:
    consents: dict[str, dict[Channel, str]] = {}
    for language in languages:
        table = toml.table(f"consent.{language}")
        consents[language] = {channel: table.text(channel, most=WORDS) for channel in Channel}
        table.finish()
    outer = toml.table("consent", needed=False)
    outer.asked |= set(languages)
    outer.finish()
    return consents


def _keywords(toml: TomlFile, briefings: frozenset[str]) -> dict[str, str]:
    table = toml.table("keywords", needed=False)
    for word in table.raw:
        if word in RESERVED_WORDS:
            table.mistake(word, f"{word} has a meaning already", "another word")
        elif not (word.isalnum() and word.isupper() and len(word) <= 20):
            table.mistake(word, f"the keyword {word!r}", "one word in capitals, such as VOTE")
    keywords = {word: table.text(word, expected="the slug of a briefing") for word in table.raw}
    for word, slug in keywords.items():
        if slug and slug not in briefings:
            table.mistake(word, f"no such briefing: {slug}", f"one of {', '.join(sorted(briefings))}")
    return keywords


def _quiet_hours(toml: TomlFile) -> dict[Channel, QuietHours]:
    hours: dict[Channel, QuietHours] = {}
    outer = toml.table("quiet_hours", needed=False)
    outer.asked |= set(Channel)
    for channel in Channel:
        if channel not in outer.raw:
            continue
        table = toml.table(f"quiet_hours.{channel}")
        begin, end = table.clock("from"), table.clock("until")
        table.finish()
        if begin and end and begin == end:
            table.mistake("until", "quiet all day", "an end that differs from the beginning")
        elif begin and end:
            hours[channel] = QuietHours(begin, end)
    outer.finish()
    return hours


def _frequency_cap(toml: TomlFile) -> FrequencyCap | None:
    table = toml.table("frequency_cap", needed=False)
    if table.is_absent:
        return None
    cap = FrequencyCap(table.whole("messages", least=1), table.span("within", default="1d"))
    if cap.within <= timedelta(0):
        table.mistake("within", "no time at all", "a span such as 1d")
    table.finish()
    return cap


def _receipt(toml: TomlFile) -> str:
    table = toml.table("replies", needed=False)
    receipt = straighten_quotes(table.text("receipt", default="", most=WORDS))
    if "\n" in receipt or "{" in receipt or "}" in receipt:
        table.mistake("receipt", "a receipt with placeholders or several lines", "one line of plain words")
    elif len(receipt) > _LONGEST_RECEIPT:
        found = f"a receipt of {len(receipt)} characters"
        table.mistake("receipt", found, f"at most {_LONGEST_RECEIPT}, which is one text")
    table.finish()
    return receipt


def _prices(toml: TomlFile) -> Prices:
    table = toml.table("prices")
    prices = Prices(
        table.matching("currency", "[A-Z]{3}", "three capitals, such as GBP"),
        table.price("segment"),
        table.price("thousand_emails"),
    )
    table.finish()
    return prices


def _petition(toml: TomlFile, folder: Path, languages: list[str]) -> PetitionFile:
    table = toml.table("petition")
    petition = PetitionFile(
        table.text("addressee", most=LINE),
        table.whole("goal", least=1),
        read_petition_words(folder, languages, toml.mistakes),
        table.choice("asks", Asks, Asks.NOTHING) or Asks.NOTHING,
    )
    table.finish()
    return petition
