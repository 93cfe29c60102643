"""Supporters who signed up on one form: its email and its phone each confirmed by itself, and stayed two records."""

from collections.abc import Sequence

from sqlalchemy import text

from service.store import Session

# More than these are not one person's forms.
_MOST = 10

# Each leg by one index of sign_ups and one of supporters: ix_sign_ups_email_created_at with uq_supporters_phone, and
# ix_sign_ups_phone_created_at with uq_supporters_email.
_SAME_FORM = text("""
    SELECT o.id FROM supporters s
    JOIN sign_ups f ON f.email = s.email AND f.email_confirmed_at IS NOT NULL AND f.phone_confirmed_at IS NOT NULL
    JOIN supporters o ON o.phone = f.phone AND o.id <> s.id AND o.erased_at IS NULL
    WHERE s.id = :supporter_id AND s.erased_at IS NULL
    UNION
    SELECT o.id FROM supporters s
    JOIN sign_ups f ON f.phone = s.phone AND f.email_confirmed_at IS NOT NULL AND f.phone_confirmed_at IS NOT NULL
    JOIN supporters o ON o.email = f.email AND o.id <> s.id AND o.erased_at IS NULL
    WHERE s.id = :supporter_id AND s.erased_at IS NULL
    ORDER BY id LIMIT :most
""")


def on_same_form(session: Session, supporter_id: int) -> Sequence[int]:
    """Other supporters whose address stood on a form of this one's, and confirmed it as this one's did."""
    return session.scalars(_SAME_FORM, {"supporter_id": supporter_id, "most": _MOST}).all()
