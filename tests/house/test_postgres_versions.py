"""The oldest Postgres we promise is one the tests are run on, and in CI it may not be missing."""

import re
from pathlib import Path

import pytest

from tests.postgres_versions import REQUIRE_ALL, binaries_of, said_where_missing

ROOT = Path(__file__).parents[2]


def test_a_postgres_that_is_not_installed_is_named_and_in_ci_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv(REQUIRE_ALL, raising=False)

    said, stand_in = said_where_missing("9"), binaries_of("9")

    monkeypatch.setenv(REQUIRE_ALL, "1")
    with pytest.raises(pytest.exit.Exception, match="Postgres 9 is not installed") as ended:
        said_where_missing("9")
    assert "this runs on the embedded one instead" in said
    assert (stand_in / "postgres").exists()
    assert ended.value.returncode == 1


def test_without_a_version_the_embedded_one_is_used() -> None:
    assert said_where_missing(None) == ""
    assert (binaries_of(None) / "postgres").exists()


def test_what_is_left_out_of_the_first_run_is_in_the_second() -> None:
    first, second = re.findall(r"-m pytest .*", (ROOT / "Makefile").read_text("utf-8"))

    assert '-m "not oldest_only"' in first
    assert '-m "oldest_postgres or oldest_only"' in second


def test_what_we_promise_is_what_is_tested() -> None:
    promised = re.search(r"Postgres (\d+) to 18", (ROOT / "docs" / "settings.md").read_text("utf-8"))

    assert promised is not None
    assert f"--postgres {promised[1]} " in (ROOT / "Makefile").read_text("utf-8")
    assert f"postgresql-{promised[1]}" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert REQUIRE_ALL in (ROOT / ".ci" / "run").read_text("utf-8")
