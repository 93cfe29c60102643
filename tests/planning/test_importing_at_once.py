"""Two people bring the same file in at once, while a supporter joins by the website: nobody is there twice."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from service.planning.files.reading import Reading
from service.planning.files.sheet import look
from service.planning.importing import Imported, Importing, import_file, import_rows
from service.store.tables.people import Consent, Permission, Supporter
from tests import make
from tests.waiting import until_it_waits

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_the_same_file_at_once_is_brought_in_once(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = "".join(f"Ana{n},ana{n}@example.org,yes,I agree,2026-01-01T00:00+00:00\n" for n in range(400))
    file.write_text(f"first_name,email,consent_email,consent_wording,consent_at\n{rows}")
    with sessions() as session:
        campaign_id = make.campaign(session).id
        session.commit()

    def bring_in() -> Imported:
        done, reading = Imported(), Reading(make.KEY, "fair", NOW)
        for chunk in look(file).chunks(50):
            with sessions() as session:
                import_rows(session, chunk, done, campaign_id=campaign_id, reading=reading)
                session.commit()
        return done

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(bring_in), pool.submit(bring_in)
        both = (first.result(60), second.result(60))

    with sessions() as session:
        for table in (Supporter, Permission, Consent):
            assert session.scalar(select(func.count()).select_from(table)) == 400
    assert sum(done.new for done in both) == 400
    assert sum(done.known for done in both) == 400


def test_a_supporter_who_joins_meanwhile_is_the_one_the_import_finds(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("first_name,email\nAna from the file,ana@example.org\n")
    with sessions() as session:
        campaign_id = make.campaign(session).id
        session.commit()
    done = Imported()

    with sessions() as joining, sessions() as importing, ThreadPoolExecutor(1) as pool:
        make.supporter(joining, "Ana")
        (chunk,) = look(file).chunks()
        reading = Reading(make.KEY, "fair", NOW)
        waits = pool.submit(import_rows, importing, chunk, done, campaign_id=campaign_id, reading=reading)
        until_it_waits(sessions, waits)
        joining.commit()
        waits.result(60)
        importing.commit()

    with sessions() as session:
        assert session.scalars(select(Supporter.first_name)).all() == ["Ana"]


def test_reading_a_file_leaves_how_often_the_process_collects_as_it_is(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("first_name,email\nAna,ana@example.org\n")
    with sessions.begin() as session:
        campaign_id = make.campaign(session).id
    before, seen = gc.get_threshold(), []

    dry = Importing(sessions, campaign_id, Reading(make.KEY, "fair", NOW), for_real=False)
    import_file(look(file), dry, lambda part, done: seen.append(gc.get_threshold()))

    assert seen == [before]
