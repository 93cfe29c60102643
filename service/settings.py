"""The environment, read once, typed; a malformed value stops the start and is named."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from phonenumbers import SUPPORTED_REGIONS

from service import sandbox_keys
from service.address_settings import read_address, read_alert_secret, read_alert_url, read_security_contact
from service.console_settings import ConsoleRules, read_console
from service.environment import Environment, SettingsError
from service.flood_settings import FloodSettings, read_floods
from service.keys import read_keys
from service.oidc_settings import Directory, read_directory
from service.provider_settings import EmailRoad, SmsRoad, read_roads, read_second_road, read_twilio
from service.web_settings import WebSettings, read_web


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True)
class Limits:
    """What keeps strangers with a form from filling inboxes and running up bills; each a setting of its name.

    Texts and emails here are those a form asks for: confirmations, and "you have joined already".
    """

    # Forms from one network in ten seconds, sign-in links in ten minutes, and complaints about data in an hour.
    limit_forms_per_network: int = 1_000
    limit_sign_in_links_per_network: int = 20
    limit_complaints_per_network: int = 20
    # Texts an hour: to numbers that begin alike, to one country, for one campaign, in all.
    limit_texts_per_range: int = 60
    limit_texts_per_country: int = 60_000
    limit_texts_per_campaign: int = 60_000
    limit_texts: int = 100_000
    # Texts of a campaign that nobody has confirmed yet, and of a hundred how many must be confirmed beyond that.
    limit_unconfirmed_texts: int = 500
    limit_confirm_percent: int = 20
    # Emails: to one mailbox a day, however it is spelt; for one campaign and in all, an hour.
    limit_emails_per_mailbox: int = 6
    limit_emails_per_campaign: int = 60_000
    limit_emails: int = 120_000


STANDARD_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Ages:
    """After how many days what is held of people is let go; each a setting of its name (service/consenting/retain.py)."""

    keep_unconfirmed_days: int = 30
    # Network addresses, of forms and of consent.
    keep_ip_days: int = 730
    keep_receipts_days: int = 400
    keep_clicks_days: int = 730
    # Texts that came, and single messages that went out.
    keep_texts_days: int = 1_095
    # What providers said of each message of a blast, and their number of it, from the end of the blast.
    keep_messages_days: int = 1_095


STANDARD_AGES = Ages()


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of docs/settings.md; secrets stay out of repr."""

    home: Path
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    secret_key: str = field(repr=False)
    # Keys before the present one: what they signed is read still.
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    # What links in messages are signed with: the first signs, all are read. The secret key where none is set.
    link_secrets: tuple[str, ...] = field(repr=False)
    # What addresses are hashed with that must be left alone. The secret key where none is set.
    suppression_key: str = field(repr=False)
    public_url: str
    # Whom letters come from that belong to no campaign, such as a manager's sign-in link.
    sender_email: str
    # Where each day's end of the audit is mailed; empty for nowhere.
    audit_mail_to: str
    email_road: EmailRoad
    # The road that takes over what is queued while the first one is failing.
    email_second_road: EmailRoad | None
    sms_road: SmsRoad
    sendgrid_api_key: str = field(repr=False)
    sendgrid_api_url: str
    sendgrid_webhook_public_keys: tuple[str, ...]
    twilio_account_sid: str
    twilio_auth_tokens: tuple[str, ...] = field(repr=False)
    twilio_api_url: str
    twilio_messaging_service_sid: str | None
    twilio_from_numbers: tuple[str, ...]
    smtp_url: str | None = field(repr=False)
    sandbox_url: str
    # Nobody else is ever written to; empty for everybody.
    recipient_allow_list: tuple[str, ...]
    trusted_proxy_count: int
    log_level: LogLevel
    limits: Limits
    console: ConsoleRules
    # Where managers may sign in too; None where there is no such place.
    directory: Directory | None
    ages: Ages
    floods: FloodSettings
    # Networks whose forms are never counted: a ground's own, a load test's.
    limit_exempt_networks: tuple[str, ...]
    # Where people may write to leave, because somebody reads it every day; empty for nowhere.
    leave_mailbox: str
    # Whom to tell of a weakness: `mailto:…` or `https://…`; empty where nobody is named.
    security_contact: str
    # Where texts may go at all; empty: wherever each campaign is.
    sms_countries: tuple[str, ...]
    web: WebSettings
    # Where alerts are posted for another system, and the key that signs them; both empty where nowhere.
    alert_webhook_url: str
    alert_webhook_secret: str = field(repr=False)
    # To how many people one person may launch alone; None for any number.
    approval_above: int | None

    @property
    def needed_database_url(self) -> str:
        """Where the database is, for a process that cannot work without one. Raises SettingsError where none is set."""
        if self.database_url is None:
            raise SettingsError("DATABASE_URL: not set; `touchline up` sets it for the processes it starts")
        return self.database_url

    @property
    def uses_sandbox(self) -> bool:
        return self.email_road is EmailRoad.SANDBOX or self.sms_road is SmsRoad.SANDBOX

    @property
    def sends_email(self) -> bool:
        """Whether anybody carries email; with `none` nobody does, and nothing is offered by email."""
        return self.email_road is not EmailRoad.NONE

    @property
    def sends_texts(self) -> bool:
        """Whether anybody carries texts."""
        return self.sms_road is not SmsRoad.NONE

    @property
    def unsent(self) -> tuple[str, ...]:
        """What nobody carries, in a sentence each; no fault, for it was chosen or left at the default."""
        told = ((self.sends_email, "email", "EMAIL_PROVIDER"), (self.sends_texts, "text", "SMS_PROVIDER"))
        return tuple(f"no {what} is sent: {name} is none" for is_sent, what, name in told if not is_sent)

    @property
    def pool(self) -> tuple[str, ...]:
        """The numbers texts come from, each supporter's always from the same; none where a messaging service chooses."""
        return () if self.twilio_messaging_service_sid else self.twilio_from_numbers


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check every setting. Raises SettingsError naming the first that is wrong."""
    read = Environment(environ)
    home = Path(read.text("TOUCHLINE_HOME", ".touchline")).absolute()
    public_url = read.url("PUBLIC_URL", "http://127.0.0.1:8000")
    email_road, sms_road = read_roads(read, public_url)
    second_road = read_second_road(read, email_road)
    sandbox_url = read.url("SANDBOX_URL", "http://127.0.0.1:8026")
    in_sandbox = email_road is EmailRoad.SANDBOX
    keys = read_keys(read, home)
    if email_road is EmailRoad.SENDGRID:
        read.require("SENDGRID_API_KEY", because="EMAIL_PROVIDER=sendgrid")
    if EmailRoad.SMTP in {email_road, second_road}:
        read.require("SMTP_URL", because="smtp as EMAIL_PROVIDER or EMAIL_SECOND_PROVIDER")
    twilio = read_twilio(read, home, sms_road, sandbox_url)
    return Settings(
        home=home,
        database_url=read.database("DATABASE_URL"),
        redis_url=read.redis("REDIS_URL"),
        secret_key=keys.sessions[0],
        secret_key_fallbacks=keys.sessions[1:],
        link_secrets=keys.links,
        suppression_key=keys.suppressions,
        public_url=public_url,
        sender_email=_sender_email(read, public_url),
        audit_mail_to=read_address(read, "AUDIT_MAIL_TO"),
        email_road=email_road,
        email_second_road=second_road,
        sms_road=sms_road,
        sendgrid_api_key=sandbox_keys.kept_key(home, sandbox_keys.SENDGRID_API_KEY)
        if in_sandbox
        else read.text("SENDGRID_API_KEY", ""),
        sendgrid_api_url=sandbox_url if in_sandbox else read.url("SENDGRID_API_URL", "https://api.sendgrid.com"),
        sendgrid_webhook_public_keys=_webhook_keys(read, home, in_sandbox),
        twilio_account_sid=twilio.account_sid,
        twilio_auth_tokens=twilio.auth_tokens,
        twilio_api_url=twilio.api_url,
        twilio_messaging_service_sid=twilio.messaging_service_sid,
        twilio_from_numbers=twilio.from_numbers,
        smtp_url=read.smtp("SMTP_URL"),
        sandbox_url=sandbox_url,
        recipient_allow_list=_allow_list(read),
        trusted_proxy_count=read.count("TRUSTED_PROXY_COUNT", 0),
        log_level=read.choice("LOG_LEVEL", LogLevel, LogLevel.INFO),
        limits=_limits(read),
        console=read_console(read),
        directory=read_directory(read),
        ages=Ages(**{each.name: read.days(each.name.upper(), int(str(each.default))) for each in fields(Ages)}),
        floods=read_floods(read),
        limit_exempt_networks=_networks(read),
        leave_mailbox=read_address(read, "LEAVE_MAILBOX"),
        security_contact=read_security_contact(read),
        sms_countries=_countries(read),
        web=read_web(read),
        alert_webhook_url=read_alert_url(read),
        alert_webhook_secret=read_alert_secret(read),
        approval_above=read.number("APPROVAL_ABOVE", 1) if read.text("APPROVAL_ABOVE", "") else None,
    )


def _webhook_keys(read: Environment, home: Path, in_sandbox: bool) -> tuple[str, ...]:
    keys = read.several("SENDGRID_WEBHOOK_PUBLIC_KEY", needed=False)
    kept = home / "sandbox" / "sendgrid_public_key"
    if not keys and in_sandbox and kept.exists():
        return (kept.read_text().strip(),)
    return keys


def _allow_list(read: Environment) -> tuple[str, ...]:
    entries = tuple(entry.lower().removeprefix("@") for entry in read.several("RECIPIENT_ALLOW_LIST", needed=False))
    for entry in entries:
        if not re.fullmatch(r"\+\d{1,15}|([^@\s]+@)?[a-z0-9-]+(\.[a-z0-9-]+)+", entry):
            raise SettingsError(
                "RECIPIENT_ALLOW_LIST: addresses, domains and beginnings of numbers parted by commas, such as "
                "ana@example.org, example.org, +4477009"
            )
    return entries


def _limits(read: Environment) -> Limits:
    return Limits(**{each.name: read.number(each.name.upper(), int(str(each.default))) for each in fields(Limits)})


def _networks(read: Environment) -> tuple[str, ...]:
    networks = read.several("LIMIT_EXEMPT_NETWORKS", needed=False)
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise SettingsError(
                f"LIMIT_EXEMPT_NETWORKS: networks parted by commas, such as 203.0.113.0/24, 2001:db8::/48; got {network!r}"
            ) from None
    return networks


def _countries(read: Environment) -> tuple[str, ...]:
    countries = tuple(code.upper() for code in read.several("SMS_COUNTRIES", needed=False))
    for code in countries:
        if code not in SUPPORTED_REGIONS:
            raise SettingsError(f"SMS_COUNTRIES: two-letter countries parted by commas, such as GB, IE; got {code!r}")
    return countries


def _sender_email(read: Environment, public_url: str) -> str:
    """The address set, else one at the host of the public address; example.org on this machine alone."""
    given = read_address(read, "SENDER_EMAIL")
    host = urlsplit(public_url).hostname or ""
    is_name = "." in host and not re.fullmatch(r"[0-9.:]+", host)
    return given or f"touchline@{host if is_name else 'example.org'}"
