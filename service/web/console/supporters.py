"""Supporters one at a time: find, read their life with us, withdraw consent, erase."""

from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress, channel_of, normalise
from service.consenting.erase import Erased, erase_address
from service.domain.channel import Channel
from service.domain.inbound_text import clean_field
from service.domain.manager import Role
from service.joining.leave import leave
from service.joining.preferences import erase
from service.reporting.roster import find_supporters, on_same_form, supporter_life, supporter_listed
from service.store.races import once_more
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.noting import note
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
        note(session, "supporter read", f"supporter {supporter_id}")
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
        note(session, "consent withdrawn", f"supporter {supporter_id}", channel=str(channel))
    flash(f"They get no more {'emails' if channel is Channel.EMAIL else 'texts'}, from this moment.")
    return redirect(url_for("console.supporter_page", supporter_id=supporter_id))


@blueprint.post("/supporters/<int:supporter_id>/erase")
@needs(Role.ADMIN, proof=True)
def erase_now(supporter_id: int) -> ResponseReturnValue:
    if request.form.get("sure") != "erase":
        flash("Nothing was erased: type the word erase to say that you are sure.", "bad")
        return redirect(url_for("console.supporter_page", supporter_id=supporter_id))

    with door.transaction() as session:
        supporter_listed(session, supporter_id) or abort(404)
        related = {other.id for other in on_same_form(session, supporter_id)}
    # Only who is named on the page: nobody is erased because a form came in meanwhile.
    also = related & set(request.form.getlist("also", type=row_number))
    # Each by itself: the lock of opt-outs is held for one at a time.
    done = [once_more(partial(_forget, each)) for each in sorted({supporter_id, *also})]
    flash(f"Erased{', both of them' if also else ''}. What they signed still counts, without a name.")
    refs = [each.ref for each in done if each is not None]
    if len(refs) == 1:
        return redirect(url_for("console.certificate_page", ref=refs[0]))
    return redirect(url_for("console.certificates_page" if refs else "console.supporters_page"))


def _forget(supporter_id: int) -> Erased | None:
    with door.transaction() as session:
        source = f"asked a manager ({access.manager().id})"
        done = erase(session, supporter_id, source=source, now=door.now())
        certificate = str(done.ref) if done else "none"
        note(session, "supporter erased", f"supporter {supporter_id}", certificate=certificate)
        return done


@blueprint.post("/supporters/forget")
@needs(Role.ADMIN, proof=True)
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

    def forget() -> Erased:
        with door.transaction() as session:
            done = erase_address(
                session,
                channel=channel,
                address=address,
                key=door.address_key(),
                source=f"asked a manager ({access.manager().id})",
                now=door.now(),
            )
            note(session, "address erased", str(channel), certificate=str(done.ref))
            return done

    done = once_more(forget)
    who = "Erased" if done.was_known else "Nobody here had this address"
    flash(f"{who}. It is left alone from now on, whatever is imported later.")
    return redirect(url_for("console.certificate_page", ref=done.ref))
