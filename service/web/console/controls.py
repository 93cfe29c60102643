"""The limits of a blast and its trial of two wordings, as a form sends them."""

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation

from werkzeug.datastructures import MultiDict

from service.domain.wording_test import Metric, WordingTest
from service.planning.blast_checks import MOST_MESSAGES
from service.web.row_numbers import whole_number

# Every field of this part of the form, for the pages that pass it on.
FIELDS = (
    *("local_time", "cap_count", "spend_cap"),
    *("try_subject", "try_email", "try_sms", "try_share", "try_metric", "try_hours"),
)


@dataclass(frozen=True, slots=True)
class Controls:
    """What was chosen; `mistakes` say what could not be read."""

    local_time: time | None = None
    cap_count: int | None = None
    spend_cap: int | None = None
    test: WordingTest | None = None
    mistakes: tuple[str, ...] = ()


def read_controls(form: MultiDict[str, str], language: str) -> Controls:
    """Read the form. Whatever cannot be read is a mistake, never no limit."""
    mistakes: list[str] = []
    return Controls(
        local_time=_hour(form.get("local_time", "").strip(), mistakes),
        cap_count=_whole(form.get("cap_count", "").strip(), "The limit for each supporter", mistakes),
        spend_cap=read_money(form.get("spend_cap", "").strip(), mistakes),
        test=_test(form, language, mistakes),
        mistakes=tuple(mistakes),
    )


def read_money(words: str, mistakes: list[str]) -> int | None:
    """An amount such as 12.50 in ten-thousandths; None where nothing was given or, with a mistake, not a number."""
    if not words:
        return None
    try:
        amount = Decimal(words)
    except InvalidOperation:
        amount = Decimal(-1)
    if not Decimal(0) < amount < 10_000_000:
        mistakes.append("The spending limit is an amount such as 25 or 12.50.")
        return None
    return int(amount * 10_000)


def _hour(words: str, mistakes: list[str]) -> time | None:
    try:
        return time.fromisoformat(words) if words else None
    except ValueError:
        mistakes.append("The local hour is a time such as 09:00.")
        return None


def _whole(words: str, what: str, mistakes: list[str]) -> int | None:
    if not words:
        return None
    if (number := whole_number(words, least=1, most=MOST_MESSAGES)) is None:
        mistakes.append(f"{what} is a number from 1 to {MOST_MESSAGES:,}.")
    return number


def _test(form: MultiDict[str, str], language: str, mistakes: list[str]) -> WordingTest | None:
    said = {name: form.get(f"try_{name}", "").replace("\r\n", "\n").strip() for name in ("subject", "email", "sms")}
    if not any(said.values()):
        return None
    copy: dict[str, dict[str, str]] = {}
    if said["subject"] or said["email"]:
        copy["email"] = {"subject": " ".join(said["subject"].split()), "body": said["email"]}
    if said["sms"]:
        copy["sms"] = {"body": said["sms"]}
    share = _whole(form.get("try_share", "20").strip(), "The share of the audience", mistakes) or 20
    hours = _whole(form.get("try_hours", "").strip(), "The hours of the trial", mistakes)
    try:
        metric = Metric(form.get("try_metric", "signatures"))
    except ValueError:
        mistakes.append("The better wording is found by signatures or by clicks.")
        metric = Metric.SIGNATURES
    return WordingTest({language: copy}, share, metric, None if hours is None else timedelta(hours=hours))
