"""Texts that ask to join, or to come back."""

from service.consenting.consent import give_consent, lift_address
from service.domain.channel import Channel
from service.domain.consent import LIFTED_BY_TEXTING_START, Suppressed
from service.domain.notice import NoticeKind
from service.joining.confirm import Confirmed, NoSuchCode, SeveralWait, confirm_phone
from service.listening.deed import Deed, supporter_of
from service.sending.joiners import add_joiner
from service.store.queries import replies, supporters
from service.store.queries.campaigns import CampaignView


def start(deed: Deed) -> bool:
    """Come back after a STOP: what was stopped goes on, and nothing that was never allowed."""
    was_on_list, before = deed.is_on_list, deed.suppressed
    lift_address(
        deed.session,
        channel=Channel.SMS,
        address=deed.sender.phone,
        key=deed.key,
        lifting=LIFTED_BY_TEXTING_START,
        asked_at=deed.now,
    )
    known = deed.sender.known
    if known is None:
        # Whoever only stopped texts is not signed up by taking that back, where the provider has said so already.
        return deed.match.handled_by_provider or _join(deed)
    refused = [
        campaign_id
        for campaign_id in replies.stopped_campaigns(deed.session, known.id)
        if not give_consent(
            deed.session,
            campaign_id=campaign_id,
            channel=Channel.SMS,
            supporter_id=known.id,
            evidence=deed.evidence("START"),
            now=deed.now,
        )
    ]
    if refused or deed.suppressed is not None:
        return _say_that_it_stays_left_alone(deed)
    if not deed.match.handled_by_provider and before is not Suppressed.PROVIDER_OPT_OUT:
        deed.answer(_answer_to_start(deed, was_on_list=was_on_list))
    return True


def _answer_to_start(deed: Deed, *, was_on_list: bool) -> NoticeKind:
    if was_on_list:
        return NoticeKind.ON_LIST_SMS
    return NoticeKind.CAME_BACK_SMS if deed.is_on_list else NoticeKind.NOT_ON_LIST_SMS


def _say_that_it_stays_left_alone(deed: Deed) -> bool:
    """Something stands that no text can undo, such as a complaint: they hear so, and a person reads theirs."""
    deed.answer(NoticeKind.LEFT_ALONE_SMS)
    return False


def join(deed: Deed) -> bool:
    """Join; a member who joins again hears that they are on the list, where joining itself gave no answer."""
    was_on_list = deed.is_on_list and deed.match.argument != "yes"
    before = replies.newest_notice(deed.session, deed.sender.phone)
    if deed.match.argument != "yes":
        # Whoever asks to join has said that they do not want to leave; else they would not be answered.
        lifting = frozenset({Suppressed.UNCLEAR})
        lift_address(deed.session, channel=Channel.SMS, address=deed.sender.phone, key=deed.key, lifting=lifting)
    if not _join(deed):
        return False
    if was_on_list and replies.newest_notice(deed.session, deed.sender.phone) == before:
        deed.answer(NoticeKind.ON_LIST_SMS)
    return True


def _join(deed: Deed) -> bool:
    """Confirm the sign-up that waits for this phone, or sign up by the text itself."""
    code = deed.match.argument if deed.match.argument.isdecimal() else ""
    try:
        confirmed = confirm_phone(deed.session, deed.sender.phone, key=deed.key, now=deed.now, code=code)
    except (SeveralWait, NoSuchCode):
        deed.answer(NoticeKind.JOIN_WHICH_SMS)
        return True
    if confirmed is not None:
        return _confirmed(deed, confirmed)
    if deed.match.argument == "yes" or deed.sender.campaign is None:
        # A bare YES answers some question of ours, and none is open.
        return False
    return _join_by_text(deed, deed.sender.campaign)


def _confirmed(deed: Deed, confirmed: Confirmed) -> bool:
    """The welcome is the answer; where none may be sent they hear why."""
    return confirmed.may_write or deed.suppressed is None or _say_that_it_stays_left_alone(deed)


def _join_by_text(deed: Deed, campaign: CampaignView) -> bool:
    supporter_id = supporter_of(deed)
    was_texted = replies.may_text(deed.session, supporter_id)
    is_in = give_consent(
        deed.session,
        campaign_id=campaign.id,
        channel=Channel.SMS,
        supporter_id=supporter_id,
        evidence=deed.evidence("JOIN"),
        lifting=LIFTED_BY_TEXTING_START,
        asked_at=deed.now,
        now=deed.now,
    )
    if not is_in:
        return _say_that_it_stays_left_alone(deed)
    if not was_texted:
        deed.answer(NoticeKind.JOINED_SMS, supporter_id=supporter_id)
    # They know this number: their texts come from it from now on.
    supporters.keep_number(deed.session, supporter_id, deed.sender.to_number)
    add_joiner(deed.session, campaign_id=campaign.id, supporter_id=supporter_id, channel=Channel.SMS, now=deed.now)
    return True
