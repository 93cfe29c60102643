"""Chaos: a blast on real processes while everything around it breaks; exit 1 where a promise is broken.

`python -m tests.chaos --minutes 5 --people 100000 --seed 1`
"""

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from service.planning.steering import send_unknown_again
from tests.chaos.deeds import WEBHOOKS, Chaos, resume_all
from tests.chaos.reckoning import Reckoning, reckon
from tests.chaos.world import World, running_world

_BEGAN = time.monotonic()

# Nobody is alive any more who could write the outcome of an intent this old: a call takes 20 seconds at most.
_ORPHANED = timedelta(seconds=40)
# All that was handed over grows old together, so that what went after a doubt still went after it.
_HOURS_PASS = text("""
    WITH old AS (
        UPDATE batches SET intent_at = intent_at - interval '70 minutes'
        WHERE intent_at IS NOT NULL AND (state <> 'sending' OR intent_at < clock_timestamp() - :orphaned))
    UPDATE attempts SET intent_at = intent_at - interval '70 minutes'
    WHERE NOT EXISTS (SELECT FROM batches b WHERE b.attempt_id = attempts.id AND b.state = 'sending'
        AND b.intent_at >= clock_timestamp() - :orphaned)
""")
_WORK_LEFT = text("""
    SELECT (SELECT coalesce(sum(size), 0) FROM batches WHERE state IN ('queued', 'claimed', 'sending', 'in_doubt'))
        + (SELECT count(*) FROM blasts WHERE state IN ('scheduled', 'opening'))
        + (SELECT count(*) FROM stages WHERE fired_at IS NULL)
""")
_UNKNOWN = text("SELECT DISTINCT blast_id FROM batches WHERE state = 'unknown'")


def main() -> int:
    """Break things for some minutes, let them mend, and reckon."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None, help="chosen by chance, and printed, where not given")
    parser.add_argument("--home", type=Path, help="keep everything here, to look at it afterwards")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    say(f"chaos: seed {seed}, {given.people} people by email, every second by text too, {given.minutes:g} minutes")
    with tempfile.TemporaryDirectory(prefix="touchline-chaos-") as folder:
        home = given.home or Path(folder)
        home.mkdir(exist_ok=True)
        with running_world(home, people=given.people, seconds=given.minutes * 60) as world:
            outcome = run(world, people=given.people, minutes=given.minutes, seed=seed)
    say("\n".join(["", *outcome.lines(), ""]))
    say(f"{'every promise kept' if outcome.is_kept else 'A PROMISE IS BROKEN'} (seed {seed})")
    return 0 if outcome.is_kept else 1


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run(world: World, *, people: int, minutes: float, seed: int) -> Reckoning:
    """Chaos, calm, and the reckoning."""
    chance = random.Random(seed)
    chaos = Chaos(world, people, chance, lambda line: say(f"  {time.monotonic() - _BEGAN:6.1f} s  {line}"))
    world.ask_sandbox("PUT", "/control/faults", {"seed": seed, **WEBHOOKS})
    chaos.play(minutes * 60)
    chaos.mend()
    say(f"  mended; deeds: {', '.join(f'{name} {count}' for name, count in sorted(chaos.done.items()))}")
    come_to_rest(world, seconds=180 + minutes * 180)
    unknown = world.in_transaction(_send_unknown_again)
    if unknown:
        say(f"  a manager reads of {unknown} messages of unknown outcome, looks, and sends them again by hand")
        come_to_rest(world, seconds=120)
    return reckon(world, chaos.told_at)


def come_to_rest(world: World, *, seconds: float) -> None:
    """Until nothing is queued, under way or in doubt. What takes an hour by the policy takes a moment here."""
    with world.sessions.begin() as session:
        # Nothing need go slowly any longer.
        session.execute(text("DELETE FROM senders"))
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        resume_all(world)
        webhooks = world.ask_sandbox("GET", "/control/ledger/summary")["webhooks"]
        assert isinstance(webhooks, dict)
        told = all(each["waiting"] == 0 for each in webhooks.values())
        left = world.in_transaction(lambda session: int(session.scalar(_WORK_LEFT) or 0))
        if told and not left:
            return
        if told:
            # Only when every receipt there is has come does silence mean anything.
            world.in_transaction(lambda session: session.execute(_HOURS_PASS, {"orphaned": _ORPHANED}) and None)
        time.sleep(2)
    say(f"  it did not come to rest: {left} left, webhooks {webhooks}")


def _send_unknown_again(session: Session) -> int:
    return sum(
        send_unknown_again(session, blast_id, actor="Cora", now=datetime.now(UTC))
        for blast_id in session.scalars(_UNKNOWN).all()
    )


if __name__ == "__main__":
    sys.exit(main())
