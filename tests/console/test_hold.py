"""What must not be overlooked stands on every page, or on the page of the blast it is about."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.manager import Role
from tests import make
from tests.console.conftest import Browser, C, words

Signed = Callable[[Role], Browser]


def test_a_held_house_says_so_on_every_page(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    cora = signed_in(Role.VIEWER)
    before = [words(cora.see(path)) for path in ("/console/", f"{C}/", "/console/inbox/")]

    with sessions.begin() as session:
        session.execute(text("UPDATE house SET held_at = now(), held_reason = 'the database was restored'"))
    after = [words(cora.see(path)) for path in ("/console/", f"{C}/", "/console/inbox/")]

    assert not any("Nothing is being sent." in page for page in before)
    assert all("Nothing is being sent. The database was restored." in page for page in after)


def test_a_doubt_of_two_hours_stands_out_on_its_blast(
    signed_in: Signed, campaign_id: int, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        make.blast(session, session.get_one(make.Campaign, campaign_id), state="running")
        session.execute(
            text("""INSERT INTO renderings (id, blast_id, channel, language, subject, text, html, fingerprint)
                VALUES (1, 1, 'email', 'en', '', '', '', '')""")
        )
        session.execute(
            text("""INSERT INTO batches (blast_id, rendering_id, channel, pace, first_supporter_id, last_supporter_id,
                    size, state, not_before, expires_at, attempt_id, intent_at)
                VALUES (1, 1, 'email', 'bulk', 1, 4, 4, 'in_doubt', now(), now() + interval '1 day',
                    gen_random_uuid(), now() - interval '3 hours')""")
        )

    page = words(signed_in(Role.VIEWER).see(f"{C}/blasts/1/"))

    assert "In doubt for more than two hours" in page
