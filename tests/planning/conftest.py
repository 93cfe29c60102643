"""Files that come in, as the tests of imports write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from service.planning.files.reading import Reading
from service.planning.files.sheet import look
from service.planning.importing import Imported, import_rows
from service.store.tables.campaign import Campaign
from tests import make
from tests.planning.files import Importing

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def bring_in(session: Session, tmp_path: Path) -> Importing:
    """Bring a file with this in it in, so many rows at a time."""

    def run(campaign: Campaign, content: str | bytes, *, size: int = 10_000) -> Imported:
        file = tmp_path / "people.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        sheet, done = look(file), Imported()
        reading = Reading.of(sheet, key=make.KEY, source="fair", now=NOW)
        for chunk in sheet.chunks(size):
            import_rows(session, chunk, done, campaign_id=campaign.id, reading=reading)
        return done

    return run
