"""Who asks to be forgotten while a file with them in it comes in stays forgotten, whichever of the two is first."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from service.consenting.erase import erase_address
from service.domain.channel import Channel
from service.planning.files.reading import Reading
from service.planning.files.sheet import SheetRow
from service.planning.importing import Imported, import_rows
from service.store.races import once_more
from service.store.tables.people import Supporter
from tests import make
from tests.waiting import once_at, until_it_waits

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ROWS = [SheetRow(2, 2, {"first_name": "Ana", "last_name": "Canary", "email": "ana@example.org"})]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.fixture
def campaign_id(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return make.campaign(session).id


def forget(sessions: sessionmaker[Session]) -> None:
    def work() -> None:
        with sessions.begin() as session:
            erase_address(
                session, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, source="test", now=NOW
            )

    once_more(work)


def bring_in(session: Session, campaign_id: int) -> Imported:
    done = Imported()
    import_rows(session, ROWS, done, campaign_id=campaign_id, reading=Reading(make.KEY, "fair", NOW))
    session.commit()
    return done


def named(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        rows = session.scalars(text("SELECT to_jsonb(s)::text FROM supporters s")).all()
    return [row for row in rows if "canary" in row.lower() or "ana@" in row]


@pytest.mark.parametrize("is_known", [False, True])
def test_who_is_forgotten_while_a_file_brings_them_in_is_forgotten_with_what_it_brought(
    sessions: sessionmaker[Session], pool: ThreadPoolExecutor, campaign_id: int, is_known: bool
) -> None:
    forgetting: list[Future[None]] = []
    if is_known:
        with sessions.begin() as session:
            make.supporter(session, "Ana")

    def meanwhile() -> None:
        forgetting.append(pool.submit(forget, sessions))
        until_it_waits(sessions, forgetting[0])

    with sessions() as importing:
        once_at(importing.connection(), "UPDATE incoming SET gone", "before", meanwhile)
        done = bring_in(importing, campaign_id)
    forgetting[0].result()

    assert done.new + done.known == 1
    assert named(sessions) == []


def test_a_file_that_comes_while_somebody_is_being_forgotten_does_not_bring_them_back(
    sessions: sessionmaker[Session], pool: ThreadPoolExecutor, campaign_id: int
) -> None:
    with sessions() as erasing, sessions() as importing:
        erase_address(erasing, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, source="test", now=NOW)
        coming = pool.submit(bring_in, importing, campaign_id)
        until_it_waits(sessions, coming)
        erasing.commit()
        done = coming.result()

    assert [each.why for each in done.rejected] == ["asked to be forgotten"]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Supporter)) == 0


def test_who_was_forgotten_by_a_program_that_knows_no_lock_gets_nothing_back(
    sessions: sessionmaker[Session], campaign_id: int
) -> None:
    with sessions.begin() as session:
        make.supporter(session, "Ana")

    def meanwhile() -> None:
        with sessions.begin() as session:
            gone = "UPDATE supporters SET email = NULL, email_hash = NULL, first_name = '', erased_at = now()"
            session.execute(text(gone))

    with sessions() as importing:
        once_at(importing.connection(), "UPDATE supporters s SET email", "before", meanwhile)
        bring_in(importing, campaign_id)

    assert named(sessions) == []


def test_a_dry_run_waits_for_nobody(sessions: sessionmaker[Session], campaign_id: int) -> None:
    done = Imported()
    with sessions() as erasing, sessions() as looking:
        erase_address(erasing, channel=Channel.EMAIL, address="ana@example.org", key=make.KEY, source="test", now=NOW)
        reading = Reading(make.KEY, "fair", NOW)
        import_rows(looking, ROWS, done, campaign_id=campaign_id, reading=reading, for_real=False)

    assert done.new == 1
