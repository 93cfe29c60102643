"""Asking a blast's silent readers once more: looked at, counted, then scheduled with another subject."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.approval import WAITS
from service.domain.channel import Channel
from service.domain.lengths import TITLE
from service.domain.message import BlastState
from service.planning.blast_checks import BlastRefused, check_cap, check_carried, check_opening, check_take_back
from service.planning.blasts import TAKE_BACK, audit_blast, check_copy, hold_known, known_blast
from service.planning.idempotency import Made, made_under, make_once
from service.planning.showing import Reader, Shown, Window, cost, show
from service.sending.approvals import goes_to_many
from service.sending.freeze import Draft, words_of_draft
from service.store import Session
from service.store.queries import again, approvals, blasts
from service.store.queries.approvals import Thing
from service.store.tables.blasts import Blast

_HAS_OPENED = frozenset({BlastState.RUNNING, BlastState.PAUSED, BlastState.DONE, BlastState.CANCELLED})


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """How silent readers are to be asked again. Without `opens_at` at once, when the time to take it back is over."""

    subject: str
    opens_at: datetime | None = None
    stale_after: timedelta = timedelta(hours=24)
    # Only to those who had fewer of our messages within the campaign's window; None for the campaign's own limit.
    cap_count: int | None = None
    # Whether a time more than a year ahead is meant.
    really: bool = False


@dataclass(frozen=True, slots=True)
class AgainLook:
    """What asking again would come to: how many people now, for about how much, and how it reads.

    `people` and `price` are None where there are too many to count in time.
    """

    people: int | None
    price: int | None
    shown: Shown


def second_asking(session: Session, blast_id: int) -> int | None:
    """The blast that asks this one's silent readers again; None where there is none, or nothing of it went."""
    return again.resend_of(session, blast_id)


def count_silent(session: Session, blast_id: int) -> int | None:
    """How many got a blast's email and have neither opened it nor clicked nor left. Raises BlastRefused.

    None where there are too many to count in time.
    """
    return again.count_silent(session, _asked_once(session, known_blast(session, blast_id)))


def look_at_asking(
    session: Session,
    window: Window,
    blast_id: int,
    wish: AskedAgain,
    reader: Reader,
    *,
    people: int | None,
    now: datetime,
) -> AgainLook:
    """What it would come to for so many `people`, as count_silent counted them. Changes nothing.

    Raises BlastRefused or CopyRefused, as asking would.
    """
    first = _asked_once(session, known_blast(session, blast_id))
    draft = _checked(session, first, wish, public_url=window.public_url, now=now)
    language = window.campaign.language if window.campaign.language in draft else next(iter(draft))
    words = next(each for each in words_of_draft(draft) if each.language == language)
    price = None if people is None else cost(window, Channel.EMAIL, people)
    return AgainLook(people, price, show(window, words, reader))


def ask_silent_again(
    session: Session,
    blast_id: int,
    wish: AskedAgain,
    *,
    public_url: str,
    actor: str,
    now: datetime,
    key: str = "",
    take_back: timedelta = TAKE_BACK,
) -> Made:
    """Schedule a blast's email once more for those who got it and did not open it, once for each key.

    Once for each blast, and never for one that is such a second asking itself; what was refused, or ended before
    anything of it went, does not count. Raises BlastRefused, CopyRefused, KeyRefused or KeyUsed.
    """
    check_take_back(take_back)
    if made_under(session, key, kind="resend") is None:
        _check_anybody(session, blast_id)
    is_to_many = goes_to_many(session, known_blast(session, blast_id))
    # Held from here on, and for no question that reads many rows: what is under way of the blast waits.
    first = hold_known(session, blast_id)
    asked = {
        "blast": blast_id,
        "subject": wish.subject,
        "opens_at": wish.opens_at,
        "worth": wish.stale_after,
        "cap": wish.cap_count,
    }

    def make() -> int:
        draft = _checked(session, _asked_once(session, first), wish, public_url=public_url, now=now)
        again.let_go_of_resend(session, first.id)
        return _schedule(session, first, draft, wish, is_to_many=is_to_many, take_back=take_back, actor=actor, now=now)

    return make_once(session, key, kind="resend", asked=asked, make=make, now=now)


def _check_anybody(session: Session, blast_id: int) -> None:
    """Raise BlastRefused where nobody is silent, or the blast may not be sent again at all."""
    if not again.has_silent(session, _asked_once(session, known_blast(session, blast_id))):
        raise BlastRefused("nobody who got this blast's email is left who has not opened it")


def _asked_once(session: Session, first: Blast) -> Blast:
    """The blast, where its silent readers may be asked again. Raises BlastRefused."""
    if first.state not in _HAS_OPENED or first.opened_at is None or Channel.EMAIL not in first.channels:
        raise BlastRefused("only a blast that has gone out by email can be sent again to those who have not opened it")
    check_carried(session, [Channel.EMAIL])
    if first.resend_of is not None:
        raise BlastRefused("this blast was a second asking already; a third would cost more goodwill than it brings")
    if (second := again.resend_of(session, first.id)) is not None:
        raise BlastRefused(f"this blast has been sent again already, by blast {second}")
    return first


def _checked(session: Session, first: Blast, wish: AskedAgain, *, public_url: str, now: datetime) -> Draft:
    """The words it would say. Raises BlastRefused or CopyRefused."""
    if not wish.subject.strip():
        raise BlastRefused("give it a subject: another one than the first time does best")
    check_cap(wish.cap_count)
    check_opening(wish.opens_at or now, wish.stale_after, now=now, really=wish.really)
    draft = blasts.email_words(session, first)
    if not draft:
        raise BlastRefused("the words of this blast's email are no longer there; write a new blast instead")
    said = {
        language: {"email": words["email"] | {"subject": wish.subject.strip()}} for language, words in draft.items()
    }
    check_copy(session, first.campaign_id, words_of_draft(said), (Channel.EMAIL,), public_url=public_url)
    return said


def _schedule(
    session: Session,
    first: Blast,
    draft: Draft,
    wish: AskedAgain,
    *,
    is_to_many: bool,
    take_back: timedelta,
    actor: str,
    now: datetime,
) -> int:
    opens_at = max(wish.opens_at or now, now + take_back)
    made = blasts.add_blast(
        session,
        {
            "campaign_id": first.campaign_id,
            "title": f"{first.title} (again)"[:TITLE],
            "channels": [str(Channel.EMAIL)],
            "audience": first.audience,
            "draft": draft,
            "quiet_hours": first.quiet_hours,
            "cap_count": wish.cap_count,
            "resend_of": first.id,
            "opens_at": opens_at,
            "expires_at": opens_at + wish.stale_after,
            "created_by": actor,
            "created_at": now,
        },
    )
    if is_to_many:
        approvals.want(session, Thing(blast_id=made), reason=WAITS, now=now)
    audit_blast(session, made, "blast scheduled", actor, now, {"again_for": f"blast {first.id}"})
    return made
