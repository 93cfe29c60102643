"""Starts the sandbox: python -m sandbox --port 8026 --public-url http://127.0.0.1:8000 --home .touchline"""

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiohttp import web

from sandbox.app import make_app
from sandbox.signing import KeyUnusable
from sandbox.state import NUMBER, Options

LOOPBACK = "127.0.0.1"


def read_options(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Options, bool]:
    """The options from arguments, else from the environment; and whether to be quiet."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=environ.get("SANDBOX_PORT", "8026"))
    parser.add_argument("--public-url", default=environ.get("PUBLIC_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--home", type=Path, default=environ.get("TOUCHLINE_HOME", ".touchline"))
    parser.add_argument("--keep", type=int, default=200_000, help="messages kept per channel (default 200000)")
    parser.add_argument("--pace", type=float, default=1.0, help="stretches (2) or shortens (0.1) delivery times")
    parser.add_argument("--flush-seconds", type=float, default=0.3, help="how often events are posted")
    parser.add_argument("--number", action="append", help=f"a number of the campaign (default {NUMBER})")
    parser.add_argument("--advanced-opt-out", action="store_true", help="send OptOutType with keyword texts")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    given = parser.parse_args(arguments)
    if given.keep < 1 or given.pace < 0 or given.flush_seconds <= 0:
        parser.error("--keep is at least 1, --pace at least 0, --flush-seconds above 0")
    options = Options(
        port=given.port,
        public_url=given.public_url.rstrip("/"),
        home=given.home,
        keep=given.keep,
        pace=given.pace,
        flush_seconds=given.flush_seconds,
        numbers=tuple(given.number or [NUMBER]),
        advanced_opt_out=given.advanced_opt_out,
    )
    return options, given.quiet


def main() -> int:
    """Serve until stopped; 1 when the port is taken or the kept key is unusable."""
    options, quiet = read_options(sys.argv[1:], os.environ)
    logging.basicConfig(level=logging.ERROR if quiet else logging.INFO, format="%(message)s", stream=sys.stderr)
    log = logging.getLogger("sandbox")
    try:
        app = make_app(options)
        log.info("sandbox: mailboxes and phones at http://%s:%s/", LOOPBACK, options.port)
        web.run_app(app, host=LOOPBACK, port=options.port, print=None, access_log=None, shutdown_timeout=1.0)
    except KeyUnusable as unusable:
        log.error("sandbox: %s", unusable)
        return 1
    except OSError as taken:
        log.error("sandbox: cannot start on port %s: %s", options.port, taken.strerror)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
