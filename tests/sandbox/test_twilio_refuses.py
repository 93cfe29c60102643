"""What Twilio refuses, the sandbox refuses: code, status and words; nothing accepted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from house_sandbox import ACCOUNT, ANA, OUR_NUMBER, Box
from twilio.base.exceptions import TwilioRestException

ANSWERS = json.loads((Path(__file__).parents[1] / "vectors" / "events_samples.json").read_text())["twilio"][
    "api_responses"
]
SERVICE = "MG" + "0" * 31 + "1"
SOON = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
FORM = {"To": ANA, "From": OUR_NUMBER, "Body": "Hello"}

REFUSED: dict[str, tuple[dict[str, str | None], int]] = {
    "nobody to write to": ({"To": None}, 21604),
    "a number that is too short": ({"To": "+1555"}, 21211),
    "a number without a plus": ({"To": "07700900101"}, 21211),
    "Twilio's own invalid number": ({"To": "+15005550001"}, 21211),
    "a landline": ({"To": "+15005550009"}, 21614),
    "an opted-out number": ({"To": "+15005550004"}, 21610),
    "an unreachable number": ({"To": "+15005550002"}, 21612),
    "a region without permission": ({"To": "+15005550003"}, 21408),
    "a landline in the drama range": ({"To": "+447700900999"}, 21614),
    "nobody to write from": ({"From": None}, 21603),
    "somebody else's number": ({"From": "+447700900555"}, 21606),
    "a sender that is no number": ({"From": "12"}, 21212),
    "an unknown service": ({"MessagingServiceSid": "MG" + "f" * 32}, 21705),
    "ourselves": ({"To": OUR_NUMBER}, 21266),
    "no words": ({"Body": None}, 21602),
    "empty words": ({"Body": "  "}, 21602),
    "1601 characters": ({"Body": "x" * 1601}, 21617),
    "a callback without a host": ({"StatusCallback": "http:///x"}, 21609),
    "a callback host with an underscore": ({"StatusCallback": "https://my_host.example.org/x"}, 21609),
    "a callback that is no web address": ({"StatusCallback": "ftp://example.org/x"}, 21609),
    "no validity": ({"ValidityPeriod": "0"}, 21624),
    "a validity beyond ten hours": ({"ValidityPeriod": "36001"}, 21624),
    "a schedule without a service": ({"ScheduleType": "fixed", "SendAt": SOON}, 35118),
    "a schedule too soon": (
        {"ScheduleType": "fixed", "SendAt": SOON, "MessagingServiceSid": SERVICE},
        35114,
    ),
}


def post(box: Box, changes: dict[str, str | None], token: str = "", account: str = ACCOUNT) -> requests.Response:
    form = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
    url = f"{box.url}/2010-04-01/Accounts/{account}/Messages.json"
    return requests.post(url, data=form, auth=(ACCOUNT, token or box.token), timeout=60)


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_the_text_is_refused_with_twilios_code(box: Box, changes: dict[str, str | None], code: int) -> None:
    answer = post(box, changes)

    assert answer.status_code == 400
    error = answer.json()
    assert set(error) == {"code", "message", "more_info", "status"}
    assert (error["code"], error["status"]) == (code, 400)
    assert box.get("/control/ledger/summary")["accepted"] == {"email": 0, "sms": 0}


@pytest.mark.parametrize(("sample", "to"), [("400_21211", "+1555"), ("400_21610", "+15005550004")])
def test_the_words_are_those_of_the_recorded_answers(box: Box, sample: str, to: str) -> None:
    assert post(box, {"To": to}).json() == ANSWERS[sample]["body"]


@pytest.mark.parametrize("period", ["1", "36000"])
def test_the_ends_of_the_validity_range_are_taken(box: Box, period: str) -> None:
    assert post(box, {"ValidityPeriod": period}).status_code == 201


def test_the_longest_body_is_taken(box: Box) -> None:
    assert post(box, {"Body": "x" * 1600}).json()["num_segments"] == "11"


def test_wrong_credentials_are_401_in_twilios_words(box: Box) -> None:
    answer = post(box, {}, token="other")

    assert answer.status_code == 401
    assert answer.json() == ANSWERS["401_20003"]["body"]


def test_another_account_is_not_ours_to_use(box: Box) -> None:
    assert post(box, {}, account="AC" + "f" * 32).status_code == 401


def test_the_package_sees_the_code(box: Box) -> None:
    with pytest.raises(TwilioRestException) as refused:
        box.texter().messages.create(to="+15005550004", from_=OUR_NUMBER, body="Hello")

    assert (refused.value.status, refused.value.code) == (400, 21610)


def test_an_unknown_text_is_404(box: Box) -> None:
    with pytest.raises(TwilioRestException) as missing:
        box.texter().messages("SM" + "0" * 32).fetch()

    assert (missing.value.status, missing.value.code) == (404, 20404)


def test_a_text_on_its_way_can_not_be_cancelled(box: Box) -> None:
    message = box.texter().messages.create(to="+447700900998", from_=OUR_NUMBER, body="Hello")

    with pytest.raises(TwilioRestException) as refused:
        box.texter().messages(message.sid).update(status="canceled")

    assert refused.value.status == 409


def test_numbers_on_the_lists_are_refused(box: Box) -> None:
    box.faults(lists={"invalid_numbers": [ANA], "landline_numbers": ["+447700900103"]})

    assert post(box, {"To": ANA}).json()["code"] == 21211
    assert post(box, {"To": "+447700900103"}).json()["code"] == 21614
    assert post(box, {"To": "+447700900104"}).status_code == 201


def test_any_code_can_be_asked_for(box: Box) -> None:
    box.faults(sms={"refused": {"next": 1, "code": 21608}})

    assert post(box, {}).json()["code"] == 21608
    assert post(box, {}).status_code == 201
