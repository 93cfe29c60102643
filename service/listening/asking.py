"""Texts that ask for something: help, a briefing, the name on the petition."""

from service.domain.notice import NoticeKind
from service.domain.petition import BadName, petition_name
from service.listening.deed import Deed, supporter_of
from service.petitioning.sign import SignResult, place_of_phone, sign_petition
from service.store.queries import campaigns, petitions, replies


def help_out(deed: Deed) -> bool:
    if not deed.match.handled_by_provider:
        deed.answer(NoticeKind.HELP_SMS)
    return True


def sign(deed: Deed) -> bool:
    """Sign with the name in the text, or the one they signed with before; ask for it where there is neither.

    A petition that has closed answers that it has, with the count it reached.
    """
    campaign = deed.sender.campaign
    petition = petitions.petition_of(deed.session, campaign.id, campaign.language) if campaign else None
    if campaign is None or petition is None:
        return False
    if petition.is_closed and deed.sender.known is None:
        # Nobody is made a supporter by asking for what is over.
        deed.answer(NoticeKind.PETITION_CLOSED_SMS)
        return True
    supporter_id = supporter_of(deed)
    signed = sign_petition(
        deed.session,
        campaign_id=campaign.id,
        supporter_id=supporter_id,
        source="sms",
        name=_whole_name(deed.match.argument),
        place=place_of_phone(deed.session, campaign.id, deed.sender.phone),
        key=deed.key,
        now=deed.now,
    )
    if signed.result is SignResult.NO_PETITION:
        return False
    deed.answer(_SIGN_ANSWERS[signed.result], supporter_id=supporter_id, petition_id=str(signed.petition_id))
    return True


_SIGN_ANSWERS = {
    SignResult.SIGNED: NoticeKind.SIGNED_SMS,
    SignResult.ALREADY_SIGNED: NoticeKind.ALREADY_SIGNED_SMS,
    SignResult.OTHER_NAME: NoticeKind.ALREADY_SIGNED_SMS,
    SignResult.NAME_NEEDED: NoticeKind.NAME_NEEDED_SMS,
    SignResult.CLOSED: NoticeKind.PETITION_CLOSED_SMS,
}


def _whole_name(typed: str) -> str:
    """A first and a last name; nothing where the text holds less, so that it is asked for."""
    try:
        return petition_name(typed)
    except BadName:
        return ""


def send_briefing(deed: Deed) -> bool:
    """The briefing asked for by number, by name or by the campaign's own word; else the first not yet sent here."""
    if deed.sender.campaign is None:
        return False
    slugs = [
        page.slug for page in campaigns.briefings(deed.session, deed.sender.campaign.id, deed.sender.campaign.language)
    ]
    if not slugs:
        return False
    asked = deed.match.argument.replace(" ", "-")
    if asked in slugs:
        place = slugs.index(asked)
    elif asked.isdecimal():
        # So many digits ask for no briefing, and are not worth reading.
        place = int(asked) - 1 if len(asked) <= _LONGEST_COUNT else len(slugs)
        if not 0 <= place < len(slugs):
            deed.answer(NoticeKind.NO_BRIEFING_SMS)
            return True
    else:
        place = replies.briefings_sent(deed.session, deed.sender.phone) % len(slugs)
    deed.answer(NoticeKind.MORE_SMS, briefing_slug=slugs[place])
    return True


_LONGEST_COUNT = 6
