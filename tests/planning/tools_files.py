"""Other tools' files brought in, and what came of them: shared by the tests of presets."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.planning.files.reading import Reading
from service.planning.files.sheet import look
from service.planning.importing import Imported, import_rows
from service.store.tables.people import Permission, Supporter, Suppression
from tests import make

CASES = Path(__file__).parents[1] / "cases" / "import_presets"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Importing = Callable[[str], Imported]


def bringing_in(session: Session) -> Importing:
    """Brings a file of the cases into a campaign of its own."""
    campaign = make.campaign(session)

    def run(name: str) -> Imported:
        sheet, done = look(CASES / name), Imported()
        reading = Reading.of(sheet, key=make.KEY, source="moved", now=NOW)
        for chunk in sheet.chunks():
            import_rows(session, chunk, done, campaign_id=campaign.id, reading=reading)
        return done

    return run


def people(session: Session) -> dict[str, Supporter]:
    return {who.first_name: who for who in session.scalars(select(Supporter))}


def left_alone(session: Session) -> dict[str, str]:
    """Who must be left alone, by name and channel, and why."""
    names = {
        make.KEY.hash(channel, address): f"{name} {channel}"
        for number, name in enumerate(("ana", "bilal", "cora"), start=1)
        for channel, address in ((Channel.EMAIL, f"{name}@example.org"), (Channel.SMS, f"+44770090010{number}"))
    }
    return {names[row.address_hash]: row.reason for row in session.scalars(select(Suppression))}


def permitted(session: Session) -> set[tuple[str, str]]:
    asked = select(Supporter.first_name, Permission.channel).join(Permission, Permission.supporter_id == Supporter.id)
    return {(name, channel) for name, channel in session.execute(asked)}
