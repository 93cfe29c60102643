"""The house inspects itself: names that must agree, words that must be true, files that must be fit to read."""

import ast
import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from alembic import command
from jinja2 import Environment

from service.cli.running.processes import command_of, read_procfile
from service.domain.errand import QUEUES, Errand
from service.domain.message import MESSAGE_MOVES, MessageState
from service.environment import SettingsError
from service.settings import Ages, EmailRoad, Limits, LogLevel, SmsRoad, load_settings
from service.store.migrate import alembic_config
from service.wording.placeholders import OWN, parse
from service.wording.shelf import JINJA
from workers.app import app

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
SOURCES = [ROOT / name for name in TRACKED if name.endswith(".py") and (ROOT / name).exists()]
WORDS = [ROOT / name for name in TRACKED if name.endswith((".md", ".toml", ".txt", ".html", ".j2", "Makefile", ".yml"))]


def test_every_nudge_has_its_errand_on_its_queue() -> None:
    app.loader.import_default_modules()

    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}

    assert set(ours) == {str(errand) for errand in Errand}
    assert app.conf.task_routes == {str(one): {"queue": str(pace)} for one, pace in QUEUES.items()}


@pytest.mark.oldest_postgres
def test_the_database_is_what_the_tables_say(database_url: str) -> None:
    command.check(alembic_config(database_url))


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_every_page_compiles(path: Path) -> None:
    Environment(autoescape=True).parse(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "name", sorted(JINJA.list_templates(filter_func=lambda name: name.endswith((".mjml", ".j2", ".txt"))))
)
def test_every_email_template_compiles(name: str) -> None:
    JINJA.get_template(name)


@pytest.mark.parametrize("path", sorted((ROOT / "templates" / "sms").glob("*.txt")), ids=lambda path: path.stem)
def test_every_text_template_is_in_the_grammar(path: Path) -> None:
    parse(path.read_text("utf-8"), also=OWN)


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # as settings ask
        self.names.add(name)
        return super().get(name, default)


REAL = {
    "SECRET_KEY": "x" * 40,
    "EMAIL_PROVIDER": "sendgrid",
    "SENDGRID_API_KEY": "SG.key",
    "SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32,
}


def documented() -> dict[str, tuple[str, str]]:
    """Each setting of the page, with what is said of it and its default."""
    found = {}
    for line in (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines():
        if line.startswith("| `"):
            names, what, default = (cell.strip() for cell in line.strip("|").split(" | "))
            defaults = default.split(", ") if names.count("`") > 2 else [default]
            found |= dict(zip(re.findall(r"`(\w+)`", names), ((what, each) for each in defaults), strict=True))
    return found


def test_the_page_of_settings_has_every_setting_and_no_other() -> None:
    alone, real = Asked(SECRET_KEY="x" * 40), Asked(**REAL)
    load_settings(alone)
    load_settings(real)

    assert set(documented()) == alone.names | real.names


def test_the_page_of_settings_has_the_defaults_that_are() -> None:
    page = documented()
    plain = load_settings({"SECRET_KEY": "x" * 40})
    told = {name: default.strip("`") for name, (_, default) in page.items()}

    for limit in (*fields(Limits), *fields(Ages)):
        assert told[limit.name.upper()] == str(limit.default)
    for name in ("PUBLIC_URL", "SANDBOX_URL", "LOG_LEVEL"):
        assert told[name] == getattr(plain, name.lower())
    assert (told["EMAIL_PROVIDER"], told["SMS_PROVIDER"]) == (plain.email_road, plain.sms_road)
    assert told["TRUSTED_PROXY_COUNT"] == str(plain.trusted_proxy_count)
    real = load_settings(REAL)
    assert (told["SENDGRID_API_URL"], told["TWILIO_API_URL"]) == (real.sendgrid_api_url, real.twilio_api_url)


def test_the_page_of_settings_offers_the_words_that_are_taken() -> None:
    page = documented()

    for name, kind in (("EMAIL_PROVIDER", EmailRoad), ("SMS_PROVIDER", SmsRoad), ("LOG_LEVEL", LogLevel)):
        assert set(re.findall(r"`(\w+)`", page[name][0])) == set(kind)


def test_what_the_procfile_reads_is_on_the_page() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "Procfile").read_text("utf-8")))
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert asked
    assert asked == set(re.findall(r"`(\w+)`", page[page.index("The `Procfile` reads") :].partition("\n")[0])) - {
        "Procfile"
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://touchline:a/b#c@db.example.org/touchline"),
        ("DATABASE_URL", "postgresql://db.example.org:many/touchline"),
        ("REDIS_URL", "redis://cache.example.org:99999"),
        ("PUBLIC_URL", "https://[act.example.org"),
        ("REDIS_URL", "http://x"),
        ("PUBLIC_URL", "example.org"),
        ("EMAIL_PROVIDER", "pigeon"),
        ("SMS_PROVIDER", "smoke"),
        ("SECRET_KEY", "short"),
        ("TRUSTED_PROXY_COUNT", "many"),
        ("LOG_LEVEL", "VERBOSE"),
    ],
)
def test_a_malformed_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({"SECRET_KEY": "x" * 40, name: value})


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        ({"EMAIL_PROVIDER": "sendgrid"}, "SENDGRID_API_KEY: needed with EMAIL_PROVIDER=sendgrid, and not set"),
        ({"EMAIL_PROVIDER": "smtp"}, "SMTP_URL: needed with smtp"),
        ({"EMAIL_SECOND_PROVIDER": "smtp"}, "SMTP_URL: needed with smtp"),
        ({"EMAIL_PROVIDER": "smtp", "SMTP_URL": "http://mail.example.org"}, "SMTP_URL: must begin with smtp://"),
        ({"EMAIL_PROVIDER": "smtp", "SMTP_URL": "smtp://mail.example.org:many"}, "SMTP_URL: "),
        ({"SMS_PROVIDER": "twilio"}, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN: needed with SMS_PROVIDER=twilio"),
        ({"SMS_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN: needed with SMS_PROVIDER=twilio"),
        (
            {"SMS_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t"},
            "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBERS: needed with SMS_PROVIDER=twilio",
        ),
    ],
)
def test_what_a_chosen_provider_lacks_is_named(chosen: dict[str, str], missing: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"^{missing}"):
        load_settings({"SECRET_KEY": "x" * 40, "TOUCHLINE_HOME": str(tmp_path), **chosen})


def test_secrets_do_not_stand_in_the_settings_repr() -> None:
    settings = load_settings(
        {"SECRET_KEY": "a-secret-that-nobody-must-see-in-a-log-line", "DATABASE_URL": "postgresql://u:pw@h/d"}
    )

    assert "nobody-must-see" not in repr(settings)
    assert "pw@h" not in repr(settings)


def test_every_move_of_a_message_leads_to_a_state() -> None:
    assert set(MESSAGE_MOVES) == set(MessageState)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for_and_is_no_longer_than_a_sitting(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.parts[-2] == "versions":
        return

    assert not text.strip() or ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= 400


def test_init_files_hold_one_sentence() -> None:
    for path in SOURCES:
        if path.name == "__init__.py" and path.parent.name not in {"store", "tables"}:
            assert len(ast.parse(path.read_text()).body) <= 1, path


def test_the_project_speaks_of_itself_alone() -> None:
    forbidden = re.compile(r"registry\.npmjs|files\.pythonhosted|pypi\.org/simple|deb\.debian\.org")
    for path in [
        *SOURCES,
        *WORDS,
        ROOT / "package-lock.json",
        ROOT / "requirements.lock",
        ROOT / "requirements-dev.lock",
    ]:
        if path != Path(__file__) and path.exists():
            assert not forbidden.search(path.read_text("utf-8")), path


def test_the_readme_shows_the_two_commands_and_its_links_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert "make up" in readme
    assert "make test" in readme
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_procfile_has_the_processes_and_reads_its_variables() -> None:
    processes = read_procfile((ROOT / "Procfile").read_text())

    assert set(processes) == {"release", "web", "worker-prompt", "worker-bulk", "ticker"}
    assert "9001" in command_of(processes["web"], {"PORT": "9001"})
    assert "8000" in command_of(processes["web"], {})


def test_doors_see_no_table_rows() -> None:
    """Rooms return frozen dataclasses; a door that imported a table could be handed a row."""
    for path in SOURCES:
        inside = path.relative_to(ROOT).parts
        if inside[0] == "service" and inside[1] in {"web", "cli"}:
            assert "service.store.tables" not in path.read_text(), path
