"""A link arrives letter for letter, whatever signs are in it; the signs around it stay with the sentence."""

import html.parser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.wording.markdown import to_html, to_text
from service.wording.pages import page_html
from tests.wording.test_email import VALUES, make_email

CASE = Path(__file__).parents[1] / "cases/link_with_parentheses/mail.md"


class Links(html.parser.HTMLParser):
    """The links of a page, as a browser reads them: where to, and the words."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self._inside = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append([str(dict(attrs)["href"]), ""])
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1][1] += data


def links(markdown: str) -> list[str]:
    return [address for address, _ in Links(to_html(markdown)).found]


def test_a_bracket_that_was_opened_inside_the_link_belongs_to_it() -> None:
    assert links(CASE.read_text("utf-8")) == [
        "https://en.wikipedia.org/wiki/Baku_(city)",
        "https://static.example.org/TD-W9970(EU)_Guide.pdf",
        "https://example.org/q",
    ]


# What RFC 3986 allows in a path, a query and a fragment; square brackets and other scripts are in use all the same.
_SIGNS = "abcXYZ019-._~:/?#@!$&'()*+,;=%|^"
_LAST = "abcXYZ019-/=+&$%#@"


@settings(deadline=None)
@given(st.text(_SIGNS + "äöə城-", max_size=40), st.sampled_from(_LAST))
def test_any_link_survives_in_html_and_in_text(path: str, last: str) -> None:
    link = f"https://example.org/{path}{last}"

    for copy in (f"Read {link} first.", f"{link}", f"- {link}\n- more"):
        page = Links(to_html(copy)).found

        assert page == [[link, link]]
        assert link in to_text(copy)


@settings(deadline=None)
@given(
    st.text(_SIGNS, max_size=30), st.sampled_from(_LAST), st.sampled_from([".", ",", "!", "?", ":", ";", "...", "?!"])
)
def test_the_end_of_the_sentence_is_not_part_of_the_link(path: str, last: str, end: str) -> None:
    link = f"https://example.org/{path}{last}"

    assert links(f"Read {link}{end}") == [link]


@pytest.mark.parametrize(
    ("copy", "link"),
    [
        ("(see https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("(https://example.org/a).", "https://example.org/a"),
        ("“https://example.org/a”", "https://example.org/a"),
        ("„https://example.org/a“,", "https://example.org/a"),
        ("«https://example.org/a».", "https://example.org/a"),
        ("'https://example.org/a'", "https://example.org/a"),
        ('"https://example.org/a",', "https://example.org/a"),
        ("**https://example.org/a_b_**, yes", "https://example.org/a_b_"),
        ("_https://example.org/_a_/b_", "https://example.org/_a_/b"),
        ("https://example.org/*a*/__b__", "https://example.org/*a*/__b__"),
        ("https://example.org/?a[0]=1&copy;=2", "https://example.org/?a[0]=1&copy;=2"),
        ("[https://example.org/a]", "https://example.org/a"),
        ("https://example.org:8443/a;b=c,d#e!f", "https://example.org:8443/a;b=c,d#e!f"),
        ("https://bücher.example/straße?q=ö#ü", "https://bücher.example/straße?q=ö#ü"),
        ("https://ru.wikipedia.org/wiki/Баку。", "https://ru.wikipedia.org/wiki/Баку"),
        ("HTTPS://EXAMPLE.ORG/A", "HTTPS://EXAMPLE.ORG/A"),
        ("<https://example.org/a(b>", "https://example.org/a(b"),
        ("[it](https://example.org/a_(b)?c='d'&e=%C3%BC)", "https://example.org/a_(b)?c='d'&e=%C3%BC"),
        ("[it](https://ru.wikipedia.org/wiki/Баку)", "https://ru.wikipedia.org/wiki/Баку"),
        ("tel:+447700900123", "tel:+447700900123"),
        ("[Call](tel:+447700900123)", "tel:+447700900123"),
        ("sms:+447700900123?body=SIGN%20now", "sms:+447700900123?body=SIGN%20now"),
        ("[Text us](sms:+447700900123?&body=SIGN)", "sms:+447700900123?&body=SIGN"),
        ("mailto:hello@example.org?subject=Hi", "mailto:hello@example.org?subject=Hi"),
        ("Write to hello+news@example.org.", "mailto:hello+news@example.org"),
        ("www.example.org/a, then", "https://www.example.org/a"),
    ],
)
def test_each_kind_of_link_arrives_letter_for_letter(copy: str, link: str) -> None:
    assert links(copy) == [link]
    assert link.removeprefix("mailto:").removeprefix("https://www.") in to_text(copy)


@pytest.mark.parametrize(
    "copy",
    [
        "`https://example.org`",
        "Tel: 020 7946",
        "sms: hi",
        "http://",
        "https://.",
        "xhttps://example.org",
        "a@b",
        "at @home",
    ],
)
def test_words_that_are_no_link_stay_words(copy: str) -> None:
    assert links(copy) == []


def test_a_link_in_the_words_of_another_is_not_a_link_of_its_own() -> None:
    assert Links(to_html("[see https://example.org/a](https://example.org/b)")).found == [
        ["https://example.org/b", "see https://example.org/a"]
    ]


def test_what_is_filled_in_inside_a_link_is_encoded_and_a_link_of_ours_is_not() -> None:
    email = make_email(
        "https://x.org/?n={first_name|friend}&m={venue}\n\n"
        "[Go](https://x.org/{first_name|friend}?u={share_link})\n\n{petition_link}?s=a&n={first_name}.\n"
    )
    values = {**VALUES, "first_name": "Ana & Ülo"}

    finished = email.for_one(values)

    found = [address for address, _ in Links(finished.html).found]
    name, venue = "Ana%20%26%20%C3%9Clo", "Tofiq%20Bahramov%20Stadium%2C%20Baku"
    expected = [
        f"https://x.org/?n={name}&m={venue}",
        f"https://x.org/{name}?u=https%3A%2F%2Fexample.org%2Fl%2Fshare",
        f"https://example.org/l/petition?s=a&n={name}",
    ]
    assert [address for address in found if address in expected] == expected
    assert all(address in finished.text for address in expected)
    page = email.html
    for token, words in sorted(email.substitutions(values).items()):
        page = page.replace(token, words)
    assert page == finished.html


def test_a_page_encodes_inside_links_too() -> None:
    assert page_html("https://x.org/?n={venue}", {"venue": "A & B"}) == (
        '<p><a href="https://x.org/?n=A%20%26%20B">https://x.org/?n=A%20%26%20B</a></p>\n'
    )
