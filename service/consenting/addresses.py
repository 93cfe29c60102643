"""Email addresses and mobile numbers in the one spelling we keep."""

import re
import unicodedata
from urllib.parse import unquote

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from service.domain.channel import Channel

_MOBILE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}
# Ofcom's numbers for drama: libphonenumber does not count them as assigned, and examples and tests need them.
_DRAMA = re.compile(r"\+447700900\d{3}")
# How much may stand before the @ (RFC 5321, 4.5.3.1.1).
_LONGEST_MAILBOX = 64
# What is not seen and not categorised as a format sign: joiners, fillers and variation selectors.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NAMED = re.compile(r"(?P<name>[^<>]*)<\s*(?P<address>[^<>\s]+)\s*>")
_QUOTES = " \"'\u2018\u2019\u201c\u201d"
_BEFORE, _BEHIND = _QUOTES + "([<", _QUOTES + ")]>,;:.!?"


class BadAddress(Exception):
    """An address cannot be used. `why` and `example` can be shown to whoever typed it."""

    def __init__(self, channel: Channel, why: str, example: str) -> None:
        super().__init__(f"{why} (for example {example})")
        self.channel, self.why, self.example = channel, why, example


def plain_typed(text: str) -> str:
    """What somebody typed or pasted, without signs nobody sees, its spaces and full-width signs made plain."""
    seen = (
        " " if sign.isspace() or unicodedata.category(sign) == "Zs" else sign
        for sign in _UNSEEN.sub("", text)
        if sign.isspace() or unicodedata.category(sign) not in {"Cf", "Cc"}
    )
    return "".join(seen).translate(_FULL_WIDTH).strip()


def bare_email(text: str) -> str:
    """The address inside what was pasted: `mailto:`, a name with angle brackets and marks at the ends are taken off.

    Whatever holds two addresses is left as it is, so that it is refused and not guessed at.
    """
    typed = plain_typed(text)
    if named := _NAMED.fullmatch(typed.rstrip(" .,;")):
        name, address = named["name"].strip(_QUOTES), named["address"]
        if "@" in name and name.lower() != address.lower():
            return typed
        typed = address
    if typed[:7].lower() == "mailto:":
        typed = unquote(typed[7:].partition("?")[0])
    # Quotes around a mailbox's own name belong to it.
    return typed if typed.startswith('"') and '"@' in typed else typed.lstrip(_BEFORE).rstrip(_BEHIND)


def normalise_email(text: str) -> str:
    """The address in lower case with an ASCII domain. Raises BadAddress."""
    typed = bare_email(text)
    try:
        found = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise BadAddress(Channel.EMAIL, _plain(str(wrong)), "ana@example.org") from None
    if not found.local_part.isascii():
        raise BadAddress(Channel.EMAIL, _not_ascii(found.local_part), "ana@example.org")
    normal = f"{found.local_part}@{found.ascii_domain or found.domain}".lower()
    if len(found.local_part) > _LONGEST_MAILBOX:
        why = f"there are more than {_LONGEST_MAILBOX} signs before the @; no mailbox has so long a name"
        raise BadAddress(Channel.EMAIL, why, "ana@example.org")
    if len(normal) > 254:
        raise BadAddress(Channel.EMAIL, "this address is longer than any that can be delivered to", "ana@example.org")
    return normal


def _not_ascii(local: str) -> str:
    strange = "".join(dict.fromkeys(sign for sign in local if not sign.isascii()))
    plain = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode()
    hint = f"; is it {plain}@ without the accent?" if len(plain) == len(local) else ""
    return f"before the @ stands {strange}, and we can write only to a to z, numbers and signs such as . _ -{hint}"


# Mailbox providers that do not tell dots in the local part apart, and other names of theirs.
_DOTLESS = frozenset({"gmail.com"})
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}


def canonical_email(email: str) -> str:
    """The one form of a mailbox, for counting and limits only: never for writing to.

    What stands after a plus sign is left out everywhere; at Gmail dots do not count and googlemail.com is gmail.com
    (https://support.google.com/mail/answer/7436150). Takes a normalised address.
    """
    local, _, domain = email.partition("@")
    domain = _SAME_DOMAIN.get(domain, domain)
    base = local.partition("+")[0] or local
    return f"{base.replace('.', '') if domain in _DOTLESS else base}@{domain}"


def normalise_phone(text: str, *, region: str = "GB") -> str:
    """The mobile number in E.164. `region` is how a number without a country code is read. Raises BadAddress."""
    typed = plain_typed(text)
    if typed[:4].lower() in {"tel:", "sms:"}:
        typed = typed[4:]
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        raise _bad_phone("this is not a phone number") from None
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if drama := _drama(normal):
        return drama
    if not phonenumbers.is_valid_number(number):
        raise _bad_phone("this is not a number in use; check that no digit is missing")
    if phonenumbers.number_type(number) not in _MOBILE:
        raise _bad_phone("this is not a mobile number, and texts reach only mobiles")
    return normal


def _drama(number: str) -> str:
    """A number for drama in the one spelling; the library leaves a country code it takes for part of the number."""
    for spelled in (number, number.replace("+4444", "+44", 1)):
        if _DRAMA.fullmatch(spelled):
            return spelled
    return ""


def country_of_phone(phone: str) -> str:
    """The code of the country a number in E.164 is of; the largest of those that share its country code."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return found if len(found) == 2 and found.isalpha() and found != "ZZ" else ""


def channel_of(typed: str) -> Channel:
    """Which channel somebody means who types an email address or a mobile number into one field."""
    return Channel.EMAIL if "@" in typed else Channel.SMS


def normalise(channel: Channel, text: str) -> str:
    """The one spelling of an address on either channel. Raises BadAddress."""
    return normalise_email(text) if channel is Channel.EMAIL else normalise_phone(text)


def _bad_phone(why: str) -> BadAddress:
    return BadAddress(Channel.SMS, why, "07700 900123 or +44 7700 900123")


def _plain(message: str) -> str:
    first = message.split(".", maxsplit=1)[0].strip()
    return first[:1].lower() + first[1:] if first else "this is not an email address"
