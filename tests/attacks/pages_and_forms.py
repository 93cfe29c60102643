"""What stands on pages: their links, and their forms with every field, as a browser would send them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it stands there."""

    name: str
    kind: str
    value: str


@dataclass(slots=True)
class Form:
    """A form, or a part of a page that htmx sends: where it goes, how, and with what."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.fields)

    def sent(self, **changed: object) -> dict[str, object]:
        """Its fields as they stand there, but for these."""
        return {**{each.name: each.value for each in self.fields}, **changed}


class Page(HTMLParser):
    """Reads one page."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self.path, self.links, self.forms = path, list[str](), list[Form]()
        self._open: list[Form] = []
        self._select, self._area = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(self._here(found["href"]))
        if tag == "form":
            self._begin(found.get("action", ""), found.get("method", "get").lower())
        for method in ("get", "post"):
            if f"hx-{method}" in found:
                self._by_htmx(found[f"hx-{method}"], method)
        if "formaction" in found and self._open:
            self._by_htmx(found["formaction"], self._open[0].method)
        self._handle_field(tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = []
        elif tag in {"select", "textarea"}:
            self._select = self._area = ""

    def handle_data(self, text: str) -> None:
        if self._area:
            self._add(self._area, "textarea", text)
            self._area = ""

    def _begin(self, action: str, method: str) -> None:
        self._open = [Form(self._here(action), method)]
        self.forms += self._open

    def _by_htmx(self, action: str, method: str) -> None:
        form = Form(self._here(action), method, list(self._open[0].fields) if self._open else [])
        self.forms.append(form)
        if self._open:
            self._open.append(form)

    def _handle_field(self, tag: str, found: dict[str, str]) -> None:
        name = found.get("name", "")
        if tag == "option" and self._select:
            self._add(self._select, "select", found.get("value", ""))
        elif not name:
            return
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            self._add(name, "textarea", "")
        elif tag in {"input", "button"}:
            self._add(name, found.get("type", "text"), found.get("value", "on"))

    def _add(self, name: str, kind: str, value: str) -> None:
        for form in self._open:
            known = next((n for n, each in enumerate(form.fields) if each.name == name), None)
            if known is None:
                form.fields.append(Field(name, kind, value))
            elif not form.fields[known].value or kind == "textarea":
                form.fields[known] = Field(name, kind, value)

    def _here(self, href: str) -> str:
        parts = urlsplit(urljoin(f"http://localhost{self.path}", href))
        return (parts.path + (f"?{parts.query}" if parts.query else "")) if parts.netloc == "localhost" else ""


def forms_of(path: str, text: str) -> Iterator[Form]:
    """The forms of a page that go to this site."""
    return (form for form in Page(path, text).forms if form.action)
