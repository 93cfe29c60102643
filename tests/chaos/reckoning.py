"""The end of it: what the provider accepted beside what the database says, person by person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.chaos.world import World

# An intent may have been written just before the opt-out committed; its call begins within five seconds or never.
GRACE = 5.0
_GONE = {"accepted", "delivered", "bounced", "failed"}
_OPEN = {"queued", "claimed", "sending"}

_MESSAGES = text("""
    SELECT m.blast_id || '.' || left(m.channel, 1) || '.' || m.supporter_id AS ref, coalesce(m.state, b.state) AS state,
        m.state = 'withheld' AND NOT EXISTS (SELECT FROM permissions p
            WHERE p.campaign_id = 1 AND p.channel = m.channel AND p.supporter_id = m.supporter_id) AS has_left
    FROM messages m JOIN batches b ON b.id = m.batch_id
""")
_LEFT = text("SELECT count(*) FROM suppressions")


@dataclass(frozen=True)
class Reckoning:
    """What came out. A promise is broken where the last five are not all zero."""

    audience: int
    states: Counter[str]
    ledger: int
    told_accepted: int
    left: int
    told: int
    firings: int
    unknown_but_gone: int
    doubts: int
    duplicates: int
    missed: int
    after_leaving: int
    # How long the broker was away, and what was handed over meanwhile.
    away_seconds: float = 0.0
    sent_meanwhile: int = 0

    @property
    def goes_on_without_broker(self) -> bool:
        """Whether something went out while the broker was away for longer than anybody may need to find out."""
        return self.sent_meanwhile > 0 or self.away_seconds < 100

    @property
    def is_kept(self) -> bool:
        adds_up = sum(self.states.values()) == self.audience
        broken = self.unknown_but_gone + self.doubts + self.duplicates + self.missed + self.after_leaving
        return adds_up and broken == 0 and self.firings == 1 and self.goes_on_without_broker

    def lines(self) -> list[str]:
        """The table."""
        states = ", ".join(f"{state} {count}" for state, count in sorted(self.states.items()))
        rows = [
            ("audience", f"{self.audience} messages"),
            ("sum of states", f"{sum(self.states.values())} ({states})"),
            ("provider's ledger", f"{self.ledger} accepted; the database says {self.told_accepted}"),
            ("supporters who left", f"{self.left} ({self.told} of them told so at once)"),
            ("times the stage fired", str(self.firings)),
            ("sent without a broker", f"{self.sent_meanwhile} in {self.away_seconds:.0f} s"),
            ("unknown, but in the ledger", str(self.unknown_but_gone)),
            ("doubts left", str(self.doubts)),
            ("duplicates", str(self.duplicates)),
            ("missed", str(self.missed)),
            ("sent after an opt-out", str(self.after_leaving)),
        ]
        return [f"  {name:<27}{value}" for name, value in rows]


def reckon(world: World, told_at: Mapping[str, float]) -> Reckoning:
    """Compare. `told_at`: when whoever left was answered that they had, as `s.12` or `e.12`.

    A text whose webhook nobody answered is found in the provider's list later, and dated by when it was said: what went
    out before it was found broke no promise.
    """
    ledger = _ledger(world)
    copies = Counter(ref for ref, _ in ledger)

    def look(session: Session) -> Reckoning:
        messages = {row.ref: (row.state, row.has_left) for row in session.execute(_MESSAGES)}
        states = Counter(state for state, _ in messages.values())
        missed = [ref for ref, (state, has_left) in messages.items() if _is_missed(state, has_left, copies[ref])]
        missed += [ref for ref in copies if ref not in messages]
        late = [ref for ref, at in ledger if at > told_at.get(ref.partition(".")[2], float("inf")) + GRACE]
        return Reckoning(
            audience=int(session.scalar(text("SELECT sum(size) FROM batches")) or 0),
            states=states,
            ledger=len(ledger),
            told_accepted=sum(states[state] for state in _GONE),
            left=int(session.scalar(_LEFT) or 0),
            told=len(told_at),
            firings=int(session.scalar(text("SELECT count(*) FROM stage_firings")) or 0),
            unknown_but_gone=sum(state == "unknown" and copies[ref] > 0 for ref, (state, _) in messages.items()),
            doubts=states["in_doubt"],
            duplicates=sum(count - 1 for count in copies.values()),
            missed=len(missed),
            after_leaving=len(late),
        )

    return world.in_transaction(look)


def _is_missed(state: str, has_left: bool, copies: int) -> bool:
    if state == "withheld":
        return not has_left
    # What is unknown is shown and can be sent by hand; everything else that has not gone was forgotten.
    return state not in {"unknown", "in_doubt"} and (state not in _GONE or copies == 0)


def _ledger(world: World) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    after = 0
    while True:
        page = world.ask_sandbox("GET", f"/control/ledger?after={after}&limit=20000")
        rows = page["rows"]
        assert isinstance(rows, list)
        found += [(row["ref"], row["accepted_at"]) for row in rows if not row["ref"].startswith("n.")]
        if not rows:
            return found
        after = int(str(page["next"]))
