"""Turning templates into pages: one Jinja environment, its few filters, and the headers every page carries."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from sandbox import clock
from sandbox.state import SANDBOX

HERE = Path(__file__).parent
PAGE_SIZE = 50
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_POLICY = (
    "default-src 'self'; img-src 'self' data: http: https:; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'self'"
)
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a long list, with the ways to its neighbours."""

    number: int
    previous: str | None
    following: str | None


def _when(moment: float) -> Markup:
    at = clock.utc(moment)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), at.strftime("%-d %b %H:%M:%S"))


def _with_links(words: str) -> Markup:
    parts, end = [], 0
    for found in _URL.finditer(words):
        parts.append(escape(words[end : found.start()]))
        parts.append(Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(found.group()))
        end = found.end()
    return Markup("").join([*parts, escape(words[end:])])


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"when": _when, "with_links": _with_links, "path": lambda words: quote(words, safe="@")}
    return made


_ENVIRONMENT = _environment()


def page(request: web.Request, template: str, *, status: int = 200, **facts: object) -> web.Response:
    """The template as a page."""
    sandbox = request.app[SANDBOX]
    counts = {"boxes": sandbox.mail.box_count(), "phones": sandbox.phones.people_count()}
    html = _ENVIRONMENT.get_template(template).render(
        counts=counts, misbehaves=not sandbox.faults.is_quiet(), numbers=sandbox.options.numbers, **facts
    )
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return web.Response(text=html, content_type="text/html", status=status, headers=headers)


def leaf_through(request: web.Request, things: Iterable[_Thing]) -> tuple[list[_Thing], Leaf]:
    """The asked-for page of a list, and the addresses of the pages before and after it."""
    asked = request.query.get("page", "1")
    number = max(int(asked), 1) if asked.isdecimal() and len(asked) < 7 else 1
    start = (number - 1) * PAGE_SIZE
    shown = list(islice(_skip(things, start), PAGE_SIZE + 1))
    search = request.query.get("q", "")

    def address(to: int) -> str:
        return "?" + urlencode({"q": search, "page": to} if search else {"page": to})

    following = address(number + 1) if len(shown) > PAGE_SIZE else None
    return shown[:PAGE_SIZE], Leaf(number, address(number - 1) if number > 1 else None, following)


def _skip(things: Iterable[_Thing], count: int) -> Iterator[_Thing]:
    return islice(iter(things), count, None)
