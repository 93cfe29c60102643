"""The three journeys, end to end through real processes and the sandbox: a sign-up, a message, a reply."""

import json
import urllib.request
from collections.abc import Mapping, Sequence

import psycopg
import pytest

from tests.running_house import Browser, Fan, Up, new_fan, source_of, until

pytestmark = pytest.mark.journey


def _subjects(up: Up, fan: Fan) -> list[str]:
    return [str(message.get("subject")) for message in up.crowd()._messages(fan.email)]


def _texts(up: Up, fan: Fan, direction: str = "outbound") -> list[str]:
    messages = up.crowd()._messages(fan.phone)
    return [str(message["body"]) for message in messages if str(message["direction"]).startswith(direction)]


def _joined(up: Up, fan: Fan) -> None:
    crowd = up.crowd(fan)
    crowd.sign_up([fan])
    until(lambda: any("confirm" in subject for subject in _subjects(up, fan)))
    if fan.texts:
        until(lambda: _texts(up, fan))
    crowd.confirm([fan])
    until(lambda: any("You're in" in subject for subject in _subjects(up, fan)))
    if fan.texts:
        until(lambda: any(f"welcome, {fan.name}" in body for body in _texts(up, fan)))


def _blast(up: Up, fans: Sequence[Fan], title: str, *words: str) -> int:
    """Schedule a blast to these supporters alone, at once: its number."""
    audience = json.dumps([{"any": [{"source": source_of(fan)} for fan in fans]}])
    said = up.command(
        *("blast", "schedule", "azerbaijan-england", "--title", title, "--audience", audience),
        *("--take-back", "0", "--json", *words),
    )
    return int(json.loads(said)["blast"])


def _status(up: Up, blast_id: int) -> Mapping[str, object]:
    return dict(json.loads(up.command("blast", "status", str(blast_id), "--json")))


def _reported(up: Up, title: str) -> tuple[int, int]:
    """How many clicked and signed from this blast."""
    lines = json.loads(up.command("report", "azerbaijan-england", "--json"))["lines"]
    line = next(line for line in lines if line["title"] == title)
    return line["clicked"], line["signed"]


def _waiting(up: Up, fan: Fan) -> int:
    """How many texts of theirs wait for a manager."""
    with psycopg.connect(up.environment("DATABASE_URL")) as connection:
        found = connection.execute("SELECT waiting_count FROM conversations WHERE phone = %s", (fan.phone,)).fetchone()
    return int(found[0]) if found else 0


def test_a_supporter_signs_up_by_email_and_text_and_is_welcomed_by_both(up: Up) -> None:
    fan = new_fan()

    _joined(up, fan)

    assert sum(f"welcome, {fan.name}" in body for body in _texts(up, fan)) == 1
    assert sum("You're in" in subject for subject in _subjects(up, fan)) == 1
    assert sum("confirm" in subject for subject in _subjects(up, fan)) == 1


@pytest.mark.oldest_postgres
def test_a_blast_reaches_a_supporter_once_on_each_channel_and_its_link_signs(up: Up) -> None:
    fan = new_fan()
    _joined(up, fan)
    words = up.home / "words.md"
    words.write_text("Dear {first_name|friend},\n\n[Sign the petition]({petition_link})\n")
    text = up.home / "words.txt"
    text.write_text("{first_name|friend}, sign: {petition_link} STOP to end")

    channels = ("--subject", "A journey's blast", "--email", str(words), "--sms", str(text))
    blast_id = _blast(up, [fan], "Journey", *channels)
    # Delivered is what the signed webhooks said, not what we hoped.
    until(lambda: _status(up, blast_id)["by_state"] == {"delivered": 2})
    up.crowd(fan).read_mail("A journey's blast", share=1.0, sign=1.0)

    until(lambda: _reported(up, "Journey") == (1, 1))
    assert _subjects(up, fan).count("A journey's blast") == 1
    assert sum("sign: http" in body for body in _texts(up, fan)) == 1


def test_a_reply_of_stop_is_obeyed_and_free_text_waits_for_a_manager(up: Up) -> None:
    fan, stays, asker = new_fan(), new_fan(), new_fan()
    _joined(up, fan)
    _joined(up, stays)
    crowd = up.crowd(fan)

    crowd._text(asker, "Will it be handed over in Baku?")
    crowd._text(fan, "Please stop texting me")

    until(lambda: any("You have left" in body for body in _texts(up, fan)))
    text = up.home / "after.txt"
    text.write_text("After you left. STOP to end")
    blast_id = _blast(up, [fan, stays], "After", "--sms", str(text))
    until(lambda: _status(up, blast_id)["state"] == "done")
    until(lambda: any("After you left" in body for body in _texts(up, stays)))
    assert not any("After you left" in body for body in _texts(up, fan))
    until(lambda: _waiting(up, asker) == 1)
    assert _waiting(up, fan) == 0


def test_the_mailbox_s_own_button_leaves_without_cookie_or_redirect(up: Up) -> None:
    fan, stays = new_fan(texts=False), new_fan(texts=False)
    _joined(up, fan)
    _joined(up, stays)

    up.crowd(fan)._one_click(fan)

    page = Browser(fan).open(f"{up.public_url}/azerbaijan-england/")
    assert "Keep me posted" in page
    until(lambda: json.loads(up.command("report", "azerbaijan-england", "--json"))["totals"]["left"] >= 1)
    words = up.home / "left.md"
    words.write_text("After you left.\n")
    blast_id = _blast(up, [fan, stays], "After the button", "--subject", "After the button", "--email", str(words))
    until(lambda: _status(up, blast_id)["state"] == "done")
    until(lambda: "After the button" in _subjects(up, stays))
    assert "After the button" not in _subjects(up, fan)
    with urllib.request.urlopen(f"{up.sandbox_url}/control/ledger/summary", timeout=60) as answer:
        assert json.loads(answer.read())["duplicate_count"] == 0


def test_the_doctor_finds_the_house_well(up: Up) -> None:
    def not_well() -> list[str]:
        findings = json.loads(up.command("doctor", "--json", codes=(0, 1)))
        return [f"{finding['what']}: {finding['seen']}" for finding in findings if not finding["is_well"]]

    # What only just began has not ticked yet, and what others ask for is on its way.
    until(lambda: not not_well())
