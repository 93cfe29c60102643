"""What would not arrive as its author means it is a mistake, with its place and what to write instead."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.wording.checks import Kind, find_in_answer, find_mistakes
from service.wording.headed_files import KINDS
from service.wording.placeholders import fill, parse
from service.wording.shelf import TEMPLATES

CASES = Path(__file__).parents[1] / "cases"


def places(text: str, kind: Kind = Kind.EMAIL) -> list[tuple[int, int]]:
    return [(each.line, each.column) for each in find_mistakes(text, kind)]


def reasons(text: str, kind: Kind = Kind.EMAIL) -> str:
    return " / ".join(str(each) for each in find_mistakes(text, kind))


def test_images_tables_and_struck_out_words_are_mistakes_with_their_lines() -> None:
    said = reasons((CASES / "image_in_markdown/mail.md").read_text("utf-8"))

    assert "line 1, column 1: images are not sent; write a link to it, [words](address)" in said
    assert "line 3, column 1: tables are not supported" in said
    assert "line 7, column 1: struck-out words are not supported" in said
    assert said.count(" / ") == 2


@pytest.mark.parametrize("subject", (CASES / "foreign_merge_tags/subjects.txt").read_text("utf-8").splitlines())
@pytest.mark.parametrize("kind", list(Kind))
def test_a_placeholder_of_another_tool_is_a_mistake_wherever_it_stands(subject: str, kind: Kind) -> None:
    (mistake,) = find_mistakes(subject, kind)

    assert (mistake.line, mistake.column) == (1, 4)
    assert str(mistake).endswith(
        "is a placeholder of another tool and would arrive just so; did you mean {first_name}?"
    )


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        *[(tag, "{first_name}") for tag in ("*|FNAME|*", "%%first_name%%", "{{ subscriber.first_name }}", "[[name]]")],
        *[(tag, "{first_name}") for tag in ("{{ user.name | default: 'friend' }}", "<%= name %>", "{% firstname %}")],
        *[(tag, "{first_name}") for tag in ("${first_name}", "@{name}", "#{name}", "[first_name]", "[First Name]")],
        *[
            (tag, "{first_name}")
            for tag in ("%recipient.first_name%", "[FIRST_NAME|friend]", "<<First Name>>", "~Contact.FirstName~")
        ],
        *[
            (tag, "{first_name}")
            for tag in ("{{Vorname}}", "{{ contact.FIRSTNAME }}", "@first_name", "$fname", "$first_name$")
        ],
        *[(tag, "{first_name}") for tag in ("«FirstName»", "{{{first_name}}}", "{{first_name|friend}}", "[Your name]")],
        *[
            (tag, "{leave_link}")
            for tag in ("{{unsubscribe}}", "*|UNSUB|*", "{{ unsubscribe_url }}", "%UNSUBSCRIBELINK%")
        ],
        *[(tag, "{organisation}") for tag in ("*|LIST:COMPANY|*", "{{organization}}")],
        *[(tag, "{first_name}") for tag in ("<first_name>", "__FIRSTNAME__", "##first_name##", "@@name@@", "$name")],
        *[
            (tag, "{first_name}")
            for tag in ("{{ contact['first_name'] }}", "|*FNAME*|", "<?= $name ?>", "%{first_name}")
        ],
        *[(tag, "{first_name}") for tag in ("{{=name}}", "{{nom}}", "*|FNAME:friend|*", "{!Contact.FirstName}")],
        *[
            (tag, "{first_name}")
            for tag in ("-firstName-", "-name-", "--name--", "|FNAME|", "!name!", "[*FNAME*]", "[FNAME]")
        ],
        *[
            (tag, "{first_name}")
            for tag in ("%(first_name)s", "FNAME", "FIRST_NAME", "firstName", "[firstname,fallback=you]")
        ],
        *[(tag, "{first_name}") for tag in ("%имя%", "[имя]", "[[Имя]]", "{{имя}}", "«Имя»")],
        *[
            (tag, "")
            for tag in ("{{姓名}}", "[名前]", "%이름%", "[όνομα]", "{{ data.users[0].name }}", "{{< param name >}}")
        ],
        ("{{> partial}}", ""),
        ("@name@", "{first_name}"),
        ("%%=ProperCase(@first_name)=%%", ""),
        ("{{home}}", "{home}"),
        ("{{#if first_name}}", ""),
        ("{% if x %}", ""),
        ("*|IF:FNAME|*", ""),
    ],
)
def test_each_tool_s_own_spelling_is_known(tag: str, meant: str) -> None:
    for kind in (Kind.EMAIL, Kind.LINE, Kind.TEXT):
        said = reasons(f"Dear {tag}, hello", kind)

        assert "line 1, column 6: " in said
        assert meant in said


@pytest.mark.parametrize("tag", ["(FNAME)", "＊｜FNAME｜＊", "^LNAME^", "&FIRSTNAME&", "[-FIRST_NAME-]"])
def test_a_field_s_own_name_is_no_word_whatever_stands_around_it(tag: str) -> None:
    for kind in Kind:
        assert "is a placeholder of another tool" in reasons(f"Dear {tag}, hello", kind)


@pytest.mark.parametrize(
    "text",
    [
        *("Set {{1, 2, 3}} apart", "{{ and }}", "a {{braced}} word", "100% sure, 50% off, 5%", "/%C3%BC%C3%A4%20x"),
        *("[sic] he said", "[1]", "Mr [Name withheld by court order] spoke", "it costs $5 or $10", "«Ədalət» üçün"),
        *(
            "a * b | c * d",
            "me@example.org",
            "#BakuMatch and #FairTrials#now",
            "-5 to -3 - well-known-name - 10:30:45 ::",
            "^_^ and ^^ and x^2 ~5 and ~6",
            "Baku: now; today: at 5:30",
            "[Имена изменены]",
            "Name: Ana (first) | last",
            "https://x.org/?first_name=a&FNAME=b",
            "at @ngo",
            "5 < 7 and 9 > 8",
            "~5 minutes~ish",
        ),
        *("https://x.org/?q=%7Bname%7D", "https://x.org/%E2%9C%93%20a", "a: b; c", "{first_name|friend}", "10:30:45"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.EMAIL, Kind.TEXT, Kind.LINE])
def test_words_that_only_look_a_little_like_one_are_words(text: str, kind: Kind) -> None:
    assert reasons(text, kind) == ""


def test_a_brace_can_still_be_written() -> None:
    assert reasons("Write {{ or }} or {{a, b}}, or `{{first_name}}`.") == ""
    assert fill(parse("{{a, b}}"), {}) == "{a, b}"


@pytest.mark.parametrize(
    ("markdown", "place", "why"),
    [
        ("![Banner](https://example.org/b.png)", (1, 1), "images are not sent"),
        ("a\n\n![Banner][ref]", (3, 1), "images are not sent"),
        ("Hello <b>you</b>", (1, 7), "HTML is not read"),
        ("<!-- hidden -->", (1, 1), "HTML is not read"),
        ("a<br/>b", (1, 2), "HTML is not read"),
        ("~~gone~~", (1, 1), "struck-out"),
        ("==this==", (1, 1), "marked words"),
        ("A claim[^1]", (1, 8), "footnotes"),
        ("- [ ] call\n- [x] write", (1, 1), "task lists"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", (1, 1), "tables"),
        ("a | b\n--|--\n1 | 2", (1, 1), "tables"),
        ("| a | b |", (1, 1), "tables"),
        ("[here](htp://bad link)", (1, 1), "holds a space"),
        ("[here](htp://bad)", (1, 1), "begins with htp:; did you mean https://bad?"),
        ("[js](javascript:alert(1))", (1, 1), "begins with javascript:"),
        ("[x](data:text/html,x)", (1, 1), "begins with data:"),
        ("[x](www.example.org/a)", (1, 1), "did you mean https://www.example.org/a?"),
        ("[x](example.org)", (1, 1), "did you mean https://example.org?"),
        ("[x](hello@example.org)", (1, 1), "did you mean mailto:hello@example.org?"),
        ("[x](/petition)", (1, 1), "leads nowhere from an email"),
        ("[x](//evil.example)", (1, 1), "leads nowhere"),
        ("[x]()", (1, 1), "leads nowhere"),
        ("[x](https://)", (1, 1), "no whole address"),
        ("[x](https:/example.org)", (1, 1), "did you mean https://example.org?"),
        ("[x](https://{first_name}.example.org)", (1, 1), "no whole address"),
        ("[x]({first_name})", (1, 1), "{first_name} is no address"),
        ("[](https://example.org)", (1, 1), "no words"),
        ("[here(https://example.org)", (1, 1), "a [ that is never closed"),
        ("[here](https://example.org", (1, 1), "the ( of this link is never closed"),
        ("here](https://example.org)", (1, 5), "a ] that no [ comes before"),
        ("[here] (https://example.org)", (1, 1), "a space parts"),
        ("[here][there]", (1, 1), "no address is given for [there]"),
        ("[there]: javascript:x\n", (1, 1), "begins with javascript:"),
        ("See htp://example.org/a", (1, 5), "htp:// is no beginning of an address; write https://"),
        ("See https:/example.org", (1, 5), "no beginning"),
        ("Hi ![Banner\nof ours](https://example.org/b.png)", (1, 4), "images are not sent"),
        ("(https://example.org/a)[here]", (1, 1), "have changed places"),
        ("> [!NOTE]\n> now", (1, 1), "boxes for notes"),
        ("a\n\n!!! warning\n    now", (3, 1), "boxes for notes"),
        ("::: tip\nnow\n:::", (1, 1), "boxes for notes"),
        ("Term\n: what it means", (1, 1), "lists of terms"),
        ("a\n\n*[FIFA]: the federation", (3, 1), "abbreviations"),
        ("[TOC]", (1, 1), "list of contents"),
        ("so $$x^2$$", (1, 4), "formulas"),
        ("well done :tada:", (1, 11), "an emoji is not put in for its name"),
        ("H~2~O", (1, 2), "raised and lowered"),
        ("the 1^st^ day", (1, 6), "raised and lowered"),
        ("a ~gone~ b", (1, 3), "struck-out"),
        ("a ++new++ b", (1, 3), "underlined"),
        ("---\ntitle: March\n---\nCome!", (1, 1), "headings of a file"),
        ("call tel:+44 7700 900123 now", (1, 6), "a number in a link has no spaces; write tel:+447700900123"),
        ("sms:07700 900123", (1, 1), "write sms:07700900123"),
        ("[m](mailto:)", (1, 1), "mailto: is no whole address"),
        ("[m](sms:)", (1, 1), "sms: is no whole address"),
        ("one\ntwo {frist_name}", (2, 5), "no such placeholder: {frist_name}; did you mean {first_name}?"),
    ],
)
def test_what_markdown_here_does_not_know_is_a_mistake(markdown: str, place: tuple[int, int], why: str) -> None:
    assert places(markdown) == [place]
    assert why in reasons(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        *("# Why\n\n**b** *i* _i_ `c`\n\n> q\n\n1. a\n2. b\n\n- c\n\n---", "[a](https://example.org/a_(b) 'title')"),
        *(
            "[a](<https://example.org/a b>)",
            "[a][ref]\n\n[ref]: https://example.org/a",
            "[ref]\n\n[ref]: https://example.org",
        ),
        *(
            "[x](https://x.org/?n={first_name|dear friend})",
            "[Sign]({petition_link}?s=a)",
            "[x]({campaign_link}petition)",
        ),
        *("[call](tel:+44-7700-900123)", "[text](sms:+447700900123?body=SIGN)", "[m](mailto:a@example.org?subject=Hi)"),
        *("[m](mailto:?subject=Hi&body={share_link})", "<https://example.org/a>", "<hello@example.org>", "I <3 Baku"),
        *("`<b>` and `![x](y)` and `[`", "```\n| a | b |\n~~x~~\n```", r"\[ \!\[x\] \~~ 5 \* 3", "a || b", "yes | no"),
        *("https://example.org/~~a~~?x==y&z=[1]|<", "[[x]](https://example.org)", "a [b] c [d](https://example.org)"),
        *(
            "[see [1]](https://example.org)",
            "{briefing_link:should-england-play}",
            "[**bold** words](https://example.org)",
        ),
        *("1 == 1, a == b", "x ~~ y", "a -- b\n\nc --- d", "Read: [the report](https://example.org/r.pdf)!"),
        *("Result | table talk\n\nnext", "[x](HTTPS://Example.org)", "\\![x](https://example.org)"),
    ],
)
def test_what_it_knows_is_none(markdown: str) -> None:
    assert reasons(markdown) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Sign [here](https://example.org)", "a text has no Markdown"),
        ("**Now** or never", "a text has no bold words"),
        ("<b>Now</b>", "a text has no HTML"),
        ("htp://example.org", "no beginning"),
    ],
)
def test_a_text_is_told_that_it_has_no_markdown(text: str, why: str) -> None:
    assert why in reasons(text, Kind.TEXT)


@pytest.mark.parametrize(
    "text", ["https://example.org/__a__/**b**?c=<", "2 ** 3", "a__b__c", "(see https://example.org/a)"]
)
def test_a_link_in_a_text_may_hold_any_sign(text: str) -> None:
    assert reasons(text, Kind.TEXT) == ""


def test_a_page_may_lead_to_another_of_its_own() -> None:
    assert reasons("[x](/fair-trials/petition) [y](#top)", Kind.PAGE) == ""


def test_a_place_is_told_once() -> None:
    assert len(find_mistakes("Dear {% name %}, *|FNAME|*", Kind.EMAIL)) == 2


def test_nothing_is_filled_in_in_an_answer() -> None:
    assert [str(each) for each in find_in_answer("Hello {first_name}, see [us](https://example.org)")] == [
        "line 1, column 7: {first_name} is not filled in here; write the words themselves",
        "line 1, column 25: a text has no Markdown: this would arrive with its brackets; write the address itself",
    ]
    assert find_in_answer("Hello Ana, thank you!") == []


@settings(deadline=None)
@given(st.text("[]()!|~<>{}%*\\` \nabjs:/.#-=^1", max_size=60), st.sampled_from(list(Kind)))
def test_any_words_can_be_judged(text: str, kind: Kind) -> None:
    for mistake in find_mistakes(text, kind):
        assert 0 <= mistake.offset <= len(text)
        assert mistake.why


def test_the_sample_campaign_and_its_like_have_none() -> None:
    kinds = {"email": Kind.EMAIL, "sms": Kind.TEXT, "briefings": Kind.PAGE}
    for folder, ending in KINDS.items():
        for file in (TEMPLATES / "campaigns/azerbaijan-england" / folder).glob(f"*{ending}"):
            assert reasons(file.read_text("utf-8"), kinds[folder]) == "", file
