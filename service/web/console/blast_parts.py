"""Parts of the form of a new blast: how many it reaches, how long its text is, its email alone, a test of it."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from service.consenting.addresses import BadAddress, channel_of
from service.domain.channel import Channel
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.showing import send_test
from service.planning.testers import TesterRefused
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blast_form import sketch_of
from service.web.console.blueprint import blueprint
from service.web.console.copy_forms import chosen_reader, letter_response
from service.web.console.new_blast import blast_form_page
from service.web.console.words import sentence
from service.wording.placeholders import CopyMistake, MissingFact


@blueprint.post("/campaigns/<slug>/blasts/reach")
@needs(Role.AUTHOR)
def reach(slug: str) -> ResponseReturnValue:
    """How many it would reach, and for how much, while it is being put together."""
    with door.transaction() as session:
        sketch = sketch_of(session, slug, request.form)
    return render_template("console/reach.html", sketch=sketch, campaign=sketch.campaign)


@blueprint.post("/campaigns/<slug>/blasts/size")
@needs(Role.AUTHOR)
def blast_size(slug: str) -> ResponseReturnValue:
    """Count the text while it is being written, and say anew what all of it costs."""
    with door.transaction() as session:
        sketch = sketch_of(session, slug, request.form)
    return render_template(
        "console/blast_size.html",
        sketch=sketch,
        campaign=sketch.campaign,
        one=sketch.shown[Channel.SMS],
        reckoned=sketch.reckoned.get(Channel.SMS),
    )


@blueprint.post("/campaigns/<slug>/blasts/letter")
@needs(Role.AUTHOR)
def blast_letter(slug: str) -> ResponseReturnValue:
    """The email alone, for the frame that shows it."""
    with door.transaction() as session:
        return letter_response(sketch_of(session, slug, request.form).shown[Channel.EMAIL])


@blueprint.post("/campaigns/<slug>/blasts/test")
@needs(Role.LAUNCHER)
def blast_test(slug: str) -> ResponseReturnValue:
    """Send it to one tester for trial; the form comes back as it was."""
    why, sent_to = "", ""
    with door.transaction() as session:
        sketch = sketch_of(session, slug, request.form)
        to = request.form.get("to", "")
        one = sketch.shown[channel_of(to)]
        try:
            reader, actor = chosen_reader(session), access.manager().email
            key = request.form.get("test_key", "")
            if one.mistake:
                raise TesterRefused(one.mistake)
            sent_to = send_test(session, sketch.window, one.words, reader, to, actor=actor, now=door.now(), key=key)
        except (BadAddress, TesterRefused, CopyMistake, MissingFact) as wrong:
            why = sentence(f"The test was not sent: {wrong}")
    if why:
        return blast_form_page(sketch, [why]), 422
    door.nudger().nudge(Errand.SEND_NOTICES)
    flash(f"A test is on its way to {sent_to}.")
    return blast_form_page(sketch, [])
