"""A person's file as they get it: one page to read, and the same as JSON, in a ZIP."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.wording.shelf import TEMPLATES

_PAGES = Environment(
    loader=FileSystemLoader([TEMPLATES / "person"]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# What each table is, for people.
TITLES: Mapping[str, str] = {
    "supporters": "Who you are to us",
    "sign_ups": "Forms that were sent in",
    "confirmation_requests": "When we asked you to confirm",
    "consents": "What you allowed and took back",
    "permissions": "What we may send you now",
    "suppressions": "Addresses we leave alone",
    "signatures": "What you signed",
    "actions": "What you did: clicked, shared, read",
    "notices": "Single messages to you: confirmations, answers",
    "receipts": "Why a message did not reach you, as the provider said",
    "replies": "Texts from you",
    "conversations": "Your texts, as our inbox lists them",
    "testers": "That you get tests of messages",
    "not_me": "That a form’s letters were not for you",
    "managers": "Your account as one of our managers",
    "audit_entries": "When one of us, or you, read or changed your record",
    "messages": "Messages of campaigns to you",
    "complaints": "Your complaints and questions about data",
    "late_joiners": "Messages that wait for you",
}


class Held(Protocol):
    """What one table holds."""

    @property
    def table(self) -> str: ...
    @property
    def rows(self) -> Sequence[Mapping[str, object]]: ...
    @property
    def is_cut(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    rows: Sequence[Mapping[str, object]]
    is_cut: bool


def as_json(held: Sequence[Held], *, made_at: datetime) -> str:
    """Table by table, the empty ones too."""
    tables = {each.table: list(each.rows) for each in held}
    cut = [each.table for each in held if each.is_cut]
    told = {"made_at": made_at.isoformat(), "tables": tables, "not_whole": cut}
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_page(held: Sequence[Held], *, made_at: datetime) -> str:
    """A page that needs nothing but a browser."""
    parts = [_Part(TITLES.get(each.table, each.table), each.rows, each.is_cut) for each in held if each.rows]
    return _PAGES.get_template("file.html").render(parts=parts, made_at=f"{made_at:%Y-%m-%d %H:%M}")


def as_zip(held: Sequence[Held], *, made_at: datetime) -> bytes:
    """Both in one file, readable by their owner alone where it is unpacked."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as file:
        for name, content in (
            ("what-we-hold.html", as_page(held, made_at=made_at)),
            ("what-we-hold.json", as_json(held, made_at=made_at)),
        ):
            about = ZipInfo(name, made_at.timetuple()[:6])
            about.compress_type, about.external_attr = ZIP_DEFLATED, 0o600 << 16
            file.writestr(about, content)
    return kept.getvalue()
