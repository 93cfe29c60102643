"""Questions of leaving many addresses alone at once, as a file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.store import Session
from service.store.queries.consents import lock_for_opt_out
from service.store.queries.gravity import KEEP_THE_GRAVER, gravity_of


@dataclass(frozen=True, slots=True)
class Leaving:
    """An address that a file says must be left alone, and why."""

    channel: Channel
    address: str
    address_hash: bytes
    reason: Suppressed
    source: str
    at: datetime | None


_LEAVING = text("""
    CREATE TEMP TABLE IF NOT EXISTS leaving (channel text, address text, address_hash bytea, reason text, source text,
        at timestamptz) ON COMMIT DROP
""")

# An address that a file says must be left alone; a graver reason that we know of already stays.
_SUPPRESS = text(f"""
    INSERT INTO suppressions AS kept (channel, address_hash, reason, at)
    SELECT DISTINCT ON (channel, address_hash) channel, address_hash, reason, coalesce(at, :now)
    FROM leaving ORDER BY channel, address_hash, {gravity_of("reason")} DESC, at DESC
    {KEEP_THE_GRAVER}
""")  # noqa: S608 - our own words

# Their supporters by uq_supporters_email and uq_supporters_phone, their permissions by ix_permissions_supporter_id.
_WITHDRAW = """
    WITH gone AS (
        DELETE FROM permissions p USING leaving l, supporters s
        WHERE l.channel = '{channel}' AND s.{address} = l.address AND p.supporter_id = s.id AND p.channel = l.channel
        RETURNING p.campaign_id, p.supporter_id, l.address_hash, l.reason, l.source
    )
    INSERT INTO consents (campaign_id, channel, act, supporter_id, address_hash, wording, source, at)
    SELECT campaign_id, '{channel}', 'withdrawn', supporter_id, address_hash, reason, 'import: ' || source,
        CAST(:now AS timestamptz) FROM gone
"""
_CHANNELS = ((Channel.EMAIL, "email"), (Channel.SMS, "phone"))


def leave_alone(session: Session, leaving: Sequence[Leaving], *, now: datetime, for_real: bool = True) -> int:
    """Suppress addresses and take their permissions back, from the moment the caller commits; how many addresses."""
    if not leaving:
        return 0
    session.execute(_LEAVING)
    session.execute(text("TRUNCATE leaving"))
    cursor = session.connection().connection.cursor()
    with cursor.copy("COPY leaving (channel, address, address_hash, reason, source, at) FROM STDIN") as copy:
        for each in leaving:
            copy.write_row((each.channel, each.address, each.address_hash, each.reason, each.source, each.at))
    if for_real:
        lock_for_opt_out(session)
    session.execute(_SUPPRESS, {"now": now})
    for channel, address in _CHANNELS:
        session.execute(text(_WITHDRAW.format(channel=channel, address=address)), {"now": now})
    return len({(each.channel, each.address_hash) for each in leaving})
