"""Where a manager is told by text when a blast stops by itself; everybody who may launch is told by email."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress
from service.domain.manager import Role
from service.planning.managers import set_alarm_phone
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint


@blueprint.get("/alarms")
@needs(Role.LAUNCHER)
def alarms_page() -> ResponseReturnValue:
    return render_template("console/alarms.html", phone=access.manager().alarm_phone, mistake="")


@blueprint.post("/alarms")
@needs(Role.LAUNCHER)
def set_alarms() -> ResponseReturnValue:
    phone = request.form.get("phone", "")
    try:
        with door.transaction() as session:
            me = set_alarm_phone(session, access.manager().id, phone, now=door.now())
    except BadAddress as bad:
        return render_template("console/alarms.html", phone=phone, mistake=str(bad)), 422
    flash(
        f"You are texted at {me.alarm_phone} when a blast stops by itself."
        if me.alarm_phone
        else "You are told by email only."
    )
    return redirect(url_for("console.alarms_page"))
