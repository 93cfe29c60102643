"""What SendGrid's mail/send refuses, and in which words. Limits: OpenAPI of 2026-01-22 and the documented errors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from sandbox.sendgrid_settings_rules import settings_problems
from sandbox.shapes import list_of, object_of, text_of

LIMIT = 1000
_HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_LOCAL}@(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")
_RESERVED_HEADERS = frozenset(
    {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"}
    | {"to", "from", "subject", "reply-to", "cc", "bcc"}
)
_BYTES_PER_PERSON = 10_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of SendGrid's `errors`."""

    message: str
    field: str | None
    help_anchor: str = ""

    def as_json(self) -> dict[str, str | None]:
        """The entry as SendGrid writes it."""
        return {
            "message": self.message,
            "field": self.field,
            "help": _HELP + self.help_anchor if self.help_anchor else None,
        }


def is_address(value: object) -> bool:
    """Is this an address SendGrid would take?"""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def problems_of(request: dict[str, object], *, now: float) -> list[Problem]:
    """Everything SendGrid would refuse in this request; empty when it would accept it."""
    return [
        *_sender_problems(request),
        *_people_problems(request, now),
        *_word_problems(request),
        *_header_problems(request.get("headers"), "headers"),
        *_custom_args_problems(request.get("custom_args"), "custom_args"),
        *(Problem(message, field, field) for message, field in settings_problems(request, now=now)),
    ]


def _sender_problems(request: dict[str, object]) -> Iterator[Problem]:
    if not is_address(object_of(request.get("from")).get("email")):
        yield Problem(
            "The from object must be provided for every email send. It is an object that requires the email"
            ' parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or'
            ' {"email" : "example@example.com", "name" : "Example Recipient"}.',
            "from.email",
            "from",
        )
    if "reply_to" in request and "reply_to_list" in request:
        yield Problem("reply_to and reply_to_list cannot be used together.", "reply_to", "reply_to")
    if "reply_to" in request and not is_address(object_of(request["reply_to"]).get("email")):
        yield Problem("The reply_to email does not contain a valid address.", "reply_to.email", "reply_to")
    replies = list_of(request.get("reply_to_list"))
    if len(replies) > LIMIT:
        yield Problem("The reply_to_list is limited to 1000 emails.", "reply_to_list", "reply_to_list")
    for place, reply in enumerate(replies):
        if not is_address(object_of(reply).get("email")):
            yield Problem("Does not contain a valid address.", f"reply_to_list.{place}.email", "reply_to_list")


def _people_problems(request: dict[str, object], now: float) -> Iterator[Problem]:
    people = list_of(request.get("personalizations"))
    if not people:
        yield Problem(
            "The personalizations field is required and must have at least one personalization.",
            "personalizations",
            "personalizations",
        )
    if len(people) > LIMIT:
        yield Problem(
            f"The personalization block is limited to 1000 personalizations per API request. You have provided"
            f" {len(people)} personalizations. Please consider splitting this into multiple requests and"
            " resending your request.",
            "personalizations",
        )
        return
    seen: set[str] = set()
    count = 0
    is_dynamic = text_of(request.get("template_id")).startswith("d-")
    for place, person in enumerate(map(object_of, people)):
        field = f"personalizations.{place}"
        if not list_of(person.get("to")):
            yield Problem(
                "The to array is required for all personalization objects, and must have at least one email"
                " object with a valid email address.",
                f"{field}.to",
                "personalizations.to",
            )
        for role in ("to", "cc", "bcc"):
            for number, recipient in enumerate(list_of(person.get(role))):
                count += 1
                yield from _recipient_problems(recipient, f"{field}.{role}.{number}", role, seen)
        yield from _person_problems(person, field, is_dynamic=is_dynamic, now=now)
    if count > LIMIT:
        yield Problem(
            f"The total number of recipients (to, cc and bcc) is limited to 1000 per API request. You have"
            f" provided {count} recipients.",
            "personalizations",
            "personalizations",
        )


def _recipient_problems(recipient: object, field: str, role: str, seen: set[str]) -> Iterator[Problem]:
    address = object_of(recipient).get("email")
    if not is_address(address):
        yield Problem("Does not contain a valid address.", f"{field}.email", f"personalizations.{role}")
        return
    key = text_of(address).lower()
    if key in seen:
        yield Problem(
            "Each unique email address in the personalizations array should only be included once. You have"
            f" included {text_of(address)} more than once.",
            "personalizations",
            "personalizations",
        )
    seen.add(key)


def _person_problems(person: dict[str, object], field: str, *, is_dynamic: bool, now: float) -> Iterator[Problem]:
    if "subject" in person and not text_of(person["subject"]):
        yield Problem("The subject must be a string at least one character in length.", f"{field}.subject")
    if "send_at" in person:
        for message, name in settings_problems({"send_at": person["send_at"]}, now=now):
            yield Problem(message, f"{field}.{name}", "personalizations.send_at")
    if "headers" in person:
        yield from _header_problems(person["headers"], f"{field}.headers")
    if "custom_args" in person:
        yield from _custom_args_problems(person["custom_args"], f"{field}.custom_args")
    if "substitutions" not in person:
        return
    if is_dynamic:
        yield Problem(
            "Substitutions may not be used with dynamic templating", f"{field}.substitutions", "personalizations"
        )
    yield from _strings_problems(person["substitutions"], f"{field}.substitutions", "substitutions")


def _custom_args_problems(value: object, field: str) -> Iterator[Problem]:
    if value is not None:
        yield from _strings_problems(value, field, "custom_args")


def _strings_problems(value: object, field: str, name: str) -> Iterator[Problem]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        yield Problem(f"The {name} values must be strings.", field, f"personalizations.{name}")
        return
    if len(value) > _BYTES_PER_PERSON:
        yield Problem(f"The {name} are limited to 10000 keys.", field, f"personalizations.{name}")
    # An ASCII estimate first: 1,000 people are checked per request.
    size = sum(len(key) + len(each) for key, each in value.items())
    if size * 4 > _BYTES_PER_PERSON and len(orjson.dumps(value)) > _BYTES_PER_PERSON:
        yield Problem(
            f"The {name} are limited to 10000 bytes per personalization block.", field, f"personalizations.{name}"
        )


def _header_problems(value: object, field: str) -> Iterator[Problem]:
    if value is None:
        return
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        yield Problem("The headers must be an object of strings.", field, "headers")
        return
    for name in value:
        if name.lower() in _RESERVED_HEADERS:
            yield Problem(f"The header '{name}' is reserved and cannot be overwritten.", f"{field}.{name}", "headers")
        if not name.isascii() or any(sign in name for sign in " :\r\n") or "\n" in value[name]:
            yield Problem("The header is not a valid one.", f"{field}.{name}", "headers")


def _word_problems(request: dict[str, object]) -> Iterator[Problem]:
    has_template = bool(text_of(request.get("template_id")))
    people = list_of(request.get("personalizations"))
    has_own = bool(people) and all(text_of(object_of(person).get("subject")) for person in people)
    if not (text_of(request.get("subject")) or has_template or has_own):
        yield Problem(
            "The subject is required. You can get around this requirement if you use a template with a subject"
            " defined or if every personalization has a subject defined.",
            "subject",
            "subject",
        )
    parts = [object_of(part) for part in list_of(request.get("content"))]
    if not parts and not has_template:
        yield Problem(
            "Unless a valid template_id is provided, the content parameter is required. There must be at least"
            " one defined content block. We typically suggest both text/plain and text/html blocks are included,"
            " but only one block is required.",
            "content",
            "content",
        )
    yield from _part_problems(parts)


def _part_problems(parts: list[dict[str, object]]) -> Iterator[Problem]:
    for place, part in enumerate(parts):
        for name in ("type", "value"):
            if not text_of(part.get(name)):
                yield Problem(
                    f"The content {name} must be a string at least one character in length.",
                    f"content.{place}.{name}",
                    f"content.{name}",
                )
    types = [text_of(part.get("type")) for part in parts]
    order = [{"text/plain": 0, "text/html": 1}.get(each, 2) for each in types]
    if order != sorted(order):
        yield Problem(
            "If present, text/plain must be the first content block, followed by text/html, followed by any"
            " other content.",
            "content",
            "content",
        )
    if any(types.count(each) > 1 for each in ("text/plain", "text/html")):
        yield Problem("If present, text/plain and text/html may only be provided once.", "content", "content")
