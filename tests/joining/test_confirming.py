"""An address confirms itself: everything that waits for it, nothing that waits for another."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.joining.asking import send_again, waiting_of
from service.joining.confirm import (
    CodeResult,
    NoSuchCode,
    SeveralWait,
    confirm_email,
    confirm_phone,
    confirm_phone_by_code,
)
from service.joining.sign_up import SignUpForm, SignUpMistakes, sign_up
from service.petitioning.sign import SignResult
from service.store.queries import petitions
from service.store.tables.campaign import Campaign
from service.store.tables.people import Consent, Signature, SignUp, Supporter
from service.store.tables.sending import Notice
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
MINUTE = timedelta(minutes=1)
PHONE, EMAIL = "+447700900123", "ana@example.org"
WORDINGS = {"email": "Yes, email me.", "sms": "Yes, text me."}


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


def _join(session: Session, campaign: Campaign, *, at: datetime = NOW, **changes: object) -> int:
    plain: dict[str, object] = {
        "first_name": "Ana",
        "email": EMAIL,
        "phone": "",
        "consent_email": True,
        "consent_sms": False,
    }
    form = SignUpForm(**{**plain, **changes})  # type: ignore[arg-type]  # a form's fields
    return sign_up(session, form, campaign_id=campaign.id, wordings=WORDINGS, now=at).sign_up_id


def _sign(session: Session, campaign: Campaign, name: str = "Ana Aliyeva", **changes: object) -> int:
    signs: dict[str, object] = {"first_name": "", "name": name, "consent_email": False, "signs_petition": True}
    return _join(session, campaign, **{**signs, **changes})


def _press(session: Session, sign_up_id: int, *, at: datetime = NOW) -> None:
    assert confirm_email(session, sign_up_id, key=make.KEY, ip="", now=at) is not None


def _kinds(session: Session) -> Sequence[str]:
    return session.scalars(select(Notice.kind).order_by(Notice.id)).all()


def _names(session: Session) -> Sequence[str]:
    return session.scalars(select(Signature.name).order_by(Signature.signed_at, Signature.name)).all()


def _code(session: Session, sign_up_id: int) -> str:
    return session.scalars(select(SignUp.phone_code).where(SignUp.id == sign_up_id)).one()


def _count(session: Session) -> int:
    petition = petitions.petition_of(session, session.scalars(select(Campaign.id)).first() or 0, "en")
    assert petition is not None
    return petition.count


def test_who_joined_and_confirmed_can_sign_the_same_day(session: Session, campaign: Campaign) -> None:
    _press(session, _join(session, campaign))

    _press(session, _sign(session, campaign, at=NOW + MINUTE), at=NOW + MINUTE)

    assert _names(session) == ["Ana Aliyeva"]
    assert list(_kinds(session)) == ["confirm_email", "confirm_signature", "signed_email"]


@pytest.mark.parametrize("pressed", [0, 1])
def test_one_press_settles_the_sign_up_and_the_signature_that_wait(
    session: Session, campaign: Campaign, pressed: int
) -> None:
    waiting = [_join(session, campaign), _sign(session, campaign, at=NOW + MINUTE)]

    confirmed = confirm_email(session, waiting[pressed], key=make.KEY, ip="", now=NOW + 2 * MINUTE)

    assert confirmed is not None
    assert (confirmed.may_write, confirmed.signed) == (True, True)
    assert (_names(session), _count(session)) == (["Ana Aliyeva"], 1)
    given = select(Consent.wording).where(Consent.act == "given")
    assert session.scalars(given).all() == ["Yes, email me."]


def test_one_press_settles_what_waits_in_every_campaign_with_words_of_its_own(
    session: Session, campaign: Campaign
) -> None:
    other = make.campaign(session, slug="other", match=make.fixture(session, slug="other"))
    first = _join(session, campaign)
    form = SignUpForm("Ana", EMAIL, "", consent_email=True, consent_sms=False)
    sign_up(session, form, campaign_id=other.id, wordings={"email": "Yes, the other."}, now=NOW + MINUTE)

    _press(session, first, at=NOW + 2 * MINUTE)

    given = select(Consent.campaign_id, Consent.wording).where(Consent.act == "given").order_by(Consent.campaign_id)
    assert [tuple(row) for row in session.execute(given)] == [
        (campaign.id, "Yes, email me."),
        (other.id, "Yes, the other."),
    ]
    assert list(_kinds(session)) == ["confirm_email", "confirm_email"]


def test_what_waited_longer_than_three_days_is_not_settled_by_a_later_press(
    session: Session, campaign: Campaign
) -> None:
    _sign(session, campaign)

    _press(session, _join(session, campaign, at=NOW + timedelta(hours=73)), at=NOW + timedelta(hours=73))

    assert _names(session) == []


def test_what_came_after_the_page_was_opened_waits_for_a_press_of_its_own(session: Session, campaign: Campaign) -> None:
    first = _join(session, campaign)
    _sign(session, campaign, "Somebody Else", at=NOW + MINUTE)

    confirm_email(session, first, key=make.KEY, ip="", now=NOW + MINUTE, through=first)

    assert _names(session) == []


def test_a_letter_confirms_nothing_of_another_address(session: Session, campaign: Campaign) -> None:
    _sign(session, campaign, "Bilal Aliyev", email="bilal@example.org")

    _press(session, _sign(session, campaign))

    assert _names(session) == ["Ana Aliyeva"]


def test_a_message_goes_again_after_two_minutes_and_three_times_a_day(session: Session, campaign: Campaign) -> None:
    sign_up_id = _join(session, campaign)
    moments = [timedelta(minutes=1), 2 * MINUTE, 3 * MINUTE, 4 * MINUTE, timedelta(hours=5), timedelta(hours=24)]

    sent = [send_again(session, sign_up_id, Channel.EMAIL, now=NOW + after) for after in moments]

    assert sent == [False, True, False, True, False, True]


def test_each_kind_of_each_campaign_has_an_allowance_of_its_own(session: Session, campaign: Campaign) -> None:
    other = make.campaign(session, slug="other", match=make.fixture(session, slug="other"))

    for where in (campaign, other):
        _join(session, where)
        _sign(session, where)

    assert sorted(_kinds(session)) == ["confirm_email"] * 2 + ["confirm_signature"] * 2


@pytest.mark.parametrize("state", ["failed", "expired", "withheld"])
def test_what_never_reached_anybody_does_not_count(session: Session, campaign: Campaign, state: str) -> None:
    sign_up_id = _join(session, campaign, email="", phone=PHONE, consent_email=False, consent_sms=True)
    session.execute(text("UPDATE notices SET state = :state"), {"state": state})

    waiting = waiting_of(session, sign_up_id, now=NOW)
    again = send_again(session, sign_up_id, Channel.SMS, now=NOW + timedelta(seconds=1))

    assert waiting is not None
    assert [asked.last_at for asked in waiting.asked] == [None]
    assert again


def test_the_page_after_the_form_says_the_same_of_a_member_and_a_stranger(session: Session, campaign: Campaign) -> None:
    make.supporter(session, "Ana", campaign=campaign)
    ids = [_join(session, campaign), _join(session, campaign, email="new@example.org")]

    for minutes in (1, 2, 4, 5, 9):
        said = []
        for sign_up_id in ids:
            sent = send_again(session, sign_up_id, Channel.EMAIL, now=NOW + minutes * MINUTE)
            waiting = waiting_of(session, sign_up_id, now=NOW + minutes * MINUTE)
            assert waiting is not None
            said.append((sent, waiting.asked))
        assert said[0] == said[1]


def test_a_sign_up_that_was_confirmed_is_not_asked_again(session: Session, campaign: Campaign) -> None:
    sign_up_id = _join(session, campaign)
    _press(session, sign_up_id)

    send_again(session, sign_up_id, Channel.EMAIL, now=NOW + 3 * MINUTE)

    assert list(_kinds(session)) == ["confirm_email"]


def test_spellings_of_one_mailbox_share_one_allowance(session: Session, campaign: Campaign) -> None:
    for number in range(5):
        _join(session, campaign, email=f"ana+{number}@example.org", at=NOW + timedelta(seconds=number))

    assert list(_kinds(session)) == ["confirm_email"]


# --- the phone and the email of one form -------------------------------------------------------------------------


def _both(session: Session, campaign: Campaign, *, at: datetime = NOW, **changes: object) -> int:
    return _join(session, campaign, phone=PHONE, consent_sms=True, at=at, **changes)


def test_a_stranger_s_email_beside_her_phone_gets_nothing_of_hers(session: Session, campaign: Campaign) -> None:
    hers = _both(session, campaign, first_name="Vera", email="vera@example.org")
    his = _both(
        session, campaign, first_name="Thief", email="thief@example.org", time_zone="Asia/Tokyo", at=NOW + 3 * MINUTE
    )
    _press(session, his, at=NOW + 4 * MINUTE)

    confirm_phone(session, PHONE, key=make.KEY, now=NOW + 5 * MINUTE, code=_code(session, hers))

    owners = {row.first_name: (row.email, row.phone, row.time_zone) for row in session.scalars(select(Supporter))}
    assert owners == {
        "Thief": ("thief@example.org", None, "Asia/Tokyo"),
        "Vera": (None, PHONE, "Europe/London"),
    }


def test_a_stranger_s_phone_beside_her_email_gets_nothing_of_hers(session: Session, campaign: Campaign) -> None:
    form = _both(session, campaign, first_name="Vera", email="vera@example.org")
    confirm_phone(session, PHONE, key=make.KEY, now=NOW, code=_code(session, form))

    _press(session, form)

    found = session.execute(select(Supporter.email, Supporter.phone).order_by(Supporter.id)).all()
    assert [tuple(row) for row in found] == [(None, PHONE), ("vera@example.org", None)]


def test_the_code_of_our_text_on_the_page_of_our_email_makes_them_one_person(
    session: Session, campaign: Campaign
) -> None:
    form = _both(session, campaign)
    _press(session, form)

    result = confirm_phone_by_code(session, form, f" {_code(session, form)} ", key=make.KEY, ip="", now=NOW)

    ana = session.scalars(select(Supporter)).one()
    assert (result, ana.email, ana.phone) == (CodeResult.RIGHT, EMAIL, PHONE)
    given = select(Consent.channel, Consent.wording).where(Consent.act == "given").order_by(Consent.id)
    assert [tuple(row) for row in session.execute(given)] == [("email", "Yes, email me."), ("sms", "Yes, text me.")]


def test_a_phone_that_answered_first_and_the_code_beside_the_button_make_them_one_person(
    session: Session, campaign: Campaign
) -> None:
    form = _both(session, campaign)
    code = _code(session, form)
    confirm_phone(session, PHONE, key=make.KEY, now=NOW, code=code)

    confirm_email(session, form, key=make.KEY, ip="", now=NOW, code=code)

    ana = session.scalars(select(Supporter)).one()
    assert (ana.email, ana.phone) == (EMAIL, PHONE)


def test_a_code_cannot_be_guessed(session: Session, campaign: Campaign) -> None:
    form = _both(session, campaign)
    _press(session, form)
    right = _code(session, form)
    wrong = "1000" if right != "1000" else "1001"

    results = [confirm_phone_by_code(session, form, wrong, key=make.KEY, ip="", now=NOW) for _ in range(7)]
    late = confirm_phone_by_code(session, form, right, key=make.KEY, ip="", now=NOW)

    assert results[0] is CodeResult.WRONG
    assert (results[-1], late) == (CodeResult.TOO_MANY, CodeResult.TOO_MANY)
    assert session.scalars(select(Supporter.phone)).all() == [None]


def test_another_form_gives_no_more_tries_at_the_code_of_a_number(session: Session, campaign: Campaign) -> None:
    tried = []
    for number in range(3):
        at = NOW + number * 3 * MINUTE
        form = _both(session, campaign, email=f"thief{number}@example.org", at=at)
        _press(session, form, at=at)
        wrong = "1000" if _code(session, form) != "1000" else "1001"
        tried += [confirm_phone_by_code(session, form, wrong, key=make.KEY, ip="", now=at) for _ in range(4)]

    assert tried.count(CodeResult.WRONG) == 5


def test_a_number_that_is_somebody_s_stays_with_whom_it_is(session: Session, campaign: Campaign) -> None:
    form = _both(session, campaign)
    _press(session, form)
    make.supporter(session, "Bilal", phone=PHONE)

    result = confirm_phone_by_code(session, form, _code(session, form), key=make.KEY, ip="", now=NOW)

    assert result is CodeResult.APART
    phones = {row.first_name: row.phone for row in session.scalars(select(Supporter))}
    assert phones == {"Ana": None, "Bilal": PHONE}


def test_a_bare_join_confirms_the_only_one_that_waits(session: Session, campaign: Campaign) -> None:
    _both(session, campaign)

    confirmed = confirm_phone(session, PHONE, key=make.KEY, now=NOW)

    assert confirmed is not None
    assert confirmed.may_write


def test_the_same_form_sent_twice_is_one(session: Session, campaign: Campaign) -> None:
    for minutes in (0, 3):
        _both(session, campaign, at=NOW + minutes * MINUTE)

    assert confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE) is not None
    assert session.scalar(text("SELECT count(*) FROM sign_ups WHERE phone_confirmed_at IS NULL")) == 0
    assert session.scalar(text("SELECT count(*) FROM consents WHERE act = 'given'")) == 1


def test_of_several_a_text_confirms_only_the_one_it_names(session: Session, campaign: Campaign) -> None:
    first = _both(session, campaign)
    second = _both(session, campaign, first_name="Thief", email="thief@example.org", at=NOW + 3 * MINUTE)

    with pytest.raises(SeveralWait):
        confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE)
    with pytest.raises(NoSuchCode):
        confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE, code="0000")
    confirm_phone(session, PHONE, key=make.KEY, now=NOW + 4 * MINUTE, code=_code(session, first))

    waits = session.scalars(select(SignUp.id).where(SignUp.phone_confirmed_at.is_(None))).all()
    assert waits == [second]
    assert session.scalars(select(Supporter.first_name)).all() == ["Ana"]


def test_a_known_person_s_name_zone_and_language_are_not_a_form_s_to_change(
    session: Session, campaign: Campaign
) -> None:
    make.supporter(session, "Ana", campaign=campaign, consents=())

    _press(session, _join(session, campaign, first_name="Nasty", time_zone="Asia/Tokyo", locale="az"))
    _press(session, _sign(session, campaign, "Nasty Name", at=NOW + MINUTE), at=NOW + MINUTE)

    ana = session.scalars(select(Supporter)).one()
    assert (ana.first_name, ana.full_name, ana.time_zone, ana.locale) == ("Ana", "Ana Example", "Europe/London", "en")


# --- two names, one address ---------------------------------------------------------------------------------------


def test_of_two_names_on_one_address_the_pressed_one_signs_and_the_other_is_told(
    session: Session, campaign: Campaign
) -> None:
    hana = _sign(session, campaign, "Hana Huseynova", email="household@example.org")
    hugo = _sign(session, campaign, "Hugo Huseynov", email="household@example.org", at=NOW + 3 * MINUTE)

    confirmed = confirm_email(session, hugo, key=make.KEY, ip="", now=NOW + 4 * MINUTE)

    assert confirmed is not None
    results = {each.sign_up_id: each.signed for each in confirmed.settled}
    assert (results[hugo] and results[hugo].result) is SignResult.SIGNED
    assert results[hana] is not None
    assert (results[hana].result, results[hana].name) == (SignResult.OTHER_NAME, "Hugo Huseynov")
    assert (_names(session), _count(session)) == (["Hugo Huseynov"], 1)


def test_whoever_signs_with_an_address_that_has_signed_is_told_so_by_letter(
    session: Session, campaign: Campaign
) -> None:
    _press(session, _sign(session, campaign, "Hana Huseynova", email="household@example.org"))

    _sign(session, campaign, "Hugo Huseynov", email="household@example.org", at=NOW + 3 * MINUTE)

    letter = session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
    assert (letter.kind, letter.facts["signed_name"]) == ("has_signed_email", "H… H…")


@pytest.mark.parametrize("name", ["", ".", "B", "Ana", "www.example.org/x y", "7 8"])
def test_a_name_that_cannot_stand_on_a_petition_is_refused_with_a_reason(
    session: Session, campaign: Campaign, name: str
) -> None:
    with pytest.raises(SignUpMistakes) as wrong:
        _sign(session, campaign, name)

    assert "name" in wrong.value.by_field()


@pytest.mark.parametrize(
    "name", ["María José O’Neill-Łukasz", "Əli Əliyev", "李 小龙", "محمد الأمين", "José M. de la Cruz"]
)
def test_names_of_every_script_stand_as_they_were_typed(session: Session, campaign: Campaign, name: str) -> None:
    _press(session, _sign(session, campaign, f"  {name} "))

    assert _names(session) == [name]


def test_whoever_has_one_name_says_so(session: Session, campaign: Campaign) -> None:
    _press(session, _sign(session, campaign, "Suharto", one_name=True))

    assert _names(session) == ["Suharto"]


def test_a_petition_gets_what_else_it_asks_for(session: Session, campaign: Campaign) -> None:
    session.execute(text("UPDATE petitions SET asks = 'country'"))
    for typed in ("", "Atlantis"):
        with pytest.raises(SignUpMistakes) as wrong:
            _sign(session, campaign, place=typed)
        assert list(wrong.value.by_field()) == ["place"]

    _press(session, _sign(session, campaign, place="az"))

    assert session.scalars(select(Signature.place)).all() == ["AZ"]


def test_what_was_signed_is_kept_in_its_own_words(session: Session, campaign: Campaign) -> None:
    sign_up_id = _sign(session, campaign)
    _press(session, sign_up_id)

    words = "I sign the petition “Fair trials for all”, addressed to The Government of Azerbaijan."
    assert session.scalars(select(SignUp.wordings)).one() == {"petition": words}
    assert session.scalars(select(Signature.wording)).one() == words
    assert session.scalars(select(Consent.id)).all() == []
