"""Pressing the button of a letter, as its reader does."""

import re
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from service.store.tables.notices import Notice
from service.wording.links import LinkKind, derive_key, sign
from tests.conftest import SECRET
from tests.site.forms import send

KEY = derive_key(SECRET, "links")


def kinds(sessions: sessionmaker[Session], address: str) -> list[str]:
    """What was sent to an address, the oldest first."""
    with sessions() as session:
        return list(session.scalars(select(Notice.kind).where(Notice.to_address == address).order_by(Notice.id)))


def confirm_address(sessions: sessionmaker[Session], address: str) -> str:
    """Where the button of the newest letter to an address leads."""
    with sessions() as session:
        letters = session.scalars(select(Notice).where(Notice.to_address == address).order_by(Notice.id)).all()
    newest = [letter for letter in letters if "sign_up_id" in letter.facts][-1]
    expires_at = datetime.now(UTC) + timedelta(hours=72)
    token = sign(LinkKind.CONFIRM, int(newest.facts["sign_up_id"]), key=KEY, expires_at=expires_at, nonce=newest.id)
    return f"/confirm/{token}"


def press(visitor: FlaskClient, sessions: sessionmaker[Session], address: str) -> str:
    """Press the button of the newest letter to an address; the page it leads to."""
    return follow(visitor, send(visitor, confirm_address(sessions, address), {}))


def follow(visitor: FlaskClient, answer: TestResponse) -> str:
    """The page a form leads to, as its words."""
    page = visitor.get(answer.location) if answer.status_code in {302, 303} else answer
    return words(page.get_data(as_text=True))


def words(page: str) -> str:
    """What a person reads on a page."""
    page = re.sub(r"<(head|script|style|option)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
