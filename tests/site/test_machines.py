"""People's clicks count, whatever their phone is called; what nobody pressed does not."""

import pytest

from service.web.site.machines import is_machine

ANDROID = "Mozilla/5.0 (Linux; Android 12; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
PERSON = ANDROID.format("Pixel 8")


@pytest.mark.parametrize(
    "name",
    [
        PERSON,
        ANDROID.format("CUBOT X30"),
        ANDROID.format("CUBOT_X18_Plus"),
        ANDROID.format("CUBOT"),
        ANDROID.format("KINGKONG MINI 3 Build/CUBOT"),
        ANDROID.format("Scanner 5"),
        ANDROID.format("Preview X") + " QRScanner/1.2",
        IPHONE.format("Version/18.1 Mobile/15E148 Safari/604.1"),
        IPHONE.format("Mobile/15E148 Instagram 300.0"),
        IPHONE.format("Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]"),
        "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Chrome/120 Electron/28 Slack/4.36 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        "Mozilla/5.0 (Linux; U; Android 4.4; Telegram) AppleWebKit/534 Mobile Safari",
    ],
)
def test_a_person_s_click_counts(name: str) -> None:
    assert not is_machine("GET", {"User-Agent": name})


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "SomeScanner bot",
        "AcmeBot/2.0",
        "SafeLinks-bot",
        "Mozilla/5.0 (compatible; SomethingNew/1.0; +https://example.org/why)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)",
        "Microsoft Office Existence Discovery",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "BarracudaCentral",
        "Mimecast",
        "curl/8.5.0",
        "python-requests/2.32",
        "Go-http-client/1.1",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36",
    ],
)
def test_a_scanner_or_a_preview_does_not(name: str) -> None:
    assert is_machine("GET", {"User-Agent": name})


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
        {"Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Dest": "empty"},
    ],
)
def test_what_a_browser_fetches_ahead_of_a_press_does_not_count(header: dict[str, str]) -> None:
    assert is_machine("GET", {"User-Agent": PERSON, **header})


def test_asking_only_for_the_head_does_not_count() -> None:
    assert is_machine("HEAD", {"User-Agent": PERSON})


def test_a_press_as_browsers_announce_it_counts() -> None:
    assert not is_machine("GET", {"User-Agent": PERSON, "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"})
