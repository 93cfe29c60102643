"""Which provider carries what, by the settings. The sandbox is the same road with another address."""

from service.domain.channel import Channel
from service.provider_settings import EmailRoad
from service.providers.none import NoEmail, NoTexts
from service.providers.ports import EmailProvider, SmsProvider, SuppressionLists
from service.providers.sendgrid.lists import SendGridLists
from service.providers.sendgrid.sending import SendGrid
from service.providers.smtp.sending import Smtp
from service.providers.twilio.sending import Twilio
from service.settings import Settings


def channels_carried(settings: Settings) -> frozenset[Channel]:
    """The channels somebody carries."""
    told = ((Channel.EMAIL, settings.sends_email), (Channel.SMS, settings.sends_texts))
    return frozenset(channel for channel, is_sent in told if is_sent)


def email_provider(settings: Settings) -> EmailProvider:
    """Who carries email."""
    if not settings.sends_email:
        return NoEmail()
    if settings.email_road is EmailRoad.SMTP and settings.smtp_url:
        return Smtp(settings.smtp_url)
    return SendGrid(settings.sendgrid_api_key, settings.sendgrid_api_url)


def second_email_provider(settings: Settings) -> EmailProvider | None:
    """Who carries email while the first road is failing; None where there is no second."""
    if settings.email_second_road is EmailRoad.SMTP and settings.smtp_url:
        return Smtp(settings.smtp_url)
    return None


def suppression_lists(settings: Settings) -> SuppressionLists | None:
    """Whose own lists tell what a webhook missed; None where email goes by a server that keeps none."""
    if settings.email_road in {EmailRoad.SMTP, EmailRoad.NONE}:
        return None
    return SendGridLists(settings.sendgrid_api_key, settings.sendgrid_api_url)


def sms_provider(settings: Settings) -> SmsProvider:
    """Who carries texts."""
    if not settings.sends_texts:
        return NoTexts()
    return Twilio(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_tokens[0],
        api_url=settings.twilio_api_url,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        from_numbers=settings.twilio_from_numbers,
    )
