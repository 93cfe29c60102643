"""Supporters' files at the command line: what the tests of them share."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables.people import Permission, Supporter
from tests.cli.conftest import Touchline, said

CASES = Path(__file__).parents[1] / "cases"


SLUG = "fair-trials"


PROOF = "I agree,2026-09-01T10:00+00:00"


def people(sessions: sessionmaker[Session]) -> dict[str, Supporter]:
    with sessions() as session:
        return {who.first_name: who for who in session.scalars(select(Supporter))}


def consents(sessions: sessionmaker[Session]) -> set[tuple[str, str]]:
    with sessions() as session:
        asked = select(Supporter.first_name, Permission.channel).join(
            Permission, Permission.supporter_id == Supporter.id
        )
        return {(name, channel) for name, channel in session.execute(asked)}


def bring(touchline: Touchline, file: Path | str, *words: str) -> dict[str, object]:
    return said(touchline("supporters", "import", str(file), "--campaign", SLUG, "--json", *words))
