"""Email addresses and mobile numbers in the one spelling we keep."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from service.domain.channel import Channel

_MOBILE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}
# Ofcom's numbers for drama: libphonenumber does not count them as assigned, and examples and tests need them.
_DRAMA = "+447700900"


class BadAddress(Exception):
    """An address cannot be used. `why` and `example` can be shown to whoever typed it."""

    def __init__(self, channel: Channel, why: str, example: str) -> None:
        super().__init__(f"{why} (for example {example})")
        self.channel, self.why, self.example = channel, why, example


def normalise_email(text: str) -> str:
    """The address in lower case with an ASCII domain. Raises BadAddress."""
    typed = text.strip()
    try:
        found = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise BadAddress(Channel.EMAIL, _plain(str(wrong)), "ana@example.org") from None
    domain = found.ascii_domain or found.domain
    normal = f"{found.local_part}@{domain}".lower()
    if len(normal) > 254 or not normal.isascii():
        raise BadAddress(Channel.EMAIL, "this address has letters that cannot be delivered to", "ana@example.org")
    return normal


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
    typed = text.strip()
    compact = "".join(character for character in typed if character.isdigit() or character == "+")
    if compact.startswith(_DRAMA) and len(compact) == 13:
        return compact
    if compact.startswith("07700900") and len(compact) == 11 and region == "GB":
        return "+44" + compact[1:]
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        raise _bad_phone("this is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise _bad_phone("this is not a number in use; check that no digit is missing")
    if phonenumbers.number_type(number) not in _MOBILE:
        raise _bad_phone("this is not a mobile number, and texts reach only mobiles")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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


def normalise(channel: Channel, text: str) -> str:
    """The one spelling of an address on either channel. Raises BadAddress."""
    return normalise_email(text) if channel is Channel.EMAIL else normalise_phone(text)


def _bad_phone(why: str) -> BadAddress:
    return BadAddress(Channel.SMS, why, "07700 900123 or +44 7700 900123")


def _plain(message: str) -> str:
    first = message.split(".", maxsplit=1)[0].strip()
    return first[:1].lower() + first[1:] if first else "this is not an email address"
