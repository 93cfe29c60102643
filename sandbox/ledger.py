"""What was accepted for delivery, append-only: the oracle that tests compare the campaign's books with."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One copy of one message that this sandbox answered for (whatever became of the answer)."""

    n: int
    channel: str
    to: str
    ref: str
    attempt: str
    digest: str
    accepted_at: float
    request_id: str

    def as_row(self) -> dict[str, str | int | float]:
        """The row as the control door shows it."""
        return {
            "n": self.n,
            "channel": self.channel,
            "to": self.to,
            "ref": self.ref,
            "attempt": self.attempt,
            "hash": self.digest,
            "accepted_at": self.accepted_at,
            "request_id": self.request_id,
        }


class Ledger:
    """Acceptances in order; nothing is ever changed or removed except by a reset of the whole sandbox."""

    def __init__(self) -> None:
        self._rows: list[Acceptance] = []
        self._by_ref: Counter[tuple[str, str]] = Counter()
        self._by_channel: Counter[str] = Counter()
        self._twice: set[tuple[str, str]] = set()

    def accept(
        self, channel: str, to: str, *, ref: str, attempt: str, digest: str, at: float, request_id: str
    ) -> Acceptance:
        """Append one acceptance; numbers start at 1."""
        row = Acceptance(len(self._rows) + 1, channel, to, ref, attempt, digest, at, request_id)
        self._rows.append(row)
        self._by_channel[channel] += 1
        if ref:
            key = (channel, ref)
            self._by_ref[key] += 1
            if self._by_ref[key] > 1:
                self._twice.add(key)
        return row

    def rows_after(self, n: int, limit: int) -> list[Acceptance]:
        """Up to `limit` acceptances numbered above `n`."""
        return self._rows[max(n, 0) : max(n, 0) + limit]

    def summary(self) -> dict[str, object]:
        """How many were accepted per channel, and which (channel, ref) were accepted more than once."""
        return {
            "accepted": {channel: self._by_channel[channel] for channel in ("email", "sms")},
            "refs": len(self._by_ref),
            "without_ref": len(self._rows) - sum(self._by_ref.values()),
            "duplicate_count": sum(self._by_ref[key] - 1 for key in self._twice),
            "duplicates": [
                {"channel": channel, "ref": ref, "count": self._by_ref[channel, ref]}
                for channel, ref in sorted(self._twice)[:1000]
            ],
            "last": len(self._rows),
        }
