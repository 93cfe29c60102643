"""Testers: named here, asked at their own address, and confirmed by the link or the code that was sent there."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.testers import (
    TesterRefused,
    confirm_by_code,
    confirm_by_link,
    decline_by_link,
    list_testers,
    may_say_yes,
    name_tester,
    remove_tester,
    tester_of_link,
)
from service.web import door
from service.web.console import access
from service.web.console.access import for_anybody, needs
from service.web.console.blueprint import blueprint
from service.web.console.words import sentence


@blueprint.get("/testers/")
@needs(Role.AUTHOR)
def testers_page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/testers/")
@needs(Role.AUTHOR)
def name_tester_now() -> ResponseReturnValue:
    """Name a tester and ask there; pressed again, ask once more where it may be asked."""
    typed = request.form.get("address", "")
    try:
        with door.transaction() as session:
            actor, now = access.manager().email, door.now()
            named = name_tester(session, typed, countries=door.countries(), actor=actor, now=now)
    except (BadAddress, TesterRefused) as refused:
        return _page(typed=typed, mistake=sentence(str(refused))), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    if named.is_confirmed:
        flash(f"{named.address} is a tester already.")
    else:
        flash(f"A message is on its way to {named.address}. Tests go there once it is confirmed.")
    return redirect(url_for("console.testers_page"))


@blueprint.post("/testers/<int:tester_id>/code")
@needs(Role.AUTHOR)
def confirm_tester(tester_id: int) -> ResponseReturnValue:
    """The code that was sent to a number, as its owner reads it out."""
    code, keys = request.form.get("code", ""), tuple(door.link_keys())
    try:
        with door.transaction() as session:
            actor, now = access.manager().email, door.now()
            is_right = confirm_by_code(session, tester_id, code, keys=keys, actor=actor, now=now)
    except TesterRefused as refused:
        return _page(wrong_code=WrongCode(tester_id, code, sentence(str(refused)))), 422
    if not is_right:
        why = "That is not the code that was sent. Nothing was confirmed."
        return _page(wrong_code=WrongCode(tester_id, code, why)), 422
    flash("Confirmed: tests may go there.")
    return redirect(url_for("console.testers_page"))


@blueprint.post("/testers/<int:tester_id>/remove")
@needs(Role.AUTHOR)
def remove_tester_now(tester_id: int) -> ResponseReturnValue:
    try:
        with door.transaction() as session:
            gone = remove_tester(session, tester_id, actor=access.manager().email, now=door.now())
    except TesterRefused as refused:
        flash(sentence(f"Nothing was changed: {refused}"), "bad")
    else:
        flash(f"{gone.address} gets no more tests.")
    return redirect(url_for("console.testers_page"))


@blueprint.get("/tester/<token>")
@for_anybody
def tester_link_page(token: str) -> ResponseReturnValue:
    """Where whoever was named says yes or no. Changes nothing."""
    with door.transaction() as session:
        who = tester_of_link(session, token, keys=door.link_keys())
        is_newest = may_say_yes(session, token, keys=door.link_keys())
    shown = render_template("console/tester.html", who=who, is_newest=is_newest, token=token)
    return shown, 200 if who else 410


@blueprint.post("/tester/<token>")
@for_anybody
def tester_answers(token: str) -> ResponseReturnValue:
    says_yes = request.form.get("answer") == "yes"
    why = ""
    try:
        with door.transaction() as session:
            if says_yes:
                confirm_by_link(session, token, keys=door.link_keys(), now=door.now())
            else:
                decline_by_link(session, token, keys=door.link_keys(), now=door.now())
    except TesterRefused as refused:
        why = sentence(str(refused))
    shown = render_template("console/tester_answered.html", says_yes=says_yes, why=why)
    return shown, 410 if why else 200


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A code that confirmed nobody: whose it was to be, as it was typed, and why."""

    tester_id: int
    typed: str
    why: str


def _page(*, typed: str = "", mistake: str = "", wrong_code: WrongCode | None = None) -> str:
    with door.transaction() as session:
        people = list_testers(session)
    if wrong_code and not any(one.id == wrong_code.tester_id and not one.is_confirmed for one in people):
        # There is no field for it any more.
        flash(wrong_code.why, "bad")
    return render_template("console/testers.html", people=people, typed=typed, mistake=mistake, wrong_code=wrong_code)
