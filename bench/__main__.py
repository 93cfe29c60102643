"""`make bench`: run what we measure and print it with the machine's name."""

import argparse
import os
import platform
import tempfile
from pathlib import Path

from bench.email_blast import run


def main() -> None:
    """Measure an email blast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--in-flight", type=int, default=2, help="batches under way at once in each process")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds the sink takes to answer")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, Postgres with fsync on")
    with tempfile.TemporaryDirectory(prefix="touchline-bench-") as home:
        seen = run(
            Path(home), asked.recipients, processes=asked.processes, in_flight=asked.in_flight, delay=asked.delay
        )
    print(
        f"email blast to {seen.recipients:,}, {asked.processes} processes, {asked.in_flight} batches each, sink {asked.delay} s"
    )
    print(f"  opening       {seen.opening:8.2f} s  {seen.recipients / seen.opening:10,.0f} /s")
    print(f"  handing over  {seen.handing_over:8.2f} s  {seen.recipients / seen.handing_over:10,.0f} /s")
    print(f"  overall                    {seen.per_s:10,.0f} /s")
    print(f"  CPU           {1000 * seen.cpu / seen.recipients:8.3f} s per 1,000 recipients, workers and Postgres")
    print(f"  peak memory   {seen.peak_mib:8.0f} MiB in a worker process")
    print(
        f"  bare HTTP client, one process {seen.bare_http_per_s:10,.0f} /s; our share {seen.per_s / seen.bare_http_per_s:.0%}"
    )


if __name__ == "__main__":
    main()
