"""Nothing is open by default: a provider is chosen, none at all, or the sandbox of this machine with keys of its own."""

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.orm import Session, sessionmaker
from twilio.request_validator import RequestValidator

from sandbox import keys as sandbox_s_own
from service.cli.up import _where
from service.environment import SettingsError
from service.provider_settings import EmailRoad, SmsRoad
from service.providers.choosing import email_provider, sms_provider, suppression_lists
from service.providers.ports import EmailBatch, Outcome, Refusal, Text
from service.sandbox_keys import SENDGRID_API_KEY, TWILIO_AUTH_TOKEN, kept_key
from service.settings import Settings, load_settings
from service.web.app import create_app
from tests.cli.conftest import touchline

__all__ = ["touchline"]

SECRET = "x" * 40
AWAY = "https://act.example.org"


def _settings(home: Path, **environ: str) -> Settings:
    return load_settings({"SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(home), **environ})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://a.localhost", "http://[::1]:1"])
def test_on_this_machine_alone_the_sandbox_carries_what_nobody_else_is_chosen_for(tmp_path: Path, url: str) -> None:
    settings = _settings(tmp_path, PUBLIC_URL=url)

    assert (settings.email_road, settings.sms_road) == (EmailRoad.SANDBOX, SmsRoad.SANDBOX)


@pytest.mark.parametrize("url", [AWAY, "http://192.168.1.5:8000", "http://localhost.example.org", "http://0.0.0.0"])
def test_anywhere_else_nobody_carries_what_nobody_is_chosen_for(tmp_path: Path, url: str) -> None:
    settings = _settings(tmp_path, PUBLIC_URL=url)

    assert (settings.email_road, settings.sms_road) == (EmailRoad.NONE, SmsRoad.NONE)
    assert settings.twilio_auth_tokens == settings.sendgrid_webhook_public_keys == ()
    assert not (tmp_path / "sandbox").exists()


@pytest.mark.parametrize("name", ["EMAIL_PROVIDER", "SMS_PROVIDER"])
def test_the_sandbox_is_refused_where_others_reach_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: the sandbox .*act.example.org"):
        _settings(tmp_path, **{"PUBLIC_URL": AWAY, name: "sandbox"})


def test_a_second_provider_of_email_needs_a_first(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EMAIL_SECOND_PROVIDER"):
        _settings(tmp_path, EMAIL_PROVIDER="none", EMAIL_SECOND_PROVIDER="smtp", SMTP_URL="smtp://mail.example.org")


def test_keys_are_made_for_each_installation_and_both_sides_read_the_same(tmp_path: Path) -> None:
    here, there = _settings(tmp_path / "here"), _settings(tmp_path / "there")
    again = _settings(tmp_path / "here")

    assert here.twilio_auth_tokens == again.twilio_auth_tokens != there.twilio_auth_tokens
    assert here.sendgrid_api_key == again.sendgrid_api_key != there.sendgrid_api_key
    assert sandbox_s_own.kept_key(tmp_path / "here", sandbox_s_own.TWILIO_AUTH_TOKEN) == here.twilio_auth_tokens[0]
    assert sandbox_s_own.kept_key(tmp_path / "here", sandbox_s_own.SENDGRID_API_KEY) == here.sendgrid_api_key
    made_there = sandbox_s_own.kept_key(tmp_path / "third", sandbox_s_own.TWILIO_AUTH_TOKEN)
    assert kept_key(tmp_path / "third", TWILIO_AUTH_TOKEN) == made_there
    for name in (TWILIO_AUTH_TOKEN, SENDGRID_API_KEY):
        assert stat.S_IMODE((tmp_path / "here" / "sandbox" / name).stat().st_mode) == 0o600


def test_where_keys_cannot_be_kept_the_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="TOUCHLINE_HOME: the sandbox's keys cannot be kept"):
        _settings(tmp_path / "file")


@pytest.mark.parametrize("token", ["sandbox-auth-token", "", "token", "an auth token of the bench"])
def test_a_text_signed_with_a_token_that_was_ever_printed_is_refused(
    settings: Settings, sessions: sessionmaker[Session], token: str
) -> None:
    form = {"MessageSid": "SM" + "1" * 32, "From": "+447700900123", "To": "+447700900000", "Body": "STOP"}
    app = create_app(settings)
    own = settings.twilio_auth_tokens[0]

    def post(key: str) -> int:
        signature = RequestValidator(key).compute_signature(f"{settings.public_url}/hooks/twilio/sms", form)
        headers = {"X-Twilio-Signature": signature}
        return app.test_client().post("/hooks/twilio/sms", data=form, headers=headers).status_code

    assert (post(token), post(own)) == (403, 200)
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_where_nobody_carries_a_channel_its_webhooks_are_not_there(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    app = create_app(replace(settings, email_road=EmailRoad.NONE, sms_road=SmsRoad.NONE))
    hooks = ("/hooks/twilio/sms", "/hooks/twilio/status/1.s.1", "/hooks/sendgrid/events")

    assert [app.test_client().post(hook).status_code for hook in hooks] == [404, 404, 404]
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_readiness_tells_what_is_not_sent_and_calls_it_no_fault(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    app = create_app(replace(settings, sms_road=SmsRoad.NONE))

    told = app.test_client().get("/readyz").json

    assert told["notes"] == ["no text is sent: SMS_PROVIDER is none"]
    assert not [each for each in (*told["reasons"], *told["warnings"]) if "text" in each and "worker" not in each]
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_up_tells_what_is_not_sent_beside_its_addresses(tmp_path: Path) -> None:
    told = _where(_settings(tmp_path, SMS_PROVIDER="none"), None, [])

    assert "  Note          no text is sent: SMS_PROVIDER is none\n" in told


def test_where_nobody_carries_email_or_texts_they_are_refused_before_a_byte_is_sent(tmp_path: Path) -> None:
    settings = _settings(tmp_path, EMAIL_PROVIDER="none", SMS_PROVIDER="none")
    letter = EmailBatch("1", "a@example.org", "A", "", "Hello", "", "", [], {})

    email = email_provider(settings).send(letter, deadline=0)
    text = sms_provider(settings).send([Text("+447700900123", "Hello", "1.s.1", "", None)], deadline=0, validity=None)[
        0
    ]

    for told, name in ((email, "EMAIL_PROVIDER"), (text, "SMS_PROVIDER")):
        assert (told.outcome, told.refusal, told.detail) == (
            Outcome.REFUSED,
            Refusal.CONFIGURATION,
            f"{name} is none",
        )
    assert suppression_lists(settings) is None


def test_the_doctor_is_calm_about_none_and_red_about_a_sandbox_that_others_reach(
    touchline: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", AWAY)
    monkeypatch.setenv("EMAIL_PROVIDER", "smtp")
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.org")
    calm = touchline("doctor").output
    monkeypatch.setenv("SMS_PROVIDER", "sandbox")
    red = touchline("doctor")

    assert "ok  providers: email by smtp, no text is sent: SMS_PROVIDER is none" in calm
    assert "ok  missed texts: not looked for: no texts (SMS_PROVIDER is none)" in calm
    assert red.exit_code == 1
    assert red.output.startswith("BAD settings: SMS_PROVIDER: the sandbox is only for a PUBLIC_URL of this machine")


def test_the_doctor_is_red_where_nothing_at_all_is_sent(
    touchline: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", AWAY)

    assert "BAD providers: no email is sent: EMAIL_PROVIDER is none" in touchline("doctor").output
