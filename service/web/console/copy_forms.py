"""Words as forms send them, and words as they will look: shared by stages and blasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, make_response, render_template, request

from service.domain.audience import Audience
from service.domain.channel import Channel
from service.planning.copy_checks import mistakes_in
from service.planning.reckoning import Reckoned, reckon
from service.planning.showing import Reader, Shown, Window, open_window, show
from service.planning.stages import CopyView
from service.planning.warnings import warnings_for
from service.reporting.roster import supporter_listed
from service.sending.freeze import Words
from service.store import Session
from service.web import door
from service.web.console.words import sentence
from service.web.row_numbers import row_number
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
    # What its author should know, though it may go as it is.
    warnings: tuple[str, ...] = ()


def window_for(session: Session, campaign_id: int) -> Window:
    """Where previews of this campaign are made."""
    return open_window(session, campaign_id, key=door.link_key(), public_url=door.settings().public_url)


def chosen_reader(session: Session) -> Reader:
    """Whom to show it to: the supporter asked for, else Ana."""
    asked = request.values.get("reader", type=row_number)
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
    if wrongs := mistakes_in(words):
        return CopyShown(number, words, None, " ".join(sentence(wrong) for wrong in wrongs))
    try:
        return CopyShown(number, words, show(window, words, reader))
    except (CopyMistake, MissingFact) as wrong:
        return CopyShown(number, words, None, sentence(str(wrong)))


def reckon_each(
    session: Session, window: Window, audience: Audience, words: Sequence[Words], people: Mapping[Channel, int]
) -> dict[Channel, Reckoned]:
    """What each channel costs over the people it goes to: reckoned once for every part of a page."""
    return {
        channel: reckon(session, window, audience, words, channel=channel, people=many)
        for channel, many in people.items()
    }


def with_warnings(window: Window, one: CopyShown, reckoned: Mapping[Channel, Reckoned]) -> CopyShown:
    """The same with what its author should know about it."""
    if one.shown is None:
        return one
    return replace(one, warnings=warnings_for(window, one.words, one.shown, reckoned.get(one.words.channel)))


def letter_of(shown: Shown | None, mistake: str = "") -> CopyShown:
    """An email that is shown alone, or why it cannot be."""
    nothing = Words(Channel.EMAIL, "", "", "", "", "")
    return CopyShown(0, nothing, shown, sentence(mistake))


def letter_response(one: CopyShown) -> Response:
    """An email on its own page, where it can do no harm."""
    html = (
        one.shown.email.html if one.shown and one.shown.email else render_template("console/letter_sorry.html", one=one)
    )
    response = make_response(html)
    response.headers["Content-Security-Policy"] = _LETTER_POLICY
    return response


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
