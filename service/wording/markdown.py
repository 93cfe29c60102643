"""Managers' Markdown, made into safe HTML or into plain text; never into anything that runs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from service.wording.compiled import TOKEN

# A line that its author ended stays ended: people sign their letters over two lines.
_READER = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image", "html_block", "html_inline"])
_TAGS = {
    *("p", "br", "hr", "a", "strong", "em", "code", "pre"),
    *("ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"),
}
_SAFE_LINK = re.compile(rf"(?:https?://|mailto:)\S+|{TOKEN.pattern}|#[\w-]+|/(?!/)\S*", re.IGNORECASE)
_BARE_LINK = re.compile(r"https?://[^\s<>()\[\]]*[^\s<>()\[\].,;:!?'\"]|-tl_[a-z0-9_]*link[a-z0-9_]*(?:\.\d+)?-")


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
            token.children = list(_with_bare_links(token.children or ()))
    return tokens


def _with_bare_links(children: Sequence[Token]) -> Iterator[Token]:
    """Addresses written as plain words become links too."""
    inside = 0
    for child in children:
        inside += child.nesting if child.type.startswith("link_") else 0
        if child.type != "text" or inside:
            yield child
            continue
        end = 0
        for found in _BARE_LINK.finditer(child.content):
            yield Token("text", "", 0, content=child.content[end : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": found[0]})
            yield Token("text", "", 0, content=found[0])
            yield Token("link_close", "a", -1)
            end = found.end()
        yield Token("text", "", 0, content=child.content[end:])


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
    if closes != [len(children) - 1] or label == href or not _SAFE_LINK.fullmatch(href):
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
            words[begin:] = [said if href in {said, f"mailto:{said}"} else f"{said}: {href}"]
        elif child.type in {"softbreak", "hardbreak"}:
            words.append("\n")
        else:
            words.append(child.content)
    return "".join(words)


def _safe(tokens: Sequence[Token]) -> str:
    html = str(_READER.renderer.render(tokens, _READER.options, {}))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        attribute_filter=_keep_attribute,
        link_rel=None,
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or _SAFE_LINK.fullmatch(value) else None
