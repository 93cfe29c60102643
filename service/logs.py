"""Logs in plain sentences, with addresses, numbers, tokens and passwords masked."""

import json
import logging
import re
import sys
from typing import TextIO

from service.patterns import AT, BETWEEN_DIGITS, DOTS, QUOTED

# Each as it is written, and as it stands in an address of the web (%40 is @, %2B is +, %20 a space).
_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@:]*:[^\s/@]*@", re.IGNORECASE)
_EMAIL = re.compile(rf"(?:{QUOTED}|[\w.+%'’=*!#$&/?^`{{|}}~-]{{1,254}}){AT}[\w-]+(?:[{DOTS}][\w-]+)+", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:\+|＋|%(?:25)*2B|=2B|\\u002b|&#43;|&plus;|(?<!\d)00)"  # +44 7700 900123, 0044…
    rf"(?:\d(?:%20|[\s{BETWEEN_DIGITS}]){{0,3}}){{6,14}}\d(?!\d)"
    rf"|(?<![\w.-])\(?0[ ,_*]?(?:\d(?:%20|[ \u00a0\u2009\u202f{BETWEEN_DIGITS}]){{0,2}}){{8,10}}\d(?![\w:-])"
    r"|(?<![\w.-])[1-9]\d{10,14}(?![\w.:-])",  # 447700900123
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(/(?:l|f|view|leave|preferences|confirm|check|signature|take-off|forget|my-data|not-me|enter|tester|sign-in)/)[^\s/?#\"'<>]+"
)
_QUERY = re.compile(r"([?&](?:t|s|token|undo)=)[^\s&#\"'<>]+")
# What Postgres says of a row or a key, and of where it was: the words of people, names too.
_OF_A_ROW = re.compile(r"\b((?:DETAIL|CONTEXT|STATEMENT|QUERY):)\s.*")
# A value that it could not read, whatever it was.
_INPUT = re.compile(r"(invalid input (?:syntax|value) for [\w ]+:? ).*", re.IGNORECASE)
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    """Text with passwords, addresses, numbers, link tokens, and what the database says of rows hidden."""
    text = _OF_A_ROW.sub(r"\1 <hidden>", text)
    text = _INPUT.sub(r"\1<hidden>", text)
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
