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
    """Where the binaries of this version are; the embedded ones, where it is none or is not installed."""
    older = Path("/usr/lib/postgresql") / (version or "") / "bin"
    return older if version is not None and (older / "postgres").exists() else BINARIES


def said_where_missing(version: str | None) -> str:
    """What is said where this version is not installed; that ends the run where all is required. '' where it is."""
    if version is None or binaries_of(version) != BINARIES:
        return ""
    missing = f"Postgres {version} is not installed (on Debian 12: apt install postgresql-{version})"
    if is_required():
        pytest.exit(missing, returncode=1)
    return f"{missing}; this runs on the embedded one instead"
