"""Which Postgres the tests run on: the embedded one, or an older one as Debian installs it."""

import os
from pathlib import Path

import pytest

from service.cli.running.postgres import BINARIES


def binaries_of(version: str | None) -> Path:
    """Where the binaries of this version are; the tests are left out where it is not installed, or fail with it in CI."""
    if version is None:
        return BINARIES
    found = Path("/usr/lib/postgresql") / version / "bin"
    if not (found / "postgres").exists():
        missing = f"Postgres {version} is not installed (on Debian: apt install postgresql-{version})"
        if os.environ.get("TOUCHLINE_REQUIRE_ALL"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found
