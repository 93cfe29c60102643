"""Supporters one at a time: find, read their life with us, withdraw consent, erase."""

from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress, channel_of, normalise
from service.consenting.erase import erase_address
from service.domain.channel import Channel
from service.domain.inbound_text import clean_field
from service.domain.manager import Role
from service.joining.leave import leave
from service.joining.preferences import erase
from service.planning.audit import note_deed
from service.reporting.roster import find_supporters, on_same_form, supporter_life, supporter_listed
from service.store import Session
from service.store.races import once_more
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.row_numbers import row_number

LIMIT = 50


@blueprint.get("/supporters/")
@needs(Role.VIEWER)
def supporters_page() -> ResponseReturnValue:
    words = clean_field(request.args.get("q", ""))
    with door.transaction() as session:
        found = find_supporters(session, words, limit=LIMIT, by_beginning=access.manager().role.sees_addresses)
    template = "console/supporter_rows.html" if request.headers.get("HX-Request") else "console/supporters.html"
    return render_template(template, found=found, words=words, limit=LIMIT)


@blueprint.get("/supporters/options")
@needs(Role.VIEWER)
def reader_options() -> ResponseReturnValue:
    """Choices for “show it to”, while a name is being typed."""
    with door.transaction() as session:
        words, sees = clean_field(request.args.get("who", "")), access.manager().role.sees_addresses
        found = find_supporters(session, words, limit=10, by_beginning=sees)
    return render_template("console/reader_options.html", found=found)


@blueprint.get("/supporters/<int:supporter_id>/")
@needs(Role.VIEWER)
def supporter_page(supporter_id: int) -> ResponseReturnValue:
    with door.transaction() as session:
        life = supporter_life(session, supporter_id) or abort(404)
    return render_template("console/supporter.html", life=life)


@blueprint.post("/supporters/<int:supporter_id>/withdraw")
@needs(Role.ADMIN)
def withdraw(supporter_id: int) -> ResponseReturnValue:
    try:
        channel = Channel(request.form.get("channel", ""))
    except ValueError:
        abort(400, "There is no such channel.")
    with door.transaction() as session:
        supporter_life(session, supporter_id) or abort(404)
        leave(
            session,
            supporter_id=supporter_id,
            channels=frozenset({channel}),
            source=f"asked a manager ({access.manager().id})",
            ip="",
            now=door.now(),
        )
        _note(session, "consent withdrawn", supporter_id, channel=str(channel))
    flash(f"They get no more {'emails' if channel is Channel.EMAIL else 'texts'}, from this moment.")
    return redirect(url_for("console.supporter_page", supporter_id=supporter_id))


@blueprint.post("/supporters/<int:supporter_id>/erase")
@needs(Role.ADMIN)
def erase_now(supporter_id: int) -> ResponseReturnValue:
    if request.form.get("sure") != "erase":
        flash("Nothing was erased: type the word erase to say that you are sure.", "bad")
        return redirect(url_for("console.supporter_page", supporter_id=supporter_id))

    with door.transaction() as session:
        supporter_listed(session, supporter_id) or abort(404)
        related = {other.id for other in on_same_form(session, supporter_id)}
    # Only who is named on the page: nobody is erased because a form came in meanwhile.
    also = related & set(request.form.getlist("also", type=row_number))
    for each in sorted({supporter_id, *also}):
        # Each by itself: the lock of opt-outs is held for one at a time.
        once_more(partial(_forget, each))
    flash(f"Erased{', both of them' if also else ''}. What they signed still counts, without a name.")
    return redirect(url_for("console.supporters_page"))


def _forget(supporter_id: int) -> None:
    with door.transaction() as session:
        erase(session, supporter_id, source=f"asked a manager ({access.manager().id})", now=door.now())
        _note(session, "supporter erased", supporter_id)


@blueprint.post("/supporters/forget")
@needs(Role.ADMIN)
def forget_address() -> ResponseReturnValue:
    """Forget whoever has an address: also somebody whose sign-up still waits, and who is no supporter."""
    typed = request.form.get("address", "")
    channel = channel_of(typed)
    try:
        address = normalise(channel, typed)
    except BadAddress as bad:
        flash(f"Nothing was erased: {bad}.", "bad")
        return redirect(url_for("console.supporters_page"))
    if request.form.get("sure") != "erase":
        flash("Nothing was erased: type the word erase to say that you are sure.", "bad")
        return redirect(url_for("console.supporters_page"))
    was_known = False

    def forget() -> None:
        nonlocal was_known
        with door.transaction() as session:
            was_known = erase_address(
                session,
                channel=channel,
                address=address,
                key=door.address_key(),
                source=f"asked a manager ({access.manager().id})",
                now=door.now(),
            )
            actor, subject = access.manager().email, str(channel)
            note_deed(session, actor=actor, deed="address erased", subject=subject, details={}, now=door.now())

    once_more(forget)
    who = "Erased" if was_known else "Nobody here had this address"
    flash(f"{who}. It is left alone from now on, whatever is imported later.")
    return redirect(url_for("console.supporters_page"))


def _note(session: Session, deed: str, supporter_id: int, **details: str) -> None:
    actor, subject = access.manager().email, f"supporter {supporter_id}"
    note_deed(session, actor=actor, deed=deed, subject=subject, details=details, now=door.now())
