"""Testers: named by a manager, asked at their own address, and sent tests once they have said yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.consenting.addresses import channel_of, normalise
from service.consenting.countries import AT_HOME, Countries, why_not
from service.domain.channel import Channel
from service.domain.masking import mask_address
from service.domain.notice import NoticeKind
from service.sending.notices import NoticeRequest, ask_notice
from service.store import Session
from service.store.queries import asking, managers, testers
from service.store.queries.house import write_audit
from service.store.tables.testing import Tester as TesterRow
from service.wording.links import LinkKind, read_token
from service.wording.short_codes import TESTER_PURPOSE, is_short_code

ASKED_FOR = timedelta(hours=72)
_HOUR = timedelta(hours=1)
# Asking is a message to somebody who has not asked for it, and so are tests.
_MOST_ASKED_AN_HOUR = 10
_MOST_ASKS_EVER = 5
_MOST_TRIES = 5
_MOST_TESTS_AN_HOUR = 20
_MOST_TESTS_OF_ALL_AN_HOUR = 100
_AGAIN_AFTER = timedelta(minutes=2)


class TesterRefused(Exception):
    """A tester cannot be named, confirmed or sent a test; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tester:
    """Somebody who was named as a tester."""

    id: int
    channel: Channel
    address: str
    added_by: str
    added_at: datetime
    asked_at: datetime
    confirmed_at: datetime | None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


def list_testers(session: Session) -> list[Tester]:
    """Everybody who was named and not removed."""
    return [_tester(row) for row in testers.all_present(session)]


def may_get_tests(session: Session, own: str) -> list[tuple[Channel, str]]:
    """Whom a manager with this sign-in address may send tests to: themselves, and everybody who has confirmed."""
    confirmed = [(each.channel, each.address) for each in list_testers(session) if each.is_confirmed]
    own_address = [(Channel.EMAIL, own)] if _is_own(session, own, actor=own) else []
    return own_address + [each for each in confirmed if each not in own_address]


def name_tester(session: Session, typed: str, *, countries: Countries = AT_HOME, actor: str, now: datetime) -> Tester:
    """Name a tester, by email address or mobile number, and ask there; once more where it was asked before.

    A number is in one of the countries that texts of any campaign go to, as `countries` has them.

    Nudge sending.send_notices after the commit. Raises BadAddress or TesterRefused.
    """
    channel, address = _address(typed)
    if channel is Channel.SMS and (why := why_not(address, countries.for_any(asking.countries_of_all(session)))):
        raise TesterRefused(why)
    row = testers.hold_address(session, channel, address)
    if row is not None and row.confirmed_at is not None and row.removed_at is None:
        return _tester(row)
    if row is not None and row.declined_at is not None:
        raise TesterRefused("whoever has this address has said no to tests, and is not asked again; name another")
    if testers.asked_count(session, since=now - _HOUR) >= _MOST_ASKED_AN_HOUR:
        raise TesterRefused(f"{_MOST_ASKED_AN_HOUR} people were asked within the last hour; wait until it is over")
    if row is None:
        fields = {"channel": str(channel), "address": address, "added_by": actor, "added_at": now}
        row = testers.add(session, TesterRow(**fields, asked_at=now, ask_count=0, try_count=0, test_count=0))
    elif row.ask_count >= _MOST_ASKS_EVER:
        raise TesterRefused(f"this address was asked {row.ask_count} times and has not said yes; leave it alone")
    elif row.removed_at is None and now - row.asked_at < _AGAIN_AFTER:
        raise TesterRefused("this address was asked a moment ago; wait two minutes before you ask again")
    row.asked_at, row.ask_count, row.try_count = now, row.ask_count + 1, 0
    row.confirmed_at = row.removed_at = None
    session.flush()
    _ask(session, row, actor=actor, now=now)
    _write_down(session, row, "tester named", actor, now)
    return _tester(row)


def confirm_by_code(
    session: Session, tester_id: int, typed: str, *, keys: tuple[bytes, ...], actor: str, now: datetime
) -> bool:
    """Whether the code is the one that was sent by text, and so the tester confirmed.

    A wrong one is counted: commit either way. Raises TesterRefused.
    """
    row = _present(session, tester_id)
    if row.channel != Channel.SMS:
        raise TesterRefused("an email address is confirmed by the link that was sent there")
    _check_asked(row, now)
    if row.try_count >= _MOST_TRIES:
        raise TesterRefused(f"{_MOST_TRIES} wrong codes were typed; send a new one")
    row.try_count += 1
    if not is_short_code(typed, TESTER_PURPOSE, row.id, row.ask_count, keys=keys):
        return False
    _confirm(session, row, actor, now)
    return True


def tester_of_link(session: Session, token: str, *, keys: Sequence[bytes]) -> Tester | None:
    """Whom a link that was sent to a tester is about; None where it is not genuine, or they were removed."""
    row = _of_link(session, token, keys)
    return None if row is None or row.removed_at is not None else _tester(row)


def may_say_yes(session: Session, token: str, *, keys: Sequence[bytes]) -> bool:
    """Whether a link is the newest that was sent to its tester: only that one says yes, and any of them no."""
    row = _of_link(session, token, keys)
    return row is not None and _is_newest(row, token, keys)


def confirm_by_link(session: Session, token: str, *, keys: Sequence[bytes], now: datetime) -> Tester:
    """They say yes, by the link in the email. Raises TesterRefused."""
    row = _of_link(session, token, keys)
    if row is None or not _is_newest(row, token, keys):
        raise TesterRefused("this link is not one of ours, or was taken back")
    if row.confirmed_at is None:
        _check_asked(row, now)
        _confirm(session, row, "the tester", now)
    return _tester(row)


def decline_by_link(session: Session, token: str, *, keys: Sequence[bytes], now: datetime) -> None:
    """They say no, now or later, by the link in any of the emails, and are not asked again.

    What was done already is not done again.
    """
    row = _of_link(session, token, keys)
    if row is not None and row.declined_at is None:
        row.declined_at = now
        _remove(session, row, "the tester", now)


def remove_tester(session: Session, tester_id: int, *, actor: str, now: datetime) -> Tester:
    """Send a tester nothing more. Raises TesterRefused."""
    row = _present(session, tester_id)
    _remove(session, row, actor, now)
    return _tester(row)


def tester_named(session: Session, typed: str) -> Tester:
    """The tester of this address or number. Raises BadAddress or TesterRefused."""
    row = testers.hold_address(session, *_address(typed))
    if row is None or row.removed_at is not None:
        raise TesterRefused("there is no such tester")
    return _tester(row)


def _address(typed: str) -> tuple[Channel, str]:
    """By which channel somebody is asked, and where. Raises BadAddress, or TesterRefused where it is neither of both."""
    if "@" not in typed and not any(sign.isdecimal() for sign in typed):
        raise TesterRefused(
            f"{typed.strip()[:60]!r} is neither an email address, such as ana@example.org, nor a mobile number, such as "
            "+44 7700 900123"
        )
    channel = channel_of(typed)
    return channel, normalise(channel, typed)


def count_test(session: Session, channel: Channel, address: str, *, actor: str, now: datetime) -> TesterRow | None:
    """Note that a test goes to an address; its tester, None for the actor's own sign-in address.

    Raises TesterRefused where nobody there has agreed to get any, or there were many within the hour.
    """
    since = now - _HOUR
    row = testers.hold_address(session, channel, address)
    is_present = row is not None and row.removed_at is None
    is_confirmed = row is not None and is_present and row.confirmed_at is not None
    if not is_confirmed and not (channel is Channel.EMAIL and _is_own(session, address, actor=actor)):
        why = "has not confirmed yet that it wants tests" if is_present else "is none of your testers"
        raise TesterRefused(f"{mask_address(channel, address)} {why}; tests go to testers who have said yes")
    if row is None:
        row = _counted_only(session, channel, address, actor=actor, now=now)
    if testers.tests_since(session, since=since) >= _MOST_TESTS_OF_ALL_AN_HOUR:
        raise TesterRefused(f"{_MOST_TESTS_OF_ALL_AN_HOUR} tests were sent within the last hour; wait until it is over")
    if row.counted_from is None or row.counted_from <= since:
        row.counted_from, row.test_count = now, 0
    if row.test_count >= _MOST_TESTS_AN_HOUR:
        raise TesterRefused(f"{row.test_count} tests were sent there within the last hour; wait until it is over")
    row.test_count += 1
    session.flush()
    return row if is_confirmed else None


def _counted_only(session: Session, channel: Channel, address: str, *, actor: str, now: datetime) -> TesterRow:
    """A row for a manager's own address: it counts their tests, and names nobody as a tester."""
    fields = {"channel": str(channel), "address": address, "added_by": actor, "added_at": now, "asked_at": now}
    return testers.add(session, TesterRow(**fields, removed_at=now, ask_count=0, try_count=0, test_count=0))


def _is_own(session: Session, address: str, *, actor: str) -> bool:
    """Whether this is the sign-in address of whoever asks; at the command line, of any manager who has signed in."""
    row = managers.by_email(session, address)
    has_signed_in = row is not None and row.removed_at is None and row.signed_in_at is not None
    return has_signed_in and ("@" not in actor or actor == address)


def _ask(session: Session, row: TesterRow, *, actor: str, now: datetime) -> None:
    is_email = row.channel == Channel.EMAIL
    request = NoticeRequest(
        kind=NoticeKind.TESTER_EMAIL if is_email else NoticeKind.TESTER_SMS,
        channel=Channel(row.channel),
        to_address=row.address,
        dedupe_key=f"tester:{row.id}:{row.ask_count}",
        facts={
            "tester_id": str(row.id),
            "turn": str(row.ask_count),
            "named_by": actor if "@" in actor else "A manager",
        },
        created_by=actor,
    )
    ask_notice(session, request, now=now)


def _present(session: Session, tester_id: int) -> TesterRow:
    row = testers.hold(session, tester_id)
    if row is None or row.removed_at is not None:
        raise TesterRefused("there is no such tester")
    return row


def _of_link(session: Session, token: str, keys: Sequence[bytes]) -> TesterRow | None:
    """The tester of any link that was ever sent to them, held, removed or not."""
    facts = read_token(token, LinkKind.TESTER, keys)
    return testers.hold(session, facts.supporter_id) if facts else None


def _is_newest(row: TesterRow, token: str, keys: Sequence[bytes]) -> bool:
    facts = read_token(token, LinkKind.TESTER, keys)
    return row.removed_at is None and facts is not None and facts.target == row.ask_count


def _check_asked(row: TesterRow, now: datetime) -> None:
    if now - row.asked_at > ASKED_FOR:
        raise TesterRefused("too long ago: after three days a tester is asked anew")


def _confirm(session: Session, row: TesterRow, actor: str, now: datetime) -> None:
    row.confirmed_at = now
    session.flush()
    _write_down(session, row, "tester confirmed", actor, now)


def _remove(session: Session, row: TesterRow, actor: str, now: datetime) -> None:
    row.removed_at, row.confirmed_at = now, None
    session.flush()
    _write_down(session, row, "tester removed", actor, now)


def _write_down(session: Session, row: TesterRow, deed: str, actor: str, now: datetime) -> None:
    details = {"to": mask_address(Channel(row.channel), row.address)}
    write_audit(session, at=now, actor=actor, deed=deed, subject=f"tester {row.id}", details=details)


def _tester(row: TesterRow) -> Tester:
    return Tester(
        id=row.id,
        channel=Channel(row.channel),
        address=row.address,
        added_by=row.added_by,
        added_at=row.added_at,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
    )
