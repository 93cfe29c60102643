"""Managers' copy is a closed grammar: known names are filled, everything else is words."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from service.wording.compiled import compile_for, replace_tokens, tokens_for, with_tokens
from service.wording.names import clean_name
from service.wording.placeholders import (
    PERSONAL,
    SHARED,
    Copy,
    CopyMistake,
    MissingFact,
    Placeholder,
    fill,
    parse,
    placeholders,
    write,
)
from service.wording.sms import Encoding, measure

NAMES = sorted(PERSONAL | SHARED)
SHARED_FACTS = {"home": "Azerbaijan", "away": "England", "score": "0-1"}

anything = st.text(max_size=60)
names = st.sampled_from([*NAMES, "briefing_link:election-2003"])
fallbacks = st.none() | st.text(alphabet="abc äé'-", max_size=20).map(str.strip)
parts = st.lists(anything | st.builds(Placeholder, names, fallbacks), max_size=8)


def test_facts_and_fallbacks_take_their_places() -> None:
    copy = parse("Hi {first_name|friend}: {home} v {away}, read {briefing_link:should-england-play}.")
    facts = {**SHARED_FACTS, "first_name": "", "briefing_link:should-england-play": "https://example.org/l/x"}

    assert fill(copy, facts) == "Hi friend: Azerbaijan v England, read https://example.org/l/x."


def test_doubled_braces_are_the_signs_themselves() -> None:
    assert fill(parse("{{first_name}} {{{home}}}"), SHARED_FACTS) == "{first_name} {Azerbaijan}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hi {frist_name}", "line 1, column 4: no such placeholder: {frist_name}; did you mean {first_name}?"),
        ("a\nb {kickoff}", "line 2, column 3: no such placeholder: {kickoff}; did you mean {kick_off}"),
        ("Hi {first_name", "line 1, column 4: a { that is never closed; write {{ for the sign itself"),
        ("odd } sign", "line 1, column 5: a } that is never opened; write }} for the sign itself"),
        ("{briefing_link}", "line 1, column 1: a briefing link names its briefing"),
        ("{first_name:x}", "line 1, column 1: no such placeholder: {first_name:x}"),
        ("{''.__class__}", "line 1, column 1: no such placeholder"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_is_near(text: str, message: str) -> None:
    with pytest.raises(CopyMistake) as caught:
        parse(text)

    assert str(caught.value).startswith(message)


def test_templates_of_other_kinds_are_only_words() -> None:
    assert fill(parse("{{7*7}} {% x %}".replace("{% x %}", "{{% x %}}")), {}) == "{7*7} {% x %}"


@settings(deadline=None)
@given(parts)
def test_copy_written_out_reads_the_same_again(pieces: list[str | Placeholder]) -> None:
    once = parse(write(Copy(tuple(pieces))))

    assert parse(write(once)) == once
    assert set(placeholders(once)) == {piece for piece in pieces if isinstance(piece, Placeholder)}


@settings(deadline=None)
@given(parts, anything)
def test_what_is_filled_in_is_never_read_again(pieces: list[str | Placeholder], stranger: str) -> None:
    pieces = [part for piece in pieces for part in (piece, " ")]
    copy = Copy(tuple(pieces))
    facts = {placeholder.name: f"{{leave_link}}{stranger}" for placeholder in placeholders(copy)}
    facts.pop("first_name", None)
    facts["first_name"] = "{leave_link}"

    filled = fill(copy, facts)

    expected = [piece if isinstance(piece, str) else facts[piece.name] for piece in pieces]
    assert filled == "".join(expected)
    assert compile_for(copy, facts).fill(facts) == filled


@settings(deadline=None)
@given(parts, st.dictionaries(st.just("first_name"), anything))
def test_the_fast_road_and_the_slow_one_say_the_same(pieces: list[str | Placeholder], name: dict[str, str]) -> None:
    copy = Copy(tuple(pieces))
    facts = {placeholder.name: f"<{placeholder.name}>" for placeholder in placeholders(copy)} | name

    assert compile_for(copy, facts).fill(facts) == fill(copy, facts)


@settings(deadline=None)
@given(anything)
def test_a_name_is_one_short_clean_line(name: str) -> None:
    cleaned = clean_name(name)

    assert len(cleaned) <= 40
    assert cleaned.isprintable() or not cleaned
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    "name",
    [
        *(
            "evil.example.com",
            "www.evil",
            "www.x.com",
            "win at https://x.co",
            "a@example.org",
            "evil。com",
            "EVIL．COM",
        ),
        *("bit.ly/x", "evil.ru", "Evil.Com", "t.me/win", "пример.рф", "e\u200bvil.com", "ann evil.org!", "evil.com:80"),
        *("ａｎｎ．ｃｏｍ", "evil.photography", "evil.co.uk"),
    ],
)
def test_a_name_that_is_an_address_is_not_repeated_to_anyone(name: str) -> None:
    assert fill(parse("Hi {first_name|friend}"), {"first_name": name}) == "Hi friend"


@pytest.mark.parametrize(
    "name",
    [
        *("Ana", "Mary-Jane O'Neill", "Səbinə", "J. R.", "李雷", "Jo.Ann", "St. John", "O'Brien", "J.R.", "Dr.Who"),
        *(
            "O’Brien",
            "Jean–Luc",
            "J.R.R. Tolkien",
            "St.John",
            "Md.Karim",
            "Dr.No",
            "J.Li",
            "anna.maria",
            "Mr. T.",
            "Ana:",
        ),
        *(
            "Ana @ Baku",
            "@ana",
            "علی\u200cرضا",
            "Ana / Bilal",
            "Ülkər",
            "José María",
            "N/A",
            "D.",
            "Ana 👩\u200d👧",
            "x.1",
        ),
    ],
)
def test_a_name_that_is_a_name_is_kept_as_it_is(name: str) -> None:
    assert clean_name(name) == name


def test_a_name_is_composed_and_loses_what_turns_the_words_around_it() -> None:
    assert clean_name("\u202ee\u0301lodie\u200f ") == "élodie"
    assert clean_name("An\u200da") == "Ana"


def test_a_name_too_long_for_a_greeting_keeps_whole_words() -> None:
    assert clean_name("Maria de los Angeles Fernandez de Cordoba y Alvarez") == "Maria de los Angeles Fernandez de"


@pytest.mark.parametrize(
    ("copy", "count", "said"),
    [
        ("{signature_count:one person has|# people have} signed", "1", "one person has signed"),
        ("{signature_count:one person has|# people have} signed", "1,204", "1,204 people have signed"),
        ("{signature_count:one person has|# people have} signed", "0", "0 people have signed"),
        ("{signature_count:Be the first|# person|# people}", "0", "Be the first"),
        ("{signature_count:Be the first|# person|# people}", "1", "1 person"),
        ("{signature_count:Be the first|# person|# people}", "2", "2 people"),
        ("{signature_count:one=# has|other=# have|zero=none have}", "0", "none have"),
        ("{signature_count:one=# has|other=# have|zero=none have}", "7", "7 have"),
    ],
)
def test_a_count_brings_the_words_that_go_with_it(copy: str, count: str, said: str) -> None:
    facts = {"signature_count": count, "language": "en"}

    assert fill(parse(copy), facts) == said
    assert compile_for(parse(copy), facts).fill({}) == said
    assert write(parse(copy)) == copy


@pytest.mark.parametrize(
    ("count", "said"), [("1", "1 podpis"), ("3", "3 podpisy"), ("5", "5 podpisów"), ("22", "22 podpisy")]
)
def test_a_language_with_more_forms_than_two_has_them_all(count: str, said: str) -> None:
    copy = parse("{signature_count:one=# podpis|few=# podpisy|many=# podpisów|other=# podpisu}")

    assert fill(copy, {"signature_count": count, "language": "pl"}) == said


@pytest.mark.parametrize(
    "copy", ["{signature_count:people}", "{signature_count:one=a|b}", "{signature_count:one=a|few=b}"]
)
def test_a_count_whose_forms_are_not_whole_is_a_mistake(copy: str) -> None:
    with pytest.raises(CopyMistake):
        parse(copy)


def test_what_is_filled_into_a_link_is_encoded_and_what_stands_beside_one_is_not() -> None:
    copy = parse(
        "https://x.org/?n={first_name|dear friend}&m={fixture}#{first_name} {first_name} {petition_link}?n={home}"
    )
    facts = {
        "first_name": "Ana & Ülo",
        "fixture": "A v B",
        "petition_link": "https://e.org/l/x",
        "home": "Cote d'Ivoire",
    }

    said = "https://x.org/?n=Ana%20%26%20%C3%9Clo&m=A%20v%20B#Ana%20%26%20%C3%9Clo Ana & Ülo https://e.org/l/x?n=Cote%20d%27Ivoire"
    assert fill(copy, facts) == said
    assert compile_for(copy, facts).fill(facts) == said
    assert fill(copy, {**facts, "first_name": ""}).startswith("https://x.org/?n=dear%20friend&m=A%20v%20B#")


@pytest.mark.parametrize("name", ["O’Brien", "e\u0301lodie", "Jean–Luc", "Zoë\u200f".replace("ë", "é")])
def test_a_name_costs_no_more_than_its_letters_must(name: str) -> None:
    compiled = compile_for(parse("Hello {first_name|friend}, sign now. STOP to leave"), {})

    assert measure(compiled.text({"first_name": name})).encoding is Encoding.GSM_7


def test_a_name_in_another_alphabet_is_left_as_it_is_written() -> None:
    compiled = compile_for(parse("Hello {first_name|friend}, it's on"), {})

    assert compiled.text({"first_name": "Əli"}) == "Hello Əli, it's on"


def test_a_fact_nobody_knows_is_refused() -> None:
    with pytest.raises(MissingFact, match="score"):
        compile_for(parse("{score}"), {})


def test_tokens_differ_where_fallbacks_do_and_words_cannot_pose_as_tokens() -> None:
    copy = parse("-tl_leave_link- {first_name|friend} {first_name|supporter} {first_name|friend} {leave_link}")

    compiled = compile_for(copy, {})

    tokens = tokens_for(compiled.slots)
    words = with_tokens(compiled.parts, tokens)
    assert words.endswith("-tl_first_name- -tl_first_name.2- -tl_first_name- -tl_leave_link-")
    assert not words.startswith("-tl_leave_link-")
    assert len(set(tokens.values())) == 3


def test_putting_values_in_place_of_tokens_reads_nothing_twice() -> None:
    values = {"-tl_first_name-": "-tl_leave_link-", "-tl_leave_link-": "https://example.org"}

    assert replace_tokens("Hi -tl_first_name-", values) == "Hi -tl_leave_link-"


def test_a_text_is_filled_many_times_faster_than_a_template() -> None:
    copy = parse("Hi {first_name|friend}, {home}-{away} {score}. Sign: {petition_link} Stop: reply STOP")
    compiled = compile_for(copy, SHARED_FACTS)
    values = {"first_name": "Ana", "petition_link": "https://example.org/l/abcdefghijklmnopqrstuvwxyz012345"}
    template = Environment(autoescape=True).from_string(
        "Hi {{ first_name }}, 0-0. Sign: {{ petition_link }} Stop: STOP"
    )

    # Taken in turns, so that a busy machine slows both.
    pairs = [
        (
            timeit.timeit(lambda: compiled.fill(values), number=500),
            timeit.timeit(lambda: template.render(values), number=500),
        )
        for _ in range(7)
    ]

    assert min(fill for fill, _ in pairs) < min(render for _, render in pairs)
