"""What other tools' exports look like: their headings, what each is to us, and how the file is known by them."""

from dataclasses import dataclass, field

from service.domain.consent import Suppressed
from service.planning.files.headings import Field, heading_key


@dataclass(frozen=True, slots=True)
class Preset:
    """A tool's export. `marks`: headings that only it has; all of one set must be there.

    `columns` overrules the common rule; a heading with nothing is not used. `further`: other columns of the same kind
    of address, read where the first holds none that can be. `everybody_left`: the whole file is a list of those who
    must be left alone, and why. `named`: a word in the name of the file, where headings alone do not tell it from
    another of the tool's. `status_left`: what else its status says of those who must be left alone.
    """

    slug: str
    title: str
    marks: tuple[tuple[str, ...], ...]
    columns: dict[str, str] = field(default_factory=dict)
    further: dict[str, str] = field(default_factory=dict)
    everybody_left: Suppressed | None = None
    named: str = ""
    status_left: frozenset[str] = frozenset()

    def fits(self, headings: frozenset[str], name: str) -> bool:
        """Whether a file with these headings and this name is one of it."""
        known = any(all(heading_key(mark) in headings for mark in each) for each in self.marks)
        return known and self.named in name.casefold()

    def target(self, heading: str) -> str | None:
        """What a heading is to us in this tool's files; None where the common rule applies."""
        return _under(self.columns, heading)

    def further_target(self, heading: str) -> str | None:
        """Whose further column a heading is, where it is one."""
        return _under(self.further, heading)


def _under(targets: dict[str, str], heading: str) -> str | None:
    key = heading_key(heading)
    return next((target for name, target in targets.items() if heading_key(name) == key), None)


_MAILCHIMP: dict[str, str] = {
    "Email Address": Field.EMAIL,
    "SMS Phone Number": Field.PHONE,
    "SMS Phone": Field.PHONE,
    "Phone Number": Field.PHONE,
    "Address": "",
    "OPTIN_TIME": Field.OPTED_IN_AT,
    "OPTIN_IP": Field.OPTED_IN_IP,
    "CONFIRM_TIME": Field.CONFIRMED_AT,
    "CONFIRM_IP": Field.CONFIRMED_IP,
    "CC": Field.COUNTRY,
    "EUID": Field.EXTERNAL_ID,
    "LEID": "",
    "NOTES": "",
    "REGION": "",
}
# The email's own column is called as the organisation called it.
_MAILCHIMP_MARKS = (("Email Address", "OPTIN_TIME"), ("MEMBER_RATING", "OPTIN_TIME", "LEID"))
_NO_PROOF = {"OPTIN_TIME": "", "OPTIN_IP": "", "CONFIRM_TIME": "", "CONFIRM_IP": ""}
_GOOGLE_FURTHER = {
    f"{kind} {number} - Value": field
    for kind, field in (("E-mail", str(Field.EMAIL)), ("Phone", str(Field.PHONE)))
    for number in range(2, 7)
}

PRESETS = (
    Preset(
        "mailchimp-unsubscribed",
        "Mailchimp: unsubscribed",
        (("Email Address", "UNSUB_TIME"), ("MEMBER_RATING", "UNSUB_TIME", "LEID")),
        _MAILCHIMP | {"UNSUB_TIME": Field.LEFT_EMAIL, "UNSUB_REASON": Field.LEFT_REASON},
        everybody_left=Suppressed.LEFT,
    ),
    Preset(
        "mailchimp-cleaned",
        "Mailchimp: cleaned",
        (("Email Address", "CLEAN_TIME"), ("MEMBER_RATING", "CLEAN_TIME", "LEID")),
        _MAILCHIMP | {"CLEAN_TIME": Field.BOUNCED},
        everybody_left=Suppressed.HARD_BOUNCE,
    ),
    Preset(
        "mailchimp-nonsubscribed",
        "Mailchimp: non-subscribed, who allowed nothing",
        _MAILCHIMP_MARKS,
        _MAILCHIMP | _NO_PROOF,
        named="nonsubscribed",
    ),
    Preset("mailchimp", "Mailchimp: subscribed", _MAILCHIMP_MARKS, _MAILCHIMP),
    Preset(
        "action-network",
        "Action Network",
        # Which columns a report has, its author chooses.
        tuple(("email", f"can2_{name}") for name in ("subscription_status", "user_tags", "phone", "subscription_date")),
        {
            "can2_phone": Field.PHONE,
            "can2_user_tags": Field.TAGS,
            "can2_subscription_status": Field.EMAIL_STATUS,
            "can2_subscription_date": Field.CONSENT_EMAIL_AT,
            "can2_sms_status": Field.SMS_STATUS,
            "zip_code": Field.POSTCODE,
            "can2_language": Field.LOCALE,
            "uuid": Field.EXTERNAL_ID,
            "id": "",
        },
    ),
    Preset(
        "listmonk",
        "listmonk",
        (("uuid", "email", "attributes", "status"),),
        {
            "uuid": Field.EXTERNAL_ID,
            "id": "",
            "name": Field.FULL_NAME,
            "attributes": "details",
            "status": Field.EMAIL_STATUS,
            "created_at": Field.JOINED_AT,
        },
        status_left=frozenset({"disabled"}),
    ),
    Preset(
        "civicrm",
        "CiviCRM",
        (("Do Not Email",), ("Do Not Sms",), ("No Bulk Emails (User Opt Out)",)),
        {
            "Contact ID": Field.EXTERNAL_ID,
            "Internal Contact ID": Field.EXTERNAL_ID,
            "External Identifier": "",
            "Do Not Email": Field.LEFT_EMAIL,
            "No Bulk Emails (User Opt Out)": Field.LEFT_EMAIL,
            "Do Not Sms": Field.LEFT_SMS,
            "Do Not Phone": "",
            "On Hold": Field.BOUNCED,
            "Deceased": Field.LEFT,
            "Preferred Language": Field.LOCALE,
            "Postal Code": Field.POSTCODE,
            "Group(s)": "",
            "Tag(s)": Field.TAGS,
            "Contact Source": Field.SOURCE,
        },
    ),
    Preset(
        "nationbuilder",
        "NationBuilder",
        (("email_opt_in", "mobile_opt_in"), ("nationbuilder_id",)),
        {
            "nationbuilder_id": Field.EXTERNAL_ID,
            "mobile_number": Field.PHONE,
            "phone_number": "",
            "email1": Field.BOUNCED_ADDRESS,
            "email1_is_bad": Field.BOUNCED,
            "email_opt_in": Field.CONSENT_EMAIL,
            "mobile_opt_in": Field.CONSENT_SMS,
            "tag_list": Field.TAGS,
            "primary_zip": Field.POSTCODE,
            "primary_country_code": Field.COUNTRY,
            "language": Field.LOCALE,
            "do_not_contact": Field.LEFT,
            "is_deceased": Field.LEFT,
            "mobile_number_opt_in": Field.CONSENT_SMS,
        },
    ),
    Preset(
        "spoke",
        "Spoke",
        (("contact[cell]",),),
        {
            "contact[firstName]": Field.FIRST_NAME,
            "contact[lastName]": Field.LAST_NAME,
            "contact[cell]": Field.PHONE,
            "contact[zip]": Field.POSTCODE,
            "contact[external_id]": Field.EXTERNAL_ID,
            "contact[optOut]": Field.LEFT_SMS,
            "contact[tags]": Field.TAGS,
        },
    ),
    Preset("spoke-upload", "Spoke: contacts to upload", (("firstName", "lastName", "cell"),), {"zip": Field.POSTCODE}),
    Preset(
        "outlook",
        "Outlook",
        (("First Name", "E-mail Address"),),
        {
            "E-mail Address": Field.EMAIL,
            "Mobile Phone": Field.PHONE,
            "Categories": Field.TAGS,
            "Home Postal Code": Field.POSTCODE,
            "Home Country/Region": Field.COUNTRY,
            "Language": Field.LOCALE,
            "Title": "",
            "Suffix": "",
        },
        further={
            "E-mail 2 Address": Field.EMAIL,
            "E-mail 3 Address": Field.EMAIL,
            "Primary Phone": Field.PHONE,
            "Other Phone": Field.PHONE,
            "Home Phone": Field.PHONE,
            "Business Phone": Field.PHONE,
        },
    ),
    Preset(
        "google",
        "Google Contacts",
        (("E-mail 1 - Value",),),
        {
            "E-mail 1 - Value": Field.EMAIL,
            "Phone 1 - Value": Field.PHONE,
            "Given Name": Field.FIRST_NAME,
            "First Name": Field.FIRST_NAME,
            "Labels": Field.TAGS,
            "Group Membership": Field.TAGS,
            "Address 1 - Postal Code": Field.POSTCODE,
            "Address 1 - Country": Field.COUNTRY,
        },
        further=_GOOGLE_FURTHER,
    ),
)
_BY_SLUG = {preset.slug: preset for preset in PRESETS}


def preset_named(slug: str) -> Preset | None:
    """The preset a person chose."""
    return _BY_SLUG.get(slug)


def preset_of(headings: list[str], name: str = "") -> Preset | None:
    """The tool whose export has these headings, in a file of this name, where one is known by them."""
    keys = frozenset(heading_key(heading) for heading in headings)
    return next((preset for preset in PRESETS if preset.fits(keys, name)), None)
