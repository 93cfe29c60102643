"""Email out through SMTP: what is written, each recipient's own outcome, and one connection for many letters."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from post_office import HANG_UP, PostOffice, open_office
from servers import nobody

from service import clock
from service.providers.ports import EmailBatch, EmailOutcome, EmailRecipient, Outcome, Refusal
from service.providers.smtp.line import BadSmtpUrl
from service.providers.smtp.sending import Smtp

LINK = "https://example.org/l/" + "a1b2c3d4" * 20


@pytest.fixture(autouse=True, params=[False, True], ids=["one by one", "pipelined"])
def _pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds with a server that knows PIPELINING and with one that does not."""
    monkeypatch.setattr(PostOffice, "knows_pipelining", request.param)


def batch_of(*names: str) -> EmailBatch:
    recipients = [
        EmailRecipient(
            address=f"{name}@example.org",
            name="",
            ref=f"7.e.{number}",
            substitutions={"-first_name-": name.title(), "-link-": LINK},
            headers={"List-Unsubscribe": f"<{LINK}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        for number, name in enumerate(names)
    ]
    return EmailBatch(
        attempt_id="5d0c9a3e",
        from_address="news@example.org",
        from_name="Fair Play for Rights",
        reply_to="hello@example.org",
        subject="Dear -first_name-, ﬁnd out – now",
        text="Dear -first_name-,\n.\n-link-\nSalam, Bakı ✊",
        html="<p>Dear -first_name-</p>",
        recipients=recipients,
        headers={"Feedback-ID": "7:blast"},
    )


@contextmanager
def provider(address: str, batch_seconds: float = 45.0) -> Iterator[Smtp]:
    made = Smtp(f"smtp://{address}", batch_seconds=batch_seconds)
    try:
        yield made
    finally:
        made.close()


def sent(batch: EmailBatch, says: Callable[[str], str | None] = lambda _: None) -> tuple[EmailOutcome, PostOffice]:
    """One batch given to a post office that answers so."""
    with open_office(says) as office, provider(office.address) as smtp:
        return smtp.send(batch, deadline=clock.monotonic() + 120), office


def fates(outcome: EmailOutcome) -> list[tuple[Outcome, Refusal | None]]:
    return [(each.outcome, each.refusal) for _, each in sorted(outcome.per_recipient.items())]


def when(starts: str, said: str) -> Callable[[str], str | None]:
    return lambda command: said if command.startswith(starts) else None


TAKEN = (Outcome.ACCEPTED, None)


def test_everyone_gets_a_letter_of_their_own_over_one_connection() -> None:
    outcome, office = sent(batch_of("ana", "bilal", "cora"))

    assert outcome.outcome is Outcome.ACCEPTED
    assert fates(outcome) == [TAKEN] * 3
    assert [letter.recipient for letter in office.letters] == [
        f"RCPT TO:<{name}@example.org>" for name in ("ana", "bilal", "cora")
    ]
    assert office.connection_count == 1


def test_a_letter_reads_as_it_was_written() -> None:
    _, office = sent(batch_of("ana"))

    letter = message_from_bytes(office.letters[0].raw, policy=default)
    assert letter["To"] == "ana@example.org"
    assert letter["From"] == "Fair Play for Rights <news@example.org>"
    assert letter["Reply-To"] == "hello@example.org"
    assert letter["Subject"] == "Dear Ana, ﬁnd out – now"
    assert letter["Message-ID"] == "<7.e.0.5d0c9a3e@example.org>"
    assert letter["Feedback-ID"] == "7:blast"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == f"Dear Ana,\n.\n{LINK}\nSalam, Bakı ✊\n"
    assert html.get_content().strip() == "<p>Dear Ana</p>"


def test_the_way_out_is_one_unbroken_line_in_the_header() -> None:
    _, office = sent(batch_of("ana"))

    raw = office.letters[0].raw
    assert f"\r\nList-Unsubscribe: <{LINK}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_lines_end_as_smtp_wants_them_and_hold_seven_bits() -> None:
    _, office = sent(batch_of("ana"))

    raw = office.letters[0].raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_what_a_supporter_is_called_is_not_looked_at_again() -> None:
    batch = batch_of("ana")
    odd = replace(batch.recipients[0], substitutions={"-first_name-": "-link-", "-link-": LINK})

    _, office = sent(replace(batch, recipients=[odd]))

    assert message_from_bytes(office.letters[0].raw, policy=default)["Subject"].startswith("Dear -link-,")


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        ("550 5.1.1 no such user", (Outcome.REFUSED, Refusal.INVALID_ADDRESS)),
        ("550 5.7.1 we do not like you", (Outcome.REFUSED, Refusal.UNREACHABLE)),
        ("552 5.2.2 full", (Outcome.REFUSED, Refusal.UNREACHABLE)),
        ("450 4.2.1 later", (Outcome.BUSY, None)),
        ("452 4.5.3 too many", (Outcome.BUSY, None)),
    ],
)
def test_a_no_at_one_recipient_is_about_that_one_only(said: str, fate: tuple[Outcome, Refusal | None]) -> None:
    outcome, office = sent(batch_of("ana", "bilal", "cora"), when("RCPT TO:<bilal", said))

    assert fates(outcome) == [TAKEN, fate, TAKEN]
    assert outcome.outcome is Outcome.ACCEPTED
    assert office.connection_count == 1


def test_a_server_that_would_take_a_letter_for_nobody_gets_an_empty_one() -> None:
    recipients: list[str] = []

    def says(command: str) -> str | None:
        if command.startswith("RCPT"):
            recipients.append(command)
        if recipients and "bilal" in recipients[-1]:
            return {"RCPT": "550 5.1.1 no such user", "DATA": "354 go on", ".": "554 nobody"}.get(command[:4])
        return None

    outcome, office = sent(batch_of("ana", "bilal", "cora"), says)

    assert fates(outcome) == [TAKEN, (Outcome.REFUSED, Refusal.INVALID_ADDRESS), TAKEN]
    assert [letter.recipient for letter in office.letters] == [
        "RCPT TO:<ana@example.org>",
        "RCPT TO:<cora@example.org>",
    ]


@pytest.mark.parametrize(
    ("starts", "said", "fate"),
    [
        ("DATA", "554 5.6.0 no", (Outcome.REFUSED, Refusal.CONTENT)),
        ("DATA", "451 later", (Outcome.BUSY, None)),
        (".", "554 5.7.1 spam", (Outcome.REFUSED, Refusal.CONTENT)),
        (".", "452 later", (Outcome.BUSY, None)),
        (".", "421 going", (Outcome.BUSY, None)),
        (".", HANG_UP, (Outcome.IN_DOUBT, None)),
        (".", "what?", (Outcome.IN_DOUBT, None)),
    ],
)
def test_what_is_said_of_one_letter_leaves_the_others_alone(
    starts: str, said: str, fate: tuple[Outcome, Refusal | None]
) -> None:
    recipients: list[str] = []

    def second(command: str) -> str | None:
        if command.startswith("RCPT"):
            recipients.append(command)
        return said if command.startswith(starts) and "bilal" in recipients[-1] else None

    outcome, office = sent(batch_of("ana", "bilal", "cora"), second)

    assert fates(outcome) == [TAKEN, fate, TAKEN]
    assert len(office.letters) == 2


@pytest.mark.parametrize(
    ("starts", "said", "refusal"),
    [
        ("MAIL", "550 5.7.1 not your name", Refusal.CONFIGURATION),
        ("MAIL", "530 5.7.0 sign in first", Refusal.CREDENTIALS),
        ("RCPT", "530 5.7.0 sign in first", Refusal.CREDENTIALS),
    ],
)
def test_a_no_that_everyone_would_get_is_asked_for_once(starts: str, said: str, refusal: Refusal) -> None:
    outcome, office = sent(batch_of("ana", "bilal", "cora"), when(starts, said))

    assert fates(outcome) == [(Outcome.REFUSED, refusal)] * 3
    assert sum(command.startswith("MAIL") for command in office.commands) == 1


def test_a_wrong_password_is_tried_once() -> None:
    def says(command: str) -> str | None:
        if command.startswith("EHLO"):
            return "250-here\r\n250 AUTH PLAIN"
        return "535 5.7.8 no" if command.startswith("AUTH") else None

    with open_office(says) as office:
        smtp = Smtp(f"smtp://us:secret%40word@{office.address}")
        outcome = smtp.send(batch_of("ana", "bilal"), deadline=clock.monotonic() + 120)
        smtp.close()

    assert fates(outcome) == [(Outcome.REFUSED, Refusal.CREDENTIALS)] * 2
    assert sum(command.startswith("AUTH") for command in office.commands) == 1
    assert "secret" not in repr(smtp)


def test_a_server_that_cannot_do_tls_is_not_given_the_letters() -> None:
    with open_office() as office:
        smtp = Smtp(f"smtp+starttls://{office.address}")
        outcome = smtp.send(batch_of("ana"), deadline=clock.monotonic() + 120)
        smtp.close()

    assert fates(outcome) == [(Outcome.REFUSED, Refusal.CONFIGURATION)]
    assert office.letters == []


def test_a_busy_greeting_is_no_refusal() -> None:
    with open_office(greeting="421 too busy") as office, provider(office.address) as smtp:
        outcome = smtp.send(batch_of("ana"), deadline=clock.monotonic() + 120)

    assert outcome.outcome is Outcome.BUSY


def test_where_nobody_answers_nothing_was_sent_to_anyone() -> None:
    with provider(nobody()) as smtp:
        outcome = smtp.send(batch_of("ana", "bilal"), deadline=clock.monotonic() + 120)

    assert outcome.outcome is Outcome.NOT_SENT
    assert fates(outcome) == [(Outcome.NOT_SENT, None)] * 2


def test_a_line_that_went_dead_between_batches_is_opened_anew() -> None:
    with open_office() as office, provider(office.address) as smtp:
        first = smtp.send(batch_of("ana"), deadline=clock.monotonic() + 120)
        office.hang_up()
        second = smtp.send(batch_of("bilal"), deadline=clock.monotonic() + 120)

    assert [first.outcome, second.outcome] == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert office.connection_count == 2


def test_past_the_deadline_not_a_letter_is_given() -> None:
    with open_office() as office, provider(office.address) as smtp:
        outcome = smtp.send(batch_of("ana"), deadline=clock.monotonic() - 0.001)

    assert outcome.outcome is Outcome.NOT_SENT
    assert office.letters == []


def test_what_a_slow_server_has_no_time_for_goes_another_time() -> None:
    def slow(command: str) -> None:
        if command == ".":
            time.sleep(0.15)

    with open_office(slow) as office, provider(office.address, batch_seconds=0.1) as smtp:
        outcome = smtp.send(batch_of("ana", "bilal", "cora"), deadline=clock.monotonic() + 120)

    assert fates(outcome) == [TAKEN, (Outcome.NOT_SENT, None), (Outcome.NOT_SENT, None)]
    assert outcome.per_recipient[2].retry_after == 0.0


def test_a_name_with_a_line_break_cannot_write_headers() -> None:
    batch = batch_of("ana", "bilal")
    sly = replace(batch.recipients[0], substitutions={"-first_name-": "Ana\r\nBcc: cora@example.org"})

    outcome, office = sent(replace(batch, recipients=[sly, batch.recipients[1]]))

    assert fates(outcome) == [(Outcome.REFUSED, Refusal.CONTENT), TAKEN]
    assert b"Bcc" not in office.letters[0].raw


@pytest.mark.parametrize("address", ["añа@example.org", "ana@exämple.org"])
def test_an_address_beyond_ascii_is_refused_by_us(address: str) -> None:
    batch = batch_of("ana")

    outcome, office = sent(replace(batch, recipients=[replace(batch.recipients[0], address=address)]))

    assert fates(outcome) == [(Outcome.REFUSED, Refusal.INVALID_ADDRESS)]
    assert office.letters == []


@pytest.mark.parametrize("url", ["", "http://example.org", "smtp://", "smtp://example.org:99999", "smtp://h:x"])
def test_an_address_that_is_no_smtp_server_is_named_at_once(url: str) -> None:
    with pytest.raises(BadSmtpUrl, match="SMTP_URL"):
        Smtp(url)
