"""An email is rendered once for everybody, safe in every part, and readable in every mailbox."""

import html.parser
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.wording.colours import CONTRASTING, PALETTE
from service.wording.email import EmailCopy, EmailFrame, RenderedEmail, render_email
from service.wording.markdown import Button, Words, to_blocks, to_html, to_text
from service.wording.pages import page_html
from service.wording.placeholders import MissingFact, parse

VALUES = {
    "first_name": "Ana",
    "kick_off": "Wed 13 Oct, 5:00 pm",
    "petition_link": "https://example.org/l/petition",
    "share_link": "https://example.org/l/share",
    "leave_link": "https://example.org/leave/t",
    "preferences_link": "https://example.org/preferences/t",
    "view_link": "https://example.org/view/t",
    "briefing_link:should-england-play": "https://example.org/l/briefing",
}
FACTS = {"home": "Azerbaijan", "away": "England", "venue": "Tofiq Bahramov Stadium, Baku", "score": "0-1"}
BODY = """Hello {first_name|friend},

Read {briefing_link:should-england-play} before **{home}** play.

[Sign the petition]({petition_link})
"""


def make_email(
    body: str = BODY, *, subject: str = "{home} v {away}", facts: dict[str, str] | None = None, score: str = ""
) -> RenderedEmail:
    frame = EmailFrame(
        language="en",
        organisation="Fair Play & Rights",
        campaign="Baku",
        home="Azerbaijan",
        away="England",
        competition="World Cup qualifier",
        venue="Baku",
        postal_address="1 Example Street",
        privacy_url="https://example.org/privacy",
        score=score,
        facts=FACTS if facts is None else facts,
    )
    return render_email(EmailCopy(parse(subject), parse("At {venue}"), parse(body)), frame)


class Links(html.parser.HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.tags: set[str] = set()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.found[str(dict(attrs).get("href"))] = dict(attrs)


def test_everybody_shares_one_rendering_and_each_gets_their_own() -> None:
    rendered = make_email()

    ana = rendered.for_one(VALUES)
    bilal = rendered.for_one({**VALUES, "first_name": "Bilal"})

    assert "Hello Ana," in ana.html
    assert "Hello Ana," in ana.text
    assert "Hello Bilal," in bilal.text
    assert rendered.subject == "Azerbaijan v England"
    assert rendered.preheader == "At Tofiq Bahramov Stadium, Baku"
    assert not re.search(r"-tl_|\{", ana.text + ana.subject)
    assert "-tl_" not in ana.html


def test_what_the_provider_puts_in_gives_what_the_preview_shows() -> None:
    rendered = make_email(subject="{first_name|you}, {home}")
    values = {**VALUES, "first_name": "Ana & <b>Co</b>"}

    page = rendered.html
    for token, words in rendered.substitutions(values).items():
        page = page.replace(token, words)

    assert page == rendered.for_one(values).html
    assert "Ana &amp; &lt;b&gt;Co&lt;/b&gt;" in page


@settings(deadline=None)
@given(st.text(max_size=50))
def test_no_name_breaks_out_of_its_place(name: str) -> None:
    rendered = make_email(subject="{first_name|you}")
    plain = Links(rendered.for_one(VALUES).html)

    email = rendered.for_one({**VALUES, "first_name": name})

    assert Links(email.html).tags == plain.tags
    assert Links(email.html).found == plain.found
    assert "\n" not in email.subject


@pytest.mark.parametrize("name", ["-tl_leave_link-", "{leave_link}", "[x](https:evil)", "<script>"])
def test_a_name_that_poses_as_something_else_stays_words(name: str) -> None:
    rendered = make_email()
    values = {**VALUES, "first_name": name}

    # A provider substitutes one token after another, in an order of its own.
    page = rendered.html
    for token, words in sorted(rendered.substitutions(values).items()):
        page = page.replace(token, words)

    assert Links(page).found == Links(rendered.for_one(VALUES).html).found
    assert "script" not in Links(page).tags
    assert name in rendered.for_one(values).text.replace("\u2060", "")


def test_shared_facts_are_words_too() -> None:
    email = make_email("*{venue}*", facts={**FACTS, "venue": "<i>[Baku](https://evil)*"}).for_one(VALUES)

    assert "&lt;i&gt;[Baku](https://evil)*" in email.html
    assert "https://evil" not in Links(email.html).found


def test_a_link_on_its_own_line_is_a_button_and_nowhere_else() -> None:
    assert to_blocks("Now:\n\n[Sign](https://example.org)\n\nor [later](https://example.org).") == [
        Words("<p>Now:</p>\n"),
        Button("Sign", "https://example.org"),
        Words('<p>or <a href="https://example.org">later</a>.</p>\n'),
    ]


def test_leaving_is_in_every_email_and_never_tracked() -> None:
    links = Links(make_email("Short.").for_one(VALUES).html).found

    assert links[VALUES["leave_link"]]["clicktracking"] == "off"
    assert links[VALUES["preferences_link"]]["clicktracking"] == "off"
    assert links[VALUES["view_link"]]["clicktracking"] == "off"
    assert VALUES["leave_link"] in make_email("Short.").for_one(VALUES).text


def test_the_page_says_its_language_and_knows_the_dark() -> None:
    page = make_email().html

    assert '<html lang="en"' in page
    assert 'name="color-scheme" content="light dark"' in page
    assert "prefers-color-scheme: dark" in page
    assert 'class="page"' in page
    assert "fonts.googleapis" not in page


def test_the_band_shows_the_kick_off_before_and_the_score_after() -> None:
    before, after = make_email().for_one(VALUES), make_email(score="0-1").for_one(VALUES)

    assert "Wed 13 Oct, 5:00 pm" in before.html
    assert "Azerbaijan 0-1 England" in after.html
    assert "Wed 13 Oct" not in after.html
    assert "Azerbaijan 0-1 England" in after.text


def test_a_score_nobody_knows_yet_is_refused() -> None:
    with pytest.raises(MissingFact, match="score"):
        make_email("{score}", facts={"home": "Azerbaijan", "away": "England", "venue": "Baku"})


def test_the_text_part_has_no_markup() -> None:
    markdown = (
        "# Why\n\nA *fair* [trial](https://example.org):\n\n1. heard\n2. **free**\n   - soon\n\n> Said so\n\n---\n"
    )

    assert to_text(markdown) == (
        "Why\n\nA fair trial: https://example.org:\n\n1. heard\n2. free\n  - soon\n\n> Said so\n\n---"
    )


@pytest.mark.parametrize(
    "bad",
    ["<script>x</script>", "[x](javascript:alert(1))", "[x](//evil)", "![i](https://e/x.png)", "<img src=x>"],
)
def test_nothing_a_manager_writes_runs_or_loads(bad: str) -> None:
    page = Links(page_html(bad))

    assert page.tags <= {"p", "a"}
    assert set(page.found) <= {"None", "https://e/x.png"}


@settings(deadline=None)
@given(st.text(alphabet="<>&\"'[]()*_#`-! \nabjs:/{", max_size=80))
def test_any_markdown_becomes_safe_html(markdown: str) -> None:
    page = Links(to_html(markdown))

    assert not page.tags & {"script", "img", "iframe", "style", "form"}
    assert all(href is None or not href.lower().startswith("javascript") for href in page.found)
    to_text(markdown)


def test_a_page_fills_its_placeholders() -> None:
    page = page_html("[Sign]({petition_link})\n\nAt {venue}", {**VALUES, "venue": "*Baku* <b>"})

    assert page == (
        '<p><a class="button" href="https://example.org/l/petition">Sign</a></p>\n<p>At *Baku* &lt;b&gt;</p>\n'
    )


@pytest.mark.parametrize(("ground", "ink"), CONTRASTING)
def test_every_pair_of_colours_can_be_read(ground: str, ink: str) -> None:
    lighter, darker = sorted((_luminance(getattr(PALETTE, ground)), _luminance(getattr(PALETTE, ink))), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
