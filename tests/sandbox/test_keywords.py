"""A person texts in: Twilio's own keyword answers, the signed webhook, and what the campaign answers."""

import json
from pathlib import Path

import pytest
from house_sandbox import ANA, OUR_NUMBER, Box, Campaign, until
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

SAMPLES = json.loads((Path(__file__).parents[1] / "vectors" / "events_samples.json").read_text())
INBOUND = SAMPLES["twilio"]["inbound_forms"]


def text_in(box: Box, body: str) -> dict[str, object]:
    return box.ask("POST", "/control/inbound", {"from": ANA, "to": OUR_NUMBER, "body": body})


def bodies(box: Box) -> list[object]:
    return [text["body"] for text in box.messages(ANA)]


def test_an_inbound_text_is_posted_signed_with_its_empty_fields(box: Box, campaign: Campaign) -> None:
    heard = text_in(box, "Sign me up – please & thanks")

    (hook,) = campaign.at("/hooks/twilio/sms")
    assert heard == {"sid": hook.form["MessageSid"], "posted": True, "status": 204}
    assert set(hook.form) == set(INBOUND["free_text"]) - {"MessagingServiceSid"}
    assert hook.form["Body"] == "Sign me up – please & thanks"
    assert hook.form["FromCity"] == hook.form["FromZip"] == ""
    url = campaign.url + "/hooks/twilio/sms"
    assert RequestValidator(box.token).validate(url, hook.form, hook.headers["X-Twilio-Signature"])


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OptOut"]
)
def test_after_a_stop_word_nothing_more_can_be_sent(box: Box, campaign: Campaign, word: str) -> None:
    text_in(box, word)

    assert campaign.at("/hooks/twilio/sms")[0].form["Body"] == word
    assert str(bodies(box)[-1]).startswith("You have successfully been unsubscribed.")
    with pytest.raises(TwilioRestException) as refused:
        box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="Half time")
    assert refused.value.code == 21610


@pytest.mark.parametrize("words", ["STOP PLEASE", "OPT OUT", "stop.", "ARRET", "remove me"])
def test_words_twilio_does_not_know_stop_nothing(box: Box, words: str) -> None:
    text_in(box, words)

    assert bodies(box) == [words]
    assert box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="Half time").status == "queued"


def test_through_a_messaging_service_the_opt_out_shows_in_the_callback(box: Box, campaign: Campaign) -> None:
    text_in(box, "STOP")

    url = campaign.url + "/hooks/twilio/status/1.s.1"
    service = "MG" + "0" * 31 + "1"
    box.texter().messages.create(to=ANA, messaging_service_sid=service, body="x", status_callback=url)

    until(lambda: any(hook.form.get("ErrorCode") for hook in campaign.at("/hooks/twilio/status")))
    form = campaign.at("/hooks/twilio/status")[-1].form
    assert (form["MessageStatus"], form["ErrorCode"]) == ("failed", "21610")


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_a_start_word_opens_the_way_again(box: Box, word: str) -> None:
    text_in(box, "STOP")

    text_in(box, word)

    assert str(bodies(box)[-1]).startswith("You have successfully been re-subscribed")
    assert box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="Half time").status == "queued"


def test_yes_from_one_who_never_stopped_is_only_passed_on(box: Box, campaign: Campaign) -> None:
    text_in(box, "YES")

    assert bodies(box) == ["YES"]
    assert len(campaign.at("/hooks/twilio/sms")) == 1


def test_help_is_answered_by_twilio_and_passed_on(box: Box, campaign: Campaign) -> None:
    text_in(box, "help")

    assert str(bodies(box)[-1]).startswith("Reply STOP to unsubscribe.")
    assert len(campaign.at("/hooks/twilio/sms")) == 1


def test_stop_twice_is_answered_once(box: Box) -> None:
    text_in(box, "STOP")
    text_in(box, "STOP")

    assert len([text for text in box.messages(ANA) if text["automatic"]]) == 1


def test_what_the_campaign_answers_in_twiml_reaches_the_phone(box: Box, campaign: Campaign) -> None:
    campaign.twiml = (
        '<?xml version="1.0"?><Response><Message action="/hooks/twilio/status/n.7">Thanks &amp; hello</Message>'
        "<Message><Body>Second</Body></Message></Response>"
    )

    text_in(box, "SIGN")

    assert bodies(box) == ["SIGN", "Thanks & hello", "Second"]
    until(lambda: len(campaign.at("/hooks/twilio/status/n.7")) == 2)
    assert box.get("/control/ledger/summary")["accepted"] == {"email": 0, "sms": 2}


def test_a_twiml_answer_to_stop_does_not_go_out(box: Box, campaign: Campaign) -> None:
    campaign.twiml = "<Response><Message>Sorry to see you go</Message></Response>"

    text_in(box, "STOP")

    reply = next(text for text in box.messages(ANA) if text["body"] == "Sorry to see you go")
    assert (reply["status"], reply["error_code"]) == ("failed", 21610)
    assert box.get("/control/ledger/summary")["accepted"] == {"email": 0, "sms": 0}


@pytest.mark.parametrize("answer", ["<Response/>", "<Response></Response>", "not xml"])
def test_an_empty_answer_sends_nothing(box: Box, campaign: Campaign, answer: str) -> None:
    campaign.twiml = answer

    text_in(box, "hello")

    assert bodies(box) == ["hello"]


def test_inbound_texts_are_in_the_list_for_one_who_missed_the_webhook(box: Box, campaign: Campaign) -> None:
    box.faults(inbound={"never": {"next": 1}})

    heard = text_in(box, "STOP")

    assert heard["posted"] is False
    assert campaign.hooks == []
    (found,) = [each for each in box.texter().messages.list(to=OUR_NUMBER) if each.direction == "inbound"]
    assert (found.body, found.from_, found.status) == ("STOP", ANA, "received")


def test_a_text_to_a_number_that_is_not_ours_is_a_mistake(box: Box) -> None:
    answer = box.ask("POST", "/control/inbound", {"from": ANA, "to": "+447700900555", "body": "x"})

    assert answer["http_status"] == 400
