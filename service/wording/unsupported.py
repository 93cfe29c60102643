"""What this Markdown, and plain words, do not know: found before it would arrive with all its signs."""

import re
from html.entities import html5

from service.wording.destinations import LITERAL

NO_TABLES = ("tables are not supported", "a list, with - before each line")
_HTML = r"<!--|<([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>\n]*)?>[^\n]*?</\1>|</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>\n]*)?/?>"
_ENTITIES = "|".join(sorted((name for name in html5 if name.endswith(";")), key=len, reverse=True))
_EMOJI = (
    re.compile(r"(?<![\w:/]):[a-z][a-z0-9_+-]+:(?![\w:])"),
    "an emoji is not put in for its name",
    "the emoji itself",
)
# Each pattern with why it is a mistake and what to write instead; the first that fits a place stands.
UNSUPPORTED = (
    (
        re.compile(r"\A---[ \t]*\n(?:[\w-]+:[^\n]*\n)+---[ \t]*$", re.M),
        "the headings of a file are not read here",
        "them in their own fields",
    ),
    (
        re.compile(r"!\[(?:[^\]\n]|\n(?![ \t]*\n))*\](?:\([^)\n]*\)|\[[^\]\n]*\])?"),
        "images are not sent",
        "a link to it, [words](address)",
    ),
    (re.compile(_HTML), "HTML is not read", "Markdown, or the words alone"),
    (
        re.compile(r"~~(?=\S)[^\n]+?~~|(?<![\w~])~(?=[^\s~])[^~\n]*[^\s~]~(?![\w~])"),
        "struck-out words are not supported",
        "the words that hold",
    ),
    (
        re.compile(r"(?<=\w)(?:~[^\W_]+~|\^[^\W_]+\^)|(?<![\w^])\^[^\W_]{2,}\^(?![\w^])"),
        "raised and lowered words are not supported",
        "the words alone, or the raised sign itself",
    ),
    (re.compile(r"==(?=[^\s=])[^=\n]+?=="), "marked words are not supported", "**the words** in bold"),
    (
        re.compile(r"(?<![\w+])\+\+(?=[^\s+])[^+\n]*[^\s+]\+\+(?![\w+])"),
        "underlined words are not supported",
        "**the words** in bold",
    ),
    (re.compile(r"\[\^[^\]\n]+\]:?"), "footnotes are not supported", "a link, or the note itself in brackets"),
    (
        re.compile(
            r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\][ \t](?:[^\n]*\n[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\][ \t])*",
            re.M,
        ),
        "task lists are not supported",
        "a plain list",
    ),
    (
        re.compile(
            r"^[ \t]*[^\n|]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?:\n[^\n]*\|[^\n]*)*$",
            re.M,
        ),
        *NO_TABLES,
    ),
    (re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*(?:\n[ \t]*\|[^\n]*\|[ \t]*)*$", re.M), *NO_TABLES),
    (
        re.compile(
            r"^[ \t]*(?:>[ \t]*)?\[!\w+\]|^[ \t]*(?::{3,}|!{3}|\?{3}\+?)[ \t]*\{?\w[^\n]*\n[ \t]{4}|^[ \t]*:{3,}[^\n]*(?:\n(?:[^\n]+\n)*?[ \t]*:{3,}[ \t]*)?$",
            re.M,
        ),
        "boxes for notes are not supported",
        "a quotation, with > before each line",
    ),
    (re.compile(r"^[^\s:][^\n]*\n+:[ \t]+\S[^\n]*$", re.M), "lists of terms are not supported", "a plain list"),
    (re.compile(r"^\*\[[^\]\n]+\]:[^\n]*$", re.M), "abbreviations are not explained", "the words in full"),
    (re.compile(r"^[ \t]*\[\[?_?toc_?\]?\][ \t]*$", re.M | re.I), "there is no list of contents", "the words alone"),
    (re.compile(r"\$\$(?=\S)[^$\n]+\$\$"), "formulas are not supported", "the words or numbers alone"),
    (
        re.compile(rf"\({LITERAL}{{6,}}\)\[[^\]\n]+\](?!\()"),
        "the address and the words of this link have changed places",
        "[words](address)",
    ),
    _EMOJI,
)
IN_PLAIN_WORDS = (
    (
        re.compile(r"!?\[[^\]\n]+\]\([^()\n]*\)"),
        "{kind} has no Markdown: this would arrive with its brackets",
        "the address itself",
    ),
    (
        re.compile(r"\*\*(?=\S)[^*\n]+\*\*|(?<!\w)__(?=\S)[^_\n]+__(?!\w)"),
        "{kind} has no bold words",
        "the words alone",
    ),
    (re.compile(_HTML), "{kind} has no HTML", "the words alone"),
    (re.compile(rf"&(?:{_ENTITIES}|#\d{{1,7}};|#[xX][0-9A-Fa-f]{{1,6}};)"), "{kind} has no HTML", "the sign itself"),
    _EMOJI,
)
