"""A form for questions and complaints about data: no account, no cookie, and a person answers."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded

from service.domain.errand import Errand
from service.joining.complaints import LONGEST, ComplaintMistakes, TooManyComplaints, check_complaint, complain
from service.store.queries.campaigns import CampaignView
from service.web import door
from service.web.limits import count_complaint, forms
from service.web.site.joining import is_trapped
from service.web.site.visitor import campaign_or_404

blueprint = Blueprint("complaints", __name__)


@blueprint.get("/<campaign>/your-data")
def page(campaign: str) -> ResponseReturnValue:
    """What may be asked for, and the form."""
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
    return _page(view)


@blueprint.post("/<campaign>/your-data")
@forms
def send(campaign: str) -> ResponseReturnValue:
    """Take it. What was typed is kept on every refusal; a machine is thanked and nothing is kept."""
    words, email = request.form.get("words", ""), request.form.get("email", "")[:254]
    with door.transaction() as session:
        view = campaign_or_404(session, campaign)
    if is_trapped():
        return _page(view, done=True)
    typed = {"words": words[: LONGEST * 2], "email": email}
    try:
        check_complaint(words, email)
        # One network does not use up what all may write within the hour; mistakes are not counted.
        count_complaint()
        with door.transaction() as session:
            number = complain(
                session, campaign_id=view.id, words=words, email=email, key=door.address_key(), now=door.now()
            )
    except ComplaintMistakes as wrong:
        return _page(view, typed=typed, mistakes=wrong.by_field), 422
    except (TooManyComplaints, RateLimitExceeded):
        return _page(view, typed=typed, is_full=True), 429
    door.nudger().nudge(Errand.SEND_NOTICES)
    return _page(view, done=True, number=number, told=bool(email.strip()))


def _page(view: CampaignView, **more: object) -> str:
    told: dict[str, object] = {"typed": {}, "mistakes": {}, "done": False, "is_full": False, "number": 0, "told": False}
    return render_template("site/complaint.html", campaign=view, longest=LONGEST, **{**told, **more})
