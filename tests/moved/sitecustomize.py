"""Read by every Python that starts with this folder on its PYTHONPATH: its clock is so many seconds ahead.

The processes of `touchline up` run so at another hour, with the database's clock moved as far (tests/moments.py).
"""

import os
from datetime import UTC, datetime, timedelta

import time_machine

if ahead := os.environ.get("MOVED_SECONDS"):
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(ahead)), tick=True).start()
    # It goes on from the first time it is asked.
    datetime.now(UTC)
