"""What SendGrid refuses, the sandbox refuses: the same status, the same field, nothing accepted."""

import json
import time
from pathlib import Path

import jsonschema
import pytest
import requests
from house_sandbox import Box, letter
from python_http_client.exceptions import BadRequestsError, ForbiddenError, PayloadTooLargeError, UnauthorizedError
from python_http_client.exceptions import HTTPError as SendGridError

SPEC = json.loads((Path(__file__).parents[1] / "vectors" / "sendgrid_mail_send.openapi.json").read_text())
SAMPLES = json.loads((Path(__file__).parents[1] / "vectors" / "events_samples.json").read_text())
ANSWERS = SAMPLES["sendgrid"]["api_responses"]


def person(**changes: object) -> list[dict[str, object]]:
    return [{"to": [{"email": "ana@example.org"}], **changes}]


def many(count: int) -> list[dict[str, object]]:
    return [{"to": [{"email": f"p{n}@example.org"}]} for n in range(count)]


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "nobody to write to": ({"personalizations": []}, "personalizations"),
    "1001 people": ({"personalizations": many(1001)}, "personalizations"),
    "1001 recipients among fewer people": (
        {"personalizations": [{"to": [{"email": f"a{n}@example.org"} for n in range(1001)]}]},
        "personalizations",
    ),
    "the same address twice": (
        {"personalizations": [*person(), {"to": [{"email": "Ana@Example.org"}]}]},
        "personalizations",
    ),
    "a person without an address": ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
    "an address without a domain": (
        {"personalizations": [*many(17), {"to": [{"email": "ana@"}]}]},
        "personalizations.17.to.0.email",
    ),
    "an address with a space": (
        {"personalizations": [{"to": [{"email": "a na@example.org"}]}]},
        "personalizations.0.to.0.email",
    ),
    "an address with two dots": (
        {"personalizations": [{"to": [{"email": "a..a@example.org"}]}]},
        "personalizations.0.to.0.email",
    ),
    "an address that is not ASCII": (
        {"personalizations": [{"to": [{"email": "é@example.org"}]}]},
        "personalizations.0.to.0.email",
    ),
    "a bad copy address": ({"personalizations": person(cc=[{"email": "x"}])}, "personalizations.0.cc.0.email"),
    "no sender": ({"from": None}, "from.email"),
    "a bad sender": ({"from": {"email": "nobody"}}, "from.email"),
    "no subject": ({"subject": None}, "subject"),
    "an empty subject": ({"subject": ""}, "subject"),
    "no content": ({"content": None}, "content"),
    "empty content": ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
    "HTML before text": (
        {"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]},
        "content",
    ),
    "a reserved header": ({"headers": {"Reply-To": "x@example.org"}}, "headers.Reply-To"),
    "a person's reserved header": (
        {"personalizations": person(headers={"DKIM-Signature": "x"})},
        "personalizations.0.headers.DKIM-Signature",
    ),
    "too many bytes of substitutions": (
        {"personalizations": person(substitutions={"-a-": "x" * 10_001})},
        "personalizations.0.substitutions",
    ),
    "a substitution that is not text": (
        {"personalizations": person(substitutions={"-a-": 7})},
        "personalizations.0.substitutions",
    ),
    "substitutions with a dynamic template": (
        {"template_id": "d-1", "personalizations": person(substitutions={"-a-": "x"})},
        "personalizations.0.substitutions",
    ),
    "too many bytes of custom_args": (
        {"personalizations": person(custom_args={"ref": "é" * 5001})},
        "personalizations.0.custom_args",
    ),
    "a custom arg that is not text": ({"custom_args": {"ref": 7}}, "custom_args"),
    "eleven categories": ({"categories": [str(n) for n in range(11)]}, "categories"),
    "a category twice": ({"categories": ["a", "a"]}, "categories"),
    "a long category": ({"categories": ["x" * 256]}, "categories.0"),
    "a time too far ahead": ({"send_at": int(time.time()) + 73 * 3600}, "send_at"),
    "a group without a number": ({"asm": {}}, "asm.group_id"),
    "both ways to reply": (
        {"reply_to": {"email": "a@example.org"}, "reply_to_list": [{"email": "a@example.org"}]},
        "reply_to",
    ),
    "a short pool name": ({"ip_pool_name": "x"}, "ip_pool_name"),
    "two bypasses": (
        {
            "mail_settings": {
                "bypass_list_management": {"enable": True},
                "bypass_spam_management": {"enable": True},
            }
        },
        "mail_settings.bypass_list_management",
    ),
}


@pytest.mark.parametrize(("changes", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_the_whole_request_is_refused_and_the_field_is_named(box: Box, changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadRequestsError) as refused:
        box.mailer().send(letter("ana@example.org", **changes))

    errors = refused.value.to_dict
    assert field in [error["field"] for error in errors["errors"]]
    assert {frozenset(error) for error in errors["errors"]} == {frozenset({"message", "field", "help"})}
    assert box.get("/control/ledger/summary")["accepted"] == {"email": 0, "sms": 0}


@pytest.mark.parametrize(
    ("sample", "people"),
    [
        ("400_unique", [*many(2), {"to": [{"email": "ann@example.com"}]}, {"to": [{"email": "ann@example.com"}]}]),
        ("400_bad_email", [*many(17), {"to": [{"email": "nobody"}]}]),
        ("400_too_many", many(1001)),
    ],
)
def test_the_words_are_those_of_the_recorded_answers(box: Box, sample: str, people: list[dict[str, object]]) -> None:
    with pytest.raises(BadRequestsError) as refused:
        box.mailer().send(letter("x@example.org", personalizations=people))

    expected = ANSWERS[sample]["body"]["errors"][0]
    given = refused.value.to_dict["errors"][0]
    assert {name: given[name] for name in expected} == expected


def test_a_letter_that_fits_sendgrids_specification_is_accepted(box: Box) -> None:
    body = SPEC["paths"]["/v3/mail/send"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**body, "components": SPEC["components"]})
    mail = letter(
        "ana@example.org",
        reply_to={"email": "answers@example.org", "name": "Answers"},
        headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        categories=["half time"],
        tracking_settings={"click_tracking": {"enable": True, "enable_text": False}},
        send_at=int(time.time()) + 60,
    )

    validator.validate(mail)

    assert box.mailer().send(mail).status_code == 202


def test_a_wrong_key_is_401_in_sendgrids_words(box: Box) -> None:
    with pytest.raises(UnauthorizedError) as refused:
        box.mailer("SG.other").send(letter("ana@example.org"))

    assert refused.value.to_dict == ANSWERS["401"]["body"]


def test_more_than_30_megabytes_is_413_in_html(box: Box) -> None:
    with pytest.raises(PayloadTooLargeError) as refused:
        box.mailer().send(letter("ana@example.org", subject="x" * (30 * 1024 * 1024)))

    assert refused.value.body.startswith(b"<html>")
    assert "413 Request Entity Too Large" in refused.value.body.decode()


def test_an_unverified_sender_is_403(box: Box) -> None:
    box.faults(email={"unverified_sender": {"next": 1}})

    with pytest.raises(ForbiddenError) as refused:
        box.mailer().send(letter("ana@example.org"))

    assert refused.value.to_dict["errors"][0]["field"] == "from"


JSON = {"Content-Type": "application/json"}
NOT_MAIL: list[tuple[str, str, dict[str, str], str, int]] = [
    ("POST", "/v3/mail/send", JSON, "{", 400),
    ("POST", "/v3/mail/send", JSON, "[]", 400),
    ("POST", "/v3/mail/send", {"Content-Type": "text/plain"}, "{}", 415),
    ("PUT", "/v3/mail/send", JSON, "{}", 405),
    ("POST", "/v3/mail/sent", JSON, "{}", 404),
]


@pytest.mark.parametrize("asked", NOT_MAIL)
def test_requests_that_are_not_mail_get_sendgrids_status(
    box: Box, asked: tuple[str, str, dict[str, str], str, int]
) -> None:
    method, path, kind, body, status = asked
    headers = {"Authorization": f"Bearer {box.key}", **kind}

    answer = requests.request(method, box.url + path, data=body, headers=headers, timeout=60)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]


def test_the_package_sees_every_refusal_as_its_own_error(box: Box) -> None:
    box.faults(email={"error_before": {"next": 1, "status": 503}})

    with pytest.raises(SendGridError) as refused:
        box.mailer().send(letter("ana@example.org"))

    assert refused.value.status_code == 503
