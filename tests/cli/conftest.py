"""The command line, run as a person runs it, against a real database."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from service.cli.main import main
from tests.conftest import SECRET

Touchline = Callable[..., Result]


@pytest.fixture
def touchline(sessions: sessionmaker[Session], database_url: str, monkeypatch: pytest.MonkeyPatch) -> Touchline:
    """Run `touchline …` and look at what it says."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    runner = CliRunner()

    def run(*words: str) -> Result:
        return runner.invoke(main, list(words), catch_exceptions=False)

    return run


def said(result: Result) -> dict[str, object]:
    """What a command that was asked for JSON said."""
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found
