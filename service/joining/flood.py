"""What comes to the forms of each campaign, whether it is a flood, and since when: the same for all web processes."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from service.domain.flood import Asked, Flood, Forms, goes_on, is_many, judge
from service.flood_settings import FloodLimits, ProofOfWork
from service.sending.asking import range_of
from service.settings import Settings
from service.shared_counts import SharedCounts
from service.store import Session
from service.store.queries.asking import confirmed_by_text

log = logging.getLogger(__name__)

_BUCKET_SECONDS, _MINUTE, _TWO_MINUTES, _TEN_MINUTES = 10, 6, 12, 60
_LIFE_SECONDS = (_TEN_MINUTES + 1) * _BUCKET_SECONDS
# It ends by itself so long after the last form that was one of a flood.
ENDS_AFTER = timedelta(minutes=5)


class Came(StrEnum):
    """What may come to a form: it was taken, held mistakes, lacked the work asked for; or an address confirmed."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNPROVEN = "unproven"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Floods:
    """The floods of one installation."""

    counts: SharedCounts
    limits: FloodLimits
    setting: ProofOfWork

    @classmethod
    def of(cls, settings: Settings) -> "Floods":
        return cls(SharedCounts.of(settings), settings.floods.limits, settings.floods.proof_of_work)

    def asked(self, campaign_id: int) -> Asked | None:
        """Whether the forms of a campaign ask for work, why and since when."""
        if self.setting is not ProofOfWork.AUTO:
            return Asked(Flood.SET) if self.setting is ProofOfWork.ALWAYS else None
        kept = self.counts.kept(_state(campaign_id))
        if not kept:
            return None
        said = json.loads(kept)
        return Asked(Flood(said["why"]), datetime.fromisoformat(said["since"]))

    def note(self, session: Session, campaign_id: int, came: Came, *, now: datetime, phone: str = "") -> None:
        """Count what came to a form, and look whether it is a flood, or still one."""
        if self.setting is ProofOfWork.NEVER:
            return
        forms = self._count(campaign_id, came, now=now, phone=phone)
        if self.setting is ProofOfWork.ALWAYS or not is_many(forms, self.limits):
            return
        forms = self._with_ten_minutes(session, campaign_id, forms, now=now)
        was = self.asked(campaign_id)
        why = judge(forms, self.limits)
        if was is not None and goes_on(forms, self.limits):
            self.begin(campaign_id, was.why, since=was.since or now)
        elif why is not None:
            log.warning("forms are flooded and ask for work", extra={"campaign": campaign_id, "why": str(why)})
            self.begin(campaign_id, why, since=now)

    def may_write_instead(self, campaign_id: int, *, now: datetime) -> bool:
        """Whether one more letter may go, this minute, to somebody whose browser cannot do the work; it is counted."""
        name = f"flood:{campaign_id}:letters:{int(now.timestamp()) // 60}"
        return self.counts.count([name], [name], seconds=120)[0] <= self.limits.limit_flood_letters

    def begin(self, campaign_id: int, why: Flood, *, since: datetime) -> None:
        """Have the forms of a campaign ask for work, or go on to, until five minutes from now."""
        words = json.dumps({"why": str(why), "since": since.isoformat()})
        self.counts.keep(_state(campaign_id), words, seconds=int(ENDS_AFTER.total_seconds()))

    def _count(self, campaign_id: int, came: Came, *, now: datetime, phone: str) -> Forms:
        """Count it; what came in the last minute, by which most forms are known to be of no flood."""
        ranged = f"to {range_of(phone)}"
        read = [(what, _MINUTE) for what in (Came.TAKEN, Came.REFUSED, Came.UNPROVEN, ranged)]
        add = [came, ranged] if phone else [came]
        taken, refused, unproven, one_range = map(sum, self._read(campaign_id, add, read, now=now))
        return Forms(taken + refused + unproven, refused, unproven, one_range if phone else 0)

    def _with_ten_minutes(self, session: Session, campaign_id: int, forms: Forms, *, now: datetime) -> Forms:
        """With what was taken and confirmed; numbers that confirm by a text are received by other processes."""
        read = [(Came.TAKEN, _TEN_MINUTES), (Came.CONFIRMED, _TEN_MINUTES)]
        taken, confirmed = self._read(campaign_id, [], read, now=now)
        since = now - timedelta(seconds=_TEN_MINUTES * _BUCKET_SECONDS)
        texted = confirmed_by_text(session, campaign_id, since=since, most=max(1, sum(taken)))
        lately = sum(taken[:_TWO_MINUTES])
        return replace(forms, taken=sum(taken), taken_lately=lately, confirmed=sum(confirmed) + texted)

    def _read(
        self, campaign_id: int, add: Sequence[str], read: Sequence[tuple[str, int]], *, now: datetime
    ) -> list[list[int]]:
        """Count one towards each of `add`; then what each of `read` has in so many buckets, the latest first."""
        bucket = int(now.timestamp()) // _BUCKET_SECONDS

        def names(what: str, many: int) -> list[str]:
            return [f"flood:{campaign_id}:{what}:{bucket - back}" for back in range(many)]

        added = [name for what in add for name in names(what, 1)]
        asked = [name for what, many in read for name in names(what, many)]
        found = iter(self.counts.count(added, asked, seconds=_LIFE_SECONDS))
        return [list(islice(found, many)) for _, many in read]


def _state(campaign_id: int) -> str:
    return f"flood:{campaign_id}"
