"""Starts the web process: settings are checked first, so that one that is wrong is named in a line, and granian follows.

`python -m service.web.serve` takes granian's own options.
"""

import os
import sys

from service.environment import SettingsError
from service.settings import load_settings


def main() -> None:
    """Become granian; leave with 1 where a setting is missing or malformed."""
    try:
        load_settings().needed_database_url  # noqa: B018 - raises where there is none
    except SettingsError as wrong:
        sys.stderr.write(f"touchline: {wrong}\n")
        sys.exit(1)
    os.execv(sys.executable, [sys.executable, "-m", "granian", *sys.argv[1:]])  # noqa: S606 - our own words


if __name__ == "__main__":
    main()
