"""Which Postgres the tests run on: the embedded one, or an older one as Debian installs it."""

import os
from pathlib import Path

import pytest

from service.cli.running.postgres import BINARIES

# What a machine of the project's own lacks is a failure there, not a test left out (.ci/run).
REQUIRE_ALL = "TOUCHLINE_REQUIRE_ALL"


def is_required() -> bool:
    """Whether whatever a test needs must be there: a browser, an older Postgres."""
    return bool(os.environ.get(REQUIRE_ALL) or os.environ.get("CI"))


def binaries_of(version: str | None) -> Path:
    """Where the binaries of this version are; of none, the embedded ones."""
    return BINARIES if version is None else Path("/usr/lib/postgresql") / version / "bin"


def end_where_missing(version: str | None) -> None:
    """Run nothing where this version is not installed: that is said in a line, and is a failure where all is required."""
    if version is not None and not (binaries_of(version) / "postgres").exists():
        missing = f"Postgres {version} is not installed (on Debian 12: apt install postgresql-{version}); nothing is run on it"
        pytest.exit(missing, returncode=1 if is_required() else 0)
