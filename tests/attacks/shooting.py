"""Sends odd requests to the app, each to the same installation: what one of them wrote is rolled back before the next."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import quote, urlencode

from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, TextClause
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, RequestRedirect, Rule
from werkzeug.test import TestResponse

from service.web.door import FrontDoor
from tests.attacks.odd_values import EVERY, TEXTS, values_for
from tests.attacks.pages_and_forms import Field, Form, Page

_FORM = "application/x-www-form-urlencoded"
_MOST_PAGES = 150
# Would end the session that everything is sent with.
_SIGN_OUT = "/console/sign-out"


@dataclass
class Range:
    """An app whose every request begins at the same state, and what broke there."""

    app: Flask
    client: FlaskClient
    connection: Connection
    broken: list[str] = field(default_factory=list)
    sent_count: int = 0
    _why: str = ""

    def send(
        self, what: str, method: str, path: str, body: bytes = b"", kind: str = _FORM, **headers: str
    ) -> TestResponse:
        """Send one request; anything of 500 and more is noted with what was sent."""
        self.sent_count, self._why = self.sent_count + 1, ""
        sent = {"data": body, "content_type": kind} if method == "POST" else {}
        answer = self.client.open(path, method=method, headers=headers, **sent)
        with answer:
            answer.get_data()
        if answer.status_code >= 500:
            self.broken.append(f"{method} {path[:80]} {what}: {answer.status_code} {self._why}")
        return answer

    def ask(self, question: TextClause) -> object:
        """One value of what the last request left behind."""
        return self.connection.scalar(question)

    def note(self, _: object, exception: Exception) -> None:
        self._why = f"{type(exception).__name__}: {exception}"[:200]

    def endpoint(self, path: str, method: str) -> str:
        """The name of the route of a path, or nothing."""
        try:
            return str(self.app.url_map.bind("localhost").match(path.partition("?")[0], method)[0])
        except (RequestRedirect, HTTPException):
            return ""


@contextmanager
def shooting_range(app: Flask, engine: Engine, client: FlaskClient) -> Iterator[Range]:
    """The app on one connection, whose transaction goes back to where it stood before each request."""
    held = app.extensions["touchline"]
    assert isinstance(held, FrontDoor)
    own = held.sessions.kw["bind"]
    with engine.connect() as connection, connection.begin() as everything:
        made = Range(app, client, connection)
        nested = [connection.begin_nested()]

        def go_back(*_: object) -> None:
            nested.pop().rollback()
            nested.append(connection.begin_nested())

        held.sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        app.before_request_funcs.setdefault(None, []).insert(0, go_back)
        with got_request_exception.connected_to(made.note, app):
            yield made
        everything.rollback()
        held.sessions.configure(bind=own, join_transaction_mode="conditional_savepoint")


def encoded(pairs: Sequence[tuple[str, str]]) -> bytes:
    """A form as bytes, halves of letters as they are."""
    return urlencode(
        [(name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    ).encode()


def read_pages(at: Range, starts: Sequence[str]) -> tuple[list[str], list[Form]]:
    """Every page that links lead to, each kind a few times, and each different form that stands on one."""
    waiting, seen, kinds = list(starts), set[str](), dict[str, int]()
    forms: dict[tuple[str, frozenset[str]], Form] = {}
    pages: list[str] = []
    while waiting and len(pages) < _MOST_PAGES:
        path = waiting.pop(0)
        kind = at.endpoint(path, "GET")
        if path in seen or not kind or kinds.get(kind, 0) >= 4:
            continue
        seen.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        pages.append(path)
        answer = at.send("as it is", "GET", path)
        page = Page(path, answer.text if answer.mimetype == "text/html" else "")
        waiting += page.links
        for form in page.forms:
            key = f"{form.method} {at.endpoint(form.action, form.method.upper())}", form.names
            if form.action and form.action != _SIGN_OUT:
                forms.setdefault(key, form)
    return pages, list(forms.values())


def shoot_form(at: Range, form: Form, *, most: int) -> None:
    """Each field of a form by itself with odd values, the others as they stand; then one of them twice."""
    place = at.endpoint(form.action, form.method.upper())
    standing = [(each.name, each.value) for each in form.fields]
    for aimed in (each for each in form.fields if each.name != "csrf_token"):
        rest = [pair for pair in standing if pair[0] != aimed.name]
        for what, value in values_for(f"{place} {aimed.name}", aimed.kind, aimed.name, most=most):
            _send_form(at, form, f"{aimed.name}={what}", [*rest, (aimed.name, value)])
    if standing:
        _send_form(at, form, "every field twice", [*standing, *standing])
    for what in ("NUL", "half a letter"):
        pairs = [(name, value if name == "csrf_token" else TEXTS[what]) for name, value in standing]
        _send_form(at, form, f"every field {what}", pairs)


def _send_form(at: Range, form: Form, what: str, pairs: Sequence[tuple[str, str]]) -> None:
    if form.method == "post":
        at.send(what, "POST", form.action, encoded(pairs))
        return
    path = form.action.partition("?")[0]
    at.send(what, "GET", f"{path}?{encoded(pairs).decode()}")


def forms_of_rules(at: Range, rules: Iterable[Rule], parts: Mapping[str, Sequence[object]]) -> list[Form]:
    """A form for each route that takes one, with every field that the module of its view asks for."""
    csrf = Page("/", at.send("as it is", "GET", "/console/sign-in").text).forms[0].sent()["csrf_token"]
    forms = []
    for rule in rules:
        fields = [Field("csrf_token", "hidden", str(csrf))]
        fields += [Field(name, "text", "") for name in _asked_by(at.app, rule.endpoint)]
        forms += [Form(path, "post", fields) for path in paths_of(at.app, rule, parts)]
    return forms


def paths_of(app: Flask, rule: Rule, parts: Mapping[str, Sequence[object]]) -> list[str]:
    """The addresses of a route with these parts in it, as many as it takes; 1 where nothing is named."""
    addresses, urls = [], app.url_map.bind("localhost")
    names = sorted(rule.arguments)
    for values in product(*(parts.get(name, (1,)) for name in names)):
        try:
            addresses.append(urls.build(rule.endpoint, dict(zip(names, values, strict=True))))
        except (BuildError, ValueError):
            continue
    return addresses[:1]


def _asked_by(app: Flask, endpoint: str) -> list[str]:
    module = inspect.getmodule(app.view_functions[endpoint])
    asked = re.findall(r"(?:form|values|args)(?:\.get|\.getlist)?[(\[]\"([\w.-]+)\"", inspect.getsource(module or app))
    return sorted(set(asked))


def shoot_paths(at: Range, pages: Sequence[str], *, most: int) -> None:
    """Odd values in place of each part of a path, and of each thing its query asks."""
    for path in pages:
        bare, _, query = path.partition("?")
        parts = bare.strip("/").split("/")
        for place in range(len(parts)):
            for what, value in values_for(f"{bare} {place}", "text", parts[place], most=most):
                odd = [*parts[:place], quote(value.encode("utf-8", "surrogatepass"), safe=""), *parts[place + 1 :]]
                at.send(f"part {place + 1}={what}", "GET", "/" + "/".join(odd) + ("/" if bare.endswith("/") else ""))
        for pair in query.split("&") if query else ():
            name = pair.partition("=")[0]
            for what, value in values_for(f"{bare} {name}", "text", name, most=most):
                at.send(f"{name}={what}", "GET", f"{bare}?{encoded([(name, value)]).decode()}")


def shoot_bodies(at: Range, path: str) -> None:
    """Bodies of other kinds than the route reads."""
    bodies = {
        "application/json": EVERY["deep objects"].encode(),
        "multipart/form-data": b"--x\r\nContent-Disposition: form-data; name=a\r\n",
        "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="file"; filename="\0\r\n"\r\n\r\n\xff\0\r\n--x--',
        "application/x-www-form-urlencoded; charset=utf-7": b"a=%ff%00&&&=&=;",
        "text/plain; charset=nothing": b"\xff\xfe",
        "": b"",
    }
    for kind, body in bodies.items():
        at.send(f"body of {kind or 'no kind'}", "POST", path, body, kind)
