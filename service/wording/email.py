"""An email, from a manager's Markdown to what the provider is given: rendered once for everybody."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from html import escape

from mjml import mjml2html

from service.wording.colours import INLINE_STYLES, PALETTE
from service.wording.compiled import (
    disarm,
    html_token,
    is_link_token,
    link_token,
    replace_tokens,
    tokens_for,
    with_tokens,
)
from service.wording.link_places import in_link
from service.wording.markdown import Button, to_blocks, to_text
from service.wording.placeholders import Copy, MissingFact, Placeholder, fact_for, placeholders
from service.wording.shelf import JINJA, TEMPLATES

# What the frame says to each person, whatever the copy says.
_FRAME_SLOTS = tuple(
    Placeholder(name) for name in ("kick_off", "share_link", "leave_link", "preferences_link", "view_link")
)


@dataclass(frozen=True, slots=True)
class EmailCopy:
    """A manager's words for one email."""

    subject: Copy
    preheader: Copy
    body: Copy


@dataclass(frozen=True, slots=True)
class EmailFrame:
    """What stands around the words. With a `score` the band shows it; without, the kick-off in each one's own time."""

    language: str
    organisation: str
    campaign: str
    home: str
    away: str
    competition: str
    venue: str
    postal_address: str
    privacy_url: str
    score: str = ""
    # Everything the copy may say that is the same for everybody.
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FinishedEmail:
    """An email ready to be handed over, with nothing left to fill."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """One email for a whole blast; `slots` are the tokens still in it, and whether each stands in HTML."""

    subject: str
    html: str
    text: str
    preheader: str
    slots: tuple[tuple[str, Placeholder, bool], ...]

    def substitutions(self, values: Mapping[str, str]) -> dict[str, str]:
        """What the provider puts in place of each token for one person."""
        return self.substituter()(values)

    def substituter(self) -> Callable[[Mapping[str, str]], dict[str, str]]:
        """What `substitutions` would give for one person after another.

        A link is ours, safe in HTML, and put in as it is: an invisible sign inside it would break it.
        """
        links = [(token, slot.name) for token, slot, _ in self.slots if slot.is_link and not is_link_token(token)]
        within = [(token, slot.name) for token, slot, _ in self.slots if slot.is_link and is_link_token(token)]
        others = [(token, slot, in_html) for token, slot, in_html in self.slots if not slot.is_link]
        names = tuple(dict.fromkeys(slot.name for _, slot, _ in others))
        # Many people have the same first name, and most the same kick-off.
        known: dict[tuple[str | None, ...], dict[str, str]] = {}

        def substitute(values: Mapping[str, str]) -> dict[str, str]:
            facts = tuple([values.get(name) for name in names])
            words = known.get(facts)
            if words is None:
                words = known[facts] = {
                    token: _as_put_in(token, said, in_html=in_html)
                    for token, slot, in_html in others
                    for said in (fact_for(slot, values),)
                }
            try:
                ours = {token: values[name] for token, name in links}
                return words | ours | {token: in_link(values[name]) for token, name in within}
            except KeyError as missing:
                raise MissingFact(f"nothing is known for {{{missing.args[0]}}}") from None

        return substitute

    def for_one(self, values: Mapping[str, str]) -> FinishedEmail:
        """The email as one person gets it: for previews and for SMTP."""
        filled = self.substitutions(values)
        return FinishedEmail(
            replace_tokens(self.subject, filled),
            replace_tokens(self.html, filled),
            replace_tokens(self.text, filled),
        )


def render_email(copy: EmailCopy, frame: EmailFrame) -> RenderedEmail:
    """Render once what everybody gets; what is personal stays as substitution tokens.

    Facts are put in after the Markdown is read and after HTML is sanitised, in one pass: none is ever read again.
    Raises MissingFact for a shared placeholder nothing is known for.
    """
    slots = tuple(
        dict.fromkeys(
            placeholder
            for part in (copy.subject, copy.preheader, copy.body, Copy(_FRAME_SLOTS))
            for placeholder in placeholders(part)
        )
    )
    tokens = tokens_for(slots)
    shared = {slot: fact_for(slot, frame.facts) for slot in slots if not slot.is_personal}
    in_text = {tokens[slot]: disarm(words) for slot, words in shared.items()}
    in_text |= {link_token(tokens[slot]): in_link(disarm(words)) for slot, words in shared.items()}
    in_html = {token: escape(words) for token, words in in_text.items()}
    in_html |= {tokens[slot]: html_token(tokens[slot]) for slot in slots if _differs_in_html(slot)}
    subject, preheader = (
        _one_line(replace_tokens(with_tokens(part.parts, tokens), in_text)) for part in (copy.subject, copy.preheader)
    )
    body = with_tokens(copy.body.parts, tokens)
    facts = _frame_facts(frame, tokens)
    html = _html(body, subject, _one_line(with_tokens(copy.preheader.parts, tokens)), facts)
    text = JINJA.get_template("campaign.txt.j2").render(facts, body=to_text(body))
    finished = replace_tokens(html, in_html), replace_tokens(text, in_text)
    left = _left_over(tokens, subject + finished[1], finished[0])
    return RenderedEmail(subject, finished[0], finished[1], preheader, left)


def without_view_link(email: RenderedEmail) -> RenderedEmail:
    """The email as its own page: without the line that offers to see it as a page."""
    tokens = [re.escape(token) for token, slot, _ in email.slots if slot.name == "view_link"]
    line = rf"<p\b[^>]*>\s*<a\b[^>]*href=\"(?:{'|'.join(tokens)})\"[^>]*>[^<]*</a>\s*</p>"
    return replace(email, html=re.sub(line, "", email.html)) if tokens else email


def _as_put_in(token: str, said: str, *, in_html: bool) -> str:
    """Words as they stand where this token stood: escaped in HTML, percent-encoded inside an address."""
    if is_link_token(token):
        return in_link(disarm(said))
    return disarm(escape(said) if in_html else said)


def _differs_in_html(slot: Placeholder) -> bool:
    return slot.is_personal and not slot.is_link


def _left_over(tokens: Mapping[Placeholder, str], text: str, html: str) -> tuple[tuple[str, Placeholder, bool], ...]:
    left: list[tuple[str, Placeholder, bool]] = []
    for slot, token in tokens.items():
        for each in (token, link_token(token)):
            if each in text or each in html:
                left.append((each, slot, False))
        if (escaped := html_token(token)) in html:
            left.append((escaped, slot, True))
    return tuple(left)


def _frame_facts(frame: EmailFrame, tokens: Mapping[Placeholder, str]) -> dict[str, object]:
    personal = {slot.name: tokens[slot] for slot in _FRAME_SLOTS}
    return {
        "frame": frame,
        "personal": personal,
        "words": frame_words(frame.language),
        "colour": asdict(PALETTE),
    }


@lru_cache(maxsize=32)
def frame_words(language: str) -> Mapping[str, str]:
    """What the frame says, in this language or else in English."""
    for name in (language, language.split("-", maxsplit=1)[0], "en"):
        path = TEMPLATES / "email" / "words" / f"{name}.toml"
        if re.fullmatch(r"[A-Za-z-]{2,12}", name) and path.exists():
            return {key: str(words) for key, words in tomllib.loads(path.read_text("utf-8")).items()}
    raise FileNotFoundError("templates/email/words/en.toml")


def _html(body: str, subject: str, preheader: str, facts: Mapping[str, object]) -> str:
    """Compile the frame with a mark where each run of prose goes, then put the prose in."""
    blocks = to_blocks(body)
    marks = {
        f"-tl_prose{number}-": dress(block.html) for number, block in enumerate(blocks) if not isinstance(block, Button)
    }
    rows = [
        {"label": block.label, "href": block.href} if isinstance(block, Button) else {"mark": f"-tl_prose{number}-"}
        for number, block in enumerate(blocks)
    ]
    source = JINJA.get_template("campaign.mjml.j2").render(facts, rows=rows, subject=subject, preheader=preheader)
    return replace_tokens(compile_mjml(source), marks)


@lru_cache(maxsize=128)
def compile_mjml(source: str) -> str:
    """Responsive HTML that loads nothing from elsewhere; remembered, for previews ask for the same again and again."""
    return mjml2html(source, fonts={})


def dress(html: str) -> str:
    """Put styles on the tags themselves: several mailboxes drop what stands in the head."""
    return re.sub(r"<(p|a|h[1-6]|ul|ol|li|blockquote|hr)\b", lambda tag: INLINE_STYLES[tag[1]], html)


def _one_line(words: str) -> str:
    return " ".join(words.split())
