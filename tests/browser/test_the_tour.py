"""README's five-minute tour, walked in a browser by night and by day, on the sample campaign as it ships."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.cli.running.ports import free_port
from tests.moments import MOMENTS, move_home, wait_in
from tests.running_house import Up, start, until

pytestmark = [pytest.mark.browser, pytest.mark.journey]
CAMPAIGN = "/console/campaigns/azerbaijan-england/"
ANA, ANAS_PHONE = "ana@example.org", "+447700900123"
# Quiet hours are from 21:00 to 08:00 where Ana is.
NIGHT, DAY = MOMENTS["on 29 February"] + timedelta(minutes=1), datetime(2029, 3, 25, 10, tzinfo=UTC)


@pytest.fixture
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Up]:
    """A fresh `touchline up` of its own, at another hour."""
    home = tmp_path / "home"
    running = start(home, free_port(), free_port(), environ=move_home(home, request.param))
    yield running
    assert running.stop() == 0


@pytest.fixture
def ana(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("at", "is_night"), [(NIGHT, True), (DAY, False)], indirect=["at"], ids=["night", "day"])
def test_the_tour_can_be_walked_word_for_word(at: Up, is_night: bool, ana: Page, desk: Page) -> None:
    assert "SecurityWarning" not in at.said
    _sign_up_and_confirm(at, ana)
    _sign_and_text(at, ana)
    _look_at_the_timeline(at, desk)
    _send_a_blast(at, desk, is_night=is_night)
    _answer(at, desk)
    _press_the_whistle(at, desk, is_night=is_night)
    _leave(at, ana)


def _sign_up_and_confirm(up: Up, ana: Page) -> None:
    ana.goto(up.public_url)
    ana.get_by_label("First name").fill("Ana")
    ana.get_by_label("Email address").fill(ANA)
    ana.get_by_label("Mobile number").fill("07700 900123")
    ana.get_by_label("may email me").check()
    ana.get_by_label("may text me").check()
    ana.get_by_role("button", name="Keep me posted").click()

    ana.goto(_follow(up, ANA, "confirm", r"http\S+/confirm/\S+"))
    ana.get_by_role("button", name="Yes, it was me").click()
    ana.get_by_label("the four digits of our text").fill(str(until(lambda: _digits(up))))
    ana.get_by_role("button", name="Confirm my phone").click()
    expect(ana.locator("main")).to_contain_text("Your phone is confirmed too")
    until(lambda: any("You're in" in subject for subject in _subjects(up)))
    until(lambda: any("welcome, Ana" in body for body in _texts(up)))


def _sign_and_text(up: Up, ana: Page) -> None:
    ana.goto(_follow(up, ANA, "You're in", r"http\S+/l/\S+"))
    ana.get_by_label("Your name, as it should stand on the petition").first.fill("Ana Aliyeva")
    ana.get_by_label("Country").first.select_option("GB")
    ana.get_by_role("button", name=re.compile("^Sign")).first.click()
    expect(ana.locator("main")).to_contain_text(re.compile("thank you", re.I))
    for word in ("SIGN", "MORE", "HELP"):
        known = len(_texts(up))
        _text(up, ana, word)
        until(lambda known=known: len(_texts(up)) > known)  # type: ignore[misc]  # bound at once
    _text(up, ana, "Will it be handed over in Baku?")


def _look_at_the_timeline(up: Up, desk: Page) -> None:
    desk.goto(up.sign_in)
    desk.locator("main button").first.click()
    desk.wait_for_url(re.compile("/console/"))
    desk.goto(up.public_url + CAMPAIGN)
    expect(desk.locator("body")).to_contain_text(re.compile(r"(20|21|22):00"))
    desk.get_by_role("link", name="Postpone or move").click()
    desk.get_by_role("button", name="See what will move").click()
    expect(desk.locator("main")).to_contain_text("No message goes out, moves or is left out by it.")
    desk.goto(f"{up.public_url}{CAMPAIGN}stages/half-time/")
    expect(desk.locator("main")).to_contain_text(re.compile("segment"))


def _send_a_blast(up: Up, desk: Page, *, is_night: bool) -> None:
    desk.goto(f"{up.public_url}{CAMPAIGN}blasts/new")
    desk.get_by_label("Title").fill("On the tour")
    desk.get_by_label("Subject", exact=True).fill("On the tour")
    desk.get_by_label("Body, in Markdown").fill("Dear {first_name|friend}, read this.")
    desk.locator("#sms_body").fill("Read this, {first_name|friend}. STOP to end")
    desk.get_by_role("button", name="Look at it before it goes").click()
    expect(desk.locator("#quiet-sms")).to_contain_text("Texts keep quiet hours: none goes between 21:00 and 08:00")
    expect(desk.locator("#quiet-sms")).to_contain_text("wait" if is_night else "It is day now")
    desk.get_by_role("button", name="Send it now").click()

    # It can be taken back for half a minute.
    until(lambda: "On the tour" in _subjects(up))
    if is_night:
        expect(desk.locator("#quiet-sms")).to_contain_text("1 text waits until 08:00 where each supporter is")
        expect(desk.locator("#progress")).to_contain_text("the rest wait, see below")
        assert not any("Read this, Ana" in body for body in _texts(up))
        _see_why_ana_waits(up, desk)
    else:
        until(lambda: any("Read this, Ana" in body for body in _texts(up)))


def _see_why_ana_waits(up: Up, desk: Page) -> None:
    desk.goto(f"{up.public_url}/console/supporters/")
    desk.get_by_role("link", name="Ana", exact=True).click()
    expect(desk.locator("main")).to_contain_text("waits for the end of quiet hours, 01 Mar 08:00 UTC")


def _answer(up: Up, desk: Page) -> None:
    desk.goto(f"{up.public_url}/console/inbox/")
    desk.get_by_role("row", name=re.compile("handed over in Baku")).get_by_role("link").click()
    desk.locator("textarea").first.fill("Yes, to the ministry.")
    desk.get_by_role("button", name=re.compile("Answer|Send", re.I)).first.click()
    until(lambda: any("to the ministry" in body for body in _texts(up)))


def _press_the_whistle(up: Up, desk: Page, *, is_night: bool) -> None:
    database_url = up.environment("DATABASE_URL")
    for deed, words in (("kick-off", "Kick-off"), ("half-time", "Half time"), ("full-time", "Full time")):
        desk.goto(up.public_url + CAMPAIGN)
        if deed == "kick-off":
            desk.get_by_role("link", name=f"{words}…").click()
        else:
            desk.locator("summary", has_text=f"{words}…").click()
            desk.locator(f"form[action$='/{deed}'] button").click()
        # The match of the tour keeps to no clock: each whistle is asked about twice.
        expect(desk.locator("h1")).to_contain_text("before you press")
        desk.locator(f"form[action$='/{deed}'] button").click()
        desk.get_by_role("button", name=re.compile("^Yes, really")).click()
        expect(desk.locator(".flash")).to_contain_text(re.compile("The match is on|Half time|Full time"))
        # One minute after half time, two after full time.
        wait_in(database_url, timedelta(minutes=2))
        if deed == "half-time" and not is_night:
            until(lambda: any("alf time" in body for body in _texts(up)))
    until(lambda: any("ull time" in subject or "0-0" in subject for subject in _subjects(up)))
    if is_night:
        assert not any("alf time" in body or "0-0" in body for body in _texts(up))
    desk.goto(f"{up.public_url}{CAMPAIGN}report/")
    expect(desk.locator("main")).to_contain_text("On the tour")


def _leave(up: Up, ana: Page) -> None:
    _text(up, ana, "STOP")
    # Twilio's own answer to the bare word.
    expect(ana.locator("main")).to_contain_text("Has opted out")
    expect(ana.locator("main")).to_contain_text("unsubscribed")
    known = len(_texts(up))
    _text(up, ana, "START")
    expect(ana.locator("main")).not_to_contain_text("Has opted out")
    until(lambda: len(_texts(up)) > known)


def _digits(up: Up) -> str:
    found = re.search(r"JOIN (\d{4})", " ".join(_texts(up)))
    return found[1] if found else ""


def _text(up: Up, ana: Page, body: str) -> None:
    ana.goto(f"{up.sandbox_url}/phones/{ANAS_PHONE}")
    ana.get_by_label("Text as this person").fill(body)
    ana.get_by_role("button", name="Send").click()


def _follow(up: Up, to: str, subject: str, pattern: str) -> str:
    def find() -> str | None:
        for message in reversed(up.crowd()._messages(to)):
            if subject in str(message["subject"]) and (found := re.search(pattern, str(message["text"]))):
                return found[0]
        return None

    return str(until(find))


def _subjects(up: Up) -> list[str]:
    return [str(message.get("subject")) for message in up.crowd()._messages(ANA)]


def _texts(up: Up) -> list[str]:
    messages = up.crowd()._messages(ANAS_PHONE)
    return [str(message["body"]) for message in messages if str(message["direction"]).startswith("outbound")]
