"""Texts that ask to be left alone, or may."""

from service.consenting.consent import Evidence, suppress_address, withdraw_consent
from service.domain.channel import Channel
from service.domain.consent import Suppressed
from service.domain.notice import NoticeKind
from service.listening.deed import Deed
from service.store.queries import conversations, replies


def stop(deed: Deed) -> bool:
    """On every number of ours, whoever it is from, whether or not we know them; answered once for each leaving."""
    known = deed.sender.known
    is_new = deed.suppressed not in _HAD_LEFT
    if known is not None:
        evidence = Evidence(wording="", source="text: STOP")
        is_new |= replies.may_text(deed.session, known.id)
        withdraw_consent(
            deed.session,
            supporter_id=known.id,
            channel=Channel.SMS,
            reason=Suppressed.STOP,
            evidence=evidence,
            now=deed.now,
        )
    # The number that texted, whatever number its supporter has by now.
    suppress_address(
        deed.session,
        channel=Channel.SMS,
        address=deed.sender.phone,
        key=deed.key,
        reason=Suppressed.STOP,
        now=deed.now,
    )
    if not deed.match.handled_by_provider and (is_new or _was_left_out_by_a_manager(deed)):
        deed.say_that_they_left()
    return True


# Who stopped, or complained, has left: to say so again and again would have two machines answer each other for ever.
_HAD_LEFT = frozenset({Suppressed.STOP, Suppressed.COMPLAINT})


def _was_left_out_by_a_manager(deed: Deed) -> bool:
    """Whether it was a manager's word that this number leaves, and they have not been told."""
    held = conversations.find(deed.session, deed.sender.phone)
    at = held.opted_out_at if held is not None else None
    return at is not None and not replies.was_told_since(deed.session, deed.sender.phone, NoticeKind.LEFT_SMS, at)


def hold_unclear(deed: Deed) -> bool:
    """It may be an opt-out: hold texts to this number, as fast as for a STOP, until a manager has looked."""
    suppress_address(
        deed.session,
        channel=Channel.SMS,
        address=deed.sender.phone,
        key=deed.key,
        reason=Suppressed.UNCLEAR,
        now=deed.now,
    )
    return False
