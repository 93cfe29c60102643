"""Who did what: found by person, deed, subject and day, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.inbound_text import clean_field
from service.domain.manager import Role
from service.planning.audit import read_audit
from service.store.queries import audit
from service.store.queries.audit import Asked
from service.store.queries.subjects import Subject
from service.web import door
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.moments import read_day

PAGE = 100
_PARTS = ("actor", "deed", "subject", "day", "words")


@dataclass(frozen=True, slots=True)
class _Form:
    """What was asked for, as it was typed, and what of it makes no sense."""

    asked: Asked
    typed: dict[str, str]
    mistake: str


@blueprint.get("/audit/")
@needs(Role.ADMIN)
def audit_page() -> ResponseReturnValue:
    form, before_id = _form(), _number(request.args.get("before", ""))
    with door.transaction() as session:
        found = read_audit(session, form.asked, before_id=before_id, limit=PAGE)
        actors, deeds = audit.actors(session), audit.deeds(session)
    query = urlencode({**_given(form), "before": found.following})
    older = f"{url_for('console.audit_page')}?{query}" if found.following else None
    page = render_template(
        "console/audit.html",
        entries=found.entries,
        older=older,
        before_id=before_id,
        typed=form.typed,
        mistake=form.mistake,
        actors=actors,
        deeds=deeds,
        link_to=_link_to,
    )
    return page, 422 if form.mistake else 200


def _form() -> _Form:
    typed = {name: clean_field(request.args.get(name, ""))[:200] for name in _PARTS}
    since, mistake = None, ""
    if typed["day"]:
        try:
            since = datetime.combine(read_day(typed["day"]), time(), UTC)
            until = since + timedelta(days=1)
        except (ValueError, OverflowError):
            since, mistake = None, "A day looks like 2026-11-23."
    asked = Asked(
        actor=typed["actor"],
        deed=typed["deed"],
        subject=typed["subject"].casefold(),
        since=since,
        until=until if since else None,
        words=typed["words"],
    )
    return _Form(asked, typed, mistake)


def _given(form: _Form) -> dict[str, str]:
    return {name: words for name, words in form.typed.items() if words}


def _number(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 18 else None


def _link_to(about: Subject) -> str | None:
    """The page of a subject; None where it has none."""
    if about.kind in {"blast", "stage", "campaign", "fixture"} and not about.campaign:
        return None
    match about.kind:
        case "blast":
            return url_for("console.blast_page", slug=about.campaign, blast_id=about.id)
        case "stage":
            return url_for("console.stage_page", slug=about.campaign, stage_slug=about.part)
        case "campaign" | "fixture":
            return url_for("console.timeline_page", slug=about.campaign)
        case "supporter" if about.part:
            return url_for("console.supporter_page", supporter_id=about.id)
        case "reply":
            return url_for("console.thread_page", reply_id=about.id)
        case "import":
            return url_for("console.import_page", import_id=about.id)
        case "manager":
            return url_for("console.managers_page")
        case "complaint":
            return url_for("console.complaints_page", show="all")
        case "tester":
            return url_for("console.testers_page")
    return None
