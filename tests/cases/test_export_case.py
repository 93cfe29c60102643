"""What goes out opens in Excel with every letter right."""

from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from service.petitioning.sign import sign_petition
from tests import make
from tests.cli.conftest import Touchline, touchline

__all__ = ["touchline"]


def test_supporters_and_the_petition_s_names_go_out_with_their_mark(
    touchline: Touchline, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    with sessions.begin() as session:
        campaign = make.campaign(session)
        who = make.supporter(session, "Şəhla", campaign=campaign)
        sign_petition(session, campaign_id=campaign.id, supporter_id=who.id, source="web", now=make.KICK_OFF)
    out = tmp_path / "out.csv"

    assert touchline("supporters", "export", str(out), "--campaign", "fair-trials").exit_code == 0
    names = touchline("petition", "export", "fair-trials").stdout_bytes

    for content in (out.read_bytes(), names):
        assert content[:3] == b"\xef\xbb\xbf"
        assert "Şəhla" in content.decode("utf-8")
