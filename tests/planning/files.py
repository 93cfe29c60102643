"""A file with this in it, brought in: what the tests of imports share."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.planning.importing import Imported
from service.store.tables.people import Permission, Supporter

HEADER = "first_name,email,phone,consent_email,consent_sms,consent_wording,consent_at"
PROOF = '"Email me about the campaign.",2026-10-01T12:00+00:00'
Importing = Callable[..., Imported]


def permissions(session: Session) -> set[tuple[str, str]]:
    """Who may be written to, by first name and channel."""
    question = select(Supporter.first_name, Permission.channel).join(
        Permission, Permission.supporter_id == Supporter.id
    )
    return {(name, channel) for name, channel in session.execute(question)}
