"""Texts out through Twilio: what is sent, what each answer means, whose answer is whose, and nothing sent twice."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from servers import Answer, Asked, Server, Slowly, breaking_off, hanging_up, http, nobody, resetting, serving, silent

from service import clock
from service.providers.ports import Outcome, ProviderAway, Refusal, Text, TextOutcome
from service.providers.twilio.errors import AT_CREATION
from service.providers.twilio.sending import Twilio

VECTORS = Path(__file__).parents[1] / "vectors"
SAMPLES = json.loads((VECTORS / "events_samples.json").read_text())["twilio"]["api_responses"]
SCHEMA = json.loads((VECTORS / "twilio_messages.openapi.json").read_text())
ACCOUNT = "AC" + "0" * 31 + "1"
OURS = "+447700900000"
ANA = "+447700900101"


def text_to(number: str = ANA, *, sender: str | None = None) -> Text:
    callback = f"https://example.org/hooks/twilio/status/7.s.{number[-3:]}"
    return Text(to=number, body=f"Sign, {number} £ 🕯", ref="7.s.1", status_callback=callback, sender=sender)


def taken(asked: Asked) -> bytes:
    """A 201 whose id tells who the text was for."""
    return http(201, json.dumps({"sid": "SM" + asked.form["To"][1:], "status": "queued"}).encode())


def failing(status: int, code: int | None, **headers: str) -> Answer:
    body = json.dumps({"code": code, "message": "No", "status": status}).encode() if code else b"<html>"
    return lambda _: http(status, body, **headers)


@contextmanager
def provider(
    url: str, *, total_seconds: float = 15.0, connections: int = 256, service: str | None = None
) -> Iterator[Twilio]:
    made = Twilio(
        ACCOUNT,
        "token",
        url,
        messaging_service_sid=service,
        from_numbers=() if service else (OURS,),
        connections=connections,
        total_seconds=total_seconds,
    )
    try:
        yield made
    finally:
        made.close()


def sent(answer: Answer, *, total_seconds: float = 15.0) -> tuple[TextOutcome, Server]:
    """One text given to a server that answers so."""
    with serving(answer) as server, provider(server.url, total_seconds=total_seconds) as twilio:
        (outcome,) = twilio.send([text_to()], deadline=clock.monotonic() + 120, validity=600)
    return outcome, server


def test_a_text_is_one_request_as_twilios_own_schema_has_it() -> None:
    outcome, server = sent(taken)

    assert outcome == TextOutcome(Outcome.ACCEPTED, provider_ref="SM" + ANA[1:])
    (asked,) = server.asked
    assert asked.line == f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1"
    assert asked.headers["Authorization"].startswith("Basic ")
    assert asked.form == {
        "To": ANA,
        "From": OURS,
        "Body": f"Sign, {ANA} £ 🕯",
        "StatusCallback": "https://example.org/hooks/twilio/status/7.s.101",
        "ValidityPeriod": "600",
    }
    post = SCHEMA["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    schema = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert set(asked.form) <= set(schema["properties"])
    fields = {**asked.form, "ValidityPeriod": int(asked.form["ValidityPeriod"])}
    jsonschema.Draft202012Validator({**schema, "components": SCHEMA["components"]}).validate(fields)


def test_a_messaging_service_chooses_the_sender_unless_we_name_one() -> None:
    service = "MG" + "b" * 32
    with serving(taken) as server, provider(server.url, service=service) as twilio:
        twilio.send([text_to(), text_to(sender=OURS)], deadline=clock.monotonic() + 120, validity=None)

    forms = sorted((asked.form for asked in server.asked), key=lambda form: "From" in form)
    assert forms[0]["MessagingServiceSid"] == service
    assert forms[1]["From"] == OURS
    assert "ValidityPeriod" not in forms[0]


ANSWERS = [
    ("201_accepted", Outcome.ACCEPTED, None),
    ("400_21211", Outcome.REFUSED, Refusal.INVALID_ADDRESS),
    ("400_21610", Outcome.REFUSED, Refusal.OPTED_OUT),
    ("401_20003", Outcome.REFUSED, Refusal.CREDENTIALS),
    ("429_20429", Outcome.BUSY, None),
    ("500_html", Outcome.IN_DOUBT, None),
    ("503", Outcome.IN_DOUBT, None),
]


@pytest.mark.parametrize(("name", "outcome", "refusal"), ANSWERS)
def test_each_documented_answer_has_one_meaning(name: str, outcome: Outcome, refusal: Refusal | None) -> None:
    said = SAMPLES[name]
    body = json.dumps(said["body"]) if "body" in said else said["body_text"]

    told, server = sent(lambda _: http(said["status"], body.encode()))

    assert (told.outcome, told.refusal) == (outcome, refusal)
    assert len(server.asked) == 1


def test_every_documented_answer_is_tried() -> None:
    assert {name for name, _, _ in ANSWERS} == set(SAMPLES)


@pytest.mark.parametrize(
    ("status", "code", "outcome", "refusal"),
    [
        (400, 21614, Outcome.REFUSED, Refusal.NOT_MOBILE),
        (400, 21635, Outcome.REFUSED, Refusal.NOT_MOBILE),
        (400, 21612, Outcome.REFUSED, Refusal.UNREACHABLE),
        (403, 21408, Outcome.REFUSED, Refusal.UNREACHABLE),
        (400, 21606, Outcome.REFUSED, Refusal.CONFIGURATION),
        (400, 21608, Outcome.REFUSED, Refusal.CONFIGURATION),
        (400, 21617, Outcome.REFUSED, Refusal.CONTENT),
        (401, 20005, Outcome.REFUSED, Refusal.ACCOUNT),
        (400, 21611, Outcome.BUSY, None),
        (400, 63038, Outcome.BUSY, None),
        (400, 99999, Outcome.REFUSED, Refusal.UNKNOWN),
        (400, None, Outcome.REFUSED, Refusal.UNKNOWN),
        (403, None, Outcome.REFUSED, Refusal.CREDENTIALS),
        (404, 20404, Outcome.REFUSED, Refusal.CONFIGURATION),
        (408, None, Outcome.IN_DOUBT, None),
        (429, None, Outcome.BUSY, None),
        (400, 20500, Outcome.IN_DOUBT, None),
        (502, None, Outcome.IN_DOUBT, None),
    ],
)
def test_each_error_code_is_put_into_our_words(
    status: int, code: int | None, outcome: Outcome, refusal: Refusal | None
) -> None:
    told, server = sent(failing(status, code))

    assert (told.outcome, told.refusal) == (outcome, refusal)
    assert told.code == str(code or status) or outcome is Outcome.IN_DOUBT
    assert len(server.asked) == 1


def test_every_refusal_in_the_table_names_its_reason() -> None:
    assert all((meaning.refusal is None) == (meaning.outcome is Outcome.BUSY) for meaning in AT_CREATION.values())


def test_a_busy_provider_says_when_to_come_back() -> None:
    outcome, _ = sent(failing(429, 20429, Retry_After="9"))

    assert (outcome.outcome, outcome.retry_after) == (Outcome.BUSY, 9.0)


@pytest.mark.parametrize(
    "answer",
    [
        resetting,
        hanging_up,
        breaking_off,
        lambda _: http(201, b"{}"),
        lambda _: http(201, b"[1, 2]"),
        lambda _: http(201, b"null"),
        lambda _: http(201, b"\xff\xfe\x00"),
        lambda _: http(200, b""),
        lambda _: http(307, Location="/elsewhere"),
        lambda _: b"not HTTP at all\r\n\r\n",
        lambda _: Slowly(http(201, b'{"sid": "SM1"}'), 0.2),
    ],
)
def test_whatever_goes_wrong_after_the_first_byte_is_a_doubt_and_is_not_tried_again(answer: Answer) -> None:
    outcome, server = sent(answer, total_seconds=3.0)

    assert outcome.outcome is Outcome.IN_DOUBT
    assert len(server.asked) == 1
    # Whoever listens to the slow one to its end hears it.
    assert server.ends == 0


@pytest.mark.parametrize(
    "url", [lambda: f"http://{nobody()}", lambda: f"https://{nobody()}", lambda: "http://nobody.invalid"]
)
def test_where_nobody_answers_nothing_was_sent(url: Callable[[], str]) -> None:
    with provider(url()) as twilio:
        (outcome,) = twilio.send([text_to()], deadline=clock.monotonic() + 120, validity=None)

    assert outcome.outcome is Outcome.NOT_SENT


def test_a_silent_handshake_means_that_nothing_was_sent() -> None:
    with silent() as address, provider(f"https://{address}", total_seconds=0.5) as twilio:
        (outcome,) = twilio.send([text_to()], deadline=clock.monotonic() + 120, validity=None)

    assert outcome.outcome is Outcome.NOT_SENT


def test_a_text_still_waiting_for_a_connection_at_the_deadline_is_not_sent() -> None:
    deadline = clock.monotonic() + 3

    def slow(asked: Asked) -> bytes:
        time.sleep(max(0.0, deadline - clock.monotonic()) + 0.2)
        return taken(asked)

    with serving(slow) as server, provider(server.url, connections=1) as twilio:
        texts = [text_to(), text_to("+447700900102")]
        outcomes = twilio.send(texts, deadline=deadline, validity=None)

    assert [outcome.outcome for outcome in outcomes] == [Outcome.ACCEPTED, Outcome.NOT_SENT]
    assert len(server.asked) == 1


def test_four_hundred_texts_at_once_each_get_their_own_outcome() -> None:
    def answer(asked: Asked) -> bytes:
        number = int(asked.form["To"][-3:])
        time.sleep(number % 7 * 0.01)
        if number % 10 == 3:
            return failing(400, 21610)(asked)  # type: ignore[return-value]  # always bytes
        if number % 10 == 7:
            resetting(asked)
        return taken(asked)

    texts = [text_to(f"+447700900{number:03}") for number in range(400)]
    with serving(answer) as server, provider(server.url, connections=64) as twilio:
        outcomes = twilio.send(texts, deadline=clock.monotonic() + 120, validity=600)

    for number, outcome in enumerate(outcomes):
        if number % 10 == 3:
            assert (outcome.outcome, outcome.refusal) == (Outcome.REFUSED, Refusal.OPTED_OUT)
        elif number % 10 == 7:
            assert outcome.outcome is Outcome.IN_DOUBT
        else:
            assert outcome.provider_ref == f"SM447700900{number:03}"
    assert len(server.asked) == 400
    assert len({asked.form["To"] for asked in server.asked}) == 400
    assert 16 < server.most_at_once <= 64


def test_threads_share_a_provider_and_not_their_answers() -> None:
    outcomes: dict[int, list[TextOutcome]] = {}
    with serving(taken) as server, provider(server.url) as twilio:

        def hand_over(place: int) -> None:
            texts = [text_to(f"+4477009{place:02}{number:03}") for number in range(20)]
            outcomes[place] = twilio.send(texts, deadline=clock.monotonic() + 120, validity=None)

        threads = [threading.Thread(target=hand_over, args=(place,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    refs = {place: [outcome.provider_ref for outcome in mine] for place, mine in outcomes.items()}
    assert refs == {place: [f"SM4477009{place:02}{number:03}" for number in range(20)] for place in range(8)}


def listed(*messages: dict[str, object], following: str | None = None) -> bytes:
    page = {"messages": list(messages), "next_page_uri": following, "page": 0, "page_size": 2}
    return http(200, json.dumps(page).encode())


def message(sid: str, at: datetime, *, direction: str = "outbound-api", **more: object) -> dict[str, object]:
    said = {"sid": sid, "to": ANA, "from": OURS, "body": "Sign", "status": "sent", "direction": direction}
    return {**said, "date_created": format_datetime(at), "date_sent": format_datetime(at), **more}


def test_what_went_to_a_number_is_found_over_all_pages_and_only_since() -> None:
    now = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
    second = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=x&PageToken=PA1"
    pages = iter(
        [
            listed(message("SM1", now), message("SM2", now, date_sent=None, error_code=30007), following=second),
            listed(message("SM3", now - timedelta(days=1))),
        ]
    )
    with serving(lambda _: next(pages)) as server, provider(server.url) as twilio:
        found = twilio.find(ANA, since=now.astimezone(timezone(timedelta(hours=4))))

    assert [text.provider_ref for text in found] == ["SM1", "SM2"]
    assert found[1].error_code == "30007"
    assert found[0].created_at == now
    first = parse_qs(urlsplit(server.asked[0].line.split()[1]).query)
    assert first["To"] == [ANA]
    assert not [name for name in first if name.startswith("DateSent")]
    assert "PageToken=PA1" in server.asked[1].line


def test_what_came_in_is_asked_for_by_our_own_number_and_by_the_day_of_utc() -> None:
    since = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
    stop = message("SM1", since + timedelta(minutes=1), direction="inbound", to=OURS, body="STOP", **{"from": ANA})
    earlier = message("SM2", since - timedelta(hours=1), direction="inbound")
    with (
        serving(lambda _: listed(stop, earlier, message("SM3", since))) as server,
        provider(server.url) as twilio,
    ):
        came = twilio.inbound_page(since.astimezone(timezone(timedelta(hours=-5))), page="").texts

    assert [(text.provider_ref, text.from_number, text.body) for text in came] == [("SM1", ANA, "STOP")]
    assert came[0].received_at == since + timedelta(minutes=1)
    asked = parse_qs(urlsplit(server.asked[0].line.split()[1]).query)
    assert asked["To"] == [OURS]
    assert asked["DateSent>"] == ["2026-12-02T00:00:00Z"]


@pytest.mark.parametrize(
    "answer",
    [
        resetting,
        breaking_off,
        failing(503, None),
        failing(401, 20003),
        lambda _: http(200, b"<html>"),
        lambda _: http(200, b"null"),
        lambda _: http(200, b"{}"),
    ],
)
def test_a_list_that_cannot_be_read_is_a_provider_away_and_not_an_empty_list(answer: Answer) -> None:
    since = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
    with serving(answer) as server, provider(server.url, total_seconds=1.0) as twilio:
        with pytest.raises(ProviderAway):
            twilio.find(ANA, since=since)
        with pytest.raises(ProviderAway):
            twilio.inbound_page(since, page="")


def test_closing_twice_is_no_trouble_and_the_token_is_not_shown() -> None:
    with provider("http://127.0.0.1:1") as twilio:
        twilio.close()

    assert "'token'" not in repr(twilio)
