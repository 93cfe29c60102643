"""The sandbox in the browser, without JavaScript: reading, following links, texting, breaking things."""

import re

import pytest
import requests
from house_sandbox import ANA, OUR_NUMBER, Box, Campaign, letter, until


def visit(box: Box, path: str) -> str:
    answer = requests.get(box.url + path, timeout=60)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("path", ["/", "/phones", "/faults", "/mail/nobody@example.org", "/phones/+447700900001"])
def test_empty_rooms_say_so(box: Box, path: str) -> None:
    page = visit(box, path)

    assert re.search(r"No email yet|No texts|Nothing", page)


def test_mailboxes_are_listed_searched_and_paged(box: Box) -> None:
    box.mailer().send(letter(*(f"p{n:03}@example.org" for n in range(120))))

    first, third = visit(box, "/"), visit(box, "/?page=3")
    found = visit(box, "/?q=p007")

    assert first.count('class="who"') == 50
    assert third.count('class="who"') == 20
    assert "p119@example.org" in first
    assert "p119@example.org" not in third
    assert found.count('class="who"') == 1
    assert "Half time, P007" in found


def test_opening_a_message_is_told_once_and_reloading_is_not(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org"))
    number = box.messages("ana@example.org")[0]["message"]

    for _ in range(3):
        assert "Half time, Ana" in visit(box, f"/letters/{number}")

    until(lambda: len(campaign.events()) >= 3)
    until(lambda: box.waiting_events() == 0)
    assert [event["event"] for event in campaign.events()].count("open") == 1


def test_the_message_is_rendered_in_a_frame_that_may_run_nothing(box: Box) -> None:
    mail = letter("ana@example.org")
    mail["content"] = [{"type": "text/html", "value": "<script>alert(1)</script><p>Hello"}]
    box.mailer().send(mail)
    number = box.messages("ana@example.org")[0]["message"]

    preview = requests.get(f"{box.url}/letters/{number}/html", timeout=60)

    assert "script-src 'none'" in preview.headers["Content-Security-Policy"]
    assert preview.headers["Content-Security-Policy"].startswith("sandbox ")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in visit(box, f"/letters/{number}")


def test_following_a_link_is_told_and_leads_where_the_message_says(box: Box, campaign: Campaign) -> None:
    box.mailer().send(letter("ana@example.org"))
    number = box.messages("ana@example.org")[0]["message"]
    preview = visit(box, f"/letters/{number}/html")
    href = re.search(r'href="([^"]+)"', preview)
    assert href

    answer = requests.get(box.url + href[1], allow_redirects=False, timeout=60)

    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://example.org/sign?a=1&b=2"
    until(lambda: "click" in [event["event"] for event in campaign.events()])


def test_only_links_of_the_message_are_followed(box: Box) -> None:
    box.mailer().send(letter("ana@example.org"))
    number = box.messages("ana@example.org")[0]["message"]

    url = f"{box.url}/letters/{number}/follow?url=https://elsewhere.example.com"

    assert requests.get(url, allow_redirects=False, timeout=60).status_code == 404


def test_every_part_of_a_message_can_be_read(box: Box) -> None:
    headers = {"List-Unsubscribe": "<https://example.org/leave/x>"}
    box.mailer().send(letter("ana@example.org", headers=headers))
    number = box.messages("ana@example.org")[0]["message"]

    assert "Hello Ana" in visit(box, f"/letters/{number}?view=text")
    assert "https://example.org/leave/x" in visit(box, f"/letters/{number}?view=headers")
    assert "multipart/alternative" in visit(box, f"/letters/{number}?view=raw")


def test_the_buttons_of_a_message_do_what_they_say(box: Box, campaign: Campaign) -> None:
    headers = {
        "List-Unsubscribe": f"<{campaign.url}/leave/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    box.mailer().send(letter("ana@example.org", headers=headers))
    number = box.messages("ana@example.org")[0]["message"]

    spam = requests.post(f"{box.url}/letters/{number}/act", data={"what": "spam"}, timeout=60)
    left = requests.post(f"{box.url}/letters/{number}/act", data={"what": "one_click_unsubscribe"}, timeout=60)

    assert "Reported as spam." in spam.text
    assert "it answered 204" in left.text
    assert campaign.at("/leave/abc")[0].body == b"List-Unsubscribe=One-Click"
    until(lambda: "spamreport" in [event["event"] for event in campaign.events()])


def test_a_bounced_message_can_not_be_read_by_anybody(box: Box) -> None:
    box.mailer().send(letter("bounce@example.org"))
    until(lambda: box.messages("bounce@example.org")[0]["landed"] == "bounced")
    number = box.messages("bounce@example.org")[0]["message"]

    page = visit(box, f"/letters/{number}")
    acted = requests.post(f"{box.url}/letters/{number}/act", data={"what": "open"}, timeout=60)

    assert "never arrived" in page
    assert acted.status_code == 409


def test_a_new_phone_texts_in_and_its_thread_shows_both_sides(box: Box, campaign: Campaign) -> None:
    campaign.twiml = "<Response><Message>Welcome, http://example.org/x?a=1&amp;b=2.</Message></Response>"

    thread = requests.post(f"{box.url}/phones", data={"number": "+44 7700 900101", "body": "JOIN <b>"}, timeout=60)

    assert thread.url.endswith(("/phones/%2B447700900101", "/phones/+447700900101"))
    assert "JOIN &lt;b&gt;" in thread.text
    assert 'href="http://example.org/x?a=1&amp;b=2"' in thread.text
    assert "1 segment" in thread.text
    assert campaign.at("/hooks/twilio/sms")[0].form["From"] == ANA


def test_a_reply_typed_into_the_thread_is_texted_in(box: Box, campaign: Campaign) -> None:
    box.texter().messages.create(to=ANA, from_=OUR_NUMBER, body="Hello Ana")

    thread = requests.post(f"{box.url}/phones/{ANA}", data={"body": "STOP"}, timeout=60)

    assert "Has opted out of" in thread.text
    assert campaign.at("/hooks/twilio/sms")[0].form["Body"] == "STOP"


@pytest.mark.parametrize("form", [{"number": "12", "body": "JOIN"}, {"number": ANA, "body": " "}])
def test_what_was_typed_is_kept_when_it_is_wrong(box: Box, form: dict[str, str]) -> None:
    answer = requests.post(f"{box.url}/phones", data=form, timeout=60)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert f'value="{form["number"]}"' in answer.text


def test_faults_are_made_and_unmade_on_their_page(box: Box) -> None:
    made = requests.post(f"{box.url}/faults", data={"deed": "add", "fault": "sms.too_many", "next": "2"}, timeout=60)
    box_after = box.get("/control/faults")
    unmade = requests.post(f"{box.url}/faults", data={"deed": "behave"}, timeout=60)

    assert "the next 2" in made.text
    assert box_after["sms"] == {"too_many": {"rate": 0.0, "next": 2}}
    assert "every message is accepted and delivered" in unmade.text


def test_the_faults_page_documents_the_magic_addresses_and_numbers(box: Box) -> None:
    page = visit(box, "/faults")

    for word in ("bounce@", "blocked@", "drop@", "spam@", "5550001", "+447700900999"):
        assert word in page
