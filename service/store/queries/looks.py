"""Forms that are being looked at: kept, found again, let go."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from service.store import Session
from service.store.tables.testing import FormLook


def keep(
    session: Session,
    look_id: str,
    *,
    campaign_id: int,
    manager_id: int,
    form: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    """Keep a form under an id nobody can guess."""
    values = {name: list(typed) for name, typed in form.items()}
    row = {"id": look_id, "campaign_id": campaign_id, "manager_id": manager_id, "form": values, "created_at": now}
    session.execute(insert(FormLook).values(**row))


def find(session: Session, look_id: str, *, campaign_id: int, since: datetime) -> dict[str, list[str]] | None:
    """A form of this campaign that was kept since then (pk_form_looks)."""
    kept = select(FormLook.form).where(FormLook.id == look_id, FormLook.campaign_id == campaign_id)
    return session.scalar(kept.where(FormLook.created_at > since))


def forget_before(session: Session, moment: datetime, *, limit: int = 100) -> None:
    """Let go of some forms older than this (ix_form_looks_created_at)."""
    old = select(FormLook.id).where(FormLook.created_at < moment).order_by(FormLook.created_at).limit(limit)
    session.execute(delete(FormLook).where(FormLook.id.in_(old.with_for_update(skip_locked=True))))
