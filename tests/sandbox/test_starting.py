"""Starting the sandbox: its options, its key, a port in use, and how much it remembers."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from house_sandbox import Box, answers, free_port, until

from sandbox.__main__ import read_options
from sandbox.mail import MailBatch, Mailboxes
from sandbox.phones import Phones, Text
from sandbox.signing import KeyUnusable, SendGridSigner

ROOT = Path(__file__).parents[2]


def start(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.Popen(run, env={**os.environ, **environ}, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def a_batch() -> MailBatch:
    return MailBatch(
        message_id="m",
        accepted_at=0.0,
        sender="campaign@example.org",
        sender_name="",
        reply_to="",
        subject="Hello",
        text="",
        html="",
        headers={},
        custom_args={},
        category=None,
        asm_group_id=None,
        pool="",
        tracks_opens=True,
        tracks_clicks=True,
        digest=b"",
    )


def a_text(number: int, *, direction: str = "outbound-api") -> Text:
    ours, theirs = "+447700900000", f"+4477009001{number:02}"
    sender, to = (theirs, ours) if direction == "inbound" else (ours, theirs)
    return Text(f"SM{number}", direction, sender, to, "Hello", "queued", 0.0, 0.0)


def test_options_come_from_the_environment_unless_given() -> None:
    environ = {"SANDBOX_PORT": "9001", "PUBLIC_URL": "http://example.org/", "TOUCHLINE_HOME": "elsewhere"}

    options, is_quiet = read_options([], environ)
    given, given_quiet = read_options(["--port", "9002", "--home", "here", "--quiet"], environ)

    assert (options.port, options.public_url, options.home) == (9001, "http://example.org", Path("elsewhere"))
    assert (given.port, given.home) == (9002, Path("here"))
    assert (is_quiet, given_quiet) == (False, True)


def test_the_defaults_are_those_of_the_settings_page() -> None:
    options, _ = read_options([], {})

    assert (options.port, options.public_url, options.home) == (8026, "http://127.0.0.1:8000", Path(".touchline"))


def test_it_starts_by_the_environment_alone_and_stops_cleanly(tmp_path: Path) -> None:
    port = free_port()
    process = start(SANDBOX_PORT=str(port), TOUCHLINE_HOME=str(tmp_path))

    with process:
        until(lambda: answers(Box(f"http://127.0.0.1:{port}", tmp_path)))
        process.terminate()
        said = process.communicate(timeout=60)[1]

    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/" in said


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with start("--port", port, "--home", str(tmp_path), "--quiet") as process:
            said = process.communicate(timeout=60)[1]

    assert process.returncode == 1
    assert said.count("\n") == 1
    assert port in said


def test_the_key_is_kept_from_start_to_start(tmp_path: Path) -> None:
    first, second = SendGridSigner(tmp_path), SendGridSigner(tmp_path)

    assert first.public_key == second.public_key


def test_a_kept_key_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "sendgrid_private_key.pem").write_text("half a key")

    with pytest.raises(KeyUnusable, match="sendgrid_private_key"):
        SendGridSigner(tmp_path)


def test_the_oldest_mail_makes_room() -> None:
    boxes = Mailboxes(keep=2)

    for name in ("ana", "bilal", "ana", "cora"):
        boxes.put(a_batch(), 0, f"{name}@example.org", b"{}")

    assert [address for address, _, _ in boxes.addresses()] == ["cora@example.org", "ana@example.org"]
    assert [copy.n for copy in boxes.of("ana@example.org")] == [3]
    assert boxes.find(1) is None


def test_the_oldest_texts_make_room() -> None:
    phones = Phones(keep=2)

    phones.put(a_text(1, direction="inbound"))
    phones.put(a_text(2))
    phones.put(a_text(3))

    assert [text.sid for text in phones.newest_first()] == ["SM3", "SM2"]
    assert list(phones.inbound_newest_first()) == []
    assert phones.people_count() == 2
