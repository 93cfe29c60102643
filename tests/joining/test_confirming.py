"""An address confirms itself: everything that waits for it, nothing that waits for another."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.joining.asking import send_again, waiting_of
from service.joining.confirm import (
    confirm_email,
)
from service.joining.preferences import erase
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up
from service.petitioning.sign import SignResult
from service.store.tables.campaign import Campaign
from service.store.tables.notices import Notice
from service.store.tables.people import Consent, SignUp, Supporter
from service.store.tables.signatures import Signature
from tests import make
from tests.joining.forms import EMAIL, MINUTE, NOW, PHONE, campaign, counted, join, kinds, press, sign, signed_names

__all__ = ["campaign"]


def test_who_joined_and_confirmed_can_sign_the_same_day(session: Session, campaign: Campaign) -> None:
    press(session, join(session, campaign))

    press(session, sign(session, campaign, at=NOW + MINUTE), at=NOW + MINUTE)

    assert signed_names(session) == ["Ana Aliyeva"]
    assert list(kinds(session)) == ["confirm_email", "confirm_signature", "signed_email"]


@pytest.mark.parametrize("pressed", [0, 1])
def test_one_press_settles_the_sign_up_and_the_signature_that_wait(
    session: Session, campaign: Campaign, pressed: int
) -> None:
    waiting = [join(session, campaign), sign(session, campaign, at=NOW + MINUTE)]

    confirmed = confirm_email(session, waiting[pressed], key=make.KEY, ip="", now=NOW + 2 * MINUTE)

    assert confirmed is not None
    assert (confirmed.may_write, confirmed.signed) == (True, True)
    assert (signed_names(session), counted(session)) == (["Ana Aliyeva"], 1)
    given = select(Consent.wording).where(Consent.act == "given")
    assert session.scalars(given).all() == ["Yes, email me."]


def test_one_press_settles_what_waits_in_every_campaign_with_words_of_its_own(
    session: Session, campaign: Campaign
) -> None:
    other = make.campaign(session, slug="other", match=make.fixture(session, slug="other"))
    first = join(session, campaign)
    form = SignUpForm("Ana", EMAIL, "", consent_email=True, consent_sms=False)
    sign_up(session, form, campaign_id=other.id, wordings={"email": "Yes, the other."}, now=NOW + MINUTE)

    press(session, first, at=NOW + 2 * MINUTE)

    given = select(Consent.campaign_id, Consent.wording).where(Consent.act == "given").order_by(Consent.campaign_id)
    assert [tuple(row) for row in session.execute(given)] == [
        (campaign.id, "Yes, email me."),
        (other.id, "Yes, the other."),
    ]
    assert list(kinds(session)) == ["confirm_email", "confirm_email"]


def test_what_waited_longer_than_three_days_is_not_settled_by_a_later_press(
    session: Session, campaign: Campaign
) -> None:
    sign(session, campaign)

    press(session, join(session, campaign, at=NOW + timedelta(hours=73)), at=NOW + timedelta(hours=73))

    assert signed_names(session) == []


def test_what_came_after_the_page_was_opened_waits_for_a_press_of_its_own(session: Session, campaign: Campaign) -> None:
    first = join(session, campaign)
    sign(session, campaign, "Somebody Else", at=NOW + MINUTE)

    confirm_email(session, first, key=make.KEY, ip="", now=NOW + MINUTE, through=first)

    assert signed_names(session) == []


def test_a_letter_confirms_nothing_of_another_address(session: Session, campaign: Campaign) -> None:
    sign(session, campaign, "Bilal Aliyev", email="bilal@example.org")

    press(session, sign(session, campaign))

    assert signed_names(session) == ["Ana Aliyeva"]


def test_a_message_goes_again_after_two_minutes_and_three_times_a_day(session: Session, campaign: Campaign) -> None:
    sign_up_id = join(session, campaign)
    moments = [timedelta(minutes=1), 2 * MINUTE, 3 * MINUTE, 4 * MINUTE, timedelta(hours=5), timedelta(hours=24)]

    sent = [send_again(session, sign_up_id, Channel.EMAIL, now=NOW + after) for after in moments]

    assert sent == [False, True, False, True, False, True]


def test_each_kind_of_each_campaign_has_an_allowance_of_its_own(session: Session, campaign: Campaign) -> None:
    other = make.campaign(session, slug="other", match=make.fixture(session, slug="other"))

    for where in (campaign, other):
        join(session, where)
        sign(session, where)

    assert sorted(kinds(session)) == ["confirm_email"] * 2 + ["confirm_signature"] * 2


@pytest.mark.parametrize("state", ["failed", "expired", "withheld"])
def test_what_never_reached_anybody_does_not_count(session: Session, campaign: Campaign, state: str) -> None:
    sign_up_id = join(session, campaign, email="", phone=PHONE, consent_email=False, consent_sms=True)
    session.execute(text("UPDATE notices SET state = :state"), {"state": state})

    waiting = waiting_of(session, sign_up_id, now=NOW)
    again = send_again(session, sign_up_id, Channel.SMS, now=NOW + timedelta(seconds=1))

    assert waiting is not None
    assert [asked.last_at for asked in waiting.asked] == [None]
    assert again


def test_the_page_after_the_form_says_the_same_of_a_member_and_a_stranger(session: Session, campaign: Campaign) -> None:
    make.supporter(session, "Ana", campaign=campaign)
    ids = [join(session, campaign), join(session, campaign, email="new@example.org")]

    for minutes in (1, 2, 4, 5, 9):
        said = []
        for sign_up_id in ids:
            sent = send_again(session, sign_up_id, Channel.EMAIL, now=NOW + minutes * MINUTE)
            waiting = waiting_of(session, sign_up_id, now=NOW + minutes * MINUTE)
            assert waiting is not None
            said.append((sent, waiting.asked))
        assert said[0] == said[1]


def test_a_sign_up_that_was_confirmed_is_not_asked_again(session: Session, campaign: Campaign) -> None:
    sign_up_id = join(session, campaign)
    press(session, sign_up_id)

    send_again(session, sign_up_id, Channel.EMAIL, now=NOW + 3 * MINUTE)

    assert list(kinds(session)) == ["confirm_email"]


def test_spellings_of_one_mailbox_share_one_allowance(session: Session, campaign: Campaign) -> None:
    for number in range(5):
        join(session, campaign, email=f"ana+{number}@example.org", at=NOW + timedelta(seconds=number))

    assert list(kinds(session)) == ["confirm_email"]


def test_of_two_names_on_one_address_the_pressed_one_signs_and_the_other_is_told(
    session: Session, campaign: Campaign
) -> None:
    hana = sign(session, campaign, "Hana Huseynova", email="household@example.org")
    hugo = sign(session, campaign, "Hugo Huseynov", email="household@example.org", at=NOW + 3 * MINUTE)

    confirmed = confirm_email(session, hugo, key=make.KEY, ip="", now=NOW + 4 * MINUTE)

    assert confirmed is not None
    results = {each.sign_up_id: each.signed for each in confirmed.settled}
    assert (results[hugo] and results[hugo].result) is SignResult.SIGNED
    assert results[hana] is not None
    assert (results[hana].result, results[hana].name) == (SignResult.OTHER_NAME, "Hugo Huseynov")
    assert (signed_names(session), counted(session)) == (["Hugo Huseynov"], 1)


def test_whoever_signs_with_an_address_that_has_signed_is_told_so_by_letter(
    session: Session, campaign: Campaign
) -> None:
    press(session, sign(session, campaign, "Hana Huseynova", email="household@example.org"))

    sign(session, campaign, "Hugo Huseynov", email="household@example.org", at=NOW + 3 * MINUTE)

    letter = session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
    assert (letter.kind, letter.facts["signed_name"]) == ("has_signed_email", "H… H…")


@pytest.mark.parametrize("name", ["", ".", "B", "Ana", "www.example.org/x y", "7 8"])
def test_a_name_that_cannot_stand_on_a_petition_is_refused_with_a_reason(
    session: Session, campaign: Campaign, name: str
) -> None:
    with pytest.raises(SignUpMistakes) as wrong:
        sign(session, campaign, name)

    assert "name" in wrong.value.by_field()


@pytest.mark.parametrize(
    "name",
    ["María José O’Neill-Łukasz", "Əli Əliyev", "李 小龙", "李小龙", "김철수", "محمد الأمين", "José M. de la Cruz"],
)
def test_names_of_every_script_stand_as_they_were_typed(session: Session, campaign: Campaign, name: str) -> None:
    press(session, sign(session, campaign, f"  {name} "))

    assert signed_names(session) == [name]


def test_whoever_has_one_name_says_so(session: Session, campaign: Campaign) -> None:
    press(session, sign(session, campaign, "Suharto", one_name=True))

    assert signed_names(session) == ["Suharto"]


def test_a_petition_gets_what_else_it_asks_for(session: Session, campaign: Campaign) -> None:
    session.execute(text("UPDATE petitions SET asks = 'country'"))
    for typed in ("", "Atlantis"):
        with pytest.raises(SignUpMistakes) as wrong:
            sign(session, campaign, place=typed)
        assert list(wrong.value.by_field()) == ["place"]

    press(session, sign(session, campaign, place="az"))

    assert session.scalars(select(Signature.place)).all() == ["AZ"]


def test_what_was_signed_is_kept_in_its_own_words(session: Session, campaign: Campaign) -> None:
    sign_up_id = sign(session, campaign)
    press(session, sign_up_id)

    words = "I sign the petition “Fair trials for all”, addressed to The Government of Azerbaijan."
    assert session.scalars(select(SignUp.wordings)).one() == {"petition": words}
    assert session.scalars(select(Signature.wording)).one() == words
    assert session.scalars(select(Consent.id)).all() == []


def test_a_forgotten_signer_s_name_and_place_stand_nowhere(session: Session, campaign: Campaign) -> None:
    session.execute(text("UPDATE petitions SET asks = 'postcode'"))
    press(session, sign(session, campaign, "Canary Cagename", place="XQ1 9ZZ"))
    supporter_id = session.scalars(select(Supporter.id)).one()

    erase(session, supporter_id, source="page", ip="", now=NOW)

    session.flush()
    for table in session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
        dump = session.scalars(text(f"SELECT t::text FROM {table} t")).all()
        assert not any(canary in str(row) for row in dump for canary in ("Cagename", "XQ1 9ZZ", EMAIL)), table
    assert counted(session) == 1
