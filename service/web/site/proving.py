"""What a form asks of the browser in a flood, and the ways round it: a letter that confirms first, or a text."""

from collections.abc import Mapping

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.channel import Channel
from service.joining.flood import Came
from service.joining.sign_up import SignUpForm, check
from service.store import Session
from service.store.queries import petitions
from service.store.queries.campaigns import CampaignView
from service.web import door

# The button that was pressed: beside sending the form with the work done.
_WAY = "way"
_BY_EMAIL, _CHANGE = "email", "change"
# Made anew with the page, or said by the press itself.
_NOT_KEPT = frozenset({"csrf_token", "altcha", _WAY, "worked"})
_WAIT_SECONDS = 60


class WorkWanted(Exception):
    """The forms of this campaign ask for work, and this one came without it; nothing of it was written.

    `is_busy`: the way round by email was asked for, and as many letters have gone this minute as may.
    """

    def __init__(self, view: CampaignView, form: SignUpForm, *, is_busy: bool) -> None:
        super().__init__(f"campaign {view.id}")
        self.view, self.form, self.is_busy = view, form, is_busy


def register(app: Flask) -> None:
    """Put the work into the forms of the public pages, and answer those that come without it."""
    app.jinja_env.globals["work_of"] = work_of
    app.register_error_handler(WorkWanted, _ask)


def work_of(campaign_id: int) -> str:
    """What the browser is to work on before it sends a form of this campaign; empty while there is no flood."""
    if door.floods().asked(campaign_id) is None:
        return ""
    return door.prover().challenge(campaign_id, now=door.now())


def is_changing() -> bool:
    """Whether somebody wants their form back as it was, to change something in it."""
    return request.form.get(_WAY) == _CHANGE


def let_in(session: Session, view: CampaignView, form: SignUpForm) -> Channel | None:
    """Let a form pass: the one channel it may ask for now, or None for whatever it asks for.

    Raises SignUpMistakes before the work is looked at, for it is good for one form; WorkWanted where it is not done.
    """
    if door.floods().asked(view.id) is None:
        return None
    petition = petitions.petition_of(session, view.id, view.language) if form.signs_petition else None
    check(form, petition, door.countries().for_campaign(view.countries))
    if _is_proven(view.id):
        return None
    is_busy = False
    if request.form.get(_WAY) == _BY_EMAIL and _confirms_email(form):
        if door.floods().may_write_instead(view.id, now=door.now()):
            return Channel.EMAIL
        is_busy = True
    door.floods().note(session, view.id, Came.UNPROVEN, now=door.now())
    raise WorkWanted(view, form, is_busy=is_busy)


def _is_proven(campaign_id: int) -> bool:
    """Whether this request brings the work; asked once a request, which may be tried again after a lost race."""
    if "is_proven" not in g:
        g.is_proven = door.prover().is_proven(request.form.get("altcha", ""), campaign_id)
    return bool(g.is_proven)


def _confirms_email(form: SignUpForm) -> bool:
    """Whether the form has an email address that is asked to confirm."""
    return bool(form.email.strip()) and (form.consent_email or form.signs_petition)


def _ask(wanted: Exception) -> ResponseReturnValue:
    """The form as it was sent, with the work and the ways round it."""
    if not isinstance(wanted, WorkWanted):
        raise wanted
    page = render_template("site/work.html", **_shown(wanted))
    return (page, 429, {"Retry-After": str(_WAIT_SECONDS)}) if wanted.is_busy else (page, 428)


def _shown(wanted: WorkWanted) -> Mapping[str, object]:
    return {
        "campaign": wanted.view,
        "kept": [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT],
        "email": wanted.form.email.strip() if _confirms_email(wanted.form) else "",
        "has_phone": bool(wanted.form.phone.strip()),
        "word": "SIGN" if wanted.form.signs_petition else "JOIN",
        "is_busy": wanted.is_busy,
        # The work was done once and not taken: the page does not send itself again and again.
        "is_worked": bool(request.form.get("worked")),
    }
