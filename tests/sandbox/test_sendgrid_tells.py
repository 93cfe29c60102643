"""The event webhook: signed as SendGrid signs, in its field sets, told again until it is taken."""

import base64
import json
import stat
import time
from pathlib import Path

import pytest
from house_sandbox import Box, Campaign, letter, until
from sendgrid.helpers.eventwebhook import EventWebhook

SAMPLES = json.loads((Path(__file__).parents[1] / "vectors" / "events_samples.json").read_text())
EVENTS = SAMPLES["sendgrid"]["events"]
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


def kinds(campaign: Campaign, address: str = "") -> list[object]:
    return [event["event"] for event in campaign.events() if not address or event["email"] == address]


def test_the_packages_own_validator_accepts_what_is_posted(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org"))
    until(lambda: "delivered" in kinds(campaign))

    validator = EventWebhook(box.page("/keys/sendgrid"))
    for hook in campaign.at("/hooks/sendgrid/events"):
        body = hook.body.decode()
        assert body.endswith("\r\n")
        assert validator.verify_signature(body, hook.headers[SIGNATURE], hook.headers[TIMESTAMP])
        assert not validator.verify_signature(body + " ", hook.headers[SIGNATURE], hook.headers[TIMESTAMP])


def test_the_private_key_is_kept_for_its_owner_only_and_the_public_one_beside_it(box: Box) -> None:
    kept = box.home / "sandbox"

    assert stat.S_IMODE((kept / "sendgrid_private_key.pem").stat().st_mode) == 0o600
    assert (kept / "sendgrid_public_key").read_text().strip() == box.page("/keys/sendgrid")
    assert base64.b64decode(box.page("/keys/sendgrid"))


def test_a_delivered_copy_is_told_as_processed_then_delivered_with_our_reference(box: Box, campaign: Campaign) -> None:
    sent = box.mailer().send(letter("ana@example.org"))

    until(lambda: len(campaign.events()) == 2)
    processed, delivered = campaign.events()
    assert [processed["event"], delivered["event"]] == ["processed", "delivered"]
    assert (delivered["ref"], delivered["attempt"]) == ("1.e.0", "a1")
    assert str(delivered["sg_message_id"]).partition(".")[0] == sent.headers["X-Message-Id"]
    assert len({processed["sg_event_id"], delivered["sg_event_id"]}) == 2


FATES = {
    "bounce": [("processed", "processed"), ("bounce", "bounce_hard")],
    "blocked": [("processed", "processed"), ("bounce", "bounce_blocked")],
    "full": [("processed", "processed"), ("deferred", "deferred"), ("bounce", "bounce_mailbox_full")],
    "late": [("processed", "processed"), ("delivered", "delivered"), ("bounce", "bounce_async_no_sg_message_id")],
    "slow": [("processed", "processed"), ("deferred", "deferred"), ("delivered", "delivered")],
    "drop": [("dropped", "dropped_bounced")],
    "spam": [("processed", "processed"), ("delivered", "delivered"), ("spamreport", "spamreport")],
}


@pytest.mark.parametrize(("word", "course"), FATES.items())
def test_a_magic_address_meets_its_fate_in_the_documented_fields(
    box: Box, campaign: Campaign, word: str, course: list[tuple[str, str]]
) -> None:
    mail = letter(
        f"{word}@example.org",
        categories=["campaign-42", "newsletter"],
        asm={"group_id": 12345},
        ip_pool_name="marketing",
    )

    box.mailer().send(mail)

    until(lambda: len(campaign.events()) == len(course))
    theirs = {"message_id", "campaign_id"}
    for event, (kind, sample) in zip(campaign.events(), course, strict=True):
        assert event["event"] == kind
        assert set(event) == set(EVENTS[sample]) - theirs | {"ref", "attempt"}
        for name in ("type", "status", "reason", "bounce_classification"):
            assert event.get(name) == EVENTS[sample].get(name)


def test_a_lost_message_is_never_heard_of(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("lost@example.org", "ana@example.org"))

    until(lambda: "delivered" in kinds(campaign, "ana@example.org"))

    assert kinds(campaign, "lost@example.org") == []
    assert box.messages("lost@example.org")[0]["landed"] == "lost"


@pytest.mark.parametrize(
    ("what", "sample"),
    [
        ("open", "open"),
        ("machine_open", "open_machine"),
        ("click", "click"),
        ("spam", "spamreport"),
        ("unsubscribe", "unsubscribe"),
    ],
)
def test_what_a_reader_does_is_told_in_the_documented_fields(
    box: Box, campaign: Campaign, what: str, sample: str
) -> None:
    box.mailer().send(letter("ana@example.org", categories=["campaign-42", "newsletter"]))
    until(lambda: "delivered" in kinds(campaign))

    box.ask("POST", "/control/act", {"to": "ana@example.org", "what": what})

    until(lambda: len(campaign.events()) == 3)
    event = campaign.events()[-1]
    expected = set(EVENTS[sample]) - {"message_id", "campaign_id", "asm_group_id"}
    assert set(event) - {"ref", "attempt"} == expected
    assert event["event"] == EVENTS[sample]["event"]
    assert event.get("sg_machine_open") == EVENTS[sample].get("sg_machine_open")


def test_a_click_names_the_link_as_its_reader_would_follow_it(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org"))

    box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "click"})

    until(lambda: "click" in kinds(campaign))
    click = next(event for event in campaign.events() if event["event"] == "click")
    assert click["url"] == "https://example.org/sign?a=1&b=2"
    assert click["url_offset"] == {"index": 0, "type": "html"}


def test_a_group_message_is_unsubscribed_from_its_group(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org", asm={"group_id": 12345}))

    box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "unsubscribe"})

    until(lambda: "group_unsubscribe" in kinds(campaign))


def test_one_can_come_back_to_a_group_but_not_without_one(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org", asm={"group_id": 12345}))
    box.mailer().send(letter("bilal@example.org"))

    box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "resubscribe"})
    refused = box.ask("POST", "/control/act", {"to": "bilal@example.org", "what": "resubscribe"})

    assert refused["http_status"] == 409
    until(lambda: "group_resubscribe" in kinds(campaign))


def test_a_change_to_the_account_is_told_without_an_address(box: Box, campaign: Campaign) -> None:
    box.ask("POST", "/control/account", {"type": "compliance_suspend"})

    until(campaign.events)
    assert set(campaign.events()[0]) == set(EVENTS["account_status_change"])
    assert campaign.events()[0]["type"] == "compliance_suspend"


def test_mail_for_later_meets_its_events_later(box: Box, campaign: Campaign) -> None:
    later = int(time.time()) + 2
    box.mailer().send(letter("ana@example.org", send_at=later))

    until(lambda: "delivered" in kinds(campaign, "ana@example.org"))
    assert [event["event"] for event in campaign.events() if int(str(event["timestamp"])) < later] == []


def test_nothing_is_tracked_when_the_sender_switched_tracking_off(box: Box, campaign: Campaign) -> None:
    off = {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}}
    box.mailer().send(letter("ana@example.org", tracking_settings=off))
    until(lambda: "delivered" in kinds(campaign))

    opened = box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "open"})
    clicked = box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "click"})
    box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "spam"})

    assert (opened["told"], clicked["told"]) == (False, False)
    until(lambda: "spamreport" in kinds(campaign))
    assert kinds(campaign) == ["processed", "delivered", "spamreport"]


def test_an_address_that_bounced_is_dropped_the_next_time(box: Box, campaign: Campaign) -> None:
    box.faults(lists={"bouncing_addresses": ["ana@example.org"]})
    box.mailer().send(letter("ana@example.org"))
    until(lambda: "bounce" in kinds(campaign))

    box.mailer().send(letter("ana@example.org"))

    until(lambda: "dropped" in kinds(campaign))
    assert campaign.events()[-1]["reason"] == "Bounced Address"


def test_one_who_reported_spam_is_dropped_the_next_time(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org"))
    box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "spam"})

    box.mailer().send(letter("ana@example.org"))

    until(lambda: "dropped" in kinds(campaign))
    dropped = next(event for event in campaign.events() if event["event"] == "dropped")
    assert dropped["reason"] == "Spam Reporting Address"


def test_a_field_of_the_event_wins_over_a_custom_arg_of_the_same_name(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("slow@example.org"))

    until(lambda: len(campaign.events()) == 3)

    assert [event["attempt"] for event in campaign.events()] == ["a1", "1", "a1"]


def test_what_the_campaign_does_not_take_is_posted_again_with_the_same_ids(box: Box, campaign: Campaign) -> None:
    campaign.failures = 1

    box.mailer().send(letter("ana@example.org"))

    until(lambda: len(campaign.events()) >= 3)
    first, *rest = campaign.at("/hooks/sendgrid/events")
    assert first.body in [hook.body for hook in rest]


def test_a_post_holds_at_most_a_thousand_events(box: Box, campaign: Campaign) -> None:
    for batch in range(3):
        box.mailer().send(letter(*(f"p{batch}.{n}@example.org" for n in range(1000))))

    until(lambda: len(campaign.events()) == 6000)

    sizes = [len(hook.events) for hook in campaign.at("/hooks/sendgrid/events")]
    assert max(sizes) == 1000
    assert len({event["sg_event_id"] for event in campaign.events()}) == 6000


def test_the_mailboxs_own_unsubscribe_is_one_post_without_cookies(box: Box, campaign: Campaign) -> None:
    headers = {
        "List-Unsubscribe": f"<mailto:leave@example.org>, <{campaign.url}/leave/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    box.mailer().send(letter("ana@example.org", headers=headers))
    campaign.status = 200

    done = box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "one_click_unsubscribe"})

    (post,) = campaign.at("/leave/abc")
    assert done["status"] == 200
    assert post.body == b"List-Unsubscribe=One-Click"
    assert post.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Cookie" not in post.headers


def test_without_the_header_pair_there_is_no_one_click(box: Box) -> None:
    box.mailer().send(letter("ana@example.org"))

    refused = box.ask("POST", "/control/act", {"to": "ana@example.org", "what": "one_click_unsubscribe"})

    assert refused["http_status"] == 409
