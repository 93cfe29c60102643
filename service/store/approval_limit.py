"""To how many a message may go on one person's word, told by the settings and known to every session of the process."""

from service.store import Session

INFO = "approval above"


def approval_above(session: Session) -> int | None:
    """How many people one person may write to alone (APPROVAL_ABOVE); None where nobody needs a second."""
    told = session.info.get(INFO)
    return None if told is None else int(told)
