"""SendGrid's event webhook: who signed it, and each documented event in our own words."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.domain.consent import Suppressed
from service.domain.receipt import Receipt, ReceiptKind
from service.providers.sendgrid.events import parse_events, verified
from service.sending.obeying import suppression_for

VECTORS = Path(__file__).parents[1] / "vectors"
SIGNED = json.loads((VECTORS / "signature_vectors.json").read_text())["sendgrid"]
SAMPLES = json.loads((VECTORS / "events_samples.json").read_text())["sendgrid"]
NOW = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("vector", SIGNED["vectors"], ids=lambda vector: vector["id"])
def test_every_signature_vector_is_taken_or_refused_as_written(vector: dict[str, str]) -> None:
    is_good = verified(vector["signature"], vector["timestamp"], vector["raw_body"].encode(), [vector["public_key"]])

    assert is_good == (vector["expect"] == "accept")


def test_while_keys_change_both_are_good() -> None:
    vector = next(each for each in SIGNED["vectors"] if each["id"] == "valid-batch")
    said = vector["signature"], vector["timestamp"], vector["raw_body"].encode()

    assert verified(*said, [SIGNED["other_public_key"], SIGNED["public_key"]])
    assert not verified(*said, [SIGNED["other_public_key"]])
    assert not verified(*said, [])


def test_the_timestamp_and_the_body_cannot_be_cut_elsewhere() -> None:
    vector = next(each for each in SIGNED["vectors"] if each["id"] == "valid-batch")
    body = vector["raw_body"].encode()

    # The same bytes are signed; the border between them is not.
    assert not verified(vector["signature"], vector["timestamp"][:9], b"0" + body, [SIGNED["public_key"]])
    assert not verified(vector["signature"], vector["timestamp"] + "[", body[1:], [SIGNED["public_key"]])


@pytest.mark.parametrize("signature", [None, "", "?", "é", "A" * 5, "AAAA", "A" * 100_000])
@pytest.mark.parametrize("timestamp", [None, "", "١٢٣٤٥٦٧٨٩٠", "176848020", "1768480200\n", "1768480200"])
def test_junk_is_refused_and_never_raises(signature: str | None, timestamp: str | None) -> None:
    assert not verified(signature, timestamp, b"[]", [SIGNED["public_key"]])


@pytest.mark.parametrize(
    "key", ["", "junk", "é", "AAAA", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="]
)
def test_a_key_that_is_none_signs_nothing(key: str) -> None:
    vector = next(each for each in SIGNED["vectors"] if each["id"] == "valid-batch")
    said = vector["signature"], vector["timestamp"], vector["raw_body"].encode()

    assert not verified(*said, [key])
    assert verified(*said, [key, SIGNED["public_key"]])


def told(name: str) -> Receipt:
    (receipt,) = parse_events(json.dumps([SAMPLES["events"][name]]).encode(), now=NOW)
    return receipt


MEANINGS = {
    "processed": (ReceiptKind.ACCEPTED, None),
    "deferred": (ReceiptKind.DEFERRED, None),
    "delivered": (ReceiptKind.DELIVERED, None),
    "bounce_hard": (ReceiptKind.BOUNCED, Suppressed.HARD_BOUNCE),
    "bounce_blocked": (ReceiptKind.BLOCKED, None),
    "bounce_mailbox_full": (ReceiptKind.BLOCKED, None),
    "bounce_async_no_sg_message_id": (ReceiptKind.BOUNCED, Suppressed.HARD_BOUNCE),
    "dropped_bounced": (ReceiptKind.DROPPED, Suppressed.HARD_BOUNCE),
    "dropped_unsubscribed": (ReceiptKind.DROPPED, Suppressed.LEFT),
    "dropped_spam_reporting": (ReceiptKind.DROPPED, Suppressed.COMPLAINT),
    "dropped_invalid": (ReceiptKind.DROPPED, Suppressed.HARD_BOUNCE),
    "dropped_quota": (ReceiptKind.DROPPED, None),
    "open": (ReceiptKind.OPENED, None),
    "open_machine": (ReceiptKind.OPENED, None),
    "click": (ReceiptKind.CLICKED, None),
    "spamreport": (ReceiptKind.COMPLAINED, Suppressed.COMPLAINT),
    "unsubscribe": (ReceiptKind.UNSUBSCRIBED, Suppressed.LEFT),
    "group_unsubscribe": (ReceiptKind.UNSUBSCRIBED, Suppressed.LEFT),
    "group_resubscribe": (ReceiptKind.RESUBSCRIBED, None),
    "account_status_change": (ReceiptKind.ACCOUNT, None),
    "string_category": (ReceiptKind.DELIVERED, None),
    "reserved_key_clash": (ReceiptKind.DELIVERED, None),
    "unknown_future_event": (ReceiptKind.UNKNOWN, None),
    "test_integration": (ReceiptKind.ACCEPTED, None),
}


def test_every_documented_event_has_a_meaning_here() -> None:
    assert set(MEANINGS) == set(SAMPLES["events"])


@pytest.mark.parametrize("name", MEANINGS)
def test_each_event_says_what_happened_and_whether_to_leave_the_address_alone(name: str) -> None:
    receipt = told(name)

    assert (receipt.kind, suppression_for(receipt)) == MEANINGS[name]
    assert receipt.at == datetime.fromtimestamp(SAMPLES["events"][name]["timestamp"], UTC)


@pytest.mark.parametrize("name", SAMPLES["batches"])
def test_no_event_of_a_batch_is_lost(name: str) -> None:
    raw = json.dumps(SAMPLES["batches"][name], separators=(",", ":")).encode() + b"\r\n"

    receipts = parse_events(raw, now=NOW)

    assert [receipt.event_id for receipt in receipts] == [each["sg_event_id"] for each in SAMPLES["batches"][name]]


def test_our_own_names_for_the_message_and_the_attempt_come_back() -> None:
    event = {**SAMPLES["events"]["delivered"], "ref": "7.e.12", "attempt_id": "5d0c9a3e"}

    (receipt,) = parse_events(json.dumps([event]).encode(), now=NOW)

    assert (receipt.ref, receipt.attempt_id, receipt.address) == ("7.e.12", "5d0c9a3e", "ann@example.com")


def test_a_machine_that_opens_is_told_from_a_person() -> None:
    assert told("open_machine").is_machine
    assert not told("open").is_machine
    assert told("click").url == "https://shop.example.com/sale?utm_source=mail&x=1"


def test_an_event_without_an_id_is_kept_once_however_often_it_comes() -> None:
    event = {"event": "unsubscribe", "ref": "7.e.12", "timestamp": 1768480700}
    turned = dict(reversed(event.items()))

    first, again, other = parse_events(json.dumps([event, turned, {**event, "ref": "7.e.13"}]).encode(), now=NOW)

    assert first.event_id == again.event_id != other.event_id


@pytest.mark.parametrize("timestamp", [None, "yesterday", -1, 1e300, [], {}, 99999999999999])
def test_an_event_of_no_known_time_is_of_now(timestamp: object) -> None:
    event = {**SAMPLES["events"]["delivered"], "timestamp": timestamp}

    assert parse_events(json.dumps([event]).encode(), now=NOW)[0].at == NOW


def test_odd_shapes_are_kept_as_unknown() -> None:
    odd = [
        {"sg_event_id": "1"},
        {"sg_event_id": 2, "event": {"a": 1}, "ref": 7, "reason": [], "email": 3},
        "x",
        None,
        4,
    ]

    receipts = parse_events(json.dumps(odd).encode(), now=NOW)

    assert [(receipt.event_id, receipt.kind, receipt.ref) for receipt in receipts] == [
        ("1", ReceiptKind.UNKNOWN, None),
        ("2", ReceiptKind.UNKNOWN, None),
    ]


_DEEP = b"[" * 900 + b"]" * 900


@pytest.mark.parametrize(
    "field", ["a", "event", "sg_event_id", "email", "ref", "reason", "status", "type", "timestamp"]
)
def test_an_event_of_lists_within_lists_costs_the_others_of_its_post_nothing(field: str) -> None:
    odd = b'{"event": "bounce", "%s": %s}' % (field.encode(), _DEEP)

    receipts = parse_events(b'[%s, {"event": "spamreport", "email": "a@example.org"}]' % odd, now=NOW)

    assert [receipt.kind for receipt in receipts][1:] == [ReceiptKind.COMPLAINED]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"a\\u0000b@example.org", "a\\u0000b@example.org"),
        (rb"a\u0000b@example.org", "ab@example.org"),
        (rb"\ud83d\ude00@example.org", "😀@example.org"),
        (rb"\ud83d@example.org", "?@example.org"),
        (rb"\uDE00\ud83d@example.org", "??@example.org"),
    ],
)
def test_signs_no_text_holds_are_left_out_and_all_others_stay(written: bytes, read: str) -> None:
    (receipt,) = parse_events(b'[{"event": "open", "email": "%s", "a": %s}]' % (written, _DEEP), now=NOW)

    assert receipt.address == read


@pytest.mark.parametrize("raw", [b"", b"{}", b"null", b"[", b"\xff"])
def test_what_is_no_list_of_events_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds; the door answers 400
        parse_events(raw, now=NOW)


@pytest.mark.parametrize(
    ("classified", "status", "is_permanent"),
    [
        ("Invalid Address", "5.0.0", True),
        ("Invalid Address", "", True),
        ("Unclassified", "5.0.0", True),
        (None, "5.1.1", True),
        ("Mailbox Unavailable", "5.1.1", True),
        ("Mailbox Unavailable", "5.2.1", False),
        ("Reputation", "5.7.1", False),
        ("Content", "5.6.0", False),
        ("Technical Failure", "5.4.4", False),
        ("Frequency or Volume Too High", "5.7.0", False),
        ("Reputation", "5.1.8", False),
    ],
)
def test_a_bounce_for_our_own_words_or_name_leaves_the_address_its_consent(
    classified: str | None, status: str, is_permanent: bool
) -> None:
    event = {**SAMPLES["events"]["bounce_hard"], "bounce_classification": classified, "status": status}

    (receipt,) = parse_events(json.dumps([event]).encode(), now=NOW)

    assert (receipt.kind, receipt.permanent) == (ReceiptKind.BOUNCED, is_permanent)


def test_no_reason_quotes_the_address() -> None:
    assert not [name for name in MEANINGS if "@" in told(name).reason]
