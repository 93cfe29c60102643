"""Proof of work: a sum that costs a browser a second or so, and a machine that sends thousands of forms its day.

ALTCHA's (PBKDF2, `altcha` here and its worker in the browser): we sign what is to be worked on, for one campaign and for
half an hour, and keep nothing until it is solved; a solution is good for one form.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from altcha import Payload, create_challenge, verify_solution

from service.settings import Settings
from service.shared_counts import SharedCounts
from service.wording.links import derive_key

LIFE = timedelta(minutes=30)
# One key in 256 begins so; each costs as many rounds: a second of two cores on a phone of some years ago.
_ALGORITHM, _PREFIX, _ROUNDS = "PBKDF2/SHA-256", "00", 10_000
# A solution with its challenge has some 700 letters.
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Prover:
    """Sets the work of one installation and looks at what was made of it."""

    # The first one signs, all are read.
    keys: Sequence[bytes]
    counts: SharedCounts

    @classmethod
    def of(cls, settings: Settings, counts: SharedCounts) -> "Prover":
        secrets = (settings.secret_key, *settings.secret_key_fallbacks)
        return cls(tuple(derive_key(secret, "proof of work") for secret in secrets), counts)

    def challenge(self, campaign_id: int, *, now: datetime) -> str:
        """What the browser is to work on, as JSON."""
        made = create_challenge(
            _ALGORITHM,
            _ROUNDS,
            key_prefix=_PREFIX,
            expires_at=now + LIFE,
            data={"campaign": campaign_id},
            hmac_secret=self.keys[0],
        )
        return json.dumps(made.to_dict(), separators=(",", ":"))

    def is_proven(self, solution: str, campaign_id: int) -> bool:
        """Whether this is work that we set for this campaign, done in time; the first time that it is shown."""
        if not solution or len(solution) > _LONGEST:
            return False
        if not any(verify_solution(solution, key).verified for key in self.keys):
            return False
        challenge = Payload.from_base64(solution).challenge
        if (challenge.parameters.data or {}).get("campaign") != campaign_id:
            return False
        return self.counts.take(f"work:{challenge.signature}", seconds=int(LIFE.total_seconds()))
