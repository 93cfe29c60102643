"""The three journeys, end to end through real processes and the sandbox: a sign-up, a message, a reply."""

import json
import time
import urllib.request

import pytest

from tests.running_house import Browser, Fan, Up, until

pytestmark = pytest.mark.journey


def _subjects(up: Up, fan: Fan) -> list[str]:
    return [str(message.get("subject")) for message in up.crowd()._messages(fan.email)]


def _texts(up: Up, fan: Fan, direction: str = "outbound") -> list[str]:
    messages = up.crowd()._messages(fan.phone)
    return [str(message["body"]) for message in messages if str(message["direction"]).startswith(direction)]


def _joined(up: Up, fan: Fan) -> None:
    crowd = up.crowd(fan)
    crowd.sign_up([fan])
    until(lambda: any("confirm" in subject for subject in _subjects(up, fan)) and _texts(up, fan))
    crowd.confirm([fan])
    until(lambda: any("You're in" in subject for subject in _subjects(up, fan)))


def test_a_supporter_signs_up_by_email_and_text_and_is_welcomed_by_both(up: Up) -> None:
    fan = Fan(2)

    _joined(up, fan)

    assert until(lambda: [body for body in _texts(up, fan) if f"welcome, {fan.name}" in body])
    assert sum("confirm" in subject for subject in _subjects(up, fan)) == 1


def test_a_blast_reaches_a_supporter_once_on_each_channel_and_its_link_signs(up: Up) -> None:
    fan = Fan(4)
    _joined(up, fan)
    words = up.home / "words.md"
    words.write_text("Dear {first_name|friend},\n\n[Sign the petition]({petition_link})\n")
    text = up.home / "words.txt"
    text.write_text("{first_name|friend}, sign: {petition_link} STOP to end")

    said = up.command(
        *("blast", "schedule", "azerbaijan-england", "--title", "Journey", "--subject", "A journey's blast"),
        *("--email", str(words), "--sms", str(text), "--take-back", "0", "--json"),
    )
    blast_id = json.loads(said)["blast"]
    until(lambda: "A journey's blast" in _subjects(up, fan) and any("sign: http" in body for body in _texts(up, fan)))
    # Delivered is what the signed webhooks said, not what we hoped.
    until(lambda: set(json.loads(up.command("blast", "status", str(blast_id), "--json"))["by_state"]) == {"delivered"})
    up.crowd(fan).read_mail("A journey's blast", share=1.0, sign=1.0)

    time.sleep(1.5)
    assert _subjects(up, fan).count("A journey's blast") == 1
    lines = json.loads(up.command("report", "azerbaijan-england", "--json"))["lines"]
    line = next(line for line in lines if line["title"] == "Journey")
    assert (line["clicked"], line["signed"]) == (1, 1)


def test_a_reply_of_stop_is_obeyed_and_free_text_waits_for_a_manager(up: Up) -> None:
    fan, asker = Fan(6), Fan(8)
    _joined(up, fan)
    crowd = up.crowd(fan)

    crowd._text(asker, "Will it be handed over in Baku?")
    crowd._text(fan, "Please stop texting me")

    until(lambda: any("You have left" in body for body in _texts(up, fan)))
    text = up.home / "after.txt"
    text.write_text("After you left. STOP to end")
    words = ("blast", "schedule", "azerbaijan-england", "--title", "After", "--sms", str(text), "--take-back", "0")
    said = up.command(*words, "--json")
    blast_id = json.loads(said)["blast"]
    until(lambda: json.loads(up.command("blast", "status", str(blast_id), "--json"))["state"] == "done")
    assert not any("After you left" in body for body in _texts(up, fan))
    assert json.loads(up.command("report", "azerbaijan-england", "--json"))["totals"]["waiting"] == 1


def test_the_mailbox_s_own_button_leaves_without_cookie_or_redirect(up: Up) -> None:
    fan = Fan(3)
    crowd = up.crowd(fan)
    crowd.sign_up([fan])
    until(lambda: _subjects(up, fan))
    crowd.confirm([fan])
    until(lambda: any("You're in" in subject for subject in _subjects(up, fan)))

    crowd._one_click(fan)

    page = Browser(fan).open(f"{up.public_url}/azerbaijan-england/")
    assert "Keep me posted" in page
    with urllib.request.urlopen(f"{up.sandbox_url}/control/ledger/summary", timeout=10) as answer:
        assert json.loads(answer.read())["duplicate_count"] == 0
    assert json.loads(up.command("report", "azerbaijan-england", "--json"))["totals"]["left"] >= 1


def test_the_doctor_finds_the_house_well(up: Up) -> None:
    findings = json.loads(up.command("doctor", "--json"))

    assert [finding["what"] for finding in findings if not finding["is_well"]] == []
