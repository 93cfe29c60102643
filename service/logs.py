"""Logs in plain sentences, with addresses, numbers and tokens masked."""

import json
import logging
import re
import sys
from typing import TextIO

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"\+\d{7,15}\b")
_TOKEN = re.compile(r"(/(?:confirm|leave|preferences|l|sign-in)/)[\w.~-]+")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    """Text with email addresses, phone numbers and link tokens hidden."""
    text = _EMAIL.sub("<address>", text)
    text = _NUMBER.sub("<number>", text)
    return _TOKEN.sub(r"\1<token>", text)


class PlainSentence(logging.Formatter):
    """One event per line: time, level, room, the sentence, then its fields as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        line = f"{at} {record.levelname.lower()} {record.name}: {record.getMessage()}"
        if fields:
            line += " " + json.dumps(fields, default=str, sort_keys=True)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return mask(line)


def set_up_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line, masked, to one stream; keep the SDKs from printing keys and payloads."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainSentence())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # python_http_client at DEBUG logs the Authorization header and the payload; twilio at INFO logs numbers.
    logging.getLogger("python_http_client").setLevel(logging.WARNING)
    logging.getLogger("twilio").setLevel(logging.WARNING)
    # One line per nudge received and run says nothing that the errand does not say itself.
    logging.getLogger("celery").setLevel(logging.WARNING)
