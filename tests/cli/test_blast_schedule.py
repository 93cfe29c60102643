"""`touchline blast schedule` refuses what the console refuses, and says what the blast comes to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables.blasts import Blast
from tests import make
from tests.cli.conftest import Touchline, said

CASE = Path(__file__).parents[1] / "cases/schedule_in_the_past_cli"
SLUG = "fair-trials"


@pytest.fixture
def planned(sessions: sessionmaker[Session]) -> None:
    """A campaign, Ana, and somebody who joined by text and has no name."""
    with sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
        make.supporter(session, "", campaign=campaign, email=None, phone="+447700900002")


def _steps() -> list[list[str]]:
    lines = (CASE / "steps.sh").read_text("utf-8").splitlines()
    return [line.partition("#")[0].split()[1:] for line in lines if line.startswith("touchline")]


@pytest.mark.parametrize("words", _steps(), ids=" ".join)
def test_a_time_in_the_past_is_refused(
    touchline: Touchline, planned: None, sessions: sessionmaker[Session], words: list[str]
) -> None:
    here = [SLUG if word == "ldn" else str(CASE / word) if word == "mail.md" else word for word in words]
    # The hours of the report have gone by for good.
    here[-1] = here[-1].replace("2026-11-2", "2025-11-2")

    result = touchline(*here)

    assert (result.exit_code, "in the past" in result.stderr) == (1, True)
    with sessions() as session:
        assert session.query(Blast).count() == 0


@pytest.mark.parametrize(
    "option",
    [
        ("--at", "9999-12-31T23:59+00:00"),
        ("--at", "0001-01-01T00:00+14:00"),
        ("--at", f"{datetime.now(UTC).year + 2}-12-01T09:00+00:00"),
        ("--audience", '[{"received": "half-tme"}]'),
        ("--audience", '[{"tag": "nobody has it"}]'),
        ("--stale-after", "nan"),
        ("--stale-after", "-1"),
        ("--stale-after", "1e300"),
        ("--spend-cap", "inf"),
    ],
)
def test_a_number_or_a_year_beyond_reason_is_refused_plainly(
    touchline: Touchline, planned: None, option: tuple[str, str]
) -> None:
    result = touchline(
        "blast", "schedule", SLUG, "--title", "x", "--subject", "s", "--email", str(CASE / "mail.md"), *option
    )

    assert (result.exit_code, result.stderr.startswith("touchline: ")) == (1, True)


def test_moving_into_the_past_is_refused(touchline: Touchline, planned: None, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        campaign = session.query(make.Campaign).one()
        blast_id = make.blast(session, campaign, opens_at=datetime.now(UTC) + timedelta(days=1)).id

    result = touchline("blast", "move", str(blast_id), "2020-01-01T00:00+00:00")

    assert (result.exit_code, "in the past" in result.stderr) == (1, True)


def test_what_a_blast_comes_to_is_said_when_it_is_scheduled(
    touchline: Touchline, planned: None, tmp_path: Path
) -> None:
    copy = tmp_path / "text.txt"
    copy.write_text("{organisation}: {first_name}, sign {petition_link}", encoding="utf-8")

    plain = touchline("blast", "schedule", SLUG, "--title", "x", "--sms", str(copy)).output
    numbers = said(touchline("blast", "schedule", SLUG, "--title", "y", "--sms", str(copy), "--json"))

    assert "Blast 1 is scheduled." in plain
    assert "sms: 2 people, £0.08 (2 in 1 segment)" in plain
    assert "sms: 1 of 2 has no first name, and would read a gap: write {first_name|friend}." in plain
    assert "sms: It does not say how to leave" in plain
    (sms,) = numbers["outlook"]  # type: ignore[misc]  # plain JSON
    assert (sms["people"], sms["price_e4"], sms["nameless"]) == (2, 800, 1)
