"""`make bench`: run what we measure and print it with the machine's name."""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import beside, bringing_in, email, front_door, readiness, segment, steering, stop, texts, upgrade
from bench.table import Line, print_lines

Measure = Callable[[Path, int], Sequence[Line]]

# Each measurement by its name, and the size it has unless told otherwise.
PARTS: dict[str, tuple[Measure, int]] = {
    "email": (lambda home, size: email.measure(home, recipients=size), 1_000_000),
    "email-slow": (lambda home, size: email.measure_slow(home, recipients=size), 400_000),
    "import": (lambda home, size: bringing_in.measure(home, rows=size), 1_000_000),
    "sms": (lambda home, size: texts.measure(home, recipients=size), 100_000),
    "full-time": (lambda home, size: texts.measure_full_time(home, recipients=size), 100_000),
    "events": (lambda home, size: front_door.measure_events(home, events=size), 300_000),
    "sign-up": (lambda home, size: front_door.measure_sign_ups(home, requests=size), 5_000),
    "crowd": (lambda home, size: front_door.measure_crowd(home, requests=size), 2_000),
    "segment": (lambda home, size: segment.measure(home, people=size), 1_000_000),
    "stop": (lambda home, size: stop.measure(home, recipients=size), 1_000_000),
    "beside": (lambda home, size: beside.measure(home, recipients=size), 400_000),
    "growth": (lambda home, size: email.measure_growth(home, sizes=(size, 10 * size)), 100_000),
    "steering": (lambda home, size: steering.measure(home, messages=size), 10_000_000),
    "upgrade": (lambda home, size: upgrade.measure(home, people=size), 200_000),
    "readiness": (lambda home, size: readiness.measure(home, notices=size), 10_000_000),
    "smtp": (lambda home, size: email.measure_smtp(home, recipients=size), 20_000),
}


def main() -> None:
    """Measure what was asked for, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[[], *PARTS], help="what to measure; everything where none is named"
    )
    parser.add_argument("--size", type=int, help="recipients, rows or requests, in place of each part's own number")
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; fsync and synchronous_commit on"
    )
    lines: list[Line] = []
    for name in asked.parts or PARTS:
        measure, size = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="touchline-bench-") as home:
            found = measure(Path(home), asked.size or size)
        print(f"{name}: " + "; ".join(f"{line.seen:,.3g} {line.unit}" for line in found), flush=True)
        lines += found
    print()
    print_lines(lines)


if __name__ == "__main__":
    main()
