"""Twilio's webhooks: who signed them, and each documented form in our own words."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from twilio.request_validator import RequestValidator

from service.domain.consent import Suppressed
from service.domain.receipt import ReceiptKind
from service.providers.twilio.webhooks import SETTINGS_HEADER, SIGNATURE_HEADER, parse_inbound, parse_status, verified
from service.sending.obeying import suppression_for

VECTORS = Path(__file__).parents[1] / "vectors"
SIGNED = json.loads((VECTORS / "signature_vectors.json").read_text())["twilio"]
SAMPLES = json.loads((VECTORS / "events_samples.json").read_text())["twilio"]
STATUSES = SAMPLES["status_callback_forms"]
NOW = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
PUBLIC = "https://example.org"
TOKEN = "12345678901234567890123456789012"


def judged(vector: dict[str, object], *tokens: str) -> bool:
    """A vector put to the door as the web framework would: the configured address, then the raw path and query."""
    parts = urlsplit(str(vector["url"]))
    public_url = f"{parts.scheme}://{parts.netloc}"
    headers: dict[str, str] = vector["headers"]  # type: ignore[assignment]  # as the file has it
    return verified(
        public_url=public_url,
        path_and_query=str(vector["url"]).removeprefix(public_url),
        form=parse_qsl(str(vector["raw_body"]), keep_blank_values=True),
        signature=headers.get(SIGNATURE_HEADER),
        settings_header=headers.get(SETTINGS_HEADER),
        tokens=tokens or (str(vector["secret"]),),
    )


def is_json(vector: dict[str, object]) -> bool:
    return str(vector["id"]).startswith("json-")


@pytest.mark.parametrize("vector", [each for each in SIGNED if not is_json(each)], ids=lambda vector: vector["id"])
def test_every_signature_vector_of_a_form_is_taken_or_refused_as_written(vector: dict[str, object]) -> None:
    assert judged(vector) == (vector["expect"] == "accept")


@pytest.mark.parametrize("vector", [each for each in SIGNED if is_json(each)], ids=lambda vector: vector["id"])
def test_a_json_body_at_a_door_for_forms_gives_the_sender_nothing(vector: dict[str, object]) -> None:
    """We ask Twilio for no JSON. What is signed is the address alone, so the body's form must stay empty."""
    with_form = {**vector, "raw_body": "From=%2B447700900101&Body=STOP"}

    assert not judged(with_form)


def signature_of(path: str, form: list[tuple[str, str]], token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(PUBLIC + path, dict(form)))


def test_while_tokens_change_both_are_good() -> None:
    form = [("From", "+447700900101"), ("Body", "STOP")]
    signed = {
        "public_url": PUBLIC,
        "path_and_query": "/hooks/twilio/sms",
        "form": form,
        "signature": signature_of("/hooks/twilio/sms", form),
        "settings_header": None,
    }

    assert verified(**signed, tokens=["new-token", TOKEN])  # type: ignore[arg-type]  # a dict of several kinds
    assert not verified(**signed, tokens=["new-token"])  # type: ignore[arg-type]  # a dict of several kinds
    assert not verified(**signed, tokens=[])  # type: ignore[arg-type]  # a dict of several kinds


def test_a_caller_does_not_choose_the_algorithm() -> None:
    form = [("Body", "STOP")]

    assert not verified(
        public_url=PUBLIC,
        path_and_query="/hooks/twilio/sms",
        form=form,
        signature=signature_of("/hooks/twilio/sms", form),
        settings_header="key=mine,algorithm=HMAC_SHA1",
        tokens=[TOKEN],
    )


def test_every_value_of_a_repeated_name_is_signed() -> None:
    form = [("MediaUrl", "b"), ("MediaUrl", "a")]

    def judge(given: list[tuple[str, str]]) -> bool:
        class Several(dict[str, str]):
            def getlist(self, name: str) -> list[str]:
                return [value for key, value in form if key == name]

        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + "/", Several(form))
        return verified(
            public_url=PUBLIC,
            path_and_query="/",
            form=given,
            signature=signature,
            settings_header=None,
            tokens=[TOKEN],
        )

    assert judge(form)
    assert not judge(form[:1])


@pytest.mark.parametrize("signature", [None, "", "?", "é", "A" * 10_000])
@pytest.mark.parametrize("path", ["", "/", "//", "/?bodySHA256=zz", "/\x00", ":99999999/x", "/é?ü"])
def test_junk_is_refused_and_never_raises(signature: str | None, path: str) -> None:
    assert not verified(
        public_url=PUBLIC,
        path_and_query=path,
        form=[("", ""), ("a", "\udcff")],
        signature=signature,
        settings_header=None,
        tokens=[TOKEN],
    )


@pytest.mark.parametrize("name", SAMPLES["inbound_forms"])
def test_every_documented_inbound_text_is_read(name: str) -> None:
    form = SAMPLES["inbound_forms"][name]

    text = parse_inbound(form, now=NOW)

    assert (text.provider_ref, text.from_number, text.to_number) == (form["MessageSid"], form["From"], form["To"])
    assert (text.body, text.opt_out_type, text.received_at) == (form["Body"], form.get("OptOutType", ""), NOW)


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_text_from_nobody_is_none(missing: str) -> None:
    form = {name: value for name, value in SAMPLES["inbound_forms"]["free_text"].items() if name != missing}

    with pytest.raises(KeyError):
        parse_inbound(form, now=NOW)


MEANINGS = {
    "queued": (ReceiptKind.ACCEPTED, None),
    "sending": (ReceiptKind.ACCEPTED, None),
    "sent": (ReceiptKind.SENT, None),
    "delivered": (ReceiptKind.DELIVERED, None),
    "delivered_no_dlr_date": (ReceiptKind.DELIVERED, None),
    "undelivered_30003": (ReceiptKind.FAILED, None),
    "undelivered_30005": (ReceiptKind.FAILED, Suppressed.HARD_BOUNCE),
    "undelivered_30006": (ReceiptKind.FAILED, Suppressed.HARD_BOUNCE),
    "undelivered_30007": (ReceiptKind.FAILED, None),
    "undelivered_30008": (ReceiptKind.FAILED, None),
    "undelivered_30034": (ReceiptKind.FAILED, None),
    "failed_30001_queue": (ReceiptKind.FAILED, None),
    "failed_30002_account": (ReceiptKind.FAILED, None),
    "failed_21610_optout_via_service": (ReceiptKind.FAILED, Suppressed.PROVIDER_OPT_OUT),
    "failed_30450_pumping": (ReceiptKind.FAILED, None),
    "no_messaging_service": (ReceiptKind.DELIVERED, None),
    "unknown_future_status": (ReceiptKind.UNKNOWN, None),
    "extra_unknown_field": (ReceiptKind.SENT, None),
}


def test_every_documented_callback_has_a_meaning_here() -> None:
    assert set(MEANINGS) == set(STATUSES)


@pytest.mark.parametrize("name", MEANINGS)
def test_each_callback_says_what_happened_and_whether_to_leave_the_number_alone(name: str) -> None:
    form = STATUSES[name]

    receipt = parse_status(form, ref="7.s.12", now=NOW)

    assert (receipt.kind, suppression_for(receipt)) == MEANINGS[name]
    assert receipt.event_id == f"{form['MessageSid']}:{form['MessageStatus']}"
    assert (receipt.ref, receipt.code, receipt.at) == ("7.s.12", form.get("ErrorCode", ""), NOW)


def test_a_callback_with_an_odd_code_suppresses_nobody() -> None:
    for code in ("9" * 5000, "²", "٣٠٠٠٥", "", "30005 "):
        form = {**STATUSES["undelivered_30005"], "ErrorCode": code}

        assert suppression_for(parse_status(form, ref="7.s.12", now=NOW)) is None
