"""One key for each purpose, each of which can be changed without the others."""

from pathlib import Path

import pytest

from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.environment import SettingsError
from service.settings import Settings, load_settings
from service.wording.links import LinkKind, derive_key, link_keys, read_token, sign

SECRET, NEW, OTHER = "s" * 32, "n" * 32, "o" * 32


def _settings(home: Path, **environ: str) -> Settings:
    return load_settings({"SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(home)} | environ)


def test_where_no_other_key_is_set_everything_is_drawn_from_the_secret_key_as_before(tmp_path: Path) -> None:
    settings = _settings(tmp_path)

    assert link_keys(settings) == (derive_key(SECRET, "links"),)
    assert AddressKey.of(settings) == AddressKey.of(_settings(tmp_path, SUPPRESSION_KEY=SECRET))


def test_the_first_link_key_signs_and_every_one_is_read(tmp_path: Path) -> None:
    old = sign(LinkKind.LEAVE, 7, key=link_keys(_settings(tmp_path))[0])
    keys = link_keys(_settings(tmp_path, LINK_KEYS=f"{NEW}, {SECRET}"))
    new = sign(LinkKind.LEAVE, 7, key=keys[0])

    assert new != old
    assert [read_token(token, LinkKind.LEAVE, keys) is not None for token in (old, new)] == [True, True]
    assert read_token(old, LinkKind.LEAVE, link_keys(_settings(tmp_path, LINK_KEYS=NEW))) is None


def test_who_left_stays_recognised_when_the_secret_key_is_changed(tmp_path: Path) -> None:
    before = AddressKey.of(_settings(tmp_path))
    after = AddressKey.of(_settings(tmp_path, SECRET_KEY=OTHER, SUPPRESSION_KEY=SECRET))

    assert after.hash(Channel.EMAIL, "ana@example.org") == before.hash(Channel.EMAIL, "ana@example.org")


@pytest.mark.parametrize(
    ("name", "value"),
    [("LINK_KEYS", "short"), ("LINK_KEYS", f"{NEW},short"), ("SUPPRESSION_KEY", "short"), ("SENDER_EMAIL", "nobody")],
)
def test_a_malformed_key_stops_the_start_and_is_named_without_being_shown(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=name) as wrong:
        _settings(tmp_path, **{name: value})

    assert "short" not in str(wrong.value)


@pytest.mark.parametrize(
    ("environ", "sender"),
    [
        ({"PUBLIC_URL": "https://act.example.org"}, "touchline@act.example.org"),
        ({"PUBLIC_URL": "https://act.example.org", "SENDER_EMAIL": "Campaigns@example.org"}, "campaigns@example.org"),
        ({"PUBLIC_URL": "http://127.0.0.1:8000"}, "touchline@example.org"),
        ({"PUBLIC_URL": "http://[::1]:8000"}, "touchline@example.org"),
        ({"PUBLIC_URL": "http://localhost:8000"}, "touchline@example.org"),
    ],
)
def test_a_letter_of_no_campaign_comes_from_the_installation_s_own_address(
    tmp_path: Path, environ: dict[str, str], sender: str
) -> None:
    assert _settings(tmp_path, **environ).sender_email == sender
