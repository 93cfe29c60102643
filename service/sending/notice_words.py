"""The words of a notice: our own templates filled with the campaign's facts and freshly signed links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.domain.channel import Channel
from service.domain.notice import ASKED_BY_FORM, NoticeKind
from service.sending.facts import shared_facts
from service.sending.personal import link_target
from service.store import Session
from service.store.queries import blasts_life, campaigns, renderings
from service.store.queries.notice_life import IntendedNotice
from service.store.tables.campaign import Campaign, Fixture
from service.wording.email import FinishedEmail
from service.wording.links import LinkKind, sign
from service.wording.placeholders import BRIEFING_LINK
from service.wording.service_messages import (
    KEYWORD_FACTS,
    ServiceEmail,
    ServiceText,
    render_service_email,
    render_service_text,
)
from service.wording.short_codes import TESTER_PURPOSE, short_code
from service.wording.sms import straighten_quotes
from service.wording.test_note import with_test_note

CONFIRM_LIFE = timedelta(hours=72)
# The link for what only its owner may do: the kind of link, and the page it opens.
OWN_ACT_LIFE = timedelta(hours=24)
_OWN_ACTS: Mapping[NoticeKind, tuple[LinkKind, str]] = {
    NoticeKind.TAKE_OFF_EMAIL: (LinkKind.TAKE_OFF, "take-off"),
    NoticeKind.TAKE_OFF_SMS: (LinkKind.TAKE_OFF, "take-off"),
    NoticeKind.FORGET_EMAIL: (LinkKind.FORGET, "forget"),
    NoticeKind.FORGET_SMS: (LinkKind.FORGET, "forget"),
    NoticeKind.COPY_EMAIL: (LinkKind.COPY, "my-data"),
    NoticeKind.COPY_SMS: (LinkKind.COPY, "my-data"),
}

_EMAILS: Mapping[NoticeKind, ServiceEmail] = {
    NoticeKind.CONFIRM_EMAIL: ServiceEmail.CONFIRM,
    NoticeKind.CONFIRM_SIGNATURE: ServiceEmail.CONFIRM_SIGNATURE,
    NoticeKind.ALREADY_JOINED: ServiceEmail.ALREADY_JOINED,
    NoticeKind.SIGNED_EMAIL: ServiceEmail.SIGNED,
    NoticeKind.HAS_SIGNED_EMAIL: ServiceEmail.HAS_SIGNED,
    NoticeKind.TAKE_OFF_EMAIL: ServiceEmail.TAKE_OFF,
    NoticeKind.FORGET_EMAIL: ServiceEmail.FORGET,
    NoticeKind.COPY_EMAIL: ServiceEmail.COPY,
    NoticeKind.MANAGER_LINK: ServiceEmail.SIGN_IN,
    NoticeKind.ACCOUNT_NEWS: ServiceEmail.ACCOUNT_NEWS,
    NoticeKind.ALARM: ServiceEmail.ALARM,
    NoticeKind.BLAST_STOPPED: ServiceEmail.BLAST_STOPPED,
    NoticeKind.TESTER_EMAIL: ServiceEmail.TESTER,
    NoticeKind.RELEASE_WANTED: ServiceEmail.RELEASE_WANTED,
    NoticeKind.AUDIT_END: ServiceEmail.AUDIT_END,
    NoticeKind.COMPLAINT_TAKEN: ServiceEmail.COMPLAINT_TAKEN,
    NoticeKind.COMPLAINT_DUE: ServiceEmail.COMPLAINT_DUE,
    NoticeKind.APPROVAL_WANTED: ServiceEmail.APPROVAL_WANTED,
    NoticeKind.APPROVAL_ANSWERED: ServiceEmail.APPROVAL_ANSWERED,
}
_TEXTS: Mapping[NoticeKind, ServiceText] = {
    NoticeKind.CONFIRM_SMS: ServiceText.CONFIRM,
    NoticeKind.ALREADY_JOINED_SMS: ServiceText.ON_LIST,
    NoticeKind.JOINED_SMS: ServiceText.JOINED,
    NoticeKind.JOIN_WHICH_SMS: ServiceText.JOIN_WHICH,
    NoticeKind.SIGNED_SMS: ServiceText.SIGNED,
    NoticeKind.NAME_NEEDED_SMS: ServiceText.NAME_NEEDED,
    NoticeKind.ALREADY_SIGNED_SMS: ServiceText.ALREADY_SIGNED,
    NoticeKind.PETITION_CLOSED_SMS: ServiceText.PETITION_CLOSED,
    NoticeKind.MORE_SMS: ServiceText.MORE,
    NoticeKind.HELP_SMS: ServiceText.HELP,
    NoticeKind.LEFT_SMS: ServiceText.LEFT,
    NoticeKind.CAME_BACK_SMS: ServiceText.CAME_BACK,
    NoticeKind.ON_LIST_SMS: ServiceText.ON_LIST,
    NoticeKind.NOT_ON_LIST_SMS: ServiceText.NOT_ON_LIST,
    NoticeKind.LEFT_ALONE_SMS: ServiceText.LEFT_ALONE,
    NoticeKind.TAKE_OFF_SMS: ServiceText.TAKE_OFF,
    NoticeKind.FORGET_SMS: ServiceText.FORGET,
    NoticeKind.COPY_SMS: ServiceText.COPY,
    NoticeKind.NO_BRIEFING_SMS: ServiceText.NO_BRIEFING,
    NoticeKind.TESTER_SMS: ServiceText.TESTER,
}

# Texts whose words were written when they were asked for.
_WRITTEN = frozenset({NoticeKind.ANSWER_SMS, NoticeKind.TEST_SMS, NoticeKind.RECEIPT_SMS, NoticeKind.BLAST_STOPPED_SMS})


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A notice with its words; `email` for email, `body` for a text."""

    from_address: str
    from_name: str
    reply_to: str
    email: FinishedEmail | None
    body: str
    # Headers of an email, such as its mailbox's own way to end it.
    headers: Mapping[str, str] = field(default_factory=dict)


def _ends_with_one_press(facts: Mapping[str, str]) -> dict[str, str]:
    """RFC 8058: whoever never asked can end it from the mailbox's own button."""
    link = facts.get("not_me_link")
    if link is None:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


@dataclass(frozen=True, slots=True)
class NoticeWriter:
    """Writes notices; `key` signs links below `public_url`. What belongs to no campaign comes from `sender_email`."""

    key: bytes
    public_url: str
    sender_email: str

    def write(self, session: Session, notice: IntendedNotice) -> NoticeWords:
        """The words of one notice, read from the database as it stands."""
        campaign, fixture = self._about(session, notice)
        facts = self._facts(session, notice, campaign, fixture)
        kind = NoticeKind(notice.kind)
        email, body = None, ""
        language = notice.facts.get("language", campaign.language if campaign else "en")
        if kind in _WRITTEN:
            body = notice.facts["body"]
        elif kind is NoticeKind.TEST_EMAIL:
            plain = FinishedEmail(notice.facts["subject"], notice.facts["html"], notice.facts["text"])
            title, sent_by = campaign.title if campaign else "Touchline", notice.facts.get("sent_by", "a manager")
            stop_link = facts.get("tester_link", "")
            email = with_test_note(plain, campaign=title, sent_by=sent_by, stop_link=stop_link)
        elif notice.channel is Channel.SMS:
            can_be_signed = campaign is not None and renderings.has_open_petition(session, campaign.id)
            body = render_service_text(_TEXTS[kind], facts, language=language, can_be_signed=can_be_signed)
        else:
            email = render_service_email(_EMAILS[kind], facts, language=language)
        return NoticeWords(
            from_address=campaign.sender_email if campaign else self.sender_email,
            from_name=campaign.sender_name if campaign else "Touchline",
            reply_to=campaign.reply_to if campaign else "",
            email=email,
            body=body,
            headers=_ends_with_one_press(facts) if kind in ASKED_BY_FORM else {},
        )

    def _about(self, session: Session, notice: IntendedNotice) -> tuple[Campaign | None, Fixture | None]:
        campaign_id = notice.campaign_id or renderings.current_campaign_id(session)
        return blasts_life.campaign_and_fixture(session, campaign_id) if campaign_id else (None, None)

    def _facts(
        self, session: Session, notice: IntendedNotice, campaign: Campaign | None, fixture: Fixture | None
    ) -> dict[str, str]:
        facts = {**notice.facts}
        if campaign is None or fixture is None:
            return facts | self._own_links(notice, "")
        count = renderings.signature_count(session, campaign.id)
        facts |= shared_facts(campaign, fixture, signature_count=count, public_url=self.public_url).words(
            campaign.language
        )
        title, addressee = renderings.petition_words(session, campaign.id, campaign.language)
        facts |= {
            "postal_address": campaign.postal_address,
            "privacy_url": campaign.privacy_url or f"{self.public_url}/{campaign.slug}/",
            "petition_title": title,
            "addressee": addressee,
        }
        if notice.kind in {NoticeKind.MORE_SMS, NoticeKind.NO_BRIEFING_SMS}:
            facts |= _briefing_facts(session, campaign, notice.facts.get("briefing_slug", ""))
        if code := notice.facts.get("code"):
            # The code names the one sign-up that this text may confirm.
            facts["keyword_join"] = f"{KEYWORD_FACTS['keyword_join']} {code}"
        links = self._own_links(notice, campaign.slug)
        if "preferences_link" in links:
            # Where a notice of the version before names no petition.
            links.setdefault("signature_link", links["preferences_link"])
        return facts | links | self._tracked(session, notice, campaign)

    def _own_links(self, notice: IntendedNotice, slug: str) -> dict[str, str]:
        links = {"console_link": f"{self.public_url}/console/"}
        if "sign_up_id" in notice.facts and notice.channel is Channel.EMAIL:
            token = sign(LinkKind.NOT_ME, int(notice.facts["sign_up_id"]), key=self.key)
            links["not_me_link"] = f"{self.public_url}/not-me/{token}"
        if "sign_up_id" in notice.facts:
            # The same notice always carries the same link, however often it is handed over.
            expires_at = notice.created_at + CONFIRM_LIFE
            sign_up_id = int(notice.facts["sign_up_id"])
            token = sign(LinkKind.CONFIRM, sign_up_id, key=self.key, expires_at=expires_at, nonce=notice.id)
            links |= {
                "confirm_link": f"{self.public_url}/confirm/{token}",
                "hours": str(int(CONFIRM_LIFE.total_seconds() // 3600)),
            }
        if tester_id := int(notice.facts.get("tester_id", 0)):
            turn = int(notice.facts["turn"])
            token = sign(LinkKind.TESTER, tester_id, key=self.key, target=turn)
            links["tester_link"] = f"{self.public_url}/console/tester/{token}"
            links["tester_code"] = short_code(TESTER_PURPOSE, tester_id, turn, key=self.key)
        if "sign_in_link_id" in notice.facts:
            links["sign_in_link"] = f"{self.public_url}/console/enter/{self._sign_in_token(notice)}"
        if notice.supporter_id and (own := _OWN_ACTS.get(NoticeKind(notice.kind))):
            links["own_link"] = self._own_act(notice, notice.supporter_id, *own)
        if notice.supporter_id:
            token = sign(LinkKind.PREFERENCES, notice.supporter_id, key=self.key, channel=notice.channel)
            links["preferences_link"] = f"{self.public_url}/preferences/{token}"
        if notice.supporter_id and (petition_id := notice.facts.get("petition_id")):
            token = sign(
                LinkKind.SIGNATURE,
                notice.supporter_id,
                key=self.key,
                channel=notice.channel,
                target=int(petition_id),
            )
            links["signature_link"] = f"{self.public_url}/signature/{token}"
        return links

    def _own_act(self, notice: IntendedNotice, supporter_id: int, kind: LinkKind, page: str) -> str:
        """One act, for a day; the nonce says on which petition."""
        token = sign(
            kind,
            supporter_id,
            key=self.key,
            channel=notice.channel,
            expires_at=notice.created_at + OWN_ACT_LIFE,
            nonce=int(notice.facts.get("petition_id", 0)),
        )
        return f"{self.public_url}/{page}/{token}"

    def _sign_in_token(self, notice: IntendedNotice) -> str:
        facts = notice.facts
        expires_at, manager_id = datetime.fromisoformat(facts["expires_at"]), int(facts["manager_id"])
        nonce = int(facts["sign_in_link_id"])
        return sign(LinkKind.SIGN_IN, manager_id, key=self.key, expires_at=expires_at, nonce=nonce)

    def _tracked(self, session: Session, notice: IntendedNotice, campaign: Campaign) -> dict[str, str]:
        names = {name: name for name in ("petition_link", "share_link", "campaign_link")}
        if slug := notice.facts.get("briefing_slug"):
            names["campaign_link"] = f"{BRIEFING_LINK}:{slug}"
        return {fact: self._link(session, notice, campaign, name) for fact, name in names.items()}

    def _link(self, session: Session, notice: IntendedNotice, campaign: Campaign, name: str) -> str:
        target = link_target(name, campaign.slug) or f"/{campaign.slug}/"
        if not notice.supporter_id:
            # Whoever comes by a text of ours is known to have come so, as by any other source.
            source = "?s=sms" if notice.channel is Channel.SMS else ""
            return f"{self.public_url}{target}{source}"
        row = renderings.link_to(session, campaign.id, target)
        token = sign(LinkKind.CLICK, notice.supporter_id, key=self.key, channel=notice.channel, target=row)
        return f"{self.public_url}/l/{token}"


def _briefing_facts(session: Session, campaign: Campaign, slug: str) -> dict[str, str]:
    """Which briefing a text is about; where it is about none, how many there are to ask for.

    In these texts {campaign} is the briefing, as {campaign_link} is the link to it.
    """
    pages = campaigns.briefings(session, campaign.id, campaign.language)
    for number, page in enumerate(pages, start=1):
        if page.slug == slug:
            return {"campaign": f"{straighten_quotes(page.title)} (briefing {number} of {len(pages)})"}
    numbers = "MORE 1" if len(pages) == 1 else f"MORE 1 to MORE {len(pages)}"
    return {"campaign": f"{len(pages)} briefing{'' if len(pages) == 1 else 's'}, {numbers}"}
