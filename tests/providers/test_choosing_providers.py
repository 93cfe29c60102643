"""Which provider carries what, by the settings."""

import pytest

from service.providers.choosing import email_provider, sms_provider, suppression_lists
from service.providers.sendgrid.sending import SendGrid
from service.providers.smtp.sending import Smtp
from service.providers.twilio.sending import Twilio
from service.settings import load_settings

SECRET = {"SECRET_KEY": "a secret of the tests, forty letters long or so"}


def test_the_sandbox_is_the_same_road_with_another_address() -> None:
    settings = load_settings({**SECRET, "SANDBOX_URL": "http://127.0.0.1:8026"})

    email, sms = email_provider(settings), sms_provider(settings)
    email.close()
    sms.close()

    assert isinstance(email, SendGrid)
    assert isinstance(sms, Twilio)
    assert (email.api_url, sms.api_url) == ("http://127.0.0.1:8026", "http://127.0.0.1:8026")
    assert sms.from_numbers == ("+447700900000",)


def test_real_providers_get_the_real_addresses_and_the_newest_token() -> None:
    settings = load_settings(
        {
            **SECRET,
            "EMAIL_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.real",
            "SMS_PROVIDER": "twilio",
            "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
            "TWILIO_AUTH_TOKEN": "new,old",
            "TWILIO_MESSAGING_SERVICE_SID": "MG" + "b" * 32,
        }
    )

    email, sms = email_provider(settings), sms_provider(settings)
    email.close()
    sms.close()

    assert isinstance(email, SendGrid)
    assert isinstance(sms, Twilio)
    assert (email.api_url, sms.api_url) == ("https://api.sendgrid.com", "https://api.twilio.com")
    assert (sms.auth_token, sms.messaging_service_sid) == ("new", "MG" + "b" * 32)


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+starttls"])
def test_email_may_go_through_smtp(scheme: str) -> None:
    settings = load_settings({**SECRET, "EMAIL_PROVIDER": "smtp", "SMTP_URL": f"{scheme}://mail.example.org:2525"})

    email = email_provider(settings)

    assert isinstance(email, Smtp)
    assert email.name == "smtp"


def test_a_mail_server_keeps_no_lists_and_sendgrid_s_are_those_of_the_account_that_sends() -> None:
    smtp = load_settings({**SECRET, "EMAIL_PROVIDER": "smtp", "SMTP_URL": "smtp://mail.example.org"})
    sendgrid = load_settings({**SECRET, "EMAIL_PROVIDER": "sendgrid", "SENDGRID_API_KEY": "SG.real"})

    assert suppression_lists(smtp) is None
    lists = suppression_lists(sendgrid)
    assert lists is not None
    assert set(lists.names) == {"spam_reports", "unsubscribes", "group_unsubscribes", "bounces", "invalid_emails"}
    assert "SG.real" not in repr(lists)
