"""Sending through the real sendgrid package: what is accepted, kept, and shown to its reader."""

import base64
from concurrent.futures import ThreadPoolExecutor

from house_sandbox import Box, letter
from sendgrid.helpers.mail import Mail


def test_the_packages_own_mail_helper_is_accepted(box: Box) -> None:
    mail = Mail("campaign@example.org", "ana@example.org", "Kick-off", "plain words", "<p>words")

    answer = box.mailer().send(mail)

    assert answer.status_code == 202
    assert answer.headers["X-Message-Id"]
    assert answer.body == b""


def test_each_person_reads_their_own_words(box: Box) -> None:
    box.mailer().send(letter("ana@example.org", "bilal@example.org"))

    (anas,) = box.messages("ana@example.org")
    (bilals,) = box.messages("Bilal@example.org")
    assert (anas["subject"], anas["text"]) == ("Half time, Ana", "Hello Ana")
    assert (bilals["subject"], bilals["text"]) == ("Half time, Bilal", "Hello Bilal")
    assert "Hello Bilal" in str(bilals["html"])


def test_a_filled_in_word_is_not_filled_in_again(box: Box) -> None:
    mail = letter("ana@example.org")
    mail["personalizations"] = [
        {"to": [{"email": "ana@example.org"}], "substitutions": {"-first_name-": "-x-", "-x-": "oops"}}
    ]

    box.mailer().send(mail)

    assert box.messages("ana@example.org")[0]["text"] == "Hello -x-"


def test_every_copy_is_in_the_ledger_under_its_reference(box: Box) -> None:
    sent = box.mailer().send(letter("ana@example.org", "bilal@example.org"))

    rows = box.get("/control/ledger")["rows"]
    assert isinstance(rows, list)
    assert [(row["channel"], row["to"], row["ref"], row["attempt"]) for row in rows] == [
        ("email", "ana@example.org", "1.e.0", "a1"),
        ("email", "bilal@example.org", "1.e.1", "a1"),
    ]
    assert {row["request_id"] for row in rows} == {sent.headers["X-Message-Id"]}
    assert [row["n"] for row in rows] == [1, 2]
    assert rows[0]["hash"] != rows[1]["hash"]


def test_a_reference_accepted_twice_is_named_as_a_duplicate(box: Box) -> None:
    box.mailer().send(letter("ana@example.org", "bilal@example.org"))
    box.mailer().send(letter("ana@example.org"))

    summary = box.get("/control/ledger/summary")

    assert summary["accepted"] == {"email": 3, "sms": 0}
    assert summary["duplicate_count"] == 1
    assert summary["duplicates"] == [{"channel": "email", "ref": "1.e.0", "count": 2}]


def test_the_ledger_can_be_read_on_from_a_number(box: Box) -> None:
    box.mailer().send(letter(*(f"p{n}@example.org" for n in range(5))))

    page = box.get("/control/ledger?after=2&limit=2")

    rows = page["rows"]
    assert isinstance(rows, list)
    assert [row["n"] for row in rows] == [3, 4]
    assert page["next"] == 4


def test_sandbox_mode_checks_the_mail_and_sends_nothing(box: Box) -> None:
    answer = box.mailer().send(letter("ana@example.org", mail_settings={"sandbox_mode": {"enable": True}}))

    assert answer.status_code == 200
    assert box.messages("ana@example.org") == []


def test_a_thousand_people_in_one_request_are_accepted_by_several_at_once(box: Box) -> None:
    requests = [letter(*(f"p{batch}.{n}@example.org" for n in range(1000))) for batch in range(4)]

    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda mail: box.mailer().send(mail).status_code, requests))

    assert answers == [202] * 4
    assert box.get("/control/ledger/summary")["accepted"] == {"email": 4000, "sms": 0}


def test_attachments_and_unicode_words_are_taken(box: Box) -> None:
    content = base64.b64encode(b"x" * 1000).decode()
    mail = letter(
        "ana@example.org",
        subject="Mi-temps – l’équipe 🏏",
        attachments=[{"content": content, "filename": "a.pdf", "type": "application/pdf"}],
    )

    assert box.mailer().send(mail).status_code == 202

    assert box.messages("ana@example.org")[0]["subject"] == "Mi-temps – l’équipe 🏏"
