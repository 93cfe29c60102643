"""Supporters' files in the console: looked at before they are brought in; and tables to download."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service import clock
from service.consenting.countries import Countries
from service.domain.manager import Role
from service.planning import uploads as room
from service.planning.imports import ImportDesk
from service.store.tables.house import AuditEntry
from service.store.tables.people import Consent, Permission, Supporter
from service.store.tables.upload import Upload, UploadPiece
from tests.console.conftest import SLUG, Browser, words

HEAD = "first_name,email,phone,consent_email,consent_wording,consent_at\n"
PROOF = "yes,I agree,2026-10-01T12:00+00:00"


@pytest.fixture
def admin(signed_in: Callable[[Role], Browser], campaign_id: int) -> Browser:
    return signed_in(Role.ADMIN)


def upload(browser: Browser, content: bytes, name: str = "people.csv") -> tuple[str, TestResponse]:
    """Send a file and go where the console leads: the address of the look, and its page."""
    fields: dict[str, object] = {"campaign": SLUG, "file": (io.BytesIO(content), name), "source": "stall"}
    sent = browser.press("/console/supporters/import", fields, follow=False)
    assert sent.status_code == 302, words(sent)
    path = sent.headers["Location"]
    return path, browser.see(path)


def bring_in(browser: Browser, path: str, form: dict[str, object]) -> TestResponse:
    """Press the button, have a worker do its part, and look at the page it led to."""
    pressed = browser.press(f"{path}/go", form, follow=False)
    assert pressed.status_code == 303, words(pressed)
    work(browser)
    return browser.see(pressed.headers["Location"])


def work(browser: Browser, *, until: float | None = None) -> None:
    """What a worker does when it is nudged."""
    held = browser.client.application.extensions["touchline"]
    desk = ImportDesk(held.sessions, held.address_key, Countries.of(held.settings))
    desk.work(until=clock.monotonic() + 600 if until is None else until)


def form_of(page: TestResponse) -> dict[str, object]:
    """The form of the look page, as a browser would send it."""
    fields: dict[str, object] = {}
    for name, body in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        fields[name] = chosen[1] if chosen else ""
    read_as = re.search(r'name="read_as" value="([^"]*)"', page.text)
    return fields | {"read_as": read_as[1] if read_as else ""}


def test_a_file_is_looked_at_and_then_brought_in_and_each_bad_row_named(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    rows = [f"Elif,elif@example.org,,{PROOF}", "Farid,not an address,,,,", "Gul,,,,,", "Ana,ana@example.org,,,,"]
    # Larger than other forms may be.
    rows += [f"Fan,fan{number}@example.org,,{PROOF}" for number in range(2_500)]

    path, page = upload(admin, (HEAD + "\n".join(rows)).encode())

    seen = words(page)
    assert "Read as utf-8, separated by , (comma); the headings stand in row 1." in seen
    assert "2 first name Elif · email elif@example.org · consent (email) 2026-10-01 12:00: I agree" in seen
    assert "New 2,501 Known before 1 Consents 2,501" in seen
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Supporter)) == 4

    done = words(bring_in(admin, path, form_of(page)))

    assert "2,504 rows read into Fair trials in Azerbaijan" in done
    assert "New 2,501" in done
    assert "3 email:" in done
    assert "4 neither an email address nor a mobile number" in done
    with sessions() as session:
        assert session.query(Supporter).filter_by(source="stall").count() == 2_501
        assert session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id.desc())).first() == "supporters imported"


def test_the_rows_that_were_not_read_are_downloaded_mended_and_loaded(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    path, page = upload(admin, "Vorname;Mail\nŞəhla;shehla example.org\nBo;bo@example.org\n".encode())
    done = bring_in(admin, path, form_of(page))
    link = re.search(r'action="([^"]+rejects\.csv)"', done.text)
    assert link

    rejects = admin.press(link[1])

    assert rejects.data.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(rejects.data.decode("utf-8-sig")))
    assert head == ["row", "why", "Vorname", "Mail"]
    assert (row[0], row[1][:6], row[2:]) == ("2", "email:", ["Şəhla", "shehla example.org"])
    path, page = upload(admin, rejects.data.replace(b"shehla example", b"shehla@example"))
    bring_in(admin, path, form_of(page))
    with sessions() as session:
        assert "Şəhla" in session.scalars(select(Supporter.first_name)).all()


def test_the_rejects_of_a_file_are_known_by_its_name_as_it_was(admin: Browser, sessions: sessionmaker[Session]) -> None:
    name = "nonsubscribed_email_audience_export_0b7f.csv"
    content = "Email Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID\nbo example.org,2,,2026-03-01 09:41:12,5\n"
    path, page = upload(admin, content.encode(), name)
    link = re.search(r'action="([^"]+rejects\.csv)"', bring_in(admin, path, form_of(page)).text)
    assert link

    rejects = admin.press(link[1])

    found = re.search('filename="([^"]+)"', rejects.headers["Content-Disposition"])
    assert found
    path, page = upload(admin, rejects.data.replace(b"bo example", b"bo@example"), found[1])
    bring_in(admin, path, form_of(page))
    with sessions() as session:
        who = session.scalars(select(Supporter.id).where(Supporter.email == "bo@example.org")).one()
        assert session.scalars(select(Permission.channel).where(Permission.supporter_id == who)).all() == []


def test_letters_in_doubt_are_chosen_by_how_the_names_look(admin: Browser, sessions: sessionmaker[Session]) -> None:
    path, page = upload(admin, "name,email\nŞule,sule@example.org\n".encode("cp1254"))

    assert "In which of these do the names look right?" in words(page)
    assert "Şule (windows-1254)" in words(page)
    again = admin.press(path, {"encoding": "windows-1254"})

    assert "2 first name Şule" in words(again)
    bring_in(admin, path, form_of(again))
    with sessions() as session:
        assert "Şule" in session.scalars(select(Supporter.first_name)).all()


def test_columns_are_chosen_on_the_page(admin: Browser, sessions: sessionmaker[Session]) -> None:
    path, page = upload(admin, b"Kontakt,Mail,Size\nAna Li,anali@example.org,M\n")
    chosen = form_of(page) | {"column-0": "full_name", "column-2": "details.size"}

    again = admin.press(path, chosen)
    bring_in(admin, path, form_of(again))

    with sessions() as session:
        who = session.scalars(select(Supporter).where(Supporter.email == "anali@example.org")).one()
    assert (who.first_name, who.last_name, who.details) == ("Ana", "Li", {"size": "M"})


def test_a_changed_way_of_reading_is_looked_at_before_anything_is_written(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    path, page = upload(admin, b"name,email\nBo,bo@example.org\n")

    answer = admin.press(f"{path}/go", form_of(page) | {"encoding": "windows-1254"})

    assert "Read as windows-1254" in words(answer)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Supporter)) == 4


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04...", "save it as CSV"),
        (b"colour;size\nred;1\n", "row 1 has: colour, size"),
        (b"", "nothing of the kind was found"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(admin: Browser, content: bytes, why: str) -> None:
    path, page = upload(admin, content)

    assert page.status_code == 422
    assert why in words(page)
    assert admin.press(f"{path}/go", form_of(page)).status_code == 422


def test_no_file_is_asked_for_again(admin: Browser) -> None:
    answer = admin.press("/console/supporters/import", {"campaign": SLUG})

    assert answer.status_code == 422
    assert "Choose a file first." in words(answer)


def test_a_file_is_for_the_manager_who_brought_it_until_it_is_used_or_thrown_away(
    admin: Browser, signed_in: Callable[[Role], Browser], sessions: sessionmaker[Session], campaign_id: int
) -> None:
    path, _ = upload(admin, b"email\nbo@example.org\n")
    with sessions.begin() as session:
        session.scalars(select(Upload)).one().manager_id += 1000

    assert admin.see(path).status_code == 404

    with sessions.begin() as session:
        session.scalars(select(Upload)).one().manager_id -= 1000
    admin.press(f"{path}/forget")
    assert admin.see(path).status_code == 404
    with sessions() as session:
        assert session.scalars(select(UploadPiece)).all() == []


def test_a_file_nobody_came_back_for_is_let_go(admin: Browser, sessions: sessionmaker[Session]) -> None:
    path, _ = upload(admin, b"email\nbo@example.org\n")
    with sessions.begin() as session:
        session.scalars(select(Upload)).one().expires_at -= room.KEPT_FOR + timedelta(seconds=1)

    assert admin.see(path).status_code == 404

    upload(admin, b"email\ncora@example.org\n")
    with sessions() as session:
        assert len(session.scalars(select(Upload)).all()) == 1


def test_a_file_that_is_too_large_names_the_limit_and_the_way(admin: Browser) -> None:
    length = {"CONTENT_LENGTH": str(26 * 1024 * 1024)}

    answer = admin.client.post(
        "/console/supporters/import", content_type="multipart/form-data; boundary=x", environ_overrides=length
    )

    assert answer.status_code == 413
    assert "25 MB" in words(answer)
    assert "touchline supporters import" in words(answer)


def test_supporters_are_downloaded_with_their_consents_and_it_is_written_down(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    answer = admin.press("/console/downloads/supporters", {"campaign": SLUG})

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{SLUG}-supporters.csv"'
    assert [(row["first_name"], row["phone"], row["consent_email_wording"]) for row in rows[:1]] == [
        ("Ana", "+447700900100", "I agree.")
    ]
    assert len(rows) == 4
    with sessions() as session:
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert newest is not None
        assert newest.deed == "supporters exported"


@pytest.mark.parametrize("name", ["consents", "messages", "replies", "suppressions"])
def test_every_table_can_be_downloaded(admin: Browser, name: str) -> None:
    answer = admin.press(f"/console/downloads/{name}", {"campaign": SLUG})

    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")


def test_what_was_downloaded_comes_back_as_it_was(admin: Browser, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        session.query(Consent).update({"at": datetime(2026, 1, 1, 12, tzinfo=UTC)})
    out = admin.press("/console/downloads/supporters", {"campaign": SLUG}).data

    def ledger() -> set[tuple[object, ...]]:
        with sessions() as session:
            asked = select(Supporter.email, Consent.channel, Consent.wording, Consent.source, Consent.at)
            rows = session.execute(asked.join(Consent, Consent.supporter_id == Supporter.id))
            return {tuple(row) for row in rows}

    before = ledger()
    with sessions.begin() as session:
        for table in (Permission, Consent, Supporter):
            session.query(table).delete()
    path, page = upload(admin, out)
    bring_in(admin, path, form_of(page))

    assert ledger() == before


def test_what_was_looked_at_is_what_comes_in_also_below_a_title(
    admin: Browser, sessions: sessionmaker[Session]
) -> None:
    path, page = upload(admin, b"sep=,\nMembers,of spring\nMail,Name\nanali@example.org,Ana Li\n")

    done = bring_in(admin, path, form_of(page))

    assert "1 row read into" in words(done)
    with sessions() as session:
        assert "anali@example.org" in session.scalars(select(Supporter.email)).all()


def test_whoever_is_not_signed_in_is_told_so_before_a_file_is_read(browser: Browser) -> None:
    answer = browser.press("/console/supporters/import", {"file": (io.BytesIO(b"a" * 100_000), "people.csv")})

    assert answer.status_code == 413
    assert "Sign in first" in words(answer)
