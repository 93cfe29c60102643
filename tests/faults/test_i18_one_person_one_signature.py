"""I18: a person signs once at most, by whatever ways and however fast; what is shown is how many persons have."""

from sqlalchemy import text

from service.petitioning.sign import sign_petition
from tests import make
from tests.faults.common import THEN, at_once
from tests.sending.conftest import Desk


def test_i18_a_double_click_a_back_button_and_a_text_are_one_signature(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        for name in ("Ana", "Bilal"):
            make.supporter(session, name, campaign=campaign)

    def sign(supporter_id: int, source: str) -> int:
        with desk.sessions.begin() as session:
            return sign_petition(session, campaign_id=1, supporter_id=supporter_id, source=source, now=THEN).count

    at_once(*[lambda: sign(1, "web")] * 4, lambda: sign(1, "sms"), lambda: sign(2, "email"))
    shown = sign(1, "web")

    assert shown == 2
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM signatures")) == 2
