"""Tests go to people who have said yes at their own address, and to whoever sends them; never to strangers."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.consenting.addresses import BadAddress
from service.consenting.consent import AddressKey
from service.consenting.countries import Countries
from service.consenting.erase import erase_address
from service.domain.channel import Channel
from service.domain.manager import Role
from service.planning import testers
from service.planning.managers import add_manager
from service.planning.showing import Reader, open_window, send_test
from service.planning.testers import may_get_tests, name_tester
from service.sending.freeze import Words
from service.store.tables import testing
from service.store.tables.campaign import Fixture
from service.store.tables.house import AuditEntry
from service.store.tables.manager import Manager
from service.store.tables.notices import Notice
from service.wording.links import LinkKind, sign
from service.wording.short_codes import TESTER_PURPOSE, short_code
from tests import make

NOW = make.KICK_OFF - timedelta(days=1)
KEYS = (b"k" * 32,)
HOUR = timedelta(hours=1)
EMAIL = Words(Channel.EMAIL, "en", "", "Sign", "", "Dear {first_name|friend}, {petition_link}")
TEXT = Words(Channel.SMS, "en", "", "", "", "{first_name|friend}, sign. STOP to end")


def send(session: Session, words: Words, to: str, *, actor: str = "Dev", now: datetime = NOW, key: str = "") -> str:
    campaign_id = session.scalars(select(make.Campaign.id)).one_or_none() or make.campaign(session).id
    window = open_window(session, campaign_id, key=KEYS[0], public_url="https://example.org")
    return send_test(session, window, words, Reader("Ana"), to, actor=actor, now=now, key=key)


def code_of(session: Session, named: testers.Tester) -> str:
    row = session.get_one(testing.Tester, named.id)
    return short_code(TESTER_PURPOSE, row.id, row.ask_count, key=KEYS[0])


def token_of(session: Session, named: testers.Tester) -> str:
    row = session.get_one(testing.Tester, named.id)
    return sign(LinkKind.TESTER, row.id, key=KEYS[0], target=row.ask_count)


@pytest.mark.parametrize(("words", "to"), [(EMAIL, "stranger@example.org"), (TEXT, "+447700900555")])
def test_a_stranger_gets_no_test(session: Session, words: Words, to: str) -> None:
    with pytest.raises(testers.TesterRefused, match="is none of your testers"):
        send(session, words, to)

    assert session.scalars(select(Notice)).all() == []


def test_whoever_was_named_gets_a_message_and_no_test_until_they_have_said_yes(session: Session) -> None:
    named = name_tester(session, "Bilal@Example.org", actor="dev@example.org", now=NOW)

    with pytest.raises(testers.TesterRefused, match=r"b…@e….org has not confirmed yet"):
        send(session, EMAIL, "bilal@example.org")
    testers.confirm_by_link(session, token_of(session, named), keys=KEYS, now=NOW)
    send(session, EMAIL, "bilal@example.org")

    asked, test = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert (asked.kind, asked.to_address, asked.facts["named_by"]) == (
        "tester_email",
        "bilal@example.org",
        "dev@example.org",
    )
    assert (test.kind, test.to_address) == ("test_email", "bilal@example.org")


def test_a_number_is_confirmed_by_the_code_that_was_sent_there_and_no_secret_is_stored(session: Session) -> None:
    named = name_tester(session, "07700 900555", actor="dev@example.org", now=NOW)
    code = code_of(session, named)
    other = "000000" if code != "000000" else "111111"

    wrong = testers.confirm_by_code(session, named.id, other, keys=KEYS, actor="Dev", now=NOW)
    right = testers.confirm_by_code(session, named.id, f"{code[:3]} {code[3:]}", keys=KEYS, actor="Dev", now=NOW)

    assert (wrong, right) == (False, True)
    assert send(session, TEXT, "+447700900555") == "+447700900555"
    assert all(code not in str(notice.facts) for notice in session.scalars(select(Notice)))


def test_codes_cannot_be_tried_out(session: Session) -> None:
    named = name_tester(session, "+447700900555", actor="Dev", now=NOW)
    code = code_of(session, named)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert not testers.confirm_by_code(session, named.id, wrong, keys=KEYS, actor="Dev", now=NOW)

    with pytest.raises(testers.TesterRefused, match="send a new one"):
        testers.confirm_by_code(session, named.id, code, keys=KEYS, actor="Dev", now=NOW)

    name_tester(session, "+447700900555", actor="Dev", now=NOW + HOUR)
    assert code_of(session, named) != code


def test_a_yes_comes_within_three_days_and_by_the_newest_link(session: Session) -> None:
    named = name_tester(session, "bilal@example.org", actor="Dev", now=NOW)
    first = token_of(session, named)

    with pytest.raises(testers.TesterRefused, match="after three days"):
        testers.confirm_by_link(session, first, keys=KEYS, now=NOW + timedelta(days=4))
    name_tester(session, "bilal@example.org", actor="Dev", now=NOW + timedelta(days=4))

    with pytest.raises(testers.TesterRefused, match="not one of ours, or was taken back"):
        testers.confirm_by_link(session, first, keys=KEYS, now=NOW + timedelta(days=4))
    assert testers.tester_of_link(session, "nonsense", keys=KEYS) is None


def test_who_said_no_gets_nothing_more(session: Session) -> None:
    named = name_tester(session, "bilal@example.org", actor="Dev", now=NOW)
    token = token_of(session, named)
    testers.confirm_by_link(session, token, keys=KEYS, now=NOW)

    testers.decline_by_link(session, token, keys=KEYS, now=NOW)

    assert testers.list_testers(session) == []
    with pytest.raises(testers.TesterRefused, match="none of your testers"):
        send(session, EMAIL, "bilal@example.org")


def test_who_said_no_by_any_link_is_not_asked_again(session: Session) -> None:
    named = name_tester(session, "bilal@example.org", actor="Dev", now=NOW)
    oldest = token_of(session, named)
    name_tester(session, "bilal@example.org", actor="Dev", now=NOW + HOUR)

    assert (testers.may_say_yes(session, oldest, keys=KEYS), testers.may_say_yes(session, "x", keys=KEYS)) == (
        False,
        False,
    )
    testers.decline_by_link(session, oldest, keys=KEYS, now=NOW + HOUR)

    assert testers.list_testers(session) == []
    with pytest.raises(testers.TesterRefused, match="has said no to tests, and is not asked again"):
        name_tester(session, "bilal@example.org", actor="Dev", now=NOW + 2 * HOUR)
    assert len(session.scalars(select(Notice)).all()) == 2


def test_whom_a_manager_removed_can_still_say_no_for_good(session: Session) -> None:
    named = name_tester(session, "bilal@example.org", actor="Dev", now=NOW)
    token = token_of(session, named)
    testers.remove_tester(session, named.id, actor="Dev", now=NOW)

    testers.decline_by_link(session, token, keys=KEYS, now=NOW)

    with pytest.raises(testers.TesterRefused, match="not asked again"):
        name_tester(session, "bilal@example.org", actor="Dev", now=NOW + HOUR)


def test_the_own_sign_in_address_counts_as_confirmed_and_no_colleague_s(session: Session) -> None:
    for name in ("ana", "bilal"):
        add_manager(session, f"{name}@example.org", Role.LAUNCHER, actor="Dev", now=NOW)
    session.query(Manager).filter_by(email="ana@example.org").update({"signed_in_at": NOW})

    assert send(session, EMAIL, "ana@example.org", actor="ana@example.org") == "ana@example.org"
    assert send(session, EMAIL, "ana@example.org", actor="command line") == "ana@example.org"
    for actor, to in (("bilal@example.org", "ana"), ("bilal@example.org", "bilal"), ("ana@example.org", "bilal")):
        with pytest.raises(testers.TesterRefused):
            send(session, EMAIL, f"{to}@example.org", actor=actor)
    make.a_tester(session, "+447700900555")
    whom = [(Channel.EMAIL, "ana@example.org"), (Channel.SMS, "+447700900555")]
    assert may_get_tests(session, "ana@example.org") == whom
    assert testers.list_testers(session)[0].address == "+447700900555"


def test_an_hour_holds_so_many_tests_and_a_test_pressed_twice_is_one_of_them(session: Session) -> None:
    make.a_tester(session, "+447700900555")
    for number in range(20):
        for _ in range(2):
            send(session, TEXT, "+447700900555", key=f"press {number}")

    with pytest.raises(testers.TesterRefused, match="20 tests were sent there within the last hour"):
        send(session, TEXT, "+447700900555", key="one more")

    assert send(session, TEXT, "+447700900555", now=NOW + HOUR) == "+447700900555"


def test_an_hour_holds_so_many_tests_to_all_together(session: Session) -> None:
    for number in range(5):
        make.a_tester(session, f"+44770090010{number}")
        for each in range(20):
            send(session, TEXT, f"+44770090010{number}", key=f"press {each}")
    make.a_tester(session, "+447700900555")

    with pytest.raises(testers.TesterRefused, match="100 tests were sent within the last hour"):
        send(session, TEXT, "+447700900555")


def test_an_hour_holds_so_many_who_are_asked_and_nobody_is_asked_again_and_again(session: Session) -> None:
    for number in range(10):
        name_tester(session, f"fan{number}@example.org", actor="Dev", now=NOW)
    with pytest.raises(testers.TesterRefused, match="10 people were asked within the last hour"):
        name_tester(session, "fan10@example.org", actor="Dev", now=NOW)

    name_tester(session, "fan1@example.org", actor="Dev", now=NOW + HOUR)
    with pytest.raises(testers.TesterRefused, match="asked a moment ago"):
        name_tester(session, "fan1@example.org", actor="Dev", now=NOW + HOUR)
    for hours in (2, 4, 6):
        name_tester(session, "fan1@example.org", actor="Dev", now=NOW + hours * HOUR)
    with pytest.raises(testers.TesterRefused, match="was asked 5 times"):
        name_tester(session, "fan1@example.org", actor="Dev", now=NOW + 8 * HOUR)


@pytest.mark.parametrize(
    ("named", "allowed", "why"),
    [
        ((), (), "only numbers in the United Kingdom, and this number is in Ireland"),
        (("IE",), ("GB",), "only numbers in the United Kingdom, and this number is in Ireland"),
        (("IE",), (), None),
        ((), ("GB", "IE"), None),
    ],
)
def test_a_number_where_no_campaign_texts_is_refused_with_the_reason(
    session: Session, named: tuple[str, ...], allowed: tuple[str, ...], why: str | None
) -> None:
    home = make.campaign(session)
    match = session.get_one(Fixture, home.fixture_id)
    make.campaign(session, slug="away", match=match).countries = list(named)
    countries = Countries(allowed)
    session.flush()

    if why is None:
        assert not name_tester(session, "+353851234567", countries=countries, actor="Dev", now=NOW).is_confirmed
        return
    with pytest.raises(testers.TesterRefused, match=why):
        name_tester(session, "+353851234567", countries=countries, actor="Dev", now=NOW)
    assert session.scalars(select(Notice)).all() == []


def test_what_is_no_address_is_named(session: Session) -> None:
    with pytest.raises(BadAddress):
        name_tester(session, "12", actor="Dev", now=NOW)


def test_the_audit_names_the_masked_address_and_the_words_by_their_fingerprint(session: Session) -> None:
    make.a_tester(session, "bilal@example.org")

    for body in ("One", "One", "Two"):
        send(session, Words(Channel.EMAIL, "en", "", "Sign", "", body), "bilal@example.org", key=body)
        send(session, Words(Channel.EMAIL, "en", "", "Sign", "", body), "bilal@example.org", key="again")

    entries = session.scalars(select(AuditEntry).where(AuditEntry.deed == "test sent")).all()
    assert {entry.details["to"] for entry in entries} == {"b…@e….org"}
    assert "bilal" not in str([entry.details for entry in entries])
    prints = [entry.details["words"] for entry in entries]
    assert (len(prints), len(set(prints)), {len(each) for each in prints}) == (4, 2, {16})


def test_whoever_is_forgotten_is_forgotten_as_a_tester_too(session: Session) -> None:
    make.a_tester(session, "bilal@example.org")

    key = AddressKey(b"a key")
    erase_address(session, channel=Channel.EMAIL, address="bilal@example.org", key=key, source="asked", now=NOW)

    assert session.scalars(select(testing.Tester)).all() == []
