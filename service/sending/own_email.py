"""The email one supporter was sent, again, as a page for a mailbox that cannot show it."""

from service.domain.channel import Channel
from service.sending.freeze import thaw_email
from service.sending.personal import Person, PersonalWords
from service.store import Session
from service.store.queries import renderings
from service.wording.email import FinishedEmail, without_view_link


def own_email(
    session: Session, *, blast_id: int, supporter_id: int, key: bytes, public_url: str
) -> FinishedEmail | None:
    """A supporter's own email of a blast, with the name and the kick-off as they are known today.

    None where there is none: the link of a preview or a test is nobody's.
    """
    own = renderings.own_rendering(session, blast_id=blast_id, channel=Channel.EMAIL, supporter_id=supporter_id)
    if own is None:
        return None
    row = own.rendering
    email = without_view_link(thaw_email(row.subject, row.text, row.html, row.slots))
    personal = PersonalWords(
        key=key,
        public_url=public_url,
        blast_id=blast_id,
        channel=Channel.EMAIL,
        language=row.language,
        kick_off_at=own.kick_off_at,
        links=row.links,
    )
    names = tuple(dict.fromkeys(slot.name for _, slot, _ in email.slots))
    return email.for_one(personal.values(names, Person(supporter_id, own.first_name, own.time_zone)))
