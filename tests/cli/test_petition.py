"""A petition's names are listed and handed over from the command line."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.petitioning.sign import sign_petition
from service.store.tables.campaign import Petition
from service.store.tables.house import AuditEntry
from tests import make
from tests.cli.conftest import Touchline, said


@pytest.fixture
def signed(sessions: sessionmaker[Session]) -> None:
    """A petition that Ana has signed."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        ana = make.supporter(session, "Ana", campaign=campaign)
        sign_petition(session, campaign_id=campaign.id, supporter_id=ana.id, source="web", now=make.KICK_OFF)


def _is_closed(sessions: sessionmaker[Session]) -> bool:
    with sessions() as session:
        return session.scalars(select(Petition.closed_at)).one() is not None


def test_exporting_prints_the_names_and_closes_nothing(
    touchline: Touchline, signed: None, sessions: sessionmaker[Session]
) -> None:
    result = touchline("petition", "export", "fair-trials")

    assert (result.exit_code, result.stdout) == (0, "\ufeffname,signed_on\nAna Example,2026-12-02\n")
    assert not _is_closed(sessions)


def test_delivering_asks_first(touchline: Touchline, signed: None, sessions: sessionmaker[Session]) -> None:
    result = touchline("petition", "deliver", "fair-trials")

    assert result.exit_code == 1
    assert not _is_closed(sessions)


def test_delivering_closes_and_is_written_down(
    touchline: Touchline, signed: None, sessions: sessionmaker[Session]
) -> None:
    delivered = said(touchline("petition", "deliver", "fair-trials", "--yes", "--json"))

    assert (delivered["count"], delivered["addressee"]) == (1, "The Government of Azerbaijan")
    assert _is_closed(sessions)
    with sessions() as session:
        assert session.scalars(select(AuditEntry.deed)).all() == ["petition delivered"]


def test_that_names_went_out_is_written_down(
    touchline: Touchline, signed: None, sessions: sessionmaker[Session]
) -> None:
    touchline("petition", "export", "fair-trials")

    with sessions() as session:
        assert session.scalars(select(AuditEntry.deed)).all() == ["signatures exported"]


def test_a_campaign_nobody_knows_is_named(touchline: Touchline, signed: None) -> None:
    result = touchline("petition", "export", "nowhere")

    assert result.exit_code == 1
    assert "there is no campaign 'nowhere'" in result.stderr
