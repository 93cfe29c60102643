"""Logs tell what happened, and to nobody whom."""

import io
import logging
import stat
from pathlib import Path

import pytest

from service.cli.running.postgres import CONFIGURATION
from service.cli.running.private import private_file
from service.logs import PlainSentence, mask


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("GET /console/enter/tOkEn-1_x HTTP/1.1", "tOkEn"),
        ("POST /confirm/tOkEn-1_x", "tOkEn"),
        ("GET /azerbaijan-england/petition?t=tOkEn-1_x&s=web", "tOkEn"),
        ("undo=1&token=tOkEn", "nothing here"),
        ("a text to 07700 900123 failed", "900123"),
        ("a text to 07700900123 failed", "900123"),
        ("a text to (07700) 900-123 failed", "900-123"),
        ("tel:07700900123", "900123"),
        ("a text to 447700900123 failed", "900123"),
        ("a text to +44 7700 900123 failed", "900123"),
        ("a text to 0044 7700 900123 failed", "900123"),
        ("to=%2B447700900123", "900123"),
        ("to=%2b44%207700%20900123", "900123"),
        ("to=ana%40example.org", "ana"),
        ("<Ana.Lopez+match@example.org>", "Lopez"),
        ("o'brien@example.org bounced", "brien"),
        ("cannot connect to postgresql://touchline:pass-word@db.example.org/touchline", "pass-word"),
        ("cannot connect to redis://:pass-word@127.0.0.1:6379/0", "pass-word"),
    ],
)
def test_addresses_numbers_tokens_and_passwords_are_hidden(said: str, secret: str) -> None:
    assert secret not in mask(said)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-25T02:50:33.123456+00:00",
        "batch 12345678 took 0.123456789012 s",
        "batch 12345678 took 0.1234567891 s",
        "127.0.0.1:8000",
        "message SM0123456789abcdef0123456789abcdef",
        "1.e.447700900123",
        "550 5.7.1 policy",
        "https://example.org/azerbaijan-england/petition",
        "at 1795567400",
    ],
)
def test_what_is_nobody_s_stays_readable(said: str) -> None:
    assert mask(said) == said


def test_a_field_of_a_log_line_is_masked_as_its_words_are() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PlainSentence())
    record = logging.makeLogRecord({"msg": "handed over", "to": "+447700900123", "levelno": 20, "levelname": "INFO"})

    handler.emit(record)

    assert "900123" not in out.getvalue()
    assert "handed over" in out.getvalue()


def test_the_database_logs_no_parameters_and_no_rows() -> None:
    assert CONFIGURATION["log_parameter_max_length"] == "0"
    assert CONFIGURATION["log_parameter_max_length_on_error"] == "0"
    assert CONFIGURATION["log_error_verbosity"] == "terse"


def test_a_log_is_its_owner_s_alone_whatever_it_was_before(tmp_path: Path) -> None:
    kept = tmp_path / "worker.log"
    kept.write_text("old")
    kept.chmod(0o644)

    private_file(kept)

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text() == "old"
