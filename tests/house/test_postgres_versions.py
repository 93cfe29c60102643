"""The oldest Postgres we promise is one the tests are run on, and in CI it may not be missing."""

import re
from pathlib import Path

import pytest

from tests.postgres_versions import REQUIRE_ALL, binaries_of, end_where_missing

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
def test_a_postgres_that_is_not_installed_is_named_and_in_ci_a_failure(
    monkeypatch: pytest.MonkeyPatch, required: str, code: int
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv(REQUIRE_ALL, required)

    with pytest.raises(pytest.exit.Exception, match=r"Postgres 9 is not installed .*nothing is run on it") as ended:
        end_where_missing("9")

    assert ended.value.returncode == code


def test_without_a_version_the_embedded_one_is_used() -> None:
    end_where_missing(None)

    assert (binaries_of(None) / "postgres").exists()


def test_what_we_promise_is_what_is_tested() -> None:
    promised = re.search(r"Postgres (\d+) to 18", (ROOT / "docs" / "settings.md").read_text("utf-8"))

    assert promised is not None
    assert f"--postgres {promised[1]} -m oldest_postgres" in (ROOT / "Makefile").read_text("utf-8")
    assert f"postgresql-{promised[1]}" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert REQUIRE_ALL in (ROOT / ".ci" / "run").read_text("utf-8")
