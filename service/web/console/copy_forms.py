"""Words as forms send them, and words as they will look: shared by stages and blasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from service.domain.channel import Channel
from service.planning.showing import Reader, Shown, Window, cost, open_window, show
from service.planning.stages import CopyView
from service.reporting.roster import supporter_listed
from service.sending.freeze import Words
from service.store import Session
from service.web import door
from service.wording.placeholders import CopyMistake, MissingFact

# Whom a preview is shown to until somebody is chosen.
ANA = Reader("Ana")

# The letter brings its own styles and pictures and may do nothing at all: it cannot run, ask, or lead anywhere.
_LETTER_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class CopyShown:
    """Some words beside what becomes of them; `mistake` says why nothing does."""

    number: int
    words: Words
    shown: Shown | None
    mistake: str = ""


def words_of(copy: CopyView) -> Words:
    """A stage's copy as the renderer knows it."""
    return Words(copy.channel, copy.language, copy.variant, copy.subject, copy.preheader, copy.body)


def window_for(session: Session, campaign_id: int) -> Window:
    """Where previews of this campaign are made."""
    return open_window(session, campaign_id, key=door.link_key(), public_url=door.settings().public_url)


def chosen_reader(session: Session) -> Reader:
    """Whom to show it to: the supporter asked for, else Ana."""
    asked = request.values.get("reader", type=int)
    who = supporter_listed(session, asked) if asked else None
    return Reader(who.first_name, who.time_zone) if who else ANA


def show_all(window: Window, copies: Sequence[Words], reader: Reader) -> list[CopyShown]:
    """Each of these as the reader would get it, or why it cannot be."""
    return [show_one(window, number, words, reader) for number, words in enumerate(copies)]


def show_one(window: Window, number: int, words: Words, reader: Reader) -> CopyShown:
    """One of them."""
    if not words.body.strip():
        return CopyShown(number, words, None, "There are no words yet.")
    if words.channel is Channel.EMAIL and not words.subject.strip():
        return CopyShown(number, words, None, "The subject is empty.")
    try:
        return CopyShown(number, words, show(window, words, reader))
    except (CopyMistake, MissingFact) as wrong:
        return CopyShown(number, words, None, f"{str(wrong)[:1].upper()}{str(wrong)[1:]}.")


def letter_response(one: CopyShown) -> Response:
    """An email on its own page, where it can do no harm."""
    html = (
        one.shown.email.html if one.shown and one.shown.email else render_template("console/letter_sorry.html", one=one)
    )
    response = make_response(html)
    response.headers["Content-Security-Policy"] = _LETTER_POLICY
    return response


def size_page(window: Window, one: CopyShown, people: int) -> str:
    """How long a text is and what it costs, as the counter beside it says."""
    return render_template("console/size.html", one=one, price=price_of(window, one, people), people=people)


def price_of(window: Window, one: CopyShown, people: int) -> int:
    """What these words cost, sent to so many."""
    segments = one.shown.size.segments if one.shown and one.shown.size else 1
    return cost(window, one.words.channel, people, segments=segments)


def sent_copies(before: Sequence[CopyView], form: Mapping[str, str]) -> list[CopyView]:
    """A stage's copies with the words the form sent in their places."""
    return [
        CopyView(
            copy.channel,
            copy.language,
            copy.variant,
            _line(form.get(f"subject-{number}", copy.subject)),
            _line(form.get(f"preheader-{number}", copy.preheader)),
            form.get(f"body-{number}", copy.body).replace("\r\n", "\n").strip(),
        )
        for number, copy in enumerate(before)
    ]


def _line(words: str) -> str:
    return " ".join(words.split())
