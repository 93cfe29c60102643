"""Whom a row of a file is: a supporter we know, one who is new, or nobody that it can be told of."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.store.tables.people import Permission, Supporter
from tests import make
from tests.planning.files import HEADER, PROOF, Importing, permissions


def test_the_same_address_twice_in_a_file_is_one_supporter(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)

    done = bring_in(campaign, "email,first_name\nana@example.org,Ana\nANA@example.org ,Ana\nana@example.org,Ana\n")

    assert (done.new, len(done.rejected)) == (1, 2)


def test_a_file_is_read_in_chunks_that_know_each_other(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    people = "".join(f"p{number % 25}@example.org\n" for number in range(50))

    done = bring_in(campaign, f"email\n{people}", size=10)

    assert (done.rows, done.new) == (50, 25)
    assert done.known + len(done.rejected) == 25


def test_two_addresses_of_two_people_are_not_joined(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana")
    bilal = make.supporter(session, "Bilal", email=None, phone="+447700900124")

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,+447700900124,yes,yes,{PROOF}\n")

    assert [each.what for each in done.left_out] == [
        f"phone: this mobile is another supporter's (number {bilal.id}); left out"
    ]
    assert session.execute(select(Supporter.phone).where(Supporter.id == ana.id)).scalar() is None
    assert permissions(session) == {("Ana", "email")}


def test_a_known_supporter_gains_the_missing_address(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana")

    done = bring_in(campaign, "email,phone\nana@example.org,07700900123\n")

    assert (done.new, done.known) == (0, 1)
    assert session.scalars(select(Supporter.phone)).all() == ["+447700900123"]


def test_a_changed_number_has_no_consent_and_replaces_nothing(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", phone="+447700900123")

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,+447700900199,no,yes,{PROOF}\n")

    assert (done.known, done.permitted) == (1, 0)
    assert [each.what for each in done.left_out] == [
        "phone: we hold another mobile of theirs, which stays; nobody consented to this one"
    ]
    assert session.scalars(select(Supporter.phone)).all() == ["+447700900123"]
    assert permissions(session) == set()


def test_another_email_on_a_known_mobile_is_another_person(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", campaign=campaign, phone="+447700900123")

    done = bring_in(campaign, f"{HEADER}\nBen,ben@example.org,+447700900123,yes,yes,{PROOF}\n")

    assert (done.new, done.permitted) == (1, 1)
    people = {who.first_name: (who.email, who.phone) for who in session.scalars(select(Supporter))}
    assert people == {"Ana": ("ana@example.org", "+447700900123"), "Ben": ("ben@example.org", None)}
    assert ("Ben", "email") in permissions(session)
    assert ("Ben", "sms") not in permissions(session)


@pytest.mark.parametrize(("name", "people"), [("Ana", 1), ("ANA", 1), ("", 1), ("Ben", 2)])
def test_a_mobile_alone_gains_an_email_unless_the_names_are_two_peoples(
    session: Session, bring_in: Importing, name: str, people: int
) -> None:
    campaign = make.campaign(session)
    make.supporter(session, "Ana", email=None, phone="+447700900123")

    bring_in(campaign, f"first_name,email,phone\n{name},home@example.org,+447700900123\n")

    assert session.scalar(select(func.count()).select_from(Supporter)) == people


def test_tags_come_together_and_what_people_said_themselves_stays(session: Session, bring_in: Importing) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana")
    ana.tags, ana.details = ["stall"], {"size": "S"}
    session.flush()

    bring_in(campaign, 'name,email,tags,details.size,details.team\nAnna,ana@example.org,"vip, stall",M,choir\n')

    session.expire_all()
    assert (ana.first_name, ana.tags) == ("Ana", ["stall", "vip"])
    assert ana.details == {"size": "M", "team": "choir"}


def test_consent_for_another_address_than_theirs_is_given_anew_for_the_present_one(
    session: Session, bring_in: Importing
) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", campaign=campaign, phone="+447700900123")
    standing = select(Permission).where(Permission.supporter_id == ana.id, Permission.channel == "sms")
    session.scalars(standing).one().address_hash = make.KEY.hash(Channel.SMS, "+447700900199")
    session.flush()

    done = bring_in(campaign, f"{HEADER}\nAna,ana@example.org,+447700900123,no,yes,{PROOF}\n")

    session.expire_all()
    assert done.permitted == 1
    assert session.scalars(standing).one().address_hash == make.KEY.hash(Channel.SMS, "+447700900123")


@pytest.mark.parametrize("is_phone_first", [False, True])
def test_two_rows_that_find_one_supporter_both_count_and_the_later_one_has_the_last_word(
    session: Session, bring_in: Importing, is_phone_first: bool
) -> None:
    campaign = make.campaign(session)
    ana = make.supporter(session, "Ana", phone="+447700900123")
    ana.tags, ana.details = ["stall"], {"size": "S"}
    session.flush()
    by_email = "ana@example.org,,vip,Li,M,choir\n"
    by_phone = ",+447700900123,press,Lee,L,\n"
    both = by_phone + by_email if is_phone_first else by_email + by_phone

    done = bring_in(campaign, f"email,phone,tags,last_name,details.size,details.team\n{both}")

    session.expire_all()
    assert (done.known, done.new) == (2, 0)
    assert ana.tags == (["stall", "press", "vip"] if is_phone_first else ["stall", "vip", "press"])
    assert ana.details == {"size": "M" if is_phone_first else "L", "team": "choir"}
    assert ana.last_name == ("Lee" if is_phone_first else "Li")
