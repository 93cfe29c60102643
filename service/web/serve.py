"""Starts the web process: settings are checked first, so that one that is wrong is named in a line, and granian follows.

`python -m service.web.serve` takes granian's own options beside those it has here.
"""

import os
import resource
import sys

from service.environment import SettingsError
from service.settings import load_settings

_APP = "service.web.serving.gateway:create_gateway"
_OPTIONS = (
    *("--interface", "asginl", "--factory", "--no-ws", "--http", "1"),
    *("--workers-kill-timeout", "10", "--log-level", "warning", "--no-access-log"),
)
# Connections of one worker at a time. Each costs a few kilobytes, a silent one no more.
_CONNECTIONS = 8192
_OTHER_FILES = 512


def main() -> None:
    """Become granian; leave with 1 where a setting is missing or malformed."""
    try:
        load_settings().needed_database_url  # noqa: B018 - raises where there is none
    except SettingsError as wrong:
        sys.stderr.write(f"touchline: {wrong}\n")
        sys.exit(1)
    connections = str(_connections())
    options = [*_OPTIONS, "--backlog", "2048", "--backpressure", connections, *sys.argv[1:]]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *options, _APP])  # noqa: S606 - our own words


def _connections() -> int:
    """As many connections as this process may have files for, once the limit is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(128, allowed - _OTHER_FILES)


if __name__ == "__main__":
    main()
