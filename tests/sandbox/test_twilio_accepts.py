"""Texting through the real twilio package: the resource, its statuses, the list, the callbacks."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import requests
from house_sandbox import ACCOUNT, ANA, BILAL, OUR_NUMBER, Box, Campaign, until
from twilio.request_validator import RequestValidator
from twilio.rest.api.v2010.account.message import MessageInstance

VECTORS = Path(__file__).parents[1] / "vectors"
SPEC = json.loads((VECTORS / "twilio_messages.openapi.json").read_text())
FORMS = json.loads((VECTORS / "events_samples.json").read_text())["twilio"]["status_callback_forms"]
SEGMENTS = json.loads((VECTORS / "sms_segments_vectors.json").read_text())["vectors"]
SERVICE = "MG" + "0" * 31 + "1"


def check_resource(content: object) -> None:
    """Check against the specification's schema (its `nullable` said in JSON Schema's way)."""

    def said(part: object) -> object:
        if isinstance(part, list):
            return [said(each) for each in part]
        if not isinstance(part, dict):
            return part
        plain = {name: said(each) for name, each in part.items() if name != "nullable"}
        return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") else plain

    schema = {"$ref": "#/components/schemas/api.v2010.account.message", "components": said(SPEC["components"])}
    jsonschema.Draft202012Validator(schema).validate(content)
    properties = SPEC["components"]["schemas"]["api.v2010.account.message"]["properties"]
    assert isinstance(content, dict)
    assert set(content) == set(properties)


def statuses(campaign: Campaign, ref: str) -> list[str]:
    return [hook.form["MessageStatus"] for hook in campaign.at("/hooks/twilio/status/" + ref)]


def text(box: Box, to: str = ANA, body: str = "Half time: 1–0", **extra: object) -> MessageInstance:
    return box.texter().messages.create(to=to, from_=OUR_NUMBER, body=body, **extra)


def test_a_text_is_accepted_as_queued_with_its_segments(box: Box) -> None:
    message = box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="a" * 161)

    assert message.sid.startswith("SM")
    assert (message.status, message.num_segments, message.direction) == ("queued", "2", "outbound-api")
    assert (message.error_code, message.price, message.date_sent) == (None, None, None)


def test_through_a_messaging_service_the_sender_and_the_segments_come_later(box: Box) -> None:
    message = box.texter().messages.create(to=ANA, messaging_service_sid=SERVICE, body="Hello")

    assert (message.status, message.num_segments, message.from_) == ("accepted", "0", None)
    until(lambda: box.texter().messages(message.sid).fetch().status == "delivered")
    later = box.texter().messages(message.sid).fetch()
    assert (later.from_, later.num_segments) == (OUR_NUMBER, "1")


def test_the_resource_is_the_specifications(box: Box) -> None:
    url = f"{box.url}/2010-04-01/Accounts/{ACCOUNT}/Messages"
    form = {"To": ANA, "From": OUR_NUMBER, "Body": "Hello"}

    created = requests.post(url + ".json", data=form, auth=(ACCOUNT, box.token), timeout=60)

    assert created.status_code == 201
    check_resource(created.json())
    sid = created.json()["sid"]
    until(lambda: box.texter().messages(sid).fetch().status == "delivered")
    check_resource(requests.get(f"{url}/{sid}.json", auth=(ACCOUNT, box.token), timeout=60).json())
    for listed in requests.get(url + ".json", auth=(ACCOUNT, box.token), timeout=60).json()["messages"]:
        check_resource(listed)


def test_callbacks_follow_the_text_and_the_packages_own_validator_accepts_them(box: Box, campaign: Campaign) -> None:
    url = campaign.url + "/hooks/twilio/status/1.s.7?attempt=a1"

    text(box, status_callback=url)

    until(lambda: len(statuses(campaign, "1.s.7")) == 2)
    assert statuses(campaign, "1.s.7") == ["sent", "delivered"]
    for hook in campaign.at("/hooks/twilio/status/1.s.7"):
        assert hook.path.endswith("?attempt=a1")
        assert RequestValidator(box.token).validate(url, hook.form, hook.headers["X-Twilio-Signature"])
    sent, delivered = (hook.form for hook in campaign.at("/hooks/twilio/status"))
    assert set(sent) == set(FORMS["sent"]) - {"MessagingServiceSid"}
    assert set(delivered) == set(FORMS["delivered"]) - {"MessagingServiceSid"}


@pytest.mark.parametrize(
    ("ending", "sample"),
    [("995", "undelivered_30003"), ("996", "undelivered_30005"), ("997", "failed_30001_queue")],
)
def test_a_magic_number_ends_in_its_status_and_code(box: Box, campaign: Campaign, ending: str, sample: str) -> None:
    url = campaign.url + "/hooks/twilio/status/1.s.1"
    box.texter().messages.create(
        to="+447700900" + ending, messaging_service_sid=SERVICE, body="Hello", status_callback=url
    )

    expected = FORMS[sample]
    until(lambda: expected["MessageStatus"] in statuses(campaign, "1.s.1"))
    form = campaign.at("/hooks/twilio/status/1.s.1")[-1].form
    assert form["ErrorCode"] == expected["ErrorCode"]
    assert set(form) == set(expected) | ({"RawDlrDoneDate"} & set(form))


def test_a_lost_text_stays_queued(box: Box, campaign: Campaign) -> None:
    lost = text(box, to="+447700900998", status_callback=campaign.url + "/hooks/twilio/status/1.s.1")
    text(box, status_callback=campaign.url + "/hooks/twilio/status/1.s.2")

    until(lambda: "delivered" in statuses(campaign, "1.s.2"))

    assert statuses(campaign, "1.s.1") == []
    assert box.texter().messages(lost.sid).fetch().status == "queued"


def test_the_ledger_knows_a_text_by_the_last_part_of_its_callback(box: Box, campaign: Campaign) -> None:
    text(box, status_callback=campaign.url + "/hooks/twilio/status/1.s.7?attempt=a1")

    rows = box.get("/control/ledger")["rows"]
    assert isinstance(rows, list)
    assert [(row["channel"], row["to"], row["ref"], row["attempt"]) for row in rows] == [("sms", ANA, "1.s.7", "a1")]


def test_the_list_is_filtered_by_number_and_day(box: Box) -> None:
    text(box, ANA, "one")
    text(box, BILAL, "two")
    until(lambda: all(each.status == "delivered" for each in box.texter().messages.list()))
    messages = box.texter().messages
    # Of the texts themselves: midnight may have passed since.
    days = sorted(each.date_sent for each in messages.list())
    today, yesterday = days[-1], days[0] - timedelta(days=1)

    assert [each.body for each in messages.list(to=ANA)] == ["one"]
    assert [each.body for each in messages.list(from_=OUR_NUMBER)] == ["two", "one"]
    assert [each.body for each in messages.list(to=ANA, date_sent=today.date())] == ["one"]
    assert messages.list(to=ANA, date_sent=yesterday.date()) == []
    assert messages.list(date_sent_before=yesterday.date()) == []
    assert len(messages.list(date_sent_after=yesterday.date())) == 2


def test_a_text_not_yet_sent_is_missing_from_a_list_by_day(box: Box) -> None:
    text(box, "+447700900998", "never sent")

    assert box.texter().messages.list(date_sent=datetime.now(UTC).date()) == []
    assert len(box.texter().messages.list(to="+447700900998")) == 1


def test_pages_follow_each_other_and_do_not_shift_when_a_new_text_arrives(box: Box) -> None:
    for number in range(25):
        text(box, ANA, f"text {number}")

    pages = box.texter().messages.stream(page_size=10)
    first = [next(pages).body for _ in range(10)]
    text(box, ANA, "a new one")
    rest = [each.body for each in pages]

    assert first + rest == [f"text {number}" for number in reversed(range(25))]


def test_a_page_names_its_neighbours_as_the_specification_does(box: Box) -> None:
    for number in range(3):
        text(box, ANA, f"text {number}")
    url = f"{box.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=2"

    page = requests.get(url, auth=(ACCOUNT, box.token), timeout=60).json()

    listed = SPEC["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["get"]["responses"]["200"]
    assert set(page) == set(listed["content"]["application/json"]["schema"]["properties"])
    assert page["next_page_uri"].startswith("/2010-04-01/Accounts/")
    assert (page["start"], page["end"], page["page_size"]) == (0, 1, 2)


def test_a_scheduled_text_can_be_cancelled_and_a_sent_one_cannot(box: Box) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    planned = box.texter().messages.create(
        to=ANA, messaging_service_sid=SERVICE, body="Later", send_at=later, schedule_type="fixed"
    )

    cancelled = box.texter().messages(planned.sid).update(status="canceled")

    assert (planned.status, cancelled.status) == ("scheduled", "canceled")


def test_a_finished_text_can_be_deleted(box: Box) -> None:
    message = box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="Hello")
    until(lambda: box.texter().messages(message.sid).fetch().status == "delivered")

    assert box.texter().messages(message.sid).delete()

    assert box.texter().messages.list(to=ANA) == []


@pytest.mark.parametrize(
    "vector",
    [
        each
        for each in SEGMENTS
        if 0 < len(each["text"]) <= 1600 and each["text"].strip() and not each["smart_encoding"]
    ],
    ids=lambda vector: vector["id"],
)
def test_segments_are_counted_as_twilios_own_calculator_does(box: Box, vector: dict[str, object]) -> None:
    message = box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body=str(vector["text"]))

    assert message.num_segments == str(vector["segments"])
