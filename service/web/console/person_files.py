"""Everything held about one person, for whoever asked a manager for it."""

from flask import abort, flash, redirect, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress, channel_of, normalise
from service.domain.manager import Role
from service.joining.person_file import FileTakenOften, take_file
from service.reporting.roster import supporter_listed
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.person_file import file_response


@blueprint.post("/supporters/<int:supporter_id>/file")
@needs(Role.ADMIN, proof=True)
def supporter_file(supporter_id: int) -> ResponseReturnValue:
    """A supporter's file. A form, not a link: whoever takes people's data out is written down."""
    try:
        with door.transaction() as session:
            supporter_listed(session, supporter_id) or abort(404)
            actor = access.manager().email
            found = take_file(session, key=door.address_key(), actor=actor, now=door.now(), supporter_id=supporter_id)
    except FileTakenOften as often:
        flash(str(often), "bad")
        return redirect(url_for("console.supporter_page", supporter_id=supporter_id))
    return file_response(found)


@blueprint.post("/supporters/file")
@needs(Role.ADMIN, proof=True)
def address_file() -> ResponseReturnValue:
    """The file of whoever has an address, also of somebody whose sign-up still waits."""
    typed = asked.form.get("address", "")
    channel = channel_of(typed)
    try:
        address = normalise(channel, typed)
        with door.transaction() as session:
            found = take_file(
                session,
                key=door.address_key(),
                actor=access.manager().email,
                now=door.now(),
                channel=channel,
                address=address,
            )
    except (BadAddress, FileTakenOften) as wrong:
        flash(f"No file was made: {wrong}", "bad")
        return redirect(url_for("console.supporters_page"))
    if found.is_empty:
        flash("Nothing is held about this address.")
        return redirect(url_for("console.supporters_page"))
    return file_response(found)
