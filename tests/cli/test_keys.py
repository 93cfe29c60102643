"""`touchline keys`: new keys break no link, no open form and no suppression; only `retire` ends what older ones signed."""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from service.cli.main import main
from service.clock import now
from service.consenting.consent import AddressKey
from service.domain.channel import Channel
from service.domain.manager import Role
from service.environment import SettingsError
from service.keys import make_keys
from service.planning.managers import Manager, add_manager
from service.planning.sealing import CannotUnseal, Sealer
from service.planning.second_step import begin_setup, confirm_setup, setup_under_way
from service.planning.sign_in_tries import Here
from service.settings import Settings, load_settings
from service.store.queries.second_factors import confirmed_totps, forget_totp
from service.web.app import create_app
from service.wording.links import LinkKind, link_keys, sign
from tests import make
from tests.conftest import SECRET

Keys = Callable[..., Result]
OTHER, NEW = "o" * 40, "n" * 40
FILES = ("secret_key", "link_keys", "suppression_key")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    make_keys(tmp_path)
    return tmp_path


@pytest.fixture
def keys(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Run `touchline keys …` where the keys are kept in files."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("TOUCHLINE_HOME", str(kept))
    return lambda *words, **given: CliRunner().invoke(main, ["keys", *words], catch_exceptions=False, **given)


@contextmanager
def started(kept: Path, database_url: str, **environ: str) -> Iterator[tuple[Settings, FlaskClient]]:
    """The web process, started now."""
    settings = load_settings({"DATABASE_URL": database_url, "TOUCHLINE_HOME": str(kept), **environ})
    app = create_app(settings)
    yield settings, app.test_client()
    app.extensions["touchline"].sessions.kw["bind"].dispose()


def test_links_forms_and_who_left_outlive_a_rotation_and_links_alone_end_with_the_older_keys(
    kept: Path, keys: Keys, sessions: sessionmaker[Session], database_url: str
) -> None:
    with sessions.begin() as session:
        ana = make.supporter(session, "Ana", campaign=make.campaign(session)).id
    with started(kept, database_url) as (before, visitor):
        link = f"/leave/{sign(LinkKind.LEAVE, ana, key=link_keys(before)[0], channel=Channel.EMAIL)}"
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get("/fair-trials/").text)
        assert found is not None
    form = {"csrf_token": found[1], "first_name": "Bo", "email": "bo@example.org", "consent_email": "yes"}

    assert keys("rotate").exit_code == 0
    assert keys("rotate").exit_code == 0

    with started(kept, database_url) as (after, visitor):
        assert len({before.secret_key, after.secret_key, *after.secret_key_fallbacks}) == 3
        assert link_keys(after)[-1:] == link_keys(before)
        assert AddressKey.of(after) == AddressKey.of(before)
        assert visitor.get(link).status_code == 200
        assert visitor.post("/fair-trials/join", data=form).status_code == 303
    assert [stat.S_IMODE((kept / name).stat().st_mode) for name in FILES] == [0o600] * 3

    assert "Aborted" in keys("retire", input="n\n").output
    assert keys("retire", "--yes").exit_code == 0

    with started(kept, database_url) as (last, visitor):
        assert link_keys(last) == link_keys(after)[:1]
        assert AddressKey.of(last) == AddressKey.of(before)
        assert visitor.get(link).status_code == 404
    assert "no older keys" in keys("retire").output


def test_no_key_is_ever_shown_where_they_are_kept_in_files(kept: Path, keys: Keys) -> None:
    told = keys("rotate").output + keys("status").output

    assert "and 1 before it still read" in told
    for name in FILES:
        for key in (kept / name).read_text().split():
            assert key not in told


def test_what_is_in_the_environment_is_said_and_not_kept_and_the_same_when_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("TOUCHLINE_HOME", str(tmp_path))
    told = CliRunner().invoke(main, ["keys", "rotate"], catch_exceptions=False).output

    environ = dict(re.findall(r"^([A-Z_]+)=(.*)$", told, re.M))
    before = load_settings({"SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(tmp_path)})
    after = load_settings({**environ, "TOUCHLINE_HOME": str(tmp_path)})
    assert (after.secret_key_fallbacks, link_keys(after)[1:]) == ((SECRET,), link_keys(before))
    assert SECRET not in {after.secret_key, after.link_secrets[0]}
    assert AddressKey.of(after) == AddressKey.of(before)
    assert not any((tmp_path / name).exists() for name in FILES)


def test_keys_left_in_a_folder_open_nothing_where_the_environment_has_its_own(kept: Path) -> None:
    settings = load_settings({"SECRET_KEY": SECRET, "TOUCHLINE_HOME": str(kept)})

    assert (settings.secret_key, settings.link_secrets, settings.suppression_key) == (SECRET, (SECRET,), SECRET)
    assert settings.secret_key_fallbacks == ()


def test_a_key_in_the_environment_goes_before_one_in_a_file(kept: Path, keys: Keys) -> None:
    environ = {"TOUCHLINE_HOME": str(kept), "LINK_KEYS": f"{OTHER},{NEW}", "SUPPRESSION_KEY": NEW}
    settings = load_settings(environ)

    assert (settings.link_secrets, settings.suppression_key) == ((OTHER, NEW), NEW)
    with pytest.raises(SettingsError, match="SUPPRESSION_KEY"):
        load_settings({**environ, "SUPPRESSION_KEY": "short"})


def test_what_is_set_in_two_places_is_not_changed_in_one(
    kept: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (kept / "secret_key").read_text()
    monkeypatch.setenv("LINK_KEYS", NEW)

    refused = keys("rotate")

    assert (refused.exit_code, (kept / "secret_key").read_text()) == (1, before)
    assert "LINK_KEYS: set in the environment" in refused.output


def test_a_move_to_the_environment_that_forgets_who_left_does_not_start(kept: Path, keys: Keys) -> None:
    keys("rotate")
    moved = {"TOUCHLINE_HOME": str(kept), "SECRET_KEY": (kept / "secret_key").read_text().split()[0]}

    with pytest.raises(SettingsError, match="SUPPRESSION_KEY: not the one in"):
        load_settings(moved)
    suppressions = (kept / "suppression_key").read_text().strip()
    assert load_settings({**moved, "SUPPRESSION_KEY": suppressions}).suppression_key == suppressions


def test_a_console_form_that_was_open_is_taken_after_a_rotation(
    kept: Path, keys: Keys, sessions: sessionmaker[Session], database_url: str
) -> None:
    with started(kept, database_url) as (_, visitor):
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get("/console/sign-in").text)
        cookie = visitor.get_cookie("touchline")
    assert found is not None
    assert cookie is not None
    keys("rotate")

    with started(kept, database_url) as (_, visitor):
        visitor.set_cookie("touchline", cookie.value)
        answer = visitor.post("/console/sign-in", data={"csrf_token": found[1], "email": "dev@example.org"})

    assert "grown old" not in answer.text
    assert answer.status_code != 400


def test_before_older_keys_are_retired_it_says_whose_authenticator_apps_stop(
    kept: Path, keys: Keys, sessions: sessionmaker[Session], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Sealer.of(load_settings({"TOUCHLINE_HOME": str(kept)}))
    with sessions.begin() as session:
        ana, bilal = (
            add_manager(session, f"{name}@example.org", Role.ADMIN, actor="shell", now=now()) for name in "ab"
        )
        for who in (ana, bilal):
            begin_setup(session, who.id, sealer=before, now=now())
            _confirm(session, who, before)
    keys("rotate")
    after = Sealer.of(load_settings({"TOUCHLINE_HOME": str(kept)}))
    with sessions.begin() as session:
        # Bilal uses his app, which seals it with the present key.
        forget_totp(session, bilal.id)
        begin_setup(session, bilal.id, sealer=after, now=now())
        _confirm(session, bilal, after)
    elsewhere = keys("retire", input="n\n").output

    monkeypatch.setenv("DATABASE_URL", database_url)
    told = keys("retire", input="n\n").output
    keys("retire", "--yes")

    assert "could not be looked up" in elsewhere
    assert f"That is 1 manager, by number: {ana.id}." in told
    last = Sealer.of(load_settings({"TOUCHLINE_HOME": str(kept)}))
    with sessions() as session:
        rows = {row.manager_id: row.sealed_secret for row in confirmed_totps(session)}
    assert last.unseal(rows[bilal.id])
    with pytest.raises(CannotUnseal):
        last.unseal(rows[ana.id])


def _confirm(session: Session, who: Manager, sealer: Sealer) -> None:
    setup = setup_under_way(session, who, sealer=sealer)
    assert setup is not None
    code = pyotp.TOTP(setup.secret).at(now())
    confirm_setup(session, who.id, code, sealer=sealer, here=Here(""), now=now())
