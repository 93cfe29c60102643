"""Managers' Markdown, made into safe HTML or into plain text; never into anything that runs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from service.wording.bare_links import LINK_BEGINS, MAILBOX, link_at
from service.wording.compiled import TOKEN, link_token

_TAGS = {
    *("p", "br", "hr", "a", "strong", "em", "code", "pre"),
    *("ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"),
}
_LINK_TOKEN = re.compile(r"-tl_[a-z0-9_]*link[a-z0-9_]*(?:\.\d+)?-")
SAFE_LINK = re.compile(rf"(?:https?://|mailto:|tel:|sms:)\S+|{_LINK_TOKEN.pattern}\S*|#[\w-]+|/(?!/)\S*", re.IGNORECASE)
_SCHEMES = {"http", "https", "mailto", "tel", "sms"}
# What the reader of inline Markdown stops at, and where a bare link or one of our own begins.
_STOPS = re.compile(rf"[\n!#$%&*+\-:<=>@\[\\\]^_`{{}}~]|{LINK_BEGINS.pattern}", re.IGNORECASE)
_NO_PLACE = re.compile(r"[\s\x00-\x1f<>]")


class _Reader(MarkdownIt):
    """Markdown in which an address arrives as it was written: only what would end it is encoded."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802  # the library's own name
        return _as_written(url)


def _make_reader() -> MarkdownIt:
    # A line that its author ended stays ended: people sign their letters over two lines.
    reader = _Reader("commonmark", {"html": False, "breaks": True}).disable(["image", "html_block", "html_inline"])
    reader.inline.ruler.at("text", _read_words)
    reader.inline.ruler.before("text", "bare_link", _read_bare_link)
    return reader


def _as_written(address: str) -> str:
    return _NO_PLACE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)


def _read_words(state: StateInline, silent: bool) -> bool:  # the library's own signature
    """Plain words, up to the next sign of Markdown or the next link."""
    found = _STOPS.search(state.src, state.pos, state.posMax)
    end = found.start() if found else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _read_bare_link(state: StateInline, silent: bool) -> bool:  # the library's own signature
    """A link among the words, before any sign in it can be taken for Markdown."""
    if state.linkLevel:
        return False
    own = _LINK_TOKEN.match(state.src, state.pos, state.posMax)
    marks = [
        chr(mark.marker) if isinstance(mark.marker, int) else mark.marker for mark in state.delimiters if mark.open
    ]
    link = _own_link(state, own, marks) if own else link_at(state.src, state.pos, state.posMax, emphasis=marks)
    if not link:
        return False
    if not silent:
        _push_link(state, link)
    state.pos += len(link)
    return True


def _own_link(state: StateInline, own: re.Match[str], marks: Sequence[str]) -> str:
    """One of our own links with what was written behind it: `{petition_link}?s=flyer`."""
    behind = state.src[own.end() : own.end() + 1]
    if behind not in {"?", "#", "&"}:
        return own[0]
    # Read as if it began with a scheme, so that its end is found by the same rule.
    stand_in = "https://x"
    rest = link_at(stand_in + state.src[own.end() : state.posMax], 0, emphasis=marks)
    return own[0] + rest[len(stand_in) :] if len(rest) > len(stand_in) else own[0]


def _push_link(state: StateInline, link: str) -> None:
    href = f"https://{link}" if link[:4].lower() == "www." else link
    state.push("link_open", "a", 1).attrs = {"href": _as_written(href)}
    state.push("text", "", 0).content = link
    state.push("link_close", "a", -1)


_READER = _make_reader()


@dataclass(frozen=True, slots=True)
class Words:
    """A run of prose, as safe HTML."""

    html: str


@dataclass(frozen=True, slots=True)
class Button:
    """A link that stood on a line of its own."""

    label: str
    href: str


def to_blocks(markdown: str) -> list[Words | Button]:
    """Part a text into prose and the buttons between it."""
    blocks: list[Words | Button] = []
    prose: list[Token] = []
    tokens = _read(markdown)
    index = 0
    while index < len(tokens):
        button = _button(tokens[index : index + 3])
        if button is None:
            prose.append(tokens[index])
            index += 1
            continue
        if prose:
            blocks.append(Words(_safe(prose)))
            prose = []
        blocks.append(button)
        index += 3
    if prose:
        blocks.append(Words(_safe(prose)))
    return blocks


def to_html(markdown: str) -> str:
    """The whole text as safe HTML; a link on a line of its own gets the class `button`."""
    pieces = (
        block.html
        if isinstance(block, Words)
        else f'<p><a class="button" href="{escape(block.href)}">{escape(block.label)}</a></p>\n'
        for block in to_blocks(markdown)
    )
    return "".join(pieces)


def to_text(markdown: str) -> str:
    """The text without any markup; links are written `words: address`."""
    lines: list[str] = []
    depth = 0
    numbers: list[int | None] = []
    bullet = ""
    for token in _read(markdown):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            numbers.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            numbers.pop()
            if not numbers:
                lines.append("")
        elif token.type == "list_item_open":
            number = numbers[-1]
            bullet = "- " if number is None else f"{number}. "
            numbers[-1] = None if number is None else number + 1
        elif token.type in {"blockquote_open", "blockquote_close"}:
            depth += 1 if token.nesting == 1 else -1
        elif token.type == "hr":
            lines += ["---", ""]
        elif token.type in {"inline", "fence", "code_block"}:
            inline = token.type == "inline"
            said = _plain(token.children or ()) if inline else token.content.rstrip("\n")
            margin = "> " * depth + "  " * max(0, len(numbers) - 1)
            follow = margin + " " * (len(bullet) if numbers else 0)
            lines.append(margin + bullet + said.replace("\n", "\n" + follow))
            bullet = ""
            if not numbers:
                lines.append("")
    return "\n".join(lines).strip("\n")


def _read(markdown: str) -> list[Token]:
    tokens = _READER.parse(markdown)
    for token in tokens:
        if token.type == "inline":
            token.children = list(_with_mailboxes(token.children or ()))
            _encode_in_links(token.children)
    return tokens


def _with_mailboxes(children: Sequence[Token]) -> Iterator[Token]:
    """Mail addresses written as plain words become links too."""
    inside = 0
    for child in children:
        inside += child.nesting if child.type.startswith("link_") else 0
        if child.type != "text" or inside or "@" not in child.content:
            yield child
            continue
        end = 0
        for found in MAILBOX.finditer(child.content):
            if TOKEN.search(found[0]):
                continue
            yield Token("text", "", 0, content=child.content[end : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": f"mailto:{found[0]}"})
            yield Token("text", "", 0, content=found[0])
            yield Token("link_close", "a", -1)
            end = found.end()
        yield Token("text", "", 0, content=child.content[end:])


def _encode_in_links(children: Sequence[Token]) -> None:
    """What is filled in inside an address is percent-encoded; a link of ours that it begins with is not."""
    for place, child in enumerate(children):
        if child.type != "link_open":
            continue
        href = str(child.attrGet("href") or "")
        encoded = TOKEN.sub(lambda found: found[0] if _leads(found) else link_token(found[0]), href)
        child.attrSet("href", encoded)
        label = children[place + 1]
        if label.type == "text" and label.content == href:
            label.content = encoded


def _leads(found: re.Match[str]) -> bool:
    return found.start() == 0 and _LINK_TOKEN.fullmatch(found[0]) is not None


def _button(tokens: Sequence[Token]) -> Button | None:
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    children = [child for child in tokens[1].children or () if child.type != "text" or child.content.strip()]
    if tokens[0].level or len(children) < 3 or children[0].type != "link_open":
        return None
    closes = [index for index, child in enumerate(children) if child.type == "link_close"]
    href = str(children[0].attrGet("href") or "")
    label = "".join(child.content for child in children[1:-1])
    # A bare address on its own line stays an address, and only what is safe to follow becomes a button.
    if closes != [len(children) - 1] or label == href or not SAFE_LINK.fullmatch(href):
        return None
    return Button(label, href)


def _plain(children: Sequence[Token]) -> str:
    words: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            links.append((str(child.attrGet("href") or ""), len(words)))
        elif child.type == "link_close":
            href, begin = links.pop()
            said = "".join(words[begin:])
            words[begin:] = [said if href in _same_as(said) else f"{said}: {href}"]
        elif child.type in {"softbreak", "hardbreak"}:
            words.append("\n")
        else:
            words.append(child.content)
    return "".join(words)


def _same_as(said: str) -> tuple[str, ...]:
    """The addresses that a reader of these words knows already."""
    return said, _as_written(said), f"mailto:{said}", f"tel:{said}", f"https://{said}"


def _safe(tokens: Sequence[Token]) -> str:
    html = str(_READER.renderer.render(tokens, _READER.options, {}))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        attribute_filter=_keep_attribute,
        link_rel=None,
        url_schemes=_SCHEMES,
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or SAFE_LINK.fullmatch(value) else None
