"""Told to fail, the sandbox fails as told: before or after accepting, and in what it tells afterwards."""

import time
import urllib.error
from http.client import HTTPException
from pathlib import Path

import pytest
import requests
from house_sandbox import ACCOUNT, ANA, OUR_NUMBER, Box, Campaign, letter, until
from python_http_client.exceptions import HTTPError, TooManyRequestsError, UnauthorizedError
from sendgrid import SendGridAPIClient

SERVED_FORM = {"To": ANA, "From": OUR_NUMBER, "Body": "Hello"}


def accepted(box: Box) -> object:
    return box.get("/control/ledger/summary")["accepted"]


def send(box: Box, *addresses: str) -> object:
    mailer: SendGridAPIClient = box.mailer()
    mailer.client.timeout = 60
    return mailer.send(letter(*(addresses or ("ana@example.org",))))


def text(box: Box, timeout: float | tuple[float, float] = 60) -> requests.Response:
    url = f"{box.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    return requests.post(url, data=SERVED_FORM, auth=(ACCOUNT, box.token), timeout=timeout)


def test_429_from_sendgrid_says_when_to_come_back_and_accepts_nothing(box: Box) -> None:
    box.faults(email={"too_many": {"next": 1, "retry_after": 7}})

    before = int(time.time())
    with pytest.raises(TooManyRequestsError) as refused:
        send(box)
    after = time.time()

    headers = refused.value.headers
    assert before + 7 <= int(headers["X-RateLimit-Reset"]) <= after + 8
    assert headers["X-RateLimit-Remaining"] == "0"
    assert refused.value.to_dict == {"errors": [{"field": None, "message": "too many requests"}]}
    assert accepted(box) == {"email": 0, "sms": 0}


def test_429_from_twilio_is_20429_with_retry_after(box: Box) -> None:
    box.faults(sms={"too_many": {"next": 1, "retry_after": 3}})

    refused = text(box)

    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, 20429, "3")
    assert text(box).status_code == 201


def test_expired_credentials_can_be_played(box: Box) -> None:
    box.faults(email={"unauthorised": {"next": 1}}, sms={"unauthorised": {"next": 1}})

    with pytest.raises(UnauthorizedError):
        send(box)
    assert text(box).json()["code"] == 20003
    assert accepted(box) == {"email": 0, "sms": 0}


@pytest.mark.parametrize(
    ("fault", "is_accepted"),
    [("error_before", False), ("error_after", True)],
)
def test_an_error_tells_nothing_about_acceptance(box: Box, fault: str, is_accepted: bool) -> None:
    box.faults(email={fault: {"next": 1, "status": 500}}, sms={fault: {"next": 1, "status": 500}})

    with pytest.raises(HTTPError) as failed:
        send(box)

    assert failed.value.status_code == 500
    assert text(box).status_code == 500
    assert accepted(box) == {"email": int(is_accepted), "sms": int(is_accepted)}


@pytest.mark.parametrize(("fault", "is_accepted"), [("reset_before", False), ("reset_after", True)])
def test_a_reset_shows_no_answer(box: Box, fault: str, is_accepted: bool) -> None:
    box.faults(email={fault: {"next": 1}}, sms={fault: {"next": 1}})

    with pytest.raises((ConnectionResetError, HTTPException, urllib.error.URLError)):
        send(box)
    with pytest.raises(requests.ConnectionError):
        text(box)

    assert accepted(box) == {"email": int(is_accepted), "sms": int(is_accepted)}


@pytest.mark.parametrize(("fault", "is_accepted"), [("hang_before", False), ("hang_after", True)])
def test_silence_lasts_until_the_caller_gives_up(box: Box, fault: str, is_accepted: bool) -> None:
    box.faults(sms={fault: {"next": 1, "seconds": 30}})

    with pytest.raises(requests.ReadTimeout):
        text(box, timeout=(60, 0.5))

    until(lambda: accepted(box) == {"email": 0, "sms": int(is_accepted)})
    assert text(box).status_code == 201


def test_a_cut_answer_is_accepted_and_unreadable(box: Box) -> None:
    box.faults(sms={"truncated": {"next": 1}})

    answer = text(box)

    assert answer.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert accepted(box) == {"email": 0, "sms": 1}


def test_an_answer_without_an_id_is_accepted(box: Box) -> None:
    box.faults(email={"no_id": {"next": 1}}, sms={"no_id": {"next": 1}})

    answer = box.mailer().send(letter("ana@example.org"))

    assert (answer.status_code, answer.headers["X-Message-Id"]) == (202, None)
    assert "sid" not in text(box).json()
    assert accepted(box) == {"email": 1, "sms": 1}


def test_a_slow_answer_comes_late(box: Box) -> None:
    box.faults(sms={"slow": {"next": 1, "seconds": 0.3}})

    began = time.monotonic()

    assert text(box).status_code == 201
    assert time.monotonic() - began >= 0.3


def test_the_list_can_fail_on_its_own(box: Box) -> None:
    box.faults(lookup={"error_before": {"next": 1}})
    url = f"{box.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

    first, second = (requests.get(url, auth=(ACCOUNT, box.token), timeout=60).status_code for _ in range(2))

    assert (first, second) == (503, 200)


@pytest.mark.parametrize(
    ("fault", "event"),
    [("hard_bounce", "bounce"), ("blocked", "bounce"), ("complaint", "spamreport"), ("dropped", "dropped")],
)
def test_emails_meet_the_fate_they_were_told(box: Box, campaign: Campaign, fault: str, event: str) -> None:
    box.faults(email={fault: {"next": 1}})

    send(box, "ana@example.org", "bilal@example.org")

    until(lambda: {each["event"] for each in campaign.events()} >= {"delivered", event})
    assert {each["email"] for each in campaign.events() if each["event"] == event} == {"ana@example.org"}


def test_texts_meet_the_status_they_were_told(box: Box) -> None:
    box.faults(sms={"undelivered": {"next": 1, "code": 30007}})

    sid = text(box).json()["sid"]

    until(lambda: box.texter().messages(sid).fetch().status == "undelivered")
    assert box.texter().messages(sid).fetch().error_code == 30007


def test_a_rate_is_kept_and_a_seed_repeats_it(box: Box) -> None:
    def played() -> list[int]:
        box.faults(seed=7, sms={"error_before": {"rate": 0.3}})
        return [text(box).status_code for _ in range(60)]

    first, second = played(), played()

    assert first == second
    assert 5 < first.count(503) < 35


def test_events_can_be_told_twice_with_the_same_id(box: Box, campaign: Campaign) -> None:
    box.faults(events={"duplicate": {"rate": 1}})

    send(box)

    until(lambda: len(campaign.events()) == 4)
    assert len({event["sg_event_id"] for event in campaign.events()}) == 2


def test_events_can_be_kept_back(box: Box, campaign: Campaign) -> None:
    box.faults(events={"never": {"next": 1}})

    send(box)

    until(campaign.events)
    assert [event["event"] for event in campaign.events()] == ["delivered"]


def test_events_can_come_late(box: Box, campaign: Campaign) -> None:
    box.faults(events={"delay": {"next": 1, "seconds": 0.5}})

    send(box)

    until(lambda: len(campaign.events()) == 2)
    assert [event["event"] for event in campaign.events()] == ["delivered", "processed"]


def test_events_can_come_out_of_order(box: Box, campaign: Campaign) -> None:
    box.faults(seed=3, events={"shuffle": {"rate": 1}})
    people = [f"p{n}@example.org" for n in range(100)]

    send(box, *people)

    until(lambda: len(campaign.events()) == 200)
    processed = [event["email"] for event in campaign.events() if event["event"] == "processed"]
    assert sorted(map(str, processed)) == sorted(people)
    assert processed != people


def test_statuses_can_be_kept_back_and_told_twice(box: Box, campaign: Campaign) -> None:
    box.faults(statuses={"never": {"next": 1}, "duplicate": {"rate": 1}})
    url = campaign.url + "/hooks/twilio/status/1.s.1"

    box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="x", status_callback=url)

    until(lambda: len(campaign.at("/hooks/twilio/status")) == 2)
    assert [hook.form["MessageStatus"] for hook in campaign.hooks] == ["delivered"] * 2


def test_it_behaves_again_when_told_to(box: Box) -> None:
    box.faults(sms={"error_before": {"rate": 1}})

    box.ask("DELETE", "/control/faults")

    assert text(box).status_code == 201


@pytest.mark.parametrize(
    "told",
    [
        {"post": {}},
        {"email": {"explode": {"rate": 1}}},
        {"email": {"too_many": {"rate": 1.5}}},
        {"email": {"too_many": {"often": 1}}},
        {"lists": {"friends": []}},
        {"sms": []},
    ],
)
def test_instructions_it_does_not_understand_change_nothing(box: Box, told: dict[str, object]) -> None:
    box.faults(sms={"slow": {"rate": 0.5}})
    before = box.get("/control/faults")

    answer = box.ask("PUT", "/control/faults", told)

    assert answer["http_status"] == 400
    assert answer["error"]
    assert box.get("/control/faults") == before


def test_it_listens_on_loopback_only(box: Box) -> None:
    port = int(box.url.rpartition(":")[2])
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]

    addresses = {part[1] for part in listening if part[3] == "0A" and part[1].endswith(f":{port:04X}")}

    assert addresses == {f"0100007F:{port:04X}"}
