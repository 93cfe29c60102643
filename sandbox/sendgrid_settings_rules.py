"""What SendGrid refuses in the settings around the words: categories, times, groups, pools, attachments."""

from collections.abc import Iterator

from sandbox.shapes import list_of, object_of, text_of

_SEVENTY_TWO_HOURS = 72 * 3600
_BYPASSES = ("bypass_spam_management", "bypass_bounce_management", "bypass_unsubscribe_management")

Complaint = tuple[str, str]  # message, field


def settings_problems(request: dict[str, object], *, now: float) -> Iterator[Complaint]:
    """Each complaint about the request's settings, with the field it is about."""
    if "categories" in request:
        yield from _categories(request["categories"])
    if "send_at" in request:
        yield from _send_at(request["send_at"], now)
    if "asm" in request:
        yield from _asm(request["asm"])
    if "ip_pool_name" in request and not 2 <= len(text_of(request["ip_pool_name"])) <= 64:
        yield "The ip_pool_name must be between 2 and 64 characters.", "ip_pool_name"
    if "attachments" in request:
        yield from _attachments(request["attachments"])
    if "mail_settings" in request:
        yield from _mail_settings(request["mail_settings"])
    if "tracking_settings" in request:
        yield from _switches(request["tracking_settings"], "tracking_settings")


def _categories(value: object) -> Iterator[Complaint]:
    categories = list_of(value)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in categories):
        yield "The categories must be an array of strings.", "categories"
        return
    if len(categories) > 10:
        yield "You cannot have more than 10 categories per request.", "categories"
    if len(set(map(str, categories))) < len(categories):
        yield "Each category must be unique.", "categories"
    for place, each in enumerate(categories):
        if not 0 < len(str(each)) <= 255:
            yield "The category name cannot have more than 255 characters.", f"categories.{place}"


def _send_at(value: object, now: float) -> Iterator[Complaint]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield "The send_at parameter must be an integer unix timestamp.", "send_at"
    elif value > now + _SEVENTY_TWO_HOURS:
        yield "The send_at parameter cannot be more than 72 hours in the future.", "send_at"


def _asm(value: object) -> Iterator[Complaint]:
    group = object_of(value).get("group_id")
    if not isinstance(group, int) or isinstance(group, bool):
        yield "The asm group_id is required and must be an integer.", "asm.group_id"
    shown = list_of(object_of(value).get("groups_to_display"))
    if len(shown) > 25:
        yield "The groups_to_display are limited to 25.", "asm.groups_to_display"
    if not all(isinstance(each, int) for each in shown):
        yield "The groups_to_display must be integers.", "asm.groups_to_display"


def _attachments(value: object) -> Iterator[Complaint]:
    for place, attachment in enumerate(map(object_of, list_of(value))):
        for name in ("content", "filename"):
            if not text_of(attachment.get(name)):
                yield f"The attachment {name} is required.", f"attachments.{place}.{name}"
        if attachment.get("disposition") not in (None, "inline", "attachment"):
            yield "The disposition must be inline or attachment.", f"attachments.{place}.disposition"


def _mail_settings(value: object) -> Iterator[Complaint]:
    yield from _switches(value, "mail_settings")
    settings = object_of(value)
    if _is_on(settings, "bypass_list_management") and any(_is_on(settings, name) for name in _BYPASSES):
        yield (
            "bypass_list_management cannot be combined with any other bypass setting.",
            "mail_settings.bypass_list_management",
        )


def _switches(value: object, field: str) -> Iterator[Complaint]:
    for name, setting in object_of(value).items():
        enable = object_of(setting).get("enable")
        if enable is not None and not isinstance(enable, bool):
            yield "The enable parameter must be true or false.", f"{field}.{name}.enable"


def _is_on(settings: dict[str, object], name: str) -> bool:
    return object_of(settings.get(name)).get("enable") is True
