"""The words of a blast that is paused because they could not be filled in, given anew."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.domain.manager import Role
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import CopyRefused
from service.planning.desk import BlastOnDesk
from service.planning.mending import mend_words, waits_for_words
from service.web import door
from service.web.console import access
from service.web.console.access import needs
from service.web.console.blueprint import blueprint
from service.web.console.here import blast_or_404, campaign_or_404
from service.web.console.words import said, sentence

Copy = dict[str, dict[str, dict[str, str]]]


@blueprint.get("/campaigns/<slug>/blasts/<int:blast_id>/words")
@needs(Role.LAUNCHER)
def mend_page(slug: str, blast_id: int) -> ResponseReturnValue:
    return _page(slug, blast_id)


@blueprint.post("/campaigns/<slug>/blasts/<int:blast_id>/words")
@needs(Role.LAUNCHER)
def mend(slug: str, blast_id: int) -> ResponseReturnValue:
    """Keep the mended words; whatever is wrong, nothing typed is lost."""
    try:
        with door.transaction() as session:
            blast = blast_or_404(session, campaign_or_404(session, slug), blast_id)
            url, actor = door.settings().public_url, access.manager().email
            copy, other = _typed(blast, blast.draft), _second(blast)
            mend_words(session, blast.id, copy, other=other, public_url=url, actor=actor, now=door.now())
    except CopyRefused as refused:
        why = [sentence(f"{said(problem.channel)}, {problem.language}: {problem.why}") for problem in refused.problems]
        return _page(slug, blast_id, why=list(dict.fromkeys(why))), 422
    except BlastRefused as refused:
        return _page(slug, blast_id, why=[sentence(str(refused))]), 409
    flash("The words are kept. Now resume it.")
    return redirect(url_for("console.blast_page", slug=slug, blast_id=blast_id))


def _page(slug: str, blast_id: int, *, why: list[str] | None = None) -> str:
    with door.transaction() as session:
        campaign = campaign_or_404(session, slug)
        blast = blast_or_404(session, campaign, blast_id)
        if blast.stage_id is not None or not (why or waits_for_words(session, blast.id)):
            abort(404)
    return render_template(
        "console/mend.html",
        campaign=campaign,
        blast=blast,
        wordings={"": _typed(blast, blast.draft), "second-": _second(blast)},
        why=why or [],
    )


def _second(blast: BlastOnDesk) -> Copy:
    """What the second wording says instead, where the blast tries two."""
    return _typed(blast, blast.test_draft, before="second-") if blast.test_share else {}


def _typed(blast: BlastOnDesk, draft: Copy, *, before: str = "") -> Copy:
    """The words as the form has them, else as they are kept; `before`: how the names of their fields begin."""
    copy: Copy = {}
    for language, kept in draft.items():
        for channel in blast.channels:
            if before and channel not in kept:
                continue
            known = kept.get(channel)
            words = known if isinstance(known, dict) else {}
            names = ("subject", "preheader", "body") if channel == "email" else ("body",)
            fields = {
                name: request.form.get(f"{before}{name}-{channel}-{language}", words.get(name, "")) for name in names
            }
            copy.setdefault(language, {})[str(channel)] = {
                name: words.replace("\r\n", "\n").strip() for name, words in fields.items()
            }
    return copy
