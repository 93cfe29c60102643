"""Signing up and signing on the pages: what each says is what was done, and a reload does nothing again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service.domain.channel import Channel
from service.sending.notice_words import NoticeWriter
from service.store.queries import notice_life
from service.wording.links import LinkKind, sign
from tests import make
from tests.site.forms import send
from tests.site.letters import KEY, confirm_address, follow, kinds, press, words

JOIN, PETITION = "/fair-trials/join", "/fair-trials/petition"
FORM = {"first_name": "Ana", "email": "ana@example.org", "consent_email": "yes"}
BOTH = {**FORM, "phone": "07700 900123", "consent_sms": "yes"}

pytestmark = pytest.mark.usefixtures("campaign_id")


def _scalar(sessions: sessionmaker[Session], question: str) -> object:
    with sessions() as session:
        return session.scalar(text(question))


def _ana(sessions: sessionmaker[Session], **facts: object) -> str:
    """Ana, known, and the token in her messages' links to the petition."""
    with sessions.begin() as session:
        who = make.supporter(session, "Ana", **facts)  # type: ignore[arg-type]  # its facts
        return sign(LinkKind.PETITION, who.id, key=KEY, channel=Channel.EMAIL, target=1)


def _letter(sessions: sessionmaker[Session], address: str) -> str:
    """The newest letter to an address as it would be handed over."""
    with sessions.begin() as session:
        session.execute(
            text(
                "UPDATE notices SET state = 'claimed', lease_owner = gen_random_uuid(), lease_until = now() + interval '1 minute'"
            )
        )
        row = session.execute(
            text("SELECT id, lease_owner FROM notices WHERE to_address = :to ORDER BY id DESC LIMIT 1"), {"to": address}
        ).one()
        notice = notice_life.intend(session, row.id, attempt_id=row.lease_owner, owner=row.lease_owner)
        assert notice is not None
        letter = NoticeWriter(KEY, "https://touchline.example.org", "touchline@example.org").write(session, notice)
        return letter.email.text if letter.email else letter.body


def test_the_result_of_each_form_is_a_page_of_its_own(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    joined = send(visitor, JOIN, FORM, page="/fair-trials/")
    pressed = send(visitor, confirm_address(sessions, "ana@example.org"), {})

    for answer in (joined, pressed):
        assert answer.status_code == 303
        assert [visitor.get(answer.location).status_code for _ in range(2)] == [200, 200]
    assert "/confirm/" not in pressed.location
    assert kinds(sessions, "ana@example.org") == ["confirm_email"]
    assert visitor.get(JOIN).location == "/fair-trials/#join"


def test_a_message_can_be_sent_again_and_the_page_says_when_the_last_one_went(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    page = send(visitor, JOIN, FORM, page="/fair-trials/").location
    early = follow(visitor, send(visitor, page, {"channel": "email"}))
    with sessions.begin() as session:
        session.execute(text("UPDATE confirmation_requests SET asked_at = asked_at - interval '121 seconds'"))

    late = follow(visitor, send(visitor, page, {"channel": "email"}))

    assert "Not yet: it can go again from" in early
    assert re.search(r"At \d+:\d\d [ap]m, London time, a message was sent", late)
    assert "Not yet" not in late
    assert kinds(sessions, "ana@example.org") == ["confirm_email", "confirm_email"]


def test_a_page_never_says_sent_where_nothing_was_handed_over(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    page = send(visitor, JOIN, FORM, page="/fair-trials/").location
    with sessions.begin() as session:
        session.execute(text("UPDATE notices SET state = 'failed'"))

    shown = words(visitor.get(page).get_data(as_text=True))

    assert "No message has gone out yet" in shown
    assert "was sent" not in shown


def test_the_confirming_page_says_what_the_press_will_do(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    send(visitor, JOIN, FORM, page="/fair-trials/")
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})

    page = words(visitor.get(confirm_address(sessions, "ana@example.org")).get_data(as_text=True))

    assert "Ana Aliyeva on the petition “Fair trials for all”, addressed to The Government of Azerbaijan" in page
    assert "Email me about this campaign." in page


def test_the_letter_to_a_signer_asks_for_the_signature_alone(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})

    letter = _letter(sessions, "ana@example.org")

    assert 'signed the petition "Fair trials for all"' in letter
    assert "Email me about this campaign." not in letter
    assert "Aliyeva" not in letter


def test_the_letter_to_a_signer_says_what_else_was_ticked(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org", "consent_email": "yes"})

    assert "Email me about this campaign." in _letter(sessions, "ana@example.org")


def test_a_signer_by_the_form_is_thanked_and_can_take_the_name_off(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})
    press(visitor, sessions, "ana@example.org")
    found = re.search(r"https://touchline.example.org(/signature/\S+)", _letter(sessions, "ana@example.org"))
    assert found

    looked = words(visitor.get(found[1]).get_data(as_text=True))
    off = follow(visitor, send(visitor, found[1], {}))

    assert "signed as A… A…" in looked
    assert "Your name is off the petition" in off
    assert "Sign again" in off
    assert visitor.get("/api/v1/campaigns/fair-trials").json["petition"]["signatures"] == 0  # type: ignore[index]  # JSON


def test_opening_the_page_of_a_signature_takes_nothing_off(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    token = _ana(sessions)
    send(visitor, PETITION, {"t": token}, page=f"{PETITION}?t={token}")
    page = visitor.get("/fair-trials/signed").get_data(as_text=True)
    found = re.search(r'href="(/signature/[^"]+)"', page)
    assert found

    for method in ("GET", "HEAD", "OPTIONS"):
        visitor.open(found[1], method=method)

    assert _scalar(sessions, "SELECT count(*) FROM signatures WHERE withdrawn_at IS NULL") == 1


def test_the_preferences_show_what_was_signed_and_the_way_to_take_it_off(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    token = _ana(sessions)
    send(visitor, PETITION, {"t": token}, page=f"{PETITION}?t={token}")
    preferences = sign(LinkKind.PREFERENCES, 1, key=KEY, channel=Channel.EMAIL)

    page = visitor.get(f"/preferences/{preferences}").get_data(as_text=True)

    assert "“Fair trials for all”, as A… E…" in words(page)
    found = re.search(r'href="(/signature/[^"]+)"', page)
    assert found
    assert visitor.get(found[1]).status_code == 200


@pytest.mark.parametrize("has_signed", [False, True])
def test_a_friend_with_a_forwarded_link_signs_with_a_name_of_their_own(
    visitor: FlaskClient, sessions: sessionmaker[Session], has_signed: bool
) -> None:
    token = _ana(sessions)
    if has_signed:
        send(visitor, PETITION, {"t": token}, page=f"{PETITION}?t={token}")

    page = visitor.get(f"{PETITION}?t={token}", follow_redirects=True).get_data(as_text=True)
    form = page[page.index("Not you? Sign with your own name") :]
    action = re.search(r'<form method="post" action="([^"]+)"', form)
    assert action
    assert token not in form
    send(visitor, action[1], {"name": "Fay Friend", "email": "fay@example.org"})
    press(visitor, sessions, "fay@example.org")

    names = ["Ana Example", "Fay Friend"] if has_signed else ["Fay Friend"]
    with sessions() as session:
        assert session.scalars(text("SELECT name FROM signatures ORDER BY name")).all() == names


def test_a_known_person_without_a_whole_name_is_asked_for_it_once(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    token = _ana(sessions, full_name="")
    address = f"{PETITION}?t={token}"

    refused = send(visitor, PETITION, {"t": token, "name": "Ana"}, page=address)
    signed = follow(visitor, send(visitor, PETITION, {"t": token, "name": "Ana Aliyeva"}, page=address))

    assert refused.status_code == 422
    assert "your first and your last name" in refused.get_data(as_text=True)
    assert "Thank you, you have signed" in signed
    assert _scalar(sessions, "SELECT name FROM signatures") == "Ana Aliyeva"
    assert _scalar(sessions, "SELECT first_name || '/' || full_name FROM supporters") == "Ana/Ana Aliyeva"


def test_a_petition_that_asks_for_a_country_offers_them_and_keeps_the_choice(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.execute(text("UPDATE petitions SET asks = 'country'"))

    refused = send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})
    wrong = send(visitor, PETITION, {"name": "Ana", "email": "ana@example.org", "place": "AZ"})
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org", "place": "AZ"})
    press(visitor, sessions, "ana@example.org")

    assert "please give your country" in refused.get_data(as_text=True)
    assert '<option value="AZ" selected>Azerbaijan</option>' in wrong.get_data(as_text=True)
    assert _scalar(sessions, "SELECT place FROM signatures") == "AZ"


def test_the_digits_of_the_text_on_the_page_of_the_email_confirm_the_phone(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, JOIN, BOTH, page="/fair-trials/")
    page = press(visitor, sessions, "ana@example.org")
    code = str(_scalar(sessions, "SELECT phone_code FROM sign_ups"))
    wrong = "1000" if code != "1000" else "1001"

    refused = follow(visitor, send(visitor, "/fair-trials/confirmed", {"code": wrong}))
    right = follow(visitor, send(visitor, "/fair-trials/confirmed", {"code": code}))

    assert "the four digits of our text" in page
    assert "+44…23" in page
    assert "That is not the code of our text" in refused
    assert "Your phone is confirmed too" in right
    assert _scalar(sessions, "SELECT email || ' ' || phone FROM supporters") == "ana@example.org +447700900123"


def test_another_browser_cannot_type_the_code(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    send(visitor, JOIN, BOTH, page="/fair-trials/")
    press(visitor, sessions, "ana@example.org")
    code = str(_scalar(sessions, "SELECT phone_code FROM sign_ups"))
    stranger = visitor.application.test_client()

    send(stranger, "/fair-trials/confirmed", {"code": code}, page="/fair-trials/")

    assert _scalar(sessions, "SELECT phone FROM supporters") is None


def test_a_link_opened_again_after_signing_says_so_and_asks_for_nothing(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})
    link = confirm_address(sessions, "ana@example.org")
    send(visitor, link, {})

    page = visitor.get(link).get_data(as_text=True)

    assert "You had confirmed already" in page
    assert "Your name is on the petition." in page
    assert "Sign the petition" not in page


def test_a_name_off_again_is_not_put_back_by_an_old_link(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})
    link = confirm_address(sessions, "ana@example.org")
    send(visitor, link, {})
    with sessions.begin() as session:
        session.execute(text("UPDATE signatures SET withdrawn_at = now(), name = ''"))

    visitor.get(link)
    send(visitor, link, {}, page="/fair-trials/")

    assert _scalar(sessions, "SELECT count(*) FROM signatures WHERE withdrawn_at IS NULL") == 0


def test_whom_a_petition_is_addressed_to_stands_there_once(
    visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    plain = words(visitor.get(PETITION).get_data(as_text=True))
    with sessions.begin() as session:
        body = '{"en": {"title": "Fair trials", "body": "To the Government of Azerbaijan:\\n\\nWe ask."}}'
        session.execute(text("UPDATE petitions SET wordings = CAST(:body AS jsonb)"), {"body": body})

    own = words(visitor.get(PETITION).get_data(as_text=True))

    assert "To The Government of Azerbaijan" in plain
    assert own.count("To the Government of Azerbaijan") == 1
    assert "To The Government of Azerbaijan" not in own


def test_a_closed_petition_takes_no_form_and_says_so(visitor: FlaskClient, sessions: sessionmaker[Session]) -> None:
    send(visitor, PETITION, {"name": "Ana Aliyeva", "email": "ana@example.org"})
    with sessions.begin() as session:
        session.execute(text("UPDATE petitions SET closed_at = now()"))

    pressed = press(visitor, sessions, "ana@example.org")
    late = send(visitor, PETITION, {"name": "Bilal Aliyev", "email": "bilal@example.org"}, page="/fair-trials/")

    assert "it takes no more signatures" in pressed
    assert "This petition is closed" in follow(visitor, late)
    assert kinds(sessions, "bilal@example.org") == []


def test_a_confirming_link_works_for_three_days(visitor: FlaskClient) -> None:
    expired = sign(LinkKind.CONFIRM, 1, key=KEY, expires_at=datetime.now(UTC) - timedelta(seconds=1), nonce=1)

    assert visitor.get(f"/confirm/{expired}").status_code == 410
