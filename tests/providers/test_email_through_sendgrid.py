"""Email out through SendGrid: what is sent, what each answer means, and that nothing is ever sent twice."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jsonschema
import orjson
import pytest
from servers import Answer, Asked, Server, Slowly, breaking_off, hanging_up, http, nobody, resetting, serving, silent

from service import clock
from service.providers.ports import EmailBatch, EmailOutcome, EmailRecipient, Outcome, Refusal
from service.providers.sendgrid.sending import SendGrid, payload_of

VECTORS = Path(__file__).parents[1] / "vectors"
SAMPLES = json.loads((VECTORS / "events_samples.json").read_text())["sendgrid"]["api_responses"]
TAKEN = http(202, X_Message_Id="LRzXl_NHStOGhQ4kofSm_A")


def batch_of(count: int) -> EmailBatch:
    recipients = [
        EmailRecipient(
            address=f"supporter{number}@example.org",
            name="",
            ref=f"7.e.{number}",
            substitutions={"-first_name-": f"Ana {number}", "-leave_link-": f"https://example.org/l/{number}"},
            headers={
                "List-Unsubscribe": f"<https://example.org/l/{number}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        for number in range(count)
    ]
    return EmailBatch(
        attempt_id="5d0c9a3e",
        from_address="news@example.org",
        from_name="Fair Play for Rights",
        reply_to="hello@example.org",
        subject="Dear -first_name-",
        text="Leave: -leave_link-",
        html="<p>Dear -first_name-</p>",
        recipients=recipients,
        headers={"Feedback-ID": "7:blast"},
    )


@contextmanager
def provider(url: str, total_seconds: float = 15.0) -> Iterator[SendGrid]:
    made = SendGrid("SG.test", url, total_seconds=total_seconds)
    try:
        yield made
    finally:
        made.close()


def sent(answer: Answer, *, count: int = 1, total_seconds: float = 15.0) -> tuple[EmailOutcome, Server]:
    """One batch given to a server that answers so."""
    with serving(answer) as server, provider(server.url, total_seconds) as sendgrid:
        return sendgrid.send(batch_of(count), deadline=clock.monotonic() + 120), server


def sample(name: str) -> bytes:
    said = SAMPLES[name]
    body = json.dumps(said["body"]).encode() if "body" in said else said["body_text"].encode()
    headers = {header.replace("-", "_"): value for header, value in said.get("headers", {}).items()}
    return http(said["status"], body, **headers)


def test_a_batch_is_one_request_as_sendgrids_own_schema_has_it() -> None:
    outcome, server = sent(lambda _: TAKEN, count=3)

    assert outcome == EmailOutcome(Outcome.ACCEPTED, provider_ref="LRzXl_NHStOGhQ4kofSm_A")
    (asked,) = server.asked
    assert asked.line == "POST /v3/mail/send HTTP/1.1"
    assert asked.headers["Authorization"] == "Bearer SG.test"
    assert asked.headers["Content-Type"] == "application/json"
    schema = json.loads((VECTORS / "sendgrid_mail_send.openapi.json").read_text())
    body = schema["paths"]["/v3/mail/send"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    payload = json.loads(asked.body)
    jsonschema.Draft202012Validator({**body, "components": schema["components"]}).validate(payload)


def test_nobody_sees_another_recipient_and_everyone_has_their_own_words() -> None:
    _, server = sent(lambda _: TAKEN, count=3)

    people = json.loads(server.asked[0].body)["personalizations"]
    assert [person["to"] for person in people] == [[{"email": f"supporter{number}@example.org"}] for number in range(3)]
    assert people[2]["custom_args"] == {"ref": "7.e.2", "attempt_id": "5d0c9a3e"}
    assert people[2]["substitutions"]["-first_name-"] == "Ana 2"
    assert people[2]["headers"]["List-Unsubscribe"] == "<https://example.org/l/2>"


def test_opens_are_counted_by_sendgrid_and_clicks_and_opt_outs_by_us() -> None:
    payload = payload_of(batch_of(1))

    assert payload["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": True},
        "subscription_tracking": {"enable": False},
    }


ANSWERS = [
    ("202", Outcome.ACCEPTED, None),
    ("200_sandbox", Outcome.IN_DOUBT, None),
    ("400_unique", Outcome.REFUSED, Refusal.CONTENT),
    ("400_bad_email", Outcome.REFUSED, Refusal.INVALID_ADDRESS),
    ("400_too_many", Outcome.REFUSED, Refusal.CONTENT),
    ("401", Outcome.REFUSED, Refusal.CREDENTIALS),
    ("403_from", Outcome.REFUSED, Refusal.CREDENTIALS),
    ("413_html", Outcome.REFUSED, Refusal.CONTENT),
    ("429", Outcome.BUSY, None),
    ("503", Outcome.IN_DOUBT, None),
]


@pytest.mark.parametrize(("name", "outcome", "refusal"), ANSWERS)
def test_each_documented_answer_has_one_meaning(name: str, outcome: Outcome, refusal: Refusal | None) -> None:
    told, server = sent(lambda _: sample(name), count=20)

    assert (told.outcome, told.refusal) == (outcome, refusal)
    assert len(server.asked) == 1


def test_every_documented_answer_is_tried() -> None:
    assert {name for name, _, _ in ANSWERS} == set(SAMPLES)


def test_the_people_a_400_names_are_named_by_their_place_and_no_address_is_kept() -> None:
    errors = [
        {"message": "supporter17@example.org is no address", "field": "personalizations.17.to.0.email"},
        {"message": "supporter3@example.org is no address", "field": "personalizations.3.to.0.email"},
        {"message": "nobody has this place", "field": "personalizations.99.to.0.email"},
    ]

    outcome, _ = sent(lambda _: http(400, json.dumps({"errors": errors}).encode()), count=20)

    assert set(outcome.refused_recipients) == {3, 17}
    assert "@" not in repr(outcome)


def refusing(*fields: str) -> Answer:
    body = json.dumps({"errors": [{"message": "No.", "field": field} for field in fields]}).encode()
    return lambda _: http(400, body)


@pytest.mark.parametrize(
    "field", ["personalizations.3.substitutions", "personalizations.3.headers", "personalizations.3"]
)
def test_a_recipient_refused_for_words_does_not_count_as_a_wrong_address(field: str) -> None:
    outcome, _ = sent(refusing(field), count=20)

    assert (outcome.refusal, set(outcome.refused_recipients)) == (Refusal.CONTENT, {3})


def test_wrong_addresses_are_left_out_first_and_never_mixed_with_wrong_words() -> None:
    outcome, _ = sent(refusing("personalizations.3.headers", "personalizations.5.to.0.email"), count=20)

    assert (outcome.refusal, set(outcome.refused_recipients)) == (Refusal.INVALID_ADDRESS, {5})


def test_a_comma_in_a_name_makes_no_second_address() -> None:
    batch = batch_of(1)
    named = replace(batch.recipients[0], name="Smith, Ana; of Leeds")

    (person,) = json.loads(orjson.dumps(payload_of(replace(batch, recipients=[named]))))["personalizations"]

    assert person["to"] == [{"email": "supporter0@example.org", "name": "Smith  Ana  of Leeds"}]


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry_After": "7"}, 7, 7),
        ({"X_RateLimit_Reset": "in 30 s"}, 20, 30),
        ({"X_RateLimit_Reset": "1392815263"}, 0, 0),
        ({"Retry_After": "inf"}, 3600, 3600),
    ],
)
def test_a_busy_provider_says_when_to_come_back(headers: dict[str, str], least: float, most: float) -> None:
    # Reckoned when the test runs: the whole suite takes longer than the span it is about.
    headers = {name: str(int(time.time()) + 30) if value == "in 30 s" else value for name, value in headers.items()}
    outcome, _ = sent(lambda _: http(429, b"{}", **headers))

    assert outcome.outcome is Outcome.BUSY
    assert outcome.retry_after is not None
    assert least <= outcome.retry_after <= most


@pytest.mark.parametrize("header", [{}, {"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}])
def test_a_busy_provider_that_does_not_say_leaves_the_wait_to_us(header: dict[str, str]) -> None:
    outcome, _ = sent(lambda _: http(429, b"", **header))

    assert (outcome.outcome, outcome.retry_after) == (Outcome.BUSY, None)


@pytest.mark.parametrize(
    "answer",
    [
        resetting,
        hanging_up,
        lambda _: http(202),
        lambda _: http(500, b"<html>"),
        lambda _: http(502),
        lambda _: http(301, Location="/elsewhere"),
        breaking_off,
        lambda _: b"not HTTP at all\r\n\r\n",
    ],
)
def test_whatever_goes_wrong_after_the_first_byte_is_a_doubt_and_is_not_tried_again(answer: Answer) -> None:
    outcome, server = sent(answer, total_seconds=3.0)

    assert outcome.outcome is Outcome.IN_DOUBT
    assert len(server.asked) == 1


def test_a_byte_a_second_is_not_listened_to_for_ever() -> None:
    with serving(lambda _: Slowly(TAKEN, 0.2)) as server, provider(server.url, 3.0) as sendgrid:
        outcome = sendgrid.send(batch_of(1), deadline=clock.monotonic() + 120)
        ends = server.ends

    assert outcome.outcome is Outcome.IN_DOUBT
    # Whoever listens to the end hears it.
    assert ends == 0


def test_a_call_cut_off_leaves_the_next_one_alone() -> None:
    answers: Iterator[bytes | Slowly] = iter([Slowly(TAKEN, 0.2), TAKEN, TAKEN])
    with serving(lambda _: next(answers)) as server, provider(server.url, 3.0) as sendgrid:
        outcomes = [sendgrid.send(batch_of(1), deadline=clock.monotonic() + 120).outcome for _ in range(3)]

    assert outcomes == [Outcome.IN_DOUBT, Outcome.ACCEPTED, Outcome.ACCEPTED]


def test_a_refusal_whose_words_were_cut_off_is_still_a_refusal() -> None:
    def half(_: Asked) -> Slowly:
        return Slowly(http(429, b"x" * 5000, Retry_After="5"), 0.005)

    outcome, _ = sent(half, total_seconds=3.0)

    assert (outcome.outcome, outcome.retry_after) == (Outcome.BUSY, 5.0)


@pytest.mark.parametrize(
    "url", [lambda: f"http://{nobody()}", lambda: f"https://{nobody()}", lambda: "http://nobody.invalid"]
)
def test_where_nobody_answers_nothing_was_sent(url: Callable[[], str]) -> None:
    with provider(url()) as sendgrid:
        outcome = sendgrid.send(batch_of(1), deadline=clock.monotonic() + 120)

    assert outcome.outcome is Outcome.NOT_SENT


def test_a_failed_or_silent_handshake_means_that_nothing_was_sent() -> None:
    with serving(hanging_up) as plain, provider(plain.url.replace("http", "https")) as sendgrid:
        spoken_plainly = sendgrid.send(batch_of(1), deadline=clock.monotonic() + 120)
    with silent() as address, provider(f"https://{address}", 1.0) as sendgrid:
        unspoken = sendgrid.send(batch_of(1), deadline=clock.monotonic() + 120)

    assert spoken_plainly.outcome is Outcome.NOT_SENT
    assert unspoken.outcome is Outcome.NOT_SENT


def test_past_the_deadline_not_a_byte_is_written() -> None:
    with serving(lambda _: TAKEN) as server, provider(server.url) as sendgrid:
        outcome = sendgrid.send(batch_of(1), deadline=clock.monotonic() - 0.001)

    assert outcome.outcome is Outcome.NOT_SENT
    assert server.asked == []


def test_whoever_has_too_many_words_is_named_before_anything_is_sent() -> None:
    batch = batch_of(3)
    long = replace(batch.recipients[1], substitutions={"-first_name-": "é" * 5001})
    batch = replace(batch, recipients=[batch.recipients[0], long, batch.recipients[2]])
    with serving(lambda _: TAKEN) as server, provider(server.url) as sendgrid:
        outcome = sendgrid.send(batch, deadline=clock.monotonic() + 120)

    assert outcome.outcome is Outcome.REFUSED
    assert list(outcome.refused_recipients) == [1]
    assert server.asked == []


def test_batches_in_flight_from_many_threads_get_their_own_answers() -> None:
    def by_first_ref(asked: Asked) -> bytes:
        payload = json.loads(asked.body)
        return http(202, X_Message_Id="id-" + payload["personalizations"][0]["to"][0]["email"])

    with serving(by_first_ref) as server, provider(server.url) as sendgrid, ThreadPoolExecutor(16) as pool:
        batch = batch_of(200)
        singles = [replace(batch, recipients=[recipient]) for recipient in batch.recipients]
        outcomes = list(pool.map(lambda one: sendgrid.send(one, deadline=clock.monotonic() + 120), singles))

    assert [outcome.provider_ref for outcome in outcomes] == [f"id-{each.address}" for each in batch.recipients]
    assert len(server.asked) == 200
    assert server.connection_count <= 32


def test_more_than_a_thousand_people_are_not_a_batch() -> None:
    with provider("http://127.0.0.1:1") as sendgrid, pytest.raises(ValueError, match="1 to 1000"):
        sendgrid.send(batch_of(1001), deadline=clock.monotonic() + 120)


def test_the_key_is_not_shown() -> None:
    with provider("http://127.0.0.1:1") as sendgrid:
        assert "SG.test" not in repr(sendgrid)
