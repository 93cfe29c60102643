"""What is counted, listed and delivered is the same; a name can be taken off again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.domain.petition import first_word, name_in_text, petition_name
from service.joining.preferences import erase
from service.petitioning.deliver import NAME_WITHDRAWN, names_for_addressee
from service.petitioning.sign import Signed, SignResult, sign_petition, take_name_off
from service.store.queries import petitions, renderings
from service.store.tables.campaign import Campaign
from service.store.tables.notices import Notice
from service.store.tables.people import Action, Supporter
from service.store.tables.signatures import Signature
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


def _sign(session: Session, campaign: Campaign, who: Supporter, **changes: object) -> Signed:
    facts: dict[str, object] = {"source": "web", "now": NOW, "key": make.KEY, **changes}
    return sign_petition(session, campaign_id=campaign.id, supporter_id=who.id, **facts)  # type: ignore[arg-type]  # its facts


def _petition_id(session: Session) -> int:
    return session.scalars(text("SELECT id FROM petitions ORDER BY id")).first() or 0


def _counts(session: Session, campaign: Campaign) -> set[int]:
    """The count by every way there is to ask for it."""
    delivery = names_for_addressee(session, campaign.id, language="en")
    return {
        petitions.count(session, _petition_id(session)),
        renderings.signature_count(session, campaign.id),
        delivery.count,
        delivery.names.count("\n") - 1,
    }


def test_a_signature_without_a_name_counts_once_it_has_one(session: Session, campaign: Campaign) -> None:
    ana = make.supporter(session, "", email=None, phone="+447700900123", full_name="")

    first = _sign(session, campaign, ana, source="sms")
    before = _counts(session, campaign)
    second = _sign(session, campaign, ana, source="sms", name="Ana Aliyeva")

    assert (first.result, before) == (SignResult.NAME_NEEDED, {0})
    assert (second.result, _counts(session, campaign)) == (SignResult.SIGNED, {1})
    session.expire_all()
    assert (ana.full_name, ana.first_name) == ("Ana Aliyeva", "Ana")


def test_the_petition_s_name_is_not_the_one_we_greet_by(session: Session, campaign: Campaign) -> None:
    ana = make.supporter(session, "Ana", full_name="")

    _sign(session, campaign, ana, name="Anastasia Aliyeva")

    session.expire_all()
    assert (ana.first_name, ana.full_name) == ("Ana", "Anastasia Aliyeva")


def test_a_name_is_taken_off_and_may_be_put_on_again(session: Session, campaign: Campaign) -> None:
    ana, bilal = make.supporter(session, "Ana"), make.supporter(session, "Bilal")
    for who in (ana, bilal):
        _sign(session, campaign, who, thank_by_email=True)

    taken = [
        take_name_off(session, petition_id=_petition_id(session), supporter_id=ana.id, source="link", now=NOW)
        for _ in range(2)
    ]
    off = (_counts(session, campaign), names_for_addressee(session, campaign.id, language="en").names)
    again = _sign(session, campaign, ana, now=NOW + timedelta(days=1), thank_by_email=True)

    assert taken == [True, False]
    assert off == ({1}, "\ufeffname,signed_on\nBilal Example,2026-12-01\n")
    assert (again.result, _counts(session, campaign)) == (SignResult.SIGNED, {2})
    assert session.scalars(select(Action.kind)).all() == ["took name off"]
    assert session.scalar(text("SELECT count(*) FROM notices WHERE kind = 'signed_email'")) == 3


def test_a_name_that_is_off_leaves_no_trace_of_itself(session: Session, campaign: Campaign) -> None:
    ana = make.supporter(session, "Ana", full_name="Canary Name")
    _sign(session, campaign, ana)

    take_name_off(session, petition_id=_petition_id(session), supporter_id=ana.id, source="link", now=NOW)

    assert session.scalars(select(Signature.name)).all() == [""]


@pytest.mark.parametrize(
    "spellings",
    [
        ("h4.petition@gmail.com", "h4petition@gmail.com", "h4petition+2@gmail.com", "h4petition@googlemail.com"),
        ("ana@example.org", "ana+petition@example.org"),
    ],
)
def test_one_mailbox_counts_once_however_it_is_spelt(
    session: Session, campaign: Campaign, spellings: tuple[str, ...]
) -> None:
    people = [make.supporter(session, "Gil", email=email) for email in spellings]

    results = [_sign(session, campaign, who).result for who in people]

    assert results == [SignResult.SIGNED] + [SignResult.ALREADY_SIGNED] * (len(spellings) - 1)
    assert _counts(session, campaign) == {1}


def test_people_whose_addresses_differ_count_each(session: Session, campaign: Campaign) -> None:
    for email in ("a.b@example.org", "ab@example.org", "ab@gmail.com"):
        _sign(session, campaign, make.supporter(session, "Gil", email=email))

    assert _counts(session, campaign) == {3}


def test_whoever_signed_before_mailboxes_were_kept_counts_once_too(session: Session, campaign: Campaign) -> None:
    _sign(session, campaign, make.supporter(session, "Gil", email="gil@gmail.com"), key=None)

    other = _sign(session, campaign, make.supporter(session, "Gil", email="g.i.l@gmail.com"))

    assert other.result is SignResult.ALREADY_SIGNED


def test_a_forgotten_signer_is_listed_without_a_name_and_counts_on(session: Session, campaign: Campaign) -> None:
    ana = make.supporter(session, "Ana")
    _sign(session, campaign, ana)

    erase(session, ana.id, source="page", ip="", now=NOW)

    assert _counts(session, campaign) == {1}
    assert names_for_addressee(session, campaign.id, language="en").names.endswith(f"{NAME_WITHDRAWN},2026-12-01\n")


def test_whoever_was_forgotten_and_signs_again_counts_once(session: Session, campaign: Campaign) -> None:
    ana = make.supporter(session, "Ana")
    _sign(session, campaign, ana)
    erase(session, ana.id, source="page", ip="", now=NOW)

    again = _sign(session, campaign, make.supporter(session, "Ana"))

    assert (again.result, _counts(session, campaign)) == (SignResult.SIGNED, {1})


def test_whoever_was_forgotten_still_counts_when_they_sign_again_too_late(session: Session, campaign: Campaign) -> None:
    first = make.supporter(session, "Ana")
    _sign(session, campaign, first)
    erase(session, first.id, source="test", now=NOW)
    session.execute(text("UPDATE petitions SET closed_at = :now"), {"now": NOW})

    again = _sign(session, campaign, make.supporter(session, "Ana"))

    assert (again.result, _counts(session, campaign)) == (SignResult.ALREADY_SIGNED, {1})


def test_a_signature_that_waits_for_its_name_keeps_no_other_spelling_of_the_mailbox_from_signing(
    session: Session, campaign: Campaign
) -> None:
    _sign(session, campaign, make.supporter(session, "", email="ana@gmail.com", full_name=""), source="sms")

    signed = _sign(session, campaign, make.supporter(session, "Ana", email="a.na@gmail.com"))

    assert (signed.result, _counts(session, campaign)) == (SignResult.SIGNED, {1})


def test_what_the_petition_asks_for_is_handed_over(session: Session, campaign: Campaign) -> None:
    session.execute(text("UPDATE petitions SET asks = 'country'"))
    _sign(session, campaign, make.supporter(session, "Ana"), place="AZ")

    assert names_for_addressee(session, campaign.id, language="en").names == (
        "\ufeffname,country,signed_on\nAna Example,Azerbaijan,2026-12-01\n"
    )


def test_rows_that_come_and_go_by_any_way_are_counted(session: Session, campaign: Campaign) -> None:
    """The database keeps the count, whoever writes: the version before, a repair by hand, a bulk load."""
    people = [make.supporter(session, name) for name in ("Ana", "Bilal", "Cora")]
    facts = {"petition": _petition_id(session), "people": [who.id for who in people], "now": NOW}
    session.execute(
        text("""INSERT INTO signatures (petition_id, supporter_id, name, source, signed_at)
            SELECT :petition, id, CASE WHEN id = :first THEN '' ELSE 'A B' END, '', :now
            FROM unnest(CAST(:people AS bigint[])) AS id"""),
        {**facts, "first": people[0].id},
    )
    loaded = _counts(session, campaign)
    session.execute(text("DELETE FROM signatures WHERE supporter_id = :id"), {"id": people[1].id})

    assert (loaded, _counts(session, campaign)) == ({2}, {1})


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Maria Lopez", "Maria Lopez"),
        ("my name is Maria Lopez.", "Maria Lopez"),
        ("José M. de la Cruz", "José M. de la Cruz"),
        ("Əli Əliyev", "Əli Əliyev"),
        ("Siobhán O’Neill", "Siobhán O’Neill"),
        ("محمد الأمين", "محمد الأمين"),
        ("maria lopez", "maria lopez"),
        ("Will May", "Will May"),
        ("Hi, Maria Lopez", "Maria Lopez"),
        ("This is Maria Lopez, thanks x", "Maria Lopez"),
        ("Maria Lopez 🙂", "Maria Lopez"),
        ("Maria Lopez\nSent from my iPhone", "Maria Lopez"),
        ("李 小龙", "李 小龙"),
        ("George Best", "George Best"),
        ("Maria do Carmo da Silva", "Maria do Carmo da Silva"),
        ("Меня зовут Мария Лопес", "Мария Лопес"),
        ("Mein Name ist Maria Lopez", "Maria Lopez"),
        ("Je m’appelle Marie Dupont", "Marie Dupont"),
        ("Mənim adım Əli Əliyev", "Əli Əliyev"),
        ("adım Əli Əliyev", "Əli Əliyev"),
        ("Adim Hussain", "Adim Hussain"),
        ("Mon Thapa", "Mon Thapa"),
        ("Adım Aliyev", "Adım Aliyev"),
        ("मेरा नाम मारिया लोपेज़ है", "मारिया लोपेज़"),
        ("Ich heiße nicht so", None),
        ("Зовут меня Мария", None),
        ("do you know", None),
        ("Come on England", None),
        ("Good luck lads", None),
        ("Free Palestine", None),
        ("free them all", None),
        ("great work guys", None),
        ("Sim obrigado", None),
        ("Allez les bleus", None),
        ("It's coming home", None),
        ("this is absolutely brilliant", None),
        ("Maria", None),
        ("No thank you", None),
        ("who are you", None),
        ("Maria Lopez?", None),
        ("What name do you mean", None),
        ("I have already given you my name on the web", None),
        ("call 07700 900123", None),
        ("see www.example.org now", None),
        ("ok", None),
        ("", None),
    ],
)
def test_a_text_is_a_name_only_where_it_is_nothing_else(body: str, name: str | None) -> None:
    assert name_in_text(body) == name


def test_a_signer_by_the_web_is_thanked_by_a_letter_that_can_undo_it(session: Session, campaign: Campaign) -> None:
    _sign(session, campaign, make.supporter(session, "Ana"), thank_by_email=True)

    letter = session.scalars(select(Notice)).one()
    assert (letter.kind, letter.facts) == ("signed_email", {"petition_id": str(_petition_id(session))})


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        *(("Maria Lopez", "Maria"), ("Dr Maria Lopez", "Maria"), ("Mr Lopez", ""), ("Lopez, Maria", "Maria")),
        *(("Lopez, Dr. Maria", "Maria"), ("李明", "李明"), ("Drew Barry", "Drew"), ("", ""), ("Maria,", "Maria")),
        *(("Prof. Dr. Maria Lopez", "Maria"), ("Mr & Mrs Lopez", ""), ("Dr", ""), ("Frau Maria Lopez", "Maria")),
        *(("Unknown Unknown", ""), ("Prof. Dr. Lopez", "")),
    ],
)
def test_nobody_is_greeted_by_a_title(name: str, greeted: str) -> None:
    assert first_word(name) == greeted


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("علی\u200cرضا محمدی", "علی\u200cرضا محمدی"),
        ("ক্ষিতি র\u200d্যা", "ক্ষিতি র\u200d্যা"),
        ("Ana Li \U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",) * 2,
        ("Ana\u200d \U000e0041Li\u202e", "Ana Li"),
    ],
)
def test_signs_that_belong_to_letters_and_flags_stay_and_all_others_go(typed: str, stands: str) -> None:
    assert petition_name(typed) == stands
