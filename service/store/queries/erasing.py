"""Forgetting a person."""

from datetime import datetime

from sqlalchemy import text

from service.store import Session

_STEPS = (
    """UPDATE notices SET to_address = 'erased', body = '', facts = '{}', supporter_id = NULL
       WHERE supporter_id = :id OR to_address IN (SELECT email FROM supporters WHERE id = :id
                                                  UNION SELECT phone FROM supporters WHERE id = :id)""",
    """UPDATE replies SET phone = 'erased', body = '', supporter_id = NULL, needs_answer = false
       WHERE supporter_id = :id OR phone = (SELECT phone FROM supporters WHERE id = :id)""",
    """UPDATE sign_ups SET first_name = '', full_name = '', place = '', phone_code = '', email = 'erased', phone = NULL, ip = ''
       WHERE supporter_id = :id OR email = (SELECT email FROM supporters WHERE id = :id)
          OR phone = (SELECT phone FROM supporters WHERE id = :id)""",
    "UPDATE consents SET ip = '' WHERE supporter_id = :id",
    # The signature counts on; the name does not stay.
    "UPDATE signatures SET name = '', place = '' WHERE supporter_id = :id",
    """UPDATE supporters SET first_name = '', full_name = '', email = NULL, phone = NULL, email_hash = NULL, phone_hash = NULL,
       source = '', erased_at = :now WHERE id = :id""",
)


def erase(session: Session, supporter_id: int, *, now: datetime) -> None:
    """Delete everything that names a person; keep that something happened, without whom."""
    for step in _STEPS:
        session.execute(text(step), {"id": supporter_id, "now": now} if ":now" in step else {"id": supporter_id})
