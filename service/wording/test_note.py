"""The line over a test: that it is one, why it came, and how to get no more."""

import re
from dataclasses import replace
from html import escape

from service.wording.email import FinishedEmail

_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_STYLE = (
    "font-family:Arial,sans-serif;font-size:14px;line-height:20px;padding:12px 16px;background:#fff4d6;color:#222222;"
)


def with_test_note(email: FinishedEmail, *, campaign: str, sent_by: str, stop_link: str = "") -> FinishedEmail:
    """The same email with the line over it. `stop_link`: where a tester says no; none for a manager's own address."""
    why = "this address has said yes to tests" if stop_link else "it is your own sign-in address"
    note = f"This is a test of a message of “{campaign}”, sent by {sent_by} before it goes to supporters. You get it because {why}."
    text = f"{note}{f' No more tests: {stop_link}' if stop_link else ''}\n\n{email.text}"
    way_out = f' <a href="{escape(stop_link)}">No more tests</a>' if stop_link else ""
    bar = f'<div style="{_STYLE}">{escape(note)}{way_out}</div>'
    found = _BODY.search(email.html)
    place = found.end() if found else 0
    return replace(email, text=text, html=email.html[:place] + bar + email.html[place:])
