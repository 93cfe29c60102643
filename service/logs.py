"""Logs in plain sentences, with addresses, numbers, tokens and passwords masked."""

import json
import logging
import re
import sys
from typing import TextIO

# Each as it is written, and as it stands in an address of the web (%40 is @, %2B is +, %20 a space).
_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@:]*:[^\s/@]*@", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:\+|%2B|(?<!\d)00)(?:\d(?:%20|[\s().-]){0,2}){6,14}\d(?!\d)"  # +44 7700 900123, 0044…
    r"|(?<![\w.-])\(?0(?:\d(?:%20|[ ().-]){0,2}){8,10}\d(?![\w:-])"  # 07700 900123, as it is dialled at home
    r"|(?<![\w.-])[1-9]\d{10,14}(?![\w.:-])",  # 447700900123
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(/(?:l|f|view|leave|preferences|confirm|check|signature|take-off|forget|not-me|enter|tester|sign-in)/)[^\s/?#\"'<>]+"
)
_QUERY = re.compile(r"([?&](?:t|s|token|undo)=)[^\s&#\"'<>]+")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    """Text with passwords, email addresses, phone numbers and link tokens hidden."""
    text = _PASSWORD.sub(r"\1<password>@", text)
    text = _TOKEN.sub(r"\1<token>", text)
    text = _QUERY.sub(r"\1<token>", text)
    text = _EMAIL.sub("<address>", text)
    return _NUMBER.sub("<number>", text)


class PlainSentence(logging.Formatter):
    """One event per line: time, level, room, the sentence, then its fields as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        line = f" {record.levelname.lower()} {record.name}: {record.getMessage()}"
        if fields:
            line += " " + json.dumps(fields, default=str, sort_keys=True, ensure_ascii=False)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return at + mask(line)


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
